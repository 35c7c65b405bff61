//! Sets with other labels than their own, to see how much of a result comes from the labels.

use crate::set::SmallSet;
use crate::{Error, Labels};

/// Where the labels come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relabel {
    /// The classes of the set's own soft labels.
    Hard,
    /// The labels, and a learnt step size, of the distilled set, sample by sample of each class: what real images would
    /// reach with them. DD-Ranking calls it the random set with the method's own recipe.
    Distilled,
}

impl Relabel {
    /// The name, after `@`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hard => "hard",
            Self::Distilled => "labels",
        }
    }

    /// The way with this name.
    #[must_use]
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Hard, Self::Distilled]
            .into_iter()
            .find(|way| way.name() == name)
    }

    /// The set with these labels.
    ///
    /// # Errors
    /// [`Error::NoSet`] for [`Relabel::Distilled`] without a distilled set.
    pub(super) fn apply(
        self,
        set: SmallSet,
        distilled: Option<&SmallSet>,
    ) -> Result<SmallSet, Error> {
        match self {
            Self::Hard => Ok(SmallSet {
                labels: Labels::Hard(set.labels.classes(set.classes)),
                ..set
            }),
            Self::Distilled => {
                let distilled = distilled.ok_or(Error::NoSet)?;
                Ok(SmallSet {
                    labels: borrowed(&set, distilled),
                    step_sizes: distilled.step_sizes.clone(),
                    ..set
                })
            }
        }
    }
}

/// For each sample of the set the label of a distilled sample of its class, in order and from the first again; its own class
/// where there is none.
fn borrowed(set: &SmallSet, distilled: &SmallSet) -> Labels {
    let classes = set.classes;
    let mut of_class = vec![Vec::new(); classes];
    for (sample, class) in distilled.labels.classes(classes).into_iter().enumerate() {
        if let Some(samples) = of_class.get_mut(class as usize) {
            samples.push(sample);
        }
    }
    let (Labels::Logits(values) | Labels::Values(values)) = &distilled.labels else {
        return set.labels.clone();
    };
    let sure = match distilled.labels {
        Labels::Logits(_) => 20.0,
        _ => 1.0,
    };
    let mut used = vec![0_usize; classes];
    let own = set.labels.classes(classes);
    let mut rows = Vec::with_capacity(own.len() * classes);
    for class in own {
        let class = class as usize;
        match of_class.get(class) {
            Some(samples) if !samples.is_empty() => {
                let from = samples[used[class] % samples.len()];
                used[class] += 1;
                rows.extend_from_slice(&values[from * classes..(from + 1) * classes]);
            }
            // As a logit, 20 is as good as sure.
            _ => rows.extend((0..classes).map(|other| sure * f32::from(other == class))),
        }
    }
    match distilled.labels {
        Labels::Logits(_) => Labels::Logits(rows),
        _ => Labels::Values(rows),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::coresets::random;
    use crate::tests::{Work, table};

    #[test]
    fn real_samples_take_the_labels_of_distilled_ones_of_their_class() {
        let classes = table().class_names.len();
        Work::on(table(), 2).run(1, |task| {
            let set = random(&task, 0).unwrap();
            let own = set.labels.classes(classes);
            // Distilled labels in another order of classes; sample i has i in the place of its class.
            let row = |(sample, &class): (usize, &u32)| {
                (0..classes).map(move |other| match other == class as usize {
                    true => 1.0 + sample as f32,
                    false => 0.25,
                })
            };
            let reversed: Vec<u32> = own.iter().rev().copied().collect();
            let distilled = SmallSet {
                labels: Labels::Values(reversed.iter().enumerate().flat_map(row).collect()),
                step_sizes: vec![0.5],
                ..set.clone()
            };
            let made = Relabel::Distilled
                .apply(set.clone(), Some(&distilled))
                .unwrap();
            assert_eq!((&made.values, made.step_sizes), (&set.values, vec![0.5]));
            assert_eq!(made.labels.classes(classes), own);
            let (Labels::Values(rows), first) = (&made.labels, own[0] as usize) else {
                unreachable!("values stay values")
            };
            let from = reversed
                .iter()
                .position(|&class| class as usize == first)
                .unwrap();
            assert_eq!(rows[first], 1.0 + from as f32);
            let hard = Relabel::Hard.apply(distilled, None).unwrap();
            assert_eq!(hard.labels, Labels::Hard(reversed));
            assert!(matches!(
                Relabel::Distilled.apply(set, None),
                Err(Error::NoSet)
            ));
        });
    }
}
