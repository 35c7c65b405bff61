//! The runs with different seeds as one point each.

use std::path::Path;

use anyhow::Result;
use liebig::Zca;
use liebig::evaluate::{DISTILLED, ModelRows, OWN};
use serde::Serialize;

use super::cell::{COMMON, Kept};
use crate::format::{duration, percent};
use crate::printer::table;

/// A point of the frontier: all seeds and networks of one setting.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// The dataset's name.
    pub dataset: String,
    /// How it was whitened, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zca: Option<Zca>,
    /// Samples per class.
    pub ipc: i64,
    /// The method.
    pub method: String,
    /// The time that was given, in minutes; none for a method without iterations.
    pub minutes: Option<f64>,
    /// Mean wall time that was taken, in seconds.
    pub seconds: f64,
    /// Mean number of iterations.
    pub iterations: f64,
    /// The network that was trained for the test.
    pub model: String,
    /// Runs.
    pub seeds: usize,
    /// Networks of all runs together.
    pub n: usize,
    /// Mean test accuracy by the common protocol.
    pub mean: f64,
    /// Population standard deviation of all networks.
    pub std: f64,
    /// Mean test accuracy by the steps that the set was made for, if it was made for any, or by its method's protocol, if that
    /// is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<f64>,
}

/// The points of all runs of the folder that are tested, by dataset, samples and time.
pub fn points(output: &Path) -> Result<Vec<Point>> {
    let mut points: Vec<Point> = Vec::new();
    for kept in Kept::all(output)? {
        let common = kept.results.iter().filter(|rows| rows.protocol == COMMON);
        for rows in common {
            let Some(point) = Point::new(&kept, rows) else {
                continue;
            };
            match points.iter_mut().find(|known| known.is_like(&point)) {
                Some(known) => known.add(&point),
                None => points.push(point),
            }
        }
    }
    points.sort_by(|a, b| {
        let of_dataset = |point: &Point| {
            (
                point.dataset.clone(),
                point.zca.map(|zca| zca.to_string()),
                point.ipc,
            )
        };
        let time = |point: &Point| point.minutes.unwrap_or(0.0);
        of_dataset(a)
            .cmp(&of_dataset(b))
            .then(time(a).total_cmp(&time(b)))
    });
    Ok(points)
}

impl Point {
    /// One run with one kind of network.
    fn new(kept: &Kept, common: &ModelRows) -> Option<Self> {
        let row = common.rows.get(&format!("{DISTILLED}@common"));
        let steps = row.and(common.rows.get(DISTILLED));
        let row = row.or(common.rows.get(DISTILLED))?;
        let by_recipe = kept
            .results
            .iter()
            .find(|rows| rows.protocol == OWN && rows.model == common.model)
            .and_then(|rows| rows.rows.get(DISTILLED));
        Some(Self {
            dataset: kept.dataset.clone(),
            zca: kept.zca,
            ipc: kept.ipc,
            method: kept.method.clone(),
            minutes: kept.minutes,
            seconds: kept.seconds,
            iterations: kept.iterations as f64,
            model: common.model.clone(),
            seeds: 1,
            n: row.n,
            mean: row.mean,
            std: row.std,
            own: steps.or(by_recipe).map(|row| row.mean),
        })
    }

    /// The dataset, with how it was whitened.
    pub fn data(&self) -> String {
        match self.zca {
            None => self.dataset.clone(),
            Some(zca) => format!("{} (ZCA {zca})", self.dataset),
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        let key = |point: &Self| {
            let Self {
                dataset,
                zca,
                ipc,
                method,
                minutes,
                model,
                ..
            } = point;
            (
                dataset.clone(),
                *zca,
                *ipc,
                method.clone(),
                *minutes,
                model.clone(),
            )
        };
        key(self) == key(other)
    }

    /// Adds a run with another seed.
    fn add(&mut self, run: &Self) {
        let (n, more) = (self.n as f64, run.n as f64);
        let (seeds, all) = (self.seeds as f64, n + more);
        let mean = (n * self.mean + more * run.mean) / all;
        let square = |point: &Self| point.std.powi(2) + (point.mean - mean).powi(2);
        self.std = ((n * square(self) + more * square(run)) / all).sqrt();
        self.mean = mean;
        self.n += run.n;
        let of_runs = |a: f64, b: f64| (seeds * a + b) / (seeds + 1.0);
        self.seconds = of_runs(self.seconds, run.seconds);
        self.iterations = of_runs(self.iterations, run.iterations);
        self.own = self.own.zip(run.own).map(|(a, b)| of_runs(a, b));
        self.seeds += 1;
    }
}

/// The points as a table.
pub fn text(points: &[Point]) -> String {
    let rows = points.iter().map(|point| {
        [
            point.data(),
            point.ipc.to_string(),
            point.method.clone(),
            duration(point.seconds),
            format!("{:.0}", point.iterations),
            point.model.clone(),
            format!("{} x {}", point.seeds, point.n / point.seeds.max(1)),
            percent(point.mean),
            percent(point.std),
            point.own.map_or_else(String::new, percent),
        ]
    });
    let header = [
        "dataset",
        "ipc",
        "method",
        "time",
        "iterations",
        "network",
        "seeds x networks",
        "accuracy",
        "std",
        "own",
    ];
    table(header, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(mean: f64, std: f64, seconds: f64) -> Point {
        Point {
            dataset: "strokes".into(),
            zca: None,
            ipc: 1,
            method: "dd".into(),
            minutes: Some(2.0),
            seconds,
            iterations: 10.0,
            model: "convnet".into(),
            seeds: 1,
            n: 2,
            mean,
            std,
            own: None,
        }
    }

    #[test]
    fn networks_of_all_seeds_count_alike() {
        // Networks with 0.1, 0.3 and 0.5, 0.5.
        let mut point = run(0.2, 0.1, 100.0);
        point.add(&run(0.5, 0.0, 140.0));
        assert!((point.mean - 0.35).abs() < 1e-12);
        let variance: f64 = [0.1_f64, 0.3, 0.5, 0.5]
            .map(|x| (x - 0.35).powi(2))
            .iter()
            .sum();
        assert!((point.std - (variance / 4.0).sqrt()).abs() < 1e-12);
        assert_eq!((point.n, point.seeds, point.seconds), (4, 2, 120.0));
    }
}
