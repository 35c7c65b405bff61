//! Records as CSV.

use crate::record::Paper;

/// Records as CSV with a header; the items of a list are joined with `; `.
pub fn csv<'a>(papers: impl Iterator<Item = &'a Paper>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut row = |fields: [&str; 16]| {
        // Writing to memory with a fixed number of fields cannot fail.
        let _ = writer.write_record(fields);
    };
    row([
        "id",
        "title",
        "authors",
        "venue",
        "kind",
        "year",
        "paper",
        "arxiv",
        "code",
        "project",
        "sections",
        "families",
        "modalities",
        "applications",
        "added",
        "implemented_by",
    ]);
    for paper in papers {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        row([
            &paper.id,
            &paper.title,
            &paper.authors.join("; "),
            &paper.venue,
            paper.kind.name(),
            &paper.year.to_string(),
            &paper.paper,
            &text(&paper.arxiv),
            paper.code.as_ref().map_or("", |code| &code.url),
            &text(&paper.project),
            &paper.sections.join("; "),
            &paper.families.join("; "),
            &paper.modalities.join("; "),
            &paper.applications.join("; "),
            &text(&paper.added),
            &paper.implemented_by.join("; "),
        ]);
    }
    writer
        .into_inner()
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default()
}
