//! A start from a distilled set.

use std::path::Path;

use super::DRAW;
use crate::artefact::Artefact;
use crate::{Error, Labels, Task, artefact_path, coresets};

/// A distilled set, and which of its samples each place of the new set takes.
pub(crate) struct FromFile {
    artefact: Artefact,
    /// `None` where the set does not have enough samples of the class.
    taken: Vec<Option<usize>>,
}

impl FromFile {
    /// Reads a set that must be of the same kind as the dataset.
    pub(crate) fn read(path: &Path, task: &Task<'_>) -> Result<Self, Error> {
        let artefact = Artefact::read(&artefact_path(path))?;
        let train = task.train;
        let (shape, classes) = (train.shape(), train.classes());
        let describe = |shape, classes| format!("samples of {shape} in {classes} classes");
        if artefact.set.shape != shape || artefact.class_names.len() != classes {
            return Err(Error::OtherKindOfData {
                expected: describe(shape, classes),
                found: describe(artefact.set.shape, artefact.class_names.len()),
            });
        }
        let labels = artefact.classes();
        let soft = !matches!(artefact.set.labels, Labels::Hard(_));
        let total = task.budget.total();
        let taken: Vec<Option<usize>> = match soft && labels.len() == total {
            // A sample with a soft label need not belong to the class of its place.
            true => (0..total).map(Some).collect(),
            false => (0..classes)
                .flat_map(|class| {
                    let of_class =
                        (0..labels.len()).filter(|&sample| labels[sample] as usize == class);
                    let of_class: Vec<usize> = of_class.take(task.budget.of(class)).collect();
                    (0..task.budget.of(class)).map(move |place| of_class.get(place).copied())
                })
                .collect(),
        };
        let grown = taken.iter().filter(|sample| sample.is_none()).count();
        if grown > 0 {
            task.note(&format!(
                "{}: {grown} of {total} samples start as random real ones, because the set does not have enough",
                path.display(),
            ));
        }
        Ok(Self { artefact, taken })
    }

    /// The samples in the dataset's space; random real ones where there are not enough.
    pub(crate) fn values(&self, task: &Task<'_>) -> Result<Vec<f32>, Error> {
        let shape = task.train.shape();
        let set = &self.artefact.set;
        let mut there = set.values.clone();
        if !same(&set.space, task.train.space()) {
            set.space.leave(shape, &mut there)?;
            task.train.space().enter(shape, &mut there)?;
        }
        let len = shape.len();
        let mut values = match self.taken.iter().all(Option::is_some) {
            true => vec![0.0; self.taken.len() * len],
            false => coresets::random(task, DRAW)?.values,
        };
        for (place, sample) in values.chunks_exact_mut(len).zip(&self.taken) {
            if let Some(sample) = sample {
                place.copy_from_slice(&there[sample * len..][..len]);
            }
        }
        Ok(values)
    }

    /// The labels over the given ones `[n, classes]`, where the set has samples: as logits, or as weights of the classes.
    pub(crate) fn labels(&self, given: &mut [f32], logits: bool) {
        let set = &self.artefact.set;
        let there = match &set.labels {
            Labels::Logits(values) if logits => values.clone(),
            labels => labels.weights(set.classes),
        };
        self.lay_over(given, &there);
    }

    /// The labels over the given ones `[n, classes]`, if they are for training by squared error.
    pub(crate) fn regression_labels(&self, given: &mut [f32]) {
        let labels = &self.artefact.set.labels;
        if labels.any_negative() {
            self.lay_over(given, &labels.weights(self.artefact.set.classes));
        }
    }

    fn lay_over(&self, given: &mut [f32], there: &[f32]) {
        let set = &self.artefact.set;
        for (row, sample) in given.chunks_exact_mut(set.classes.max(1)).zip(&self.taken) {
            if let Some(sample) = sample {
                row.copy_from_slice(&there[sample * set.classes..][..set.classes]);
            }
        }
    }
}

/// Whether values of one space are values of the other. Where the constants came from does not matter.
fn same(a: &liebig_data::Space, b: &liebig_data::Space) -> bool {
    let (one, other) = (&a.normalization, &b.normalization);
    one.mean == other.mean
        && one.std == other.std
        && a.per_sample == b.per_sample
        && a.whitening == b.whitening
}
