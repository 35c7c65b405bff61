//! `liebig bench`: timed units of work, a line of JSON each.

use anyhow::{Context, Result, bail};
use liebig::bench::{AXES, Point, Subject, WORKLOADS, measure};

use crate::Host;
use crate::args::BenchArguments;
use crate::exit::ExitStatus;
use crate::printer::Printer;

pub fn run(arguments: &BenchArguments, host: &Host<'_>) -> Result<ExitStatus> {
    let printer = Printer::new(false);
    if arguments.list {
        let width = WORKLOADS
            .iter()
            .map(|workload| workload.name.len())
            .max()
            .unwrap_or(0);
        for workload in WORKLOADS {
            printer.text(&format!("{:width$}  {}", workload.name, workload.about))?;
        }
        return Ok(ExitStatus::Success);
    }
    let subjects = match subjects(arguments) {
        Ok(subjects) => subjects,
        Err(unknown) => {
            unknown.report();
            return Ok(ExitStatus::Usage);
        }
    };
    for subject in subjects {
        if arguments.in_process {
            here(subject, arguments, &printer)?;
            continue;
        }
        let status = in_a_process_of_its_own(subject, arguments, host)?;
        if status != ExitStatus::Success {
            return Ok(status);
        }
    }
    Ok(ExitStatus::Success)
}

enum Unknown {
    Workload(String),
    Axis(String),
}

impl Unknown {
    fn report(&self) {
        match self {
            Self::Workload(name) => {
                anstream::eprintln!("error: unknown workload `{name}`");
                anstream::eprintln!("hint: `liebig bench --list` names them all");
            }
            Self::Axis(name) => {
                let axes: Vec<&str> = AXES.iter().map(|(axis, _)| *axis).collect();
                anstream::eprintln!("error: unknown axis `{name}`");
                anstream::eprintln!("hint: expected one of {}", axes.join(", "));
            }
        }
    }
}

/// What the arguments ask for.
fn subjects(arguments: &BenchArguments) -> Result<Vec<Subject>, Unknown> {
    if !arguments.scaling.is_empty() {
        let all = arguments.scaling.iter().any(|axis| axis == "all");
        let axes: Vec<&str> = match all {
            true => AXES.iter().map(|(axis, _)| *axis).collect(),
            false => arguments.scaling.iter().map(String::as_str).collect(),
        };
        let mut subjects = Vec::new();
        for axis in axes {
            let points = Point::along(axis);
            if points.is_empty() {
                return Err(Unknown::Axis(axis.to_string()));
            }
            subjects.extend(points.into_iter().map(Subject::Point));
        }
        return Ok(subjects);
    }
    if arguments.only.is_empty() {
        return Ok(WORKLOADS.iter().map(Subject::Workload).collect());
    }
    let find = |name: &String| Subject::find(name).ok_or_else(|| Unknown::Workload(name.clone()));
    arguments.only.iter().map(find).collect()
}

fn here(subject: Subject, arguments: &BenchArguments, printer: &Printer) -> Result<()> {
    let pool = super::threads(arguments.threads)?;
    let measurement =
        pool.install(|| measure(subject, arguments.runs as usize, &super::device()))?;
    printer.text(&serde_json::to_string(&measurement)?)
}

/// So that its peak memory is its own. That process says what is wrong, if something is.
fn in_a_process_of_its_own(
    subject: Subject,
    arguments: &BenchArguments,
    host: &Host<'_>,
) -> Result<ExitStatus> {
    let name = subject.name();
    let mut command = host.again()?;
    command.args(["bench", "--in-process", "--only", &name]);
    command.args(["--runs", &arguments.runs.to_string()]);
    let threads = match subject {
        Subject::Point(point) => point.threads(),
        Subject::Workload(_) | Subject::Unroll(_) => None,
    };
    let threads = threads.or(arguments.threads.map(usize::from));
    if let Some(threads) = threads {
        command.args(["--threads", &threads.to_string()]);
    }
    let status = command
        .status()
        .context("cannot start the workload's process")?;
    match status.code() {
        Some(0) => Ok(ExitStatus::Success),
        Some(2) => Ok(ExitStatus::Usage),
        Some(_) => Ok(ExitStatus::Failure),
        None => bail!(
            "the process of {name} was killed: {status}\nhint: it may have needed more memory than there is"
        ),
    }
}
