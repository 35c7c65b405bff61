//! What an evaluation prints.

use liebig::Published;
use liebig::evaluate::{EvaluationReport, Gathered, Row, Rows};

use super::patients;
use super::snapshots::Accuracy;
use crate::format::{duration, percent, points};
use crate::printer::table;

/// The columns of a table of scores.
pub const HEADER: [&str; 7] = [
    "test accuracy of networks trained on",
    "n",
    "mean",
    "std",
    "time to make",
    "% per CPU minute",
    "bits per class",
];

/// A row of such a table.
pub fn row(name: &str, row: &Row) -> [String; 7] {
    [
        named(name),
        row.n.to_string(),
        percent(row.mean),
        percent(row.std),
        row.seconds.map_or_else(String::new, duration),
        row.accuracy_per_cpu_minute.map_or_else(String::new, points),
        format!("{:.0}", row.bits_per_class),
    ]
}

/// A source of a report in words.
pub fn named(name: &str) -> String {
    let (source, training) = name.rsplit_once('@').unwrap_or((name, ""));
    let source = if source == "random" {
        "random real"
    } else {
        source
    };
    match training {
        "common" => format!("{source}, common protocol"),
        "own" => format!("{source}, the set's own steps"),
        "tuned" => format!("{source}, as many steps of the best size"),
        "nearest" => format!("{source}, nearest sample"),
        "before" => "nothing yet".into(),
        "hard" => format!("{source}, hard labels"),
        "labels" => format!("{source}, the set's labels"),
        "bytes" => format!("{source}, as many bytes"),
        "dense" => "the trained network".into(),
        "pruned" => "the trained network, pruned".into(),
        _ => source.into(),
    }
}

/// How often one class was taken for another, if that was measured.
pub fn attacks(rows: &Rows, class_names: &[String]) -> Option<String> {
    let name = |class: u32| class_names.get(class as usize).cloned().unwrap_or_default();
    let lines: Vec<[String; 5]> = rows
        .iter()
        .filter_map(|(source, row)| {
            let attack = row.attack.as_ref()?;
            Some([
                named(source),
                format!("{} for {}", name(attack.from), name(attack.to)),
                percent(attack.success),
                percent(attack.accuracy_flipped),
                percent(attack.accuracy_others),
            ])
        })
        .collect();
    let header = [
        "trained on",
        "mistakes",
        "success",
        "accuracy if that were right",
        "of the other classes",
    ];
    (!lines.is_empty()).then(|| table(header, lines))
}

/// The rows for what was published.
pub fn published(published: Option<&Published>) -> Vec<[String; 7]> {
    let line = |name: &str, mean: f64, std: Option<f64>| {
        let std = std.map_or_else(String::new, percent);
        let empty = String::new;
        [
            name.into(),
            empty(),
            percent(mean),
            std,
            empty(),
            empty(),
            empty(),
        ]
    };
    let Some(published) = published else {
        return Vec::new();
    };
    let mut rows = vec![line("distilled, published", published.mean, published.std)];
    rows.extend(
        published
            .whole
            .map(|whole| line("whole dataset, published", whole, None)),
    );
    rows
}

pub fn text(report: &EvaluationReport, class_names: &[String]) -> String {
    let mut parts = Vec::new();
    for result in &report.results {
        let mut rows: Vec<_> = result
            .rows
            .iter()
            .map(|(name, scores)| row(name, scores))
            .collect();
        // What was published is by the publication's protocol.
        if result.protocol == "own" {
            rows.extend(published(report.published.as_ref()));
        }
        let title = match result.protocol.as_str() {
            "own" => result.model.clone(),
            protocol => format!("{}, protocol {protocol}", result.model),
        };
        parts.push(format!("{title}\n\n{}", table(HEADER, rows)));
        parts.extend(result.ranking.map(|ranking| {
            let ars = ranking.ars.map_or_else(String::new, |ars| {
                format!(", augmentation robust score {ars:.3}")
            });
            format!(
                "DD-Ranking: hard label recovery {}, improvement over random {}, label robust score {:.3}{ars}",
                percent(ranking.hlr),
                percent(ranking.ior),
                ranking.lrs
            )
        }));
        parts.extend(others(&result.rows));
        parts.extend(per_class(&result.rows, class_names));
        parts.extend(confusion(&result.rows, class_names));
        parts.extend(attacks(&result.rows, class_names));
        parts.extend(patients::table(&result.rows, class_names));
    }
    parts.extend(transfer(report));
    parts.join("\n\n")
}

