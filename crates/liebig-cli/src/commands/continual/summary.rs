//! The table of all methods.

use liebig::Recipe;
use liebig::continual::{Domains, Form, Progress, Span, Tested, progress};
use serde::{Deserialize, Serialize};

use super::OfOrder;
use crate::args::ContinualArguments;
use crate::curve::Point;
use crate::format::{accuracy, bytes, duration};
use crate::table::{Cell, Table};

/// All results, as `--json` prints them.
#[derive(Serialize, Deserialize)]
pub struct Summary {
    /// What arrives in steps: `classes` or `domains`.
    pub sequence: Sequence,
    /// The dataset, or all of them in their order.
    pub data: Vec<String>,
    /// Classes in all.
    pub classes: usize,
    /// The number of steps.
    pub steps: usize,
    /// Samples of each class in the memory, unless its size was given in bytes.
    pub memory: Option<i64>,
    /// Bytes of the memory, if they were given.
    pub memory_bytes: Option<u64>,
    /// The network that learns from the memory, with its options.
    pub model: String,
    /// How, by name.
    pub protocol: String,
    /// For how many epochs.
    pub epochs: usize,
    /// A row for each method and form of its memory, and for training on real data.
    pub rows: Vec<Line>,
}

/// What arrives in steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sequence {
    /// The classes of one dataset.
    Classes,
    /// Datasets with the same classes.
    Domains,
}

/// A method's row.
#[derive(Serialize, Deserialize)]
pub struct Line {
    /// The method, or `finetune` and `joint`.
    pub method: String,
    /// How its memory is stored.
    pub form: Option<Form>,
    /// Over all orders.
    #[serde(flatten)]
    pub progress: Progress,
}

impl Summary {
    pub fn of(
        arguments: &ContinualArguments,
        domains: &Domains,
        recipe: &Recipe,
        results: &[OfOrder],
    ) -> Self {
        let datasets = domains.datasets().iter();
        let rows = lines(results);
        Self {
            sequence: match datasets.len() {
                1 => Sequence::Classes,
                _ => Sequence::Domains,
            },
            data: datasets.map(|dataset| dataset.name.clone()).collect(),
            classes: domains.first().class_names.len(),
            steps: rows.first().map_or(0, |line| line.progress.accuracy.len()),
            memory: arguments.memory_bytes.is_none().then_some(arguments.memory),
            memory_bytes: arguments.memory_bytes,
            model: super::super::distill::options(&recipe.model),
            protocol: arguments.protocol.clone(),
            epochs: recipe.protocol.epochs,
            rows,
        }
    }
}

impl Summary {
    /// What it is, in a line.
    pub fn title(&self) -> String {
        let data = self.data.join(", then ");
        match self.sequence {
            Sequence::Classes => format!("continual learning on {data}, {} steps", self.steps),
            Sequence::Domains => format!("continual learning on {data}"),
        }
    }

    /// Names and values of the circumstances.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let memory = match self.memory_bytes {
            Some(size) => format!("{} in all", bytes(size)),
            None => format!("{} of each class", self.memory.unwrap_or_default()),
        };
        let orders = self.rows.first().map_or(0, |line| line.progress.orders);
        vec![
            ("memory", memory),
            ("classes", self.classes.to_string()),
            ("steps", self.steps.to_string()),
            (
                match self.sequence {
                    Sequence::Classes => "orders of the classes",
                    Sequence::Domains => "repetitions",
                },
                orders.to_string(),
            ),
            ("network", self.model.clone()),
            (
                "training of the networks",
                format!("{} epochs, protocol {}", self.epochs, self.protocol),
            ),
        ]
    }
}

/// A row for each method and form, in their order.
fn lines(results: &[OfOrder]) -> Vec<Line> {
    let mut kinds: Vec<(&str, Option<Form>)> = Vec::new();
    for result in results {
        let kind = (result.method.as_str(), result.form);
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let line = |(method, form): (&str, Option<Form>)| {
        let same = results
            .iter()
            .filter(|result| (result.method.as_str(), result.form) == (method, form));
        let orders: Vec<Vec<Tested>> = same.map(|result| result.steps.clone()).collect();
        Some(Line {
            method: method.into(),
            form,
            progress: progress(&orders)?,
        })
    };
    kinds.into_iter().filter_map(line).collect()
}

impl Line {
    /// The method, and how its memory is stored if that is not the usual.
    pub fn name(&self) -> String {
        match self.form {
            Some(Form::Bytes) => format!("{}, in bytes", self.method),
            _ => self.method.clone(),
        }
    }
}

/// Accuracy over the steps, a line for each row.
pub fn curves(summary: &Summary) -> Vec<(String, Vec<Point>)> {
    let curve = |line: &Line| {
        let points = line.progress.accuracy.iter().enumerate();
        let points =
            points.map(|(step, span)| ((step + 1) as f64, 100.0 * span.mean, 100.0 * span.std));
        (line.name(), points.collect())
    };
    summary.rows.iter().map(curve).collect()
}

/// A row for each method and form.
pub fn table(summary: &Summary) -> Table {
    let each: Vec<String> = match summary.sequence {
        Sequence::Classes => Vec::new(),
        Sequence::Domains => summary
            .data
            .iter()
            .map(|name| format!("on {name}"))
            .collect(),
    };
    let mut numbers = vec!["n", "average over the steps", "after the last"];
    numbers.extend(each.iter().map(String::as_str));
    numbers.extend(["forgetting", "memory", "time of a step"]);
    let mut table = Table::new(explanation(summary), &["memory of"], &numbers);
    table.rows = summary
        .rows
        .iter()
        .map(|line| cells(line, each.len()))
        .collect();
    table
}

/// The cells of a row, with the accuracy on each of the first `domains` steps after the last one.
fn cells(line: &Line, domains: usize) -> Vec<Cell> {
    let Progress {
        average,
        last,
        by_step,
        forgetting,
        seconds,
        bytes: size,
        n,
        ..
    } = &line.progress;
    let span = |span: &Span| Cell::accuracy(span.mean, span.std);
    let each = by_step.last().into_iter().flatten().take(domains);
    let mut cells = vec![
        line.name().as_str().into(),
        Cell::number(*n as f64, n.to_string()),
        span(average),
        span(last),
    ];
    cells.extend(each.map(span));
    cells.extend([
        Cell::number(
            100.0 * forgetting.mean,
            accuracy(forgetting.mean, forgetting.std),
        ),
        Cell::known((*size > 0).then_some(*size as f64), |size| {
            bytes(size as u64)
        }),
        Cell::number(*seconds, duration(*seconds)),
    ]);
    cells
}

/// What the numbers are.
fn explanation(summary: &Summary) -> &'static str {
    match summary.sequence {
        Sequence::Classes => {
            "Accuracy on all classes seen, mean ± population standard deviation over networks and orders. Networks are fresh after each step, so \
             forgetting is that more classes are easier to confuse. finetune has no memory; joint has all data."
        }
        Sequence::Domains => {
            "Mean of the accuracies on the datasets seen, which count the same; mean ± population standard deviation over networks and repetitions. \
             \"on\" is the accuracy on each after the last step. Networks are fresh after each step, so forgetting is that each dataset is a smaller \
             part of the memory. finetune has no memory; joint has all data."
        }
    }
}

pub fn text(summary: &Summary) -> String {
    let table = table(summary);
    format!("{}\n\n{}", table.text(), table.caption)
}
