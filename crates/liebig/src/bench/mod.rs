//! One unit of each kind of work, timed under the names that the PyTorch yardstick in `bench/` uses.
//!
//! All use a ConvNet (depth 3, width 128, instance norm, ReLU, average pooling) on standard normal 3x32x32
//! inputs with 10 classes, in single precision. The first call is a warm-up and is not counted.

mod matching;
mod network;
mod product;
mod scaling;
mod training;
mod trajectory;
mod unroll;
mod workloads;

use std::time::Instant;

use liebig_grad::{Device, Level};
use serde::Serialize;

use crate::Error;
use crate::run::peak_rss_bytes;

pub use scaling::{AXES, Point};
pub use unroll::Unroll;
pub use workloads::{WORKLOADS, Workload};

/// The result of timing a workload.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measurement {
    /// The workload.
    pub name: String,
    /// Median time of one unit, in seconds.
    pub seconds: f64,
    /// Shortest time of one unit, in seconds.
    pub seconds_min: f64,
    /// Mean processor time of one unit, in seconds of all threads; `None` if the system does not report it.
    pub processor_seconds: Option<f64>,
    /// The number of units that were timed.
    pub runs: usize,
    /// Peak memory of the whole process, in bytes; `None` if the system does not report it.
    pub peak_rss_bytes: Option<u64>,
    /// Program, version, device, SIMD level and threads.
    pub engine: String,
}

/// Something that can be timed.
#[derive(Clone, Copy)]
pub enum Subject {
    /// A workload.
    Workload(&'static Workload),
    /// The gradient of a batch or unrolled training, with one size changed.
    Point(Point),
    /// The gradient through an unrolled training.
    Unroll(Unroll),
}

impl Subject {
    /// The workload, the point `AXIS=VALUE`, or the unrolled training, with the given name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        let workload = WORKLOADS.iter().find(|workload| workload.name == name);
        workload
            .map(Self::Workload)
            .or_else(|| Point::parse(name).map(Self::Point))
            .or_else(|| Unroll::parse(name).map(Self::Unroll))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Workload(workload) => workload.name.to_string(),
            Self::Point(point) => point.name(),
            Self::Unroll(unroll) => unroll.name(),
        }
    }
}

/// Times `runs` units after one warm-up; an unrolled training, which takes long, once and without.
///
/// # Errors
/// Any error of the unit.
pub fn measure(subject: Subject, runs: usize, device: &Device) -> Result<Measurement, Error> {
    let mut unit = match subject {
        Subject::Workload(workload) => (workload.prepare)(device)?,
        Subject::Point(point) => point.prepare(device)?,
        Subject::Unroll(unroll) => unroll.prepare(device)?,
    };
    let runs = match subject {
        Subject::Unroll(_) => 1,
        _ => {
            unit()?;
            runs.max(1)
        }
    };
    let mut times = Vec::new();
    let before = processor_seconds();
    for _ in 0..runs {
        let started = Instant::now();
        unit()?;
        times.push(started.elapsed().as_secs_f64());
    }
    let used = before.zip(processor_seconds());
    let used = used.map(|(before, after)| (after - before) / times.len() as f64);
    times.sort_by(f64::total_cmp);
    Ok(Measurement {
        name: subject.name(),
        seconds: times[times.len() / 2],
        seconds_min: times[0],
        processor_seconds: used,
        runs: times.len(),
        peak_rss_bytes: peak_rss_bytes(),
        engine: format!(
            "liebig {} cpu {} x{}",
            env!("CARGO_PKG_VERSION"),
            Level::current().name(),
            rayon::current_num_threads()
        ),
    })
}

/// Processor time of this process so far, in seconds, where Linux reports it.
fn processor_seconds() -> Option<f64> {
    let statistics = fs_err::read_to_string("/proc/self/stat").ok()?;
    // The program's name is in parentheses and may contain spaces. Times are the 12th and 13th fields after it,
    // in hundredths of seconds.
    let (_, fields) = statistics.rsplit_once(')')?;
    let times = fields.split_whitespace().skip(11).take(2);
    let ticks: Vec<u64> = times
        .map(|ticks| ticks.parse().ok())
        .collect::<Option<_>>()?;
    (ticks.len() == 2).then(|| ticks.iter().sum::<u64>() as f64 / 100.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn workloads_and_points_are_found_and_timed() {
        for name in ["match_step_ipc1", "batch=1"] {
            let subject = Subject::find(name).unwrap();
            assert_eq!(subject.name(), name);
            let measured = measure(subject, 2, &liebig_grad::cpu()).unwrap();
            assert_eq!((measured.name.as_str(), measured.runs), (name, 2));
            assert!(0.0 < measured.seconds_min && measured.seconds_min <= measured.seconds);
        }
        assert!(Subject::find("magic").is_none());
    }
}
