//! The classes of a dataset whose files name them.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

/// Class names, each once, in natural order: numbers by value, then words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Classes {
    names: Vec<String>,
    labels: BTreeMap<String, u32>,
}

impl Classes {
    /// The distinct names. Two spellings of the same characters (Unicode's composed and decomposed forms) are one name.
    pub fn of(names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut names: Vec<String> = names.into_iter().map(|name| plain(name.as_ref())).collect();
        names.sort_unstable_by(|a, b| natural(a, b));
        names.dedup();
        let labels = names.iter().cloned().zip(0..).collect();
        Self { names, labels }
    }

    /// The label of a name, whatever its Unicode spelling.
    pub fn label(&self, name: &str) -> Option<u32> {
        self.labels.get(&plain(name)).copied()
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }
}

/// The name in Unicode's composed form (NFC), which file systems do not agree on.
fn plain(name: &str) -> String {
    name.nfc().collect()
}

/// Numbers by value and before words; in words, runs of digits by value: `-1, 2, 10, a2, a10`.
pub(crate) fn natural(a: &str, b: &str) -> Ordering {
    let number = |name: &str| name.parse::<f64>().ok().filter(|value| value.is_finite());
    let by_value = match (number(a), number(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => alphanumeric_sort::compare_str(a, b),
    };
    by_value.then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_come_by_value_and_before_words() {
        let names = ["10", "b", "100", "2", "a10", "1", "a2", "-3", "2", "1.5"];
        let classes = Classes::of(names);
        let expected = ["-3", "1", "1.5", "2", "10", "100", "a2", "a10", "b"];
        assert_eq!(classes.names(), expected);
        assert_eq!(classes.label("10"), Some(4));
        assert_eq!(classes.label("11"), None);
    }

    #[test]
    fn composed_and_decomposed_letters_are_one_name() {
        let classes = Classes::of(["Bär", "Ba\u{308}r", "Aal"]);
        assert_eq!(classes.names(), ["Aal", "Bär"]);
        assert_eq!(classes.label("Ba\u{308}r"), Some(1));
    }

    proptest! {
        #[test]
        fn the_order_is_total_and_does_not_depend_on_where_a_name_was(mut names in prop::collection::vec("[0-9a-c .-]{0,4}", 0..12)) {
            let classes = Classes::of(&names);
            names.reverse();
            prop_assert_eq!(&classes, &Classes::of(&names));
            for (label, name) in (0..).zip(classes.names()) {
                prop_assert_eq!(classes.label(name), Some(label));
            }
        }
    }
}
