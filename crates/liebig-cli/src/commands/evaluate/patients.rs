//! How well patients are judged, as a table.

use liebig::evaluate::{Estimate, Patients, Row, Rows};

use super::named;
use crate::format::percent;
use crate::printer;

/// The measures of every source that were asked for, with a line about the patients.
pub fn table<'a>(rows: &'a Rows, class_names: &[String]) -> Option<String> {
    let of_source = |(name, row): (&'a str, &'a Row)| Some((name, row.patients.as_ref()?));
    let sources: Vec<(&str, &Patients)> = rows.iter().filter_map(of_source).collect();
    let (_, first) = sources.first()?;
    let about = about(first, class_names);
    let lines = sources.into_iter().map(|(name, patients)| {
        [
            named(name),
            thresholds(&patients.thresholds),
            estimate(&patients.sensitivity),
            estimate(&patients.specificity),
            estimate(&patients.harmonic_mean),
        ]
    });
    let header = [
        "patients judged by networks trained on",
        "threshold",
        "sensitivity",
        "specificity",
        "harmonic mean",
    ];
    Some(format!("{}\n{about}", printer::table(header, lines)))
}

fn about(patients: &Patients, class_names: &[String]) -> String {
    let Patients {
        positive,
        train,
        test,
        test_positive,
        ..
    } = patients;
    let label = positive.to_string();
    let name = class_names.get(*positive as usize).unwrap_or(&label);
    format!(
        "positive: {name}, {test_positive} of {test} test patients; thresholds chosen on {train} training patients\n\
         +- over networks; in brackets the 95 % interval over test patients"
    )
}

/// `42.5 +- 3.1 %`, a share of a patient's samples.
fn thresholds(thresholds: &[f64]) -> String {
    let count = thresholds.len() as f64;
    let mean = thresholds.iter().sum::<f64>() / count;
    let square = |threshold: &f64| (threshold - mean).powi(2);
    let deviation = (thresholds.iter().map(square).sum::<f64>() / count).sqrt();
    between(mean, deviation)
}

/// `91.0 +- 1.2 % [85.0, 95.5]`
fn estimate(estimate: &Estimate) -> String {
    let Estimate {
        mean,
        std,
        low,
        high,
        ..
    } = estimate;
    let (low, high) = (100.0 * low, 100.0 * high);
    format!("{} [{low:.1}, {high:.1}]", between(*mean, *std))
}

fn between(mean: f64, deviation: f64) -> String {
    format!("{:.1} +- {}", 100.0 * mean, percent(deviation))
}
