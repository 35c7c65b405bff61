//! The table of all methods.

use liebig::continual::{Form, Progress, Span, Tested, progress};
use serde::Serialize;

use super::OfOrder;
use crate::curve::Point;
use crate::format::{bytes, duration, percent};
use crate::printer::table;

/// A method's row.
#[derive(Serialize)]
pub struct Line {
    /// The method, or `finetune` and `joint`.
    pub method: String,
    /// How its memory is stored.
    pub form: Option<Form>,
    /// Over all orders.
    #[serde(flatten)]
    pub progress: Progress,
}

/// A row for each method and form, in their order.
pub fn lines(results: &[OfOrder]) -> Vec<Line> {
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

fn name(line: &Line) -> String {
    match line.form {
        Some(Form::Bytes) => format!("{}, in bytes", line.method),
        _ => line.method.clone(),
    }
}

/// Accuracy over the steps.
pub fn curve(line: &Line) -> (String, Vec<Point>) {
    let points = line.progress.accuracy.iter().enumerate();
    let points =
        points.map(|(step, span)| ((step + 1) as f64, 100.0 * span.mean, 100.0 * span.std));
    (name(line), points.collect())
}

pub fn text(lines: &[Line]) -> String {
    let span = |span: Span| {
        let mean = percent(span.mean);
        format!("{} ± {}", mean.trim_end_matches(" %"), percent(span.std))
    };
    let rows = lines.iter().map(|line| {
        let Progress {
            average,
            last,
            forgetting,
            seconds,
            bytes: size,
            n,
            ..
        } = line.progress;
        [
            name(line),
            n.to_string(),
            span(average),
            span(last),
            span(forgetting),
            if size > 0 { bytes(size) } else { String::new() },
            duration(seconds),
        ]
    });
    let header = [
        "memory of",
        "n",
        "average over the steps",
        "after the last",
        "forgetting",
        "memory",
        "time of a step",
    ];
    format!(
        "{}\n\nAccuracy on all classes seen, mean ± population standard deviation over networks and orders. Networks are fresh after each step, so\n\
         forgetting is that more classes are easier to confuse. finetune has no memory; joint has all data.",
        table(header, rows)
    )
}
