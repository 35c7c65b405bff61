//! `liebig bench`: timed units of work, a line of JSON each.

use anyhow::{Context, Result, bail};
use liebig::bench::{WORKLOADS, find, measure};

use crate::args::BenchArguments;
use crate::exit::ExitStatus;
use crate::printer::Printer;

pub fn run(arguments: &BenchArguments) -> Result<ExitStatus> {
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
    let names: Vec<&str> = if arguments.only.is_empty() {
        WORKLOADS.iter().map(|workload| workload.name).collect()
    } else {
        arguments.only.iter().map(String::as_str).collect()
    };
    if let Some(unknown) = names.iter().find(|name| find(name).is_none()) {
        eprintln_unknown(unknown);
        return Ok(ExitStatus::Usage);
    }
    for name in names {
        if arguments.in_process {
            here(name, arguments, &printer)?;
        } else {
            in_a_process_of_its_own(name, arguments)?;
        }
    }
    Ok(ExitStatus::Success)
}

fn eprintln_unknown(name: &str) {
    anstream::eprintln!("error: unknown workload `{name}`");
    anstream::eprintln!("hint: `liebig bench --list` names them all");
}

fn here(name: &str, arguments: &BenchArguments, printer: &Printer) -> Result<()> {
    let Some(workload) = find(name) else {
        return Ok(());
    };
    let pool = super::threads(arguments.threads)?;
    let measurement = pool.install(|| measure(workload, arguments.runs, &super::device()))?;
    printer.text(&serde_json::to_string(&measurement)?)
}

/// So that its peak memory is its own.
fn in_a_process_of_its_own(name: &str, arguments: &BenchArguments) -> Result<()> {
    let program = std::env::current_exe().context("cannot find this program to start it again")?;
    let mut command = std::process::Command::new(program);
    command.args(["bench", "--in-process", "--only", name]);
    command.args(["--runs", &arguments.runs.to_string()]);
    if let Some(threads) = arguments.threads {
        command.args(["--threads", &threads.to_string()]);
    }
    let status = command
        .status()
        .context("cannot start the workload's process")?;
    if !status.success() {
        bail!("workload {name} failed: {status}");
    }
    Ok(())
}
