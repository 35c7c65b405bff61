//! How many samples each class gets.

use std::ops::Range;

use crate::class_names;
use crate::config::Error;

/// The number of samples of each class; samples are ordered by class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    counts: Vec<usize>,
}

impl Budget {
    /// The same number for every class.
    #[must_use]
    pub fn uniform(classes: usize, per_class: usize) -> Self {
        Self {
            counts: vec![per_class; classes],
        }
    }

    /// One number for each class.
    #[must_use]
    pub fn new(counts: Vec<usize>) -> Self {
        Self { counts }
    }

    /// Parses `cat=2,dog=5`: these classes get the given numbers, all others `ipc`. A class is given by name or label.
    ///
    /// ```
    /// let names = ["cat", "dog", "frog"].map(String::from);
    /// let budget = liebig::Budget::parse("dog=5", &names, 2)?;
    /// assert_eq!(budget.counts(), [2, 5, 2]);
    /// # Ok::<(), liebig::config::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Value`] for the key `budget` if a part has no number, names an unknown class, or repeats a class.
    pub fn parse(text: &str, names: &[String], ipc: usize) -> Result<Self, Error> {
        let wrong = |part: &str, reason: String| Error::Value {
            place: "budget".into(),
            key: part.into(),
            reason,
        };
        let mut counts = vec![None; names.len()];
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let (name, count) = part
                .rsplit_once('=')
                .ok_or_else(|| wrong(part, "expected CLASS=NUMBER, such as cat=2".into()))?;
            let count = match count.trim().parse() {
                Ok(count @ 1..=MOST) => count,
                _ => {
                    let reason = format!("`{count}` is not a number of samples, 1 or more");
                    return Err(wrong(part, reason));
                }
            };
            let name = name.trim();
            let class = class_names::find(names, name).ok_or_else(|| {
                let classes = class_names::words(names);
                wrong(
                    part,
                    format!("there is no class `{name}`; the classes are {classes}"),
                )
            })?;
            if counts[class as usize].replace(count).is_some() {
                return Err(wrong(part, format!("the class `{name}` is named twice")));
            }
        }
        let counts = counts.into_iter().map(|count| count.unwrap_or(ipc));
        Ok(Self::new(counts.collect()))
    }

    /// The number of classes.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.counts.len()
    }

    /// The number of samples of a class. Like slice indexing, panics if there is no such class.
    #[must_use]
    pub fn of(&self, class: usize) -> usize {
        self.counts[class]
    }

    /// The numbers of samples, by class.
    #[must_use]
    pub fn counts(&self) -> &[usize] {
        &self.counts
    }

    /// The indices of a class's samples. Like slice indexing, panics if there is no such class.
    #[must_use]
    pub fn range(&self, class: usize) -> Range<usize> {
        let start = self.counts[..class].iter().sum();
        start..start + self.counts[class]
    }

    /// The total number of samples; saturates.
    #[must_use]
    pub fn total(&self) -> usize {
        self.counts
            .iter()
            .fold(0, |sum, &count| sum.saturating_add(count))
    }

    /// The largest number of samples of one class.
    #[must_use]
    pub fn largest(&self) -> usize {
        self.counts.iter().copied().max().unwrap_or(0)
    }

    /// The label of every sample, in order.
    #[must_use]
    pub fn labels(&self) -> Vec<u32> {
        let classes = (0_u32..).zip(&self.counts);
        classes
            .flat_map(|(class, &count)| std::iter::repeat_n(class, count))
            .collect()
    }
}

