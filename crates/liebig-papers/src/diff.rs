//! Differences between two catalogues, and updating one from another.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::catalogue::Catalogue;
use crate::record::Paper;

/// The records that are new, changed and gone, each sorted by id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// Records that only the second catalogue has.
    pub new: Vec<Paper>,
    /// Records that both have, with different fields.
    pub changed: Vec<Change>,
    /// Records that only the first catalogue has.
    pub gone: Vec<Paper>,
}

/// A record that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The id.
    pub id: String,
    /// The fields that differ.
    pub fields: Vec<FieldChange>,
}

/// A field before and after; a missing one is `null`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// The name of the field.
    pub field: String,
    /// Its value in the first catalogue.
    pub before: Value,
    /// Its value in the second.
    pub after: Value,
}

impl Diff {
    /// Whether there is no difference.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty() && self.gone.is_empty()
    }
}

/// Compares two catalogues, record by record.
pub fn diff(before: &Catalogue, after: &Catalogue) -> Diff {
    let old: BTreeMap<&str, &Paper> = before
        .papers()
        .iter()
        .map(|paper| (paper.id.as_str(), paper))
        .collect();
    let ids: BTreeSet<&str> = after
        .papers()
        .iter()
        .map(|paper| paper.id.as_str())
        .collect();
    let mut diff = Diff::default();
    for paper in after.papers() {
        match old.get(paper.id.as_str()) {
            None => diff.new.push(paper.clone()),
            Some(old) if *old != paper => {
                diff.changed.push(Change {
                    id: paper.id.clone(),
                    fields: fields(old, paper),
                });
            }
            Some(_) => {}
        }
    }
    diff.gone = before
        .papers()
        .iter()
        .filter(|paper| !ids.contains(paper.id.as_str()))
        .cloned()
        .collect();
    diff
}

/// The fields in which two records differ.
fn fields(before: &Paper, after: &Paper) -> Vec<FieldChange> {
    let value = |paper| serde_json::to_value(paper).unwrap_or_default();
    let (before, after) = (value(before), value(after));
    let names: BTreeSet<&String> = [&before, &after]
        .into_iter()
        .filter_map(Value::as_object)
        .flat_map(|map| map.keys())
        .collect();
    names
        .into_iter()
        .map(|name| FieldChange {
            field: name.clone(),
            before: before[name].clone(),
            after: after[name].clone(),
        })
        .filter(|change| change.before != change.after)
        .collect()
}

/// Updates our catalogue from the list and returns the merged catalogue. Facts and sections are taken from the list. Our
/// tags, `implemented_by` and `added` are kept, and so are papers that are no longer in the list.
pub fn update(ours: &Catalogue, theirs: &Catalogue) -> Catalogue {
    let mut papers: BTreeMap<&str, Paper> = ours
        .papers()
        .iter()
        .map(|paper| (paper.id.as_str(), paper.clone()))
        .collect();
    for paper in theirs.papers() {
        let mut merged = paper.clone();
        if let Some(own) = papers.get(paper.id.as_str()) {
            merged.families.clone_from(&own.families);
            merged.modalities.clone_from(&own.modalities);
            merged.applications.clone_from(&own.applications);
            merged.implemented_by.clone_from(&own.implemented_by);
            merged.added = own.added.clone().or(merged.added);
        }
        papers.insert(&paper.id, merged);
    }
    let mut sections = theirs.sections().to_vec();
    let missing = ours
        .sections()
        .iter()
        .filter(|own| !theirs.sections().iter().any(|section| section.id == own.id));
    sections.extend(missing.cloned());
    Catalogue::new(sections, papers.into_values().collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn new_changed_gone() {
        let ours = Catalogue::shipped().unwrap();
        let mut papers = ours.papers().to_vec();
        let gone = papers.remove(0);
        papers[0].title.push('!');
        papers[1].code = None;
        papers[2].id = "zzz2030new".into();
        let changed_id = papers[0].id.clone();
        let diff = diff(&ours, &Catalogue::new(ours.sections().to_vec(), papers));
        assert_eq!(diff.new.len(), 1);
        assert_eq!(diff.gone.len(), 2);
        assert_eq!(diff.gone[0].id, gone.id);
        assert_eq!(
            (
                diff.changed[0].id.as_str(),
                diff.changed[0].fields[0].field.as_str()
            ),
            (changed_id.as_str(), "title")
        );
        assert!(super::diff(&ours, &ours).is_empty());
    }

    #[test]
    fn an_update_takes_facts_and_keeps_our_tags() {
        let ours = Catalogue::shipped().unwrap();
        let mut papers = ours.papers().to_vec();
        let own = papers
            .iter()
            .position(|paper| !paper.implemented_by.is_empty())
            .unwrap();
        papers[own].year = 1999;
        papers[own].families = vec!["theirs".into()];
        papers[own].implemented_by.clear();
        papers.remove(own + 1);
        let theirs = Catalogue::new(ours.sections().to_vec(), papers.clone());
        let merged = update(&ours, &theirs);
        let paper = merged.get(&papers[own].id).unwrap();
        assert_eq!(paper.year, 1999);
        assert_eq!(paper.families, ours.get(&papers[own].id).unwrap().families);
        assert_eq!(
            paper.implemented_by,
            ours.get(&papers[own].id).unwrap().implemented_by
        );
        assert_eq!(merged.papers().len(), ours.papers().len());
        assert_eq!(update(&ours, &ours), ours);
    }
}
