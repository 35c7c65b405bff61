//! The patient that each sample is of.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The patient that each sample of a split is of; several samples may be of the same one.
///
/// Samples that belong together must not be divided between training and test, and a patient is judged by all of their
/// samples.
///
/// ```
/// let groups = liebig_data::Groups::by_name(["ann", "bob", "ann"]);
/// assert_eq!(groups.of(), [0, 1, 0]);
/// assert_eq!(groups.members(), [vec![0, 2], vec![1]]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups {
    of: Vec<u32>,
    names: Arc<[String]>,
}

impl Groups {
    /// From the name of each sample's patient.
    #[must_use]
    pub fn by_name(patients: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut known: HashMap<String, u32> = HashMap::new();
        let mut names: Vec<String> = Vec::new();
        let number = |patient: String| {
            *known.entry(patient).or_insert_with_key(|name| {
                names.push(name.clone());
                names.len() as u32 - 1
            })
        };
        let of = patients.into_iter().map(Into::into).map(number).collect();
        Self {
            of,
            names: names.into(),
        }
    }

    /// The number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.of.len()
    }

    /// Whether there is no sample.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// The patient of each sample, an index into [`names`](Self::names).
    #[must_use]
    pub fn of(&self) -> &[u32] {
        &self.of
    }

    /// The names of the patients. A part of a split keeps all names, those without samples in it too.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The samples of each patient that has any, ascending; patients in the order of their first samples.
    #[must_use]
    pub fn members(&self) -> Vec<Vec<usize>> {
        let mut place = vec![None; self.names.len()];
        let mut members: Vec<Vec<usize>> = Vec::new();
        for (sample, &patient) in self.of.iter().enumerate() {
            let place = *place[patient as usize].get_or_insert_with(|| {
                members.push(Vec::new());
                members.len() - 1
            });
            members[place].push(sample);
        }
        members
    }

    /// The patients of chosen samples; a sample may be chosen several times.
    pub(crate) fn choose(&self, samples: impl IntoIterator<Item = usize>) -> Self {
        Self {
            of: samples.into_iter().map(|sample| self.of[sample]).collect(),
            names: Arc::clone(&self.names),
        }
    }

    /// The names of patients that have samples in both.
    pub(crate) fn shared(&self, other: &Self) -> Vec<&str> {
        let theirs = other.present();
        let mine = self.present().into_iter();
        mine.filter(|name| theirs.contains(name)).collect()
    }

    /// The names of patients that have samples.
    fn present(&self) -> BTreeSet<&str> {
        let names = self.of.iter().map(|&patient| &self.names[patient as usize]);
        names.map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patients_are_numbered_as_they_come() {
        let groups = Groups::by_name(["b", "a", "b", "c", "a"]);
        assert_eq!(groups.of(), [0, 1, 0, 2, 1]);
        assert_eq!(groups.names(), ["b", "a", "c"]);
        assert_eq!(groups.members(), [vec![0, 2], vec![1, 4], vec![3]]);
    }

    #[test]
    fn chosen_samples_keep_their_patients() {
        let groups = Groups::by_name(["a", "b", "c", "b"]).choose([3, 2, 3]);
        assert_eq!(groups.of(), [1, 2, 1]);
        assert_eq!(groups.names().len(), 3);
        assert_eq!(groups.members(), [vec![0, 2], vec![1]]);
    }

    #[test]
    fn only_patients_with_samples_are_shared() {
        let all = Groups::by_name(["a", "b", "c"]);
        let other = Groups::by_name(["d", "c", "b"]);
        assert_eq!(all.shared(&other), ["b", "c"]);
        assert_eq!(all.choose([0, 1]).shared(&other), ["b"]);
        assert!(all.choose([0]).shared(&other).is_empty());
    }
}
