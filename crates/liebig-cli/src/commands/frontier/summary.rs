//! The runs with different seeds as one point each.

use std::path::Path;

use anyhow::Result;
use liebig::evaluate::DISTILLED;
use serde::Serialize;

use super::cell::Cell;
use crate::format::{duration, percent};
use crate::printer::table;

/// A point of the frontier: all seeds and networks of one setting.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// The dataset's name.
    pub dataset: String,
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
    /// Mean test accuracy by the steps that the set was made for, if it was made for any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<f64>,
}

/// The points of all runs that are finished.
pub fn points(cells: &[Cell], output: &Path) -> Result<Vec<Point>> {
    let mut points: Vec<Point> = Vec::new();
    for cell in cells {
        let Some(tested) = cell.tested(output)? else {
            continue;
        };
        for result in &tested.results {
            let rows = &result.rows;
            let common = rows.get(&format!("{DISTILLED}@common"));
            let (Some(row), own) = (common.or(rows.get(DISTILLED)), rows.get(DISTILLED)) else {
                continue;
            };
            let point = Point {
                dataset: tested.dataset.clone(),
                ipc: cell.ipc,
                method: cell.method.clone(),
                minutes: cell.minutes.map(|time| time.as_secs_f64() / 60.0),
                seconds: tested.seconds,
                iterations: tested.iterations as f64,
                model: result.model.clone(),
                seeds: 1,
                n: row.n,
                mean: row.mean,
                std: row.std,
                own: common.and(own).map(|row| row.mean),
            };
            match points.iter_mut().find(|known| known.is_like(&point)) {
                Some(known) => known.add(&point),
                None => points.push(point),
            }
        }
    }
    Ok(points)
}

impl Point {
    fn is_like(&self, other: &Self) -> bool {
        let key = |point: &Self| {
            let Self {
                dataset,
                ipc,
                method,
                minutes,
                model,
                ..
            } = point;
            (
                dataset.clone(),
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
            point.dataset.clone(),
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
        "own steps",
    ];
    table(header, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(mean: f64, std: f64, seconds: f64) -> Point {
        Point {
            dataset: "strokes".into(),
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
