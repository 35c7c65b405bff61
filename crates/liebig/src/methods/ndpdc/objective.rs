//! The objective: the squared distance between noisy sums of real features and sums of synthetic ones, class by class.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use liebig_data::stream;
use liebig_grad::Tensor;
use liebig_nn::{Learner, Sgd};
use rayon::prelude::*;

use super::Ndpdc;
use crate::methods::siamese::{Siamese, back};
use crate::methods::{At, Losses, Method, Objective};
use crate::privacy::{Guarantee, Release};
use crate::set::samples;
use crate::synthetic::{Cotangents, Synthetic};
use crate::{Error, State, Task};

/// Real samples per call of the network.
const BATCH: usize = 256;

/// Private distribution matching on fresh networks.
pub(super) struct PrivateMatching<'a> {
    task: Task<'a>,
    settings: Ndpdc,
    release: Release,
    /// The sums that will be used again.
    kept: HashMap<u64, Arc<Vec<f64>>>,
}

/// A network and what was released of its features.
pub(super) struct Draw<'a> {
    learner: Learner<'a>,
    /// The transformation of each class.
    siamese: Vec<Siamese>,
    /// The mean feature of each class, estimated from the noisy sum, `[classes, features]`.
    means: Vec<f64>,
}

impl<'a> PrivateMatching<'a> {
    pub(super) fn new(task: Task<'a>, settings: Ndpdc, release: Release) -> Self {
        Self {
            task,
            settings,
            release,
            kept: HashMap::new(),
        }
    }

    fn draws(&self) -> u64 {
        self.settings.draws.min(self.settings.iterations)
    }

    /// The number of features.
    fn width(&self, learner: &Learner<'_>) -> Result<usize, Error> {
        let shape = self.task.train.shape();
        let nothing = samples(vec![0.0; shape.len()], shape, self.task.device)?;
        Ok(learner.features(&nothing)?.numel())
    }

    /// The features of real samples of each class, shortened and summed, with noise: `[classes, features]`.
    fn sums(
        &self,
        learner: &Learner<'_>,
        siamese: &[Siamese],
        draw: u64,
    ) -> Result<Vec<f64>, Error> {
        let train = self.task.train;
        let mut of_class = vec![Vec::new(); train.classes()];
        for index in self.release.sample(train, draw) {
            of_class[train.labels()[index] as usize].push(index);
        }
        let features = self.width(learner)?;
        let sum = |(chosen, siamese): (&Vec<usize>, &Siamese)| -> Result<Vec<f64>, Error> {
            let mut sum = vec![0.0; features];
            for batch in chosen.chunks(BATCH) {
                let x = siamese.apply(&self.task.real(batch)?)?;
                let rows = learner.features(&x)?.to_vec()?;
                for row in rows.chunks_exact(features) {
                    let scale = shortening(norm(row), self.settings.clip);
                    for (sum, &value) in sum.iter_mut().zip(row) {
                        *sum += scale * f64::from(value);
                    }
                }
            }
            Ok(sum)
        };
        let sums: Vec<Vec<f64>> = of_class
            .par_iter()
            .zip(siamese)
            .map(sum)
            .collect::<Result<_, Error>>()?;
        let mut sums = sums.concat();
        self.release.add_noise(&mut sums, draw);
        Ok(sums)
    }

    /// The loss of one class, and its gradient with respect to the class's samples. Sums are those of `batch_real` samples.
    fn pull_class(
        &self,
        draw: &Draw<'_>,
        set: &Synthetic,
        class: usize,
    ) -> Result<(f64, Tensor), Error> {
        let x = set.of_class(class)?.requires_grad();
        let transformed = draw.siamese[class].apply(&x)?;
        let synthetic = draw.learner.synthetic_features(&transformed)?;
        let count = synthetic.features().shape()[0];
        let rows = synthetic.features().to_vec()?;
        let width = rows.len() / count.max(1);
        let clip = self.settings.clip;
        let scale = self.settings.batch_real as f64;
        let mut difference: Vec<f64> = draw.means[class * width..][..width]
            .iter()
            .map(|mean| -scale * mean)
            .collect();
        for row in rows.chunks_exact(width) {
            let part = scale / count as f64 * shortening(norm(row), clip);
            for (sum, &value) in difference.iter_mut().zip(row) {
                *sum += part * f64::from(value);
            }
        }
        let loss = difference.iter().map(|value| value * value).sum();
        let mut cotangent = Vec::with_capacity(rows.len());
        for row in rows.chunks_exact(width) {
            let length = norm(row);
            let part = 2.0 * scale / count as f64 * shortening(length, clip);
            // A row that was shortened can only turn.
            let along = match length > clip {
                true => dot(row, &difference) / (length * length),
                false => 0.0,
            };
            let turned = row.iter().zip(&difference).map(|(&value, difference)| {
                (part * (difference - along * f64::from(value))) as f32
            });
            cotangent.extend(turned);
        }
        let cotangent = Tensor::from_vec(cotangent, &[count, width], self.task.device)?;
        let gradient = synthetic.vjp_images(&cotangent)?;
        Ok((loss, back(&transformed, &gradient, &x)?))
    }
}

