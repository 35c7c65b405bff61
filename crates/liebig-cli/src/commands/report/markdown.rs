//! A report as text.

use super::section::Section;
use crate::table::Table;

/// Everything but pictures and charts, in Markdown.
pub fn text<'a>(sections: impl Iterator<Item = &'a Section>) -> String {
    let all: Vec<String> = std::iter::once("# Distilled sets".into())
        .chain(sections.map(section))
        .collect();
    all.join("\n\n")
}

fn section(section: &Section) -> String {
    let mut parts = vec![format!("## {}", section.title), table(&section.table)];
    parts.extend(section.remarks.iter().cloned());
    let facts = section.facts.iter();
    let facts = facts.map(|(name, value)| format!("- {name}: {value}"));
    parts.push(facts.collect::<Vec<_>>().join("\n"));
    let caveats = section.caveats.iter().map(|caveat| format!("- {caveat}"));
    parts.push(format!(
        "### To be careful about\n\n{}",
        caveats.collect::<Vec<_>>().join("\n")
    ));
    if let Some(settings) = &section.settings {
        parts.push(format!(
            "### Settings\n\n```toml\n{}\n```",
            settings.trim_end()
        ));
    }
    parts.join("\n\n")
}

fn table(table: &Table) -> String {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let names = table.columns.iter().map(|column| column.name.clone());
    let mut lines = vec![
        line(names.collect()),
        format!("|{}", "---|".repeat(table.columns.len())),
    ];
    lines.extend(table.rows.iter().map(|row| {
        let cells = row.iter().map(|cell| cell.text.replace('|', "\\|"));
        line(cells.collect())
    }));
    lines.join("\n")
}