/// Upper limit, so that products of sizes cannot overflow.
const MOST: usize = 1 << 32;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn names() -> Vec<String> {
        ["cat", "dog", "a=b"].map(String::from).to_vec()
    }

    #[test]
    fn classes_that_are_not_named_get_the_common_number() {
        let budget = Budget::parse("dog=5, a=b=2", &names(), 3).unwrap();
        assert_eq!(budget.counts(), [3, 5, 2]);
        assert_eq!(budget.range(1), 3..8);
        assert_eq!((budget.total(), budget.largest()), (10, 5));
        assert_eq!(budget.labels(), [0, 0, 0, 1, 1, 1, 1, 1, 2, 2]);
        assert_eq!(
            Budget::parse("", &names(), 1).unwrap(),
            Budget::uniform(3, 1)
        );
        assert_eq!(
            Budget::parse("0=4", &names(), 1).unwrap().counts(),
            [4, 1, 1]
        );
    }

    #[test]
    fn what_is_not_a_budget_is_refused_with_its_part() {
        for (text, part) in [
            ("cat", "expected CLASS=NUMBER"),
            ("cat=0", "1 or more"),
            ("cat=-1", "1 or more"),
            ("cat=many", "`many`"),
            ("bird=1", "no class `bird`; the classes are cat, dog, a=b"),
            ("cat=1,cat=2", "named twice"),
            ("3=1", "no class `3`"),
        ] {
            let message = Budget::parse(text, &names(), 1).unwrap_err().to_string();
            assert!(
                message.contains(part) && message.contains("hint: "),
                "{text}: {message}"
            );
        }
    }

    #[test]
    fn a_class_is_named_by_its_name_before_its_label() {
        let names = ["1", "0", "x"].map(String::from);
        assert_eq!(
            Budget::parse("1=5,2=7", &names, 1).unwrap().counts(),
            [5, 1, 7]
        );
        let twice = Budget::parse("x=5,2=7", &names, 1).unwrap_err().to_string();
        assert!(twice.contains("named twice"), "{twice}");
    }

    #[test]
    fn totals_saturate() {
        let budget = Budget::new(vec![usize::MAX, 3]);
        assert_eq!((budget.total(), budget.largest()), (usize::MAX, usize::MAX));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".*", ipc in 1_usize..5) {
            if let Ok(budget) = Budget::parse(&text, &names(), ipc) {
                prop_assert_eq!(budget.classes(), 3);
                prop_assert!(budget.counts().iter().all(|&count| (1..=MOST).contains(&count)));
            }
        }

        #[test]
        fn text_that_is_nearly_a_budget_is_read_or_refused(text in "((cat|dog|a=b|[0-9]{1,2})? ?=? ?-?[0-9]{0,11},?){0,4}") {
            match Budget::parse(&text, &names(), 1) {
                Ok(budget) => prop_assert!(budget.counts().iter().all(|&count| (1..=MOST).contains(&count))),
                Err(error) => prop_assert!(error.to_string().contains("hint: ")),
            }
        }

        #[test]
        fn what_is_written_is_read(counts in prop::collection::vec(1..=MOST, 3), by_name in any::<bool>(), ipc in 1_usize..9) {
            let names = names();
            let part = |(class, count): (usize, &usize)| match by_name {
                true => format!("{} = {count}", names[class]),
                false => format!("{class}={count}"),
            };
            let parts: Vec<String> = counts.iter().enumerate().map(part).collect();
            let budget = Budget::parse(&parts.join(","), &names, ipc).unwrap();
            prop_assert_eq!(budget.counts(), &counts[..]);
            let first = Budget::parse(&parts[0], &names, ipc).unwrap();
            prop_assert_eq!(first.counts(), &[counts[0], ipc, ipc][..]);
            let twice = [&parts[0], ",", &parts[0]].concat();
            prop_assert!(Budget::parse(&twice, &names, ipc).is_err());
        }

        #[test]
        fn ranges_and_labels_agree(counts in prop::collection::vec(0_usize..6, 0..8)) {
            let budget = Budget::new(counts);
            let labels = budget.labels();
            prop_assert_eq!(labels.len(), budget.total());
            for class in 0..budget.classes() {
                let range = budget.range(class);
                prop_assert_eq!(range.len(), budget.of(class));
                prop_assert!(labels[range].iter().all(|&label| label as usize == class));
            }
        }
    }
}