fn norm(row: &[f32]) -> f64 {
    row.iter()
        .map(|&value| f64::from(value).powi(2))
        .sum::<f64>()
        .sqrt()
}

fn dot(row: &[f32], other: &[f64]) -> f64 {
    row.iter().zip(other).map(|(&a, b)| f64::from(a) * b).sum()
}

/// The factor that makes a vector of this length at most `clip` long.
fn shortening(length: f64, clip: f64) -> f64 {
    match length > clip {
        true => clip / length,
        false => 1.0,
    }
}

impl<'a> Objective for PrivateMatching<'a> {
    type Context = Draw<'a>;

    fn context(&mut self, iteration: u64) -> Result<Draw<'a>, Error> {
        let draw = iteration % self.draws();
        let Task {
            model,
            device,
            seed,
            train,
            ..
        } = self.task;
        // Network and transformations do not depend on the data, so the run's seed may give them.
        let named = |what: &str| stream(seed, &format!("{}/{what}", Ndpdc::NAME), draw);
        let learner = Learner::fresh(model, Sgd::new(0.0), &mut named("network"), device)?;
        let siamese: Vec<Siamese> = (0..train.classes())
            .map(|class| {
                let mut rng = named(&format!("augment/{class}"));
                Siamese::draw(&self.settings.dsa_strategy, train.shape(), &mut rng)
            })
            .collect();
        let sums = match self.kept.get(&draw) {
            Some(sums) => sums.clone(),
            None => Arc::new(self.sums(&learner, &siamese, draw)?),
        };
        if self.draws() < self.settings.iterations {
            self.kept.insert(draw, sums.clone());
        }
        let counts = self.release.counts(train, self.settings.count_noise);
        let width = sums.len() / counts.len().max(1);
        let means = sums
            .chunks_exact(width.max(1))
            .zip(counts)
            .flat_map(|(sum, count)| {
                let expected = self.release.rate() * count;
                sum.iter().map(move |value| value / expected)
            });
        let means = means.collect();
        Ok(Draw {
            learner,
            siamese,
            means,
        })
    }

    /// The mean loss over the classes, and the gradient of the sum.
    fn pull(&self, draw: &Draw<'a>, set: &Synthetic, _: At) -> Result<(Losses, Cotangents), Error> {
        let pulled = (0..self.task.train.classes())
            .into_par_iter()
            .map(|class| self.pull_class(draw, set, class))
            .collect::<Result<Vec<_>, Error>>()?;
        let loss = pulled.iter().map(|(loss, _)| loss).sum::<f64>() / pulled.len() as f64;
        let gradients: Vec<&Tensor> = pulled.iter().map(|(_, gradient)| gradient).collect();
        Ok((loss.into(), Tensor::cat(&gradients, 0)?.into()))
    }

    fn after(&mut self, _: Draw<'a>, _: &Synthetic, iteration: u64) -> Result<(), Error> {
        if iteration + 1 == self.settings.iterations {
            self.release.finish();
        }
        Ok(())
    }

    /// Most of the time goes into the features of real samples.
    fn estimate(&mut self, set: &Synthetic) -> Result<f64, Error> {
        let mut seconds = 0.0;
        // Twice, because the first run is slower.
        for _ in 0..2 {
            self.kept.clear();
            let started = Instant::now();
            let draw = self.context(0)?;
            let making = started.elapsed().as_secs_f64();
            self.pull(&draw, set, At::default())?;
            let updating = started.elapsed().as_secs_f64() - making;
            let share = self.draws() as f64 / self.settings.iterations as f64;
            seconds = share * making + updating;
        }
        Ok(seconds)
    }

    fn guarantee(&self) -> Option<Guarantee> {
        Some(self.release.guarantee().clone())
    }

    fn save(&self, state: &mut State) {
        self.release.save(self.task.device, state);
    }

    fn restore(&mut self, state: &mut State) -> Result<(), Error> {
        // Sums that were kept had other noise.
        self.kept.clear();
        self.release.restore(state)
    }
}
