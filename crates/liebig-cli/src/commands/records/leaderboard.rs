//! The table of all records.

use liebig::evaluate::Making;

use super::record::{Outcome, Record};
use crate::format::{duration, percent, points};

/// A Markdown table, a row for each record: by dataset, samples per class, and accuracy from the highest.
pub fn markdown(records: &[Record]) -> String {
    let mut records: Vec<&Record> = records.iter().collect();
    let accuracy = |record: &Record| record.distilled().map_or(-1.0, |result| result.mean);
    records.sort_by(|a, b| {
        let place = |record: &Record| (record.dataset.clone(), record.ipc);
        let by_place = place(a).cmp(&place(b));
        by_place.then(accuracy(b).total_cmp(&accuracy(a)))
    });
    let mut lines = vec![
        "| dataset | IPC | method | networks | n | distilled | random real | whole | iterations | time | threads | % per CPU minute | record |"
            .to_owned(),
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    lines.extend(records.into_iter().map(line));
    lines.join("\n")
}

fn line(record: &Record) -> String {
    let distilled = record.distilled();
    let score = |result: Option<&Outcome>| result.map_or_else(|| "–".into(), accuracy);
    let networks = distilled.map_or_else(String::new, |result| {
        let how = match (result.source.as_str(), result.protocol.as_str()) {
            ("distilled@common", "own") => ", common protocol".into(),
            (_, "own") => String::new(),
            (_, protocol) => format!(", {protocol}"),
        };
        format!("{}{how}", result.model)
    });
    let making = Making {
        seconds: record.seconds,
        threads: record.threads,
    };
    let per_minute = distilled
        .and_then(|result| making.accuracy_per_cpu_minute(result.mean))
        .map_or_else(|| "–".into(), points);
    let folder = record.folder.display();
    format!(
        "| {} | {} | {} | {networks} | {} | {} | {} | {} | {} | {} | {} | {per_minute} | [{folder}]({folder}/) |",
        record.dataset,
        record.ipc,
        record.method,
        distilled.map_or_else(String::new, |result| result.n.to_string()),
        score(distilled),
        score(record.of("random").or_else(|| record.of("random@tuned"))),
        score(record.of("whole")),
        record.iterations,
        duration(record.seconds),
        record.threads,
    )
}

/// Mean and deviation in per cent.
fn accuracy(result: &Outcome) -> String {
    let number = |share: f64| percent(share).trim_end_matches(" %").to_owned();
    format!("{} ± {}", number(result.mean), number(result.std))
}
