//! The sections of the list.

use serde::{Deserialize, Serialize};

/// A section: an area (no parent), a section of an area, or a subsection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The id, also used as a file name and as the anchor in Markdown.
    pub id: String,
    /// The heading.
    pub title: String,
    /// The id of the section that contains this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

/// The format of `sections.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// The sections, in the order of the list.
    #[serde(default)]
    pub section: Vec<Section>,
}

/// The heading of a section preceded by those of its parents, without the area: `Generative Distillation / GAN`.
pub fn full_title(sections: &[Section], id: &str) -> String {
    let mut titles = Vec::new();
    let mut at = sections.iter().find(|s| s.id == id);
    // The number of sections bounds the loop even if hand-written parents form a cycle.
    while let (Some(section), true) = (at, titles.len() <= sections.len()) {
        if section.parent.is_some() || titles.is_empty() {
            titles.push(section.title.as_str());
        }
        at = section
            .parent
            .as_ref()
            .and_then(|parent| sections.iter().find(|s| s.id == *parent));
    }
    titles.reverse();
    if titles.is_empty() {
        id.to_owned()
    } else {
        titles.join(" / ")
    }
}

/// Whether `id` is `above` or lies anywhere below it.
pub fn is_within(sections: &[Section], id: &str, above: &str) -> bool {
    let mut at = Some(id);
    for _ in 0..=sections.len() {
        match at {
            Some(here) if here == above => return true,
            Some(here) => {
                at = sections
                    .iter()
                    .find(|s| s.id == here)
                    .and_then(|s| s.parent.as_deref())
            }
            None => return false,
        }
    }
    false
}

/// An id made from a heading: its folded words, joined with `-`.
pub fn slug(title: &str) -> String {
    let mut slug = crate::fold::words(title).join("-");
    slug.retain(|c| c.is_ascii_alphanumeric() || c == '-');
    slug.truncate(60);
    if slug.trim_matches('-').is_empty() {
        "section".to_owned()
    } else {
        slug
    }
}
