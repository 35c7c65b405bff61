//! Liebig's own tags: the vocabulary, and the tags that a paper gets when it is first imported.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::fold;
use crate::record::Paper;

/// The allowed tags, by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tags {
    /// Method families, e.g. `trajectory`.
    pub families: Vec<String>,
    /// Data modalities, e.g. `image`.
    pub modalities: Vec<String>,
    /// Applications, e.g. `privacy`.
    pub applications: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Rules {
    families: Vec<String>,
    modalities: Vec<String>,
    applications: Vec<String>,
    no_default_modality: Vec<String>,
    section: BTreeMap<String, Tags>,
    title: Vec<TitleRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TitleRule {
    word: String,
    #[serde(default)]
    families: Vec<String>,
    #[serde(default)]
    modalities: Vec<String>,
    #[serde(default)]
    applications: Vec<String>,
}

static RULES: LazyLock<Rules> =
    // A test reads the shipped rules, so unreadable ones cannot be released.
    LazyLock::new(|| toml::from_str(include_str!("../data/tags.toml")).unwrap_or_default());

/// The vocabulary: all allowed tags.
pub fn vocabulary() -> Tags {
    Tags {
        families: RULES.families.clone(),
        modalities: RULES.modalities.clone(),
        applications: RULES.applications.clone(),
    }
}

/// Sets the tags of a record according to its sections and its title.
pub fn derive(paper: &mut Paper) {
    let title = format!(" {} ", fold::title_key(&paper.title));
    let by_section = paper
        .sections
        .iter()
        .filter_map(|section| RULES.section.get(section));
    let mut tags = Tags::default();
    for rule in by_section {
        add(
            &mut tags,
            &rule.families,
            &rule.modalities,
            &rule.applications,
        );
    }
    for rule in RULES
        .title
        .iter()
        .filter(|rule| stands_in(&rule.word, &title))
    {
        add(
            &mut tags,
            &rule.families,
            &rule.modalities,
            &rule.applications,
        );
    }
    let may_default = !paper
        .sections
        .iter()
        .any(|section| RULES.no_default_modality.contains(section));
    if tags.modalities.is_empty() && may_default {
        tags.modalities.push("image".into());
    }
    paper.families = tags.families;
    paper.modalities = tags.modalities;
    paper.applications = tags.applications;
}

fn stands_in(word: &str, title: &str) -> bool {
    match word.strip_suffix('*') {
        Some(start) => title.contains(&format!(" {start}")),
        None => title.contains(&format!(" {word} ")),
    }
}

fn add(tags: &mut Tags, families: &[String], modalities: &[String], applications: &[String]) {
    for (into, from) in [
        (&mut tags.families, families),
        (&mut tags.modalities, modalities),
        (&mut tags.applications, applications),
    ] {
        for tag in from {
            if !into.contains(tag) {
                into.push(tag.clone());
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_uses_the_vocabulary() {
        let rules: Rules = toml::from_str(include_str!("../data/tags.toml")).unwrap();
        let known = vocabulary();
        let used = rules
            .section
            .values()
            .map(|t| (&t.families, &t.modalities, &t.applications));
        for (families, modalities, applications) in used.chain(
            rules
                .title
                .iter()
                .map(|t| (&t.families, &t.modalities, &t.applications)),
        ) {
            assert!(
                families.iter().all(|tag| known.families.contains(tag)),
                "{families:?}"
            );
            assert!(
                modalities.iter().all(|tag| known.modalities.contains(tag)),
                "{modalities:?}"
            );
            assert!(
                applications
                    .iter()
                    .all(|tag| known.applications.contains(tag)),
                "{applications:?}"
            );
        }
    }
}
