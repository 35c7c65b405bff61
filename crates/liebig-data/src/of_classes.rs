//! The part of a dataset that some classes make up.

use crate::content_hash::content_hash;
use crate::{Dataset, Error, NoteKind, Split};

impl Dataset {
    /// The samples of some classes, which are numbered from 0 in the order of `classes`. The space stays that of the whole
    /// dataset, so that samples of several parts can be used together; the hash is that of the part.
    ///
    /// # Errors
    /// [`Error::Setting`] for fewer than two classes, a class that does not exist, and one that comes twice.
    ///
    /// ```
    /// use liebig_data::{LoadOptions, load};
    ///
    /// let strokes = load("strokes", &LoadOptions::default())?;
    /// let two = strokes.of_classes(&[7, 1])?;
    /// assert_eq!(two.class_names, ["7", "1"]);
    /// assert_eq!(two.space, strokes.space);
    /// # Ok::<(), liebig_data::Error>(())
    /// ```
    pub fn of_classes(&self, classes: &[u32]) -> Result<Self, Error> {
        let wrong = |found: String, expected| Error::Setting {
            setting: "classes",
            found,
            expected,
        };
        if classes.len() < 2 {
            let expected = "at least two classes, as one alone cannot be told from others";
            return Err(wrong(classes.len().to_string(), expected));
        }
        let mut places = vec![None; self.class_names.len()];
        for (place, &class) in (0..).zip(classes) {
            match places.get_mut(class as usize) {
                None => return Err(wrong(class.to_string(), "classes of the dataset")),
                Some(Some(_)) => return Err(wrong(class.to_string(), "each class once")),
                Some(free) => *free = Some(place),
            }
        }
        let part = |split: &Split| {
            let place = |index: &usize| {
                places
                    .get(split.labels()[*index] as usize)
                    .copied()
                    .flatten()
            };
            let indices: Vec<usize> = (0..split.len())
                .filter(|index| place(index).is_some())
                .collect();
            let labels = indices.iter().filter_map(place).collect();
            split
                .subset(&indices)
                .relabelled(labels)
                .entered(&self.space)
        };
        let (train, test) = (part(&self.train), part(&self.test));
        let validation = self.validation.as_ref().map(part);
        let class_names: Vec<String> = classes
            .iter()
            .map(|&class| self.class_names[class as usize].clone())
            .collect();
        let names = class_names.join(", ");
        let hash = content_hash(
            self.shape,
            &class_names,
            [Some(&train), validation.as_ref(), Some(&test)],
        );
        let mut chosen = self.with_splits(train, validation, test);
        chosen
            .notes
            .push(NoteKind::Chosen.note(format!("only the classes {names}")));
        Ok(Self {
            hash,
            class_names,
            ..chosen
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::{Dataset, Sample};

    fn five() -> Dataset {
        let rows = || {
            (
                (0..10).map(|row| row as f32).collect(),
                (0..10).map(|row| row % 5).collect(),
            )
        };
        Dataset::from_table("rows", 1, ["a", "b", "c", "d", "e"], rows(), rows()).unwrap()
    }

    #[test]
    fn classes_are_numbered_in_the_order_that_is_asked_for() {
        let all = five();
        let part = all.of_classes(&[3, 0]).unwrap();
        assert_eq!(part.class_names, ["d", "a"]);
        assert_eq!(part.train.labels(), [1, 0, 1, 0]);
        let rows: Vec<Sample<'_>> = (0..4).map(|row| part.test.raw(row)).collect();
        assert_eq!(
            rows,
            [[0.0], [3.0], [5.0], [8.0]]
                .each_ref()
                .map(|row| Sample::Features(row))
        );
        assert_eq!(part.space, all.space);
        assert_ne!(part.hash, all.hash);
        assert_ne!(part.hash, all.of_classes(&[0, 3]).unwrap().hash);
    }

    #[test]
    fn what_is_no_choice_of_classes_is_refused() {
        for (classes, part) in [
            (&[1][..], "at least two"),
            (&[0, 5], "of the dataset"),
            (&[2, 2], "once"),
        ] {
            let message = five().of_classes(classes).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
    }
}