/// Mean and best over several networks and protocols.
fn transfer(report: &EvaluationReport) -> Option<String> {
    let rows = report.averages();
    let header = format!("over {} networks and protocols", report.results.len());
    let lines = rows.iter().map(|average| {
        let source = named(&average.source);
        [source, percent(average.mean), percent(average.best)]
    });
    (report.results.len() > 1).then(|| table([header.as_str(), "mean", "best"], lines))
}

/// Accuracy after each of some iterations.
pub fn over_time(accuracies: &[Accuracy]) -> String {
    let lines = accuracies.iter().map(|accuracy| {
        [
            accuracy.iteration.to_string(),
            accuracy.model.clone(),
            named(&accuracy.source),
            accuracy.n.to_string(),
            percent(accuracy.mean),
            percent(accuracy.std),
        ]
    });
    table(
        ["iteration", "network", "trained on", "n", "mean", "std"],
        lines,
    )
}

/// Several distillations as one result.
pub fn gathered(gathered: &[Gathered]) -> String {
    let header = [
        "all sets",
        "trained on",
        "sets",
        "networks",
        "mean",
        "std",
        "std of sets",
    ];
    let lines = gathered.iter().map(|row| {
        let model = match row.protocol.as_str() {
            "own" => row.model.clone(),
            protocol => format!("{}, {protocol}", row.model),
        };
        [
            model,
            named(&row.source),
            row.distillations.to_string(),
            row.n.to_string(),
            percent(row.mean),
            percent(row.std),
            percent(row.std_of_distillations),
        ]
    });
    table(header, lines)
}

/// Calibration, ensembles and chosen learning rates.
fn others(rows: &Rows) -> Option<String> {
    let any = rows
        .iter()
        .any(|(_, row)| row.ensemble.is_some() || row.lr.is_some());
    let shown = |value: Option<String>| value.unwrap_or_default();
    let lines = rows.iter().map(|(source, row)| {
        [
            named(source),
            shown(row.ece.map(|ece| format!("{ece:.3}"))),
            shown(row.ensemble.map(percent)),
            shown(row.lr.map(|lr| lr.to_string())),
        ]
    });
    let header = [
        "trained on",
        "calibration error",
        "all networks together",
        "chosen rate",
    ];
    any.then(|| table(header, lines))
}

/// A table for each source: rows are the classes that samples have, columns those that they are taken for.
fn confusion(rows: &Rows, class_names: &[String]) -> Option<String> {
    let tables = rows.iter().filter_map(|(source, row)| {
        let counts = row.confusion.as_ref()?;
        let title = format!("{}: is, taken for", named(source));
        let header: Vec<&str> = std::iter::once(title.as_str())
            .chain(class_names.iter().map(String::as_str))
            .collect();
        let lines = class_names.iter().zip(counts).map(|(name, counts)| {
            let counts = counts.iter().map(ToString::to_string);
            std::iter::once(name.clone())
                .chain(counts)
                .collect::<Vec<_>>()
        });
        Some(table(header, lines))
    });
    let tables: Vec<String> = tables.collect();
    (!tables.is_empty()).then(|| tables.join("\n\n"))
}

fn per_class(rows: &Rows, class_names: &[String]) -> Option<String> {
    let of_source = |(name, row): (&str, &Row)| Some((name.to_string(), row.per_class.clone()?));
    let sources: Vec<(String, Vec<f64>)> = rows.iter().filter_map(of_source).collect();
    if sources.is_empty() {
        return None;
    }
    let lines = sources.iter().flat_map(|(source, accuracies)| {
        let classes = class_names.iter().zip(accuracies);
        classes.map(move |(class, accuracy)| [source.clone(), class.clone(), percent(*accuracy)])
    });
    Some(table(["trained on", "class", "accuracy"], lines))
}
