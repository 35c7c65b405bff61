//! What the numbers of a run do not say.

use anyhow::Result;
use liebig::SampleShape;
use liebig::artefact::Artefact;
use liebig::session::Report;

/// Networks below which a deviation says little.
const FEW: usize = 5;

pub fn of(report: &Report, artefact: &Artefact, config: &str) -> Result<Vec<String>> {
    let mut caveats = vec![format!(
        "One distillation with the seed {}: another seed gives another set. The deviation is that of networks trained on this one.",
        report.seed
    )];
    let fewest = report.rows.iter().map(|(_, row)| row.n).min();
    match fewest {
        None => caveats.push("The set was not evaluated.".into()),
        Some(n) if n < FEW => caveats.push(format!("Only {n} network(s) were trained on a set.")),
        Some(_) => {}
    }
    let config: toml::Table = config.parse()?;
    let data = |key: &str| config.get("data").and_then(|data| data.get(key));
    if data("validation").and_then(toml::Value::as_bool) == Some(true) {
        let text = "Tested on validation samples, not on the test split.";
        caveats.push(text.into());
    }
    if report
        .preset
        .as_deref()
        .is_some_and(|preset| preset.ends_with("quick"))
    {
        let text = "A quick preset: fewer or other iterations than the publication has.";
        caveats.push(text.into());
    }
    if report.published.is_some() {
        let text = "The published number is for the publication's copy of the data and its number of iterations; compare with care.";
        caveats.push(text.into());
    }
    if let Some(whitening) = &artefact.set.space.whitening {
        caveats.push(format!(
            "The set is whitened (ZCA, {}): networks trained on it must be given whitened test samples.",
            whitening.name()
        ));
    }
    if let SampleShape::Image { .. } = artefact.set.shape {
        let raw = artefact.set.raw_values()?;
        let outside = raw.iter().filter(|value| !(0.0..=1.0).contains(*value));
        let share = outside.count() as f64 / raw.len().max(1) as f64;
        if share > 0.0 {
            caveats.push(format!(
                "{:.0} % of the pixels are darker than black or lighter than white; pictures show them clipped, networks do not.",
                100.0 * share
            ));
        }
    }
    caveats.push("Nothing here says that the set hides who is in the data; it may not.".into());
    Ok(caveats)
}
