//! A report as one page that needs nothing else.

use anyhow::Result;
use askama::Template;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::facts::Run;
use super::{losses, markdown};
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
    /// SVG for light and dark pages.
    curves: Option<[String; 2]>,
    classes: String,
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
    let curves = match (losses::svg(run, &LIGHT)?, losses::svg(run, &DARK)?) {
        (Some(light), Some(dark)) => Some([light, dark]),
        _ => None,
    };
    let uri = |png: &Vec<u8>| format!("data:image/png;base64,{}", BASE64_STANDARD.encode(png));
    let published = run.published.as_ref();
    Ok(Section {
        title: run.title(),
        scores: scores.collect(),
        published: published.map(|published| (percent(published.mean), published.source.as_str())),
        facts: markdown::facts(run),
        picture: run.picture.as_ref().map(uri),
        curves,
        classes: run.classes.join(", "),
        run,
    })
}
