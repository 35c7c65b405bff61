//! A report as one page that needs nothing else.

use anyhow::Result;
use askama::Template;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::super::evaluate::named;
use super::facts::Run;
use super::markdown;
use crate::curve::{self, Point};
use crate::format::{duration, percent};
use crate::theme::{DARK, LIGHT};

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    sections: Vec<Section<'a>>,
}

/// A run, ready to be laid out.
struct Section<'a> {
    run: &'a Run,
    title: String,
    scores: Vec<Score<'a>>,
    published: Option<(String, &'a str)>,
    facts: Vec<(&'static str, String)>,
    /// A data URI.
    picture: Option<String>,
    curves: Vec<Curve>,
    classes: String,
}

/// A chart of something over the iterations.
struct Curve {
    about: &'static str,
    /// SVG for light and dark pages.
    light: String,
    dark: String,
}

struct Score<'a> {
    label: &'a str,
    n: usize,
    accuracy: String,
    /// To sort by, and the length of the bar.
    percent: String,
    time: String,
    seconds: f64,
    bits: String,
}

/// The page.
pub fn page(runs: &[Run]) -> Result<String> {
    let sections = runs.iter().map(section).collect::<Result<_>>()?;
    Ok(Page { sections }.render()?)
}

fn section(run: &Run) -> Result<Section<'_>> {
    let scores = run.scores.iter().map(|score| Score {
        label: &score.label,
        n: score.n,
        accuracy: score.accuracy(),
        percent: format!("{:.2}", 100.0 * score.mean),
        time: score.seconds.map_or_else(|| "–".into(), duration),
        seconds: score.seconds.unwrap_or(-1.0),
        bits: format!("{:.0}", score.bits_per_class),
    });
    let losses = run
        .losses
        .iter()
        .map(|point| (point.iteration as f64, point.loss, 0.0));
    let curves = [
        (
            "The method's loss over the iterations",
            "loss",
            vec![("loss".into(), losses.collect())],
        ),
        (
            "Test accuracy over the iterations; the band is the deviation of the networks",
            "accuracy in %",
            accuracies(run),
        ),
    ];
    let curves = curves.into_iter().filter_map(|(about, what, lines)| {
        let chart = |theme| curve::svg(&lines, ["iteration", what], theme);
        match (chart(&LIGHT), chart(&DARK)) {
            (Ok(light), Ok(dark)) => Some(Ok(Curve {
                about,
                light: light?,
                dark: dark?,
            })),
            (Err(error), _) | (_, Err(error)) => Some(Err(error)),
        }
    });
    let uri = |png: &Vec<u8>| format!("data:image/png;base64,{}", BASE64_STANDARD.encode(png));
    let published = run.published.as_ref();
    Ok(Section {
        title: run.title(),
        scores: scores.collect(),
        published: published.map(|published| (percent(published.mean), published.source.as_str())),
        facts: markdown::facts(run),
        picture: run.picture.as_ref().map(uri),
        curves: curves.collect::<Result<_>>()?,
        classes: run.classes.join(", "),
        run,
    })
}

/// A line for each network, protocol and way of training.
fn accuracies(run: &Run) -> Vec<(String, Vec<Point>)> {
    let mut lines: Vec<(String, Vec<Point>)> = Vec::new();
    for accuracy in &run.accuracies {
        let name = match accuracy.protocol.as_str() {
            "own" => format!("{}, {}", accuracy.model, named(&accuracy.source)),
            protocol => format!("{}, {protocol}", accuracy.model),
        };
        let point = (
            accuracy.iteration as f64,
            100.0 * accuracy.mean,
            100.0 * accuracy.std,
        );
        match lines.iter_mut().find(|(known, _)| *known == name) {
            Some((_, points)) => points.push(point),
            None => lines.push((name, vec![point])),
        }
    }
    lines
}
