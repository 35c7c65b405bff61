//! What a run found out, as a table.

use liebig::session::Report;

use crate::commands::evaluate::{HEADER, attacks, published, row};
use crate::format::{bytes, duration};
use crate::printer::table;

/// The table for people.
pub fn text(report: &Report, class_names: &[String]) -> String {
    let memory = report
        .peak_rss_bytes
        .map_or_else(String::new, |peak| format!(", {} of memory", bytes(peak)));
    let privacy = report.privacy.as_ref();
    let privacy = privacy.map_or_else(String::new, |guarantee| {
        format!("\ndifferential privacy: {guarantee}; docs/privacy.md says what that covers")
    });
    let facts = format!(
        "{} on {}, {} per class, {} iterations: {}{memory}\n{}{privacy}",
        report.method,
        report.dataset,
        report.ipc,
        report.iterations,
        duration(report.seconds),
        report.artefact.display(),
    );
    let mut rows: Vec<[String; 7]> = report
        .rows
        .iter()
        .map(|(name, scores)| row(name, scores))
        .collect();
    if rows.is_empty() {
        return facts;
    }
    rows.extend(published(report.published.as_ref()));
    let mut parts = vec![table(HEADER, rows)];
    parts.extend(attacks(&report.rows, class_names));
    parts.push(facts);
    parts.join("\n\n")
}
