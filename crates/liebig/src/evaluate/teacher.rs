//! Trained networks whose answers become the labels of a set (Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural
//! Network", 2015).

use liebig_grad::Device;
use liebig_nn::{Model, Sgd};

use crate::labels::softmax_at;
use crate::networks::Pool;
use crate::set::{SmallSet, samples};
use crate::{Error, Labels};

/// Samples per call of a network.
const BATCH: usize = 256;

/// One or several trained networks of a kind; several answer with the mean of their probabilities.
pub struct Teacher<'a> {
    model: &'a dyn Model,
    networks: &'a Pool,
    temperature: f64,
    device: &'a Device,
}

impl<'a> Teacher<'a> {
    /// Networks of the kind `model`. Logits are divided by `temperature`, which must be positive, before the softmax, both
    /// the teacher's and those of the networks that learn from it, whose loss is multiplied by its square.
    #[must_use]
    pub fn new(
        model: &'a dyn Model,
        networks: &'a Pool,
        temperature: f64,
        device: &'a Device,
    ) -> Self {
        Self {
            model,
            networks,
            temperature,
            device,
        }
    }

    /// The temperature.
    #[must_use]
    pub fn temperature(&self) -> f64 {
        self.temperature
    }

    /// The set with the teacher's probabilities as labels, which it gives to the samples as they are, without augmentation.
    ///
    /// # Errors
    /// [`Error::Network`] or [`Error::Grad`] if the samples do not fit the networks, [`Error::NoStatistics`] for networks with
    /// batch normalisation whose running statistics are not in the files.
    pub fn label(&self, set: &SmallSet) -> Result<SmallSet, Error> {
        let mut labels = vec![0.0; set.len() * set.classes];
        for net in 0..self.networks.len() as u64 {
            let learner = self
                .networks
                .learner(self.model, net, Sgd::new(0.0).into())?;
            let all: Vec<usize> = (0..set.len()).collect();
            let mut at = 0;
            for batch in all.chunks(BATCH) {
                let x = samples(set.values_of(batch), set.shape, self.device)?;
                let logits = learner.predict(&x)?.to_vec()?;
                for row in logits.chunks_exact(set.classes.max(1)) {
                    for probability in softmax_at(row, self.temperature) {
                        labels[at] += probability / self.networks.len() as f32;
                        at += 1;
                    }
                }
            }
        }
        Ok(SmallSet {
            labels: Labels::Values(labels),
            ..set.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{Evaluation, Metric, baselines, evaluate};
    use super::*;
    use crate::facts;
    use crate::tests::{Work, mlp, recipe, table, trained};

    #[test]
    fn a_teacher_labels_sets_and_networks_learn_from_it() {
        let folder = tempfile::tempdir().unwrap();
        let recipe = recipe();
        let classes = table().class_names.len();
        let model = mlp().build(facts::input(table().shape), classes).unwrap();
        Work::on(table(), 3).run(2, |task| {
            let (_, pool) = trained(&task, model.as_ref(), 2, folder.path());
            let evaluation = crate::tests::evaluation(&task, &recipe, &table().test);
            let label = |temperature| {
                let teacher = Teacher::new(model.as_ref(), &pool, temperature, task.device);
                let few = crate::coresets::random(&task, 0).unwrap();
                let Labels::Values(rows) = teacher.label(&few).unwrap().labels else {
                    unreachable!("a teacher gives probabilities")
                };
                rows
            };
            let (sure, soft) = (label(1.0), label(20.0));
            for rows in [&sure, &soft] {
                for row in rows.chunks(classes) {
                    assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
                }
            }
            let highest = |rows: &[f32]| rows.iter().copied().fold(0.0, f32::max);
            assert!(highest(&sure) > highest(&soft) && highest(&soft) < 0.6);
            // The whole dataset keeps its labels; random samples do not.
            let teacher = Teacher::new(model.as_ref(), &pool, 4.0, task.device);
            let names = ["random", "whole"].map(String::from);
            let sources = baselines(&names, table()).unwrap();
            let rows = |teacher| {
                let evaluation = Evaluation {
                    teacher,
                    ..evaluation
                };
                evaluate(&sources, &evaluation, &[Metric::Accuracy], 2, &task).unwrap()
            };
            let (taught, alone) = (rows(Some(&teacher)), rows(None));
            let bits = |rows: &super::super::Rows| rows.get("random").unwrap().bits_per_class;
            assert!(bits(&taught) > bits(&alone));
            assert_ne!(
                taught.get("random").unwrap().accuracies,
                alone.get("random").unwrap().accuracies
            );
            assert!(taught.get("random").unwrap().mean > 0.5);
            let whole = |rows: &super::super::Rows| rows.get("whole").unwrap().accuracies.clone();
            assert_eq!(whole(&taught), whole(&alone));
        });
    }
}
