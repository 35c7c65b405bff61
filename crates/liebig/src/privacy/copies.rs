//! Whether samples of a set are copies of training samples: are these nearer than samples that the set has never seen?

use liebig_data::{Dataset, SampleShape, Split, stream};
use liebig_grad::Device;
use liebig_nn::{Learner, Model, Sgd};
use rand::seq::index::sample;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::ssim::Prepared;
use super::{coin_test, squared_distance};
use crate::Error;
use crate::set::{SmallSet, samples};

/// How two samples are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Root mean square difference of the values, in the space that networks train on.
    Pixels,
    /// The same of the features of an untrained network.
    Features,
    /// One minus the structural similarity; images only.
    Ssim,
}

/// What is nearest to a sample of the set.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Nearest {
    /// The sample's place in the set.
    pub sample: usize,
    /// The place of the nearest training sample in its split.
    pub train: usize,
    /// Its distance.
    pub train_distance: f64,
    /// The place of the nearest test sample in its split.
    pub held_out: usize,
    /// Its distance.
    pub held_out_distance: f64,
}

/// The comparison by one measure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Copies {
    /// How samples are compared.
    pub measure: Measure,
    /// Samples on each side, as many training as test samples.
    pub pool: usize,
    /// The share of the set's samples that are nearer to a training than to a test sample.
    pub nearer_to_training: f64,
    /// The probability of a share as far from one half, if training and test samples were alike to the set.
    pub p_value: f64,
    /// The median over the set of the distance to the nearest training sample over that to the nearest test sample.
    pub median_ratio: f64,
    /// The smallest of these ratios: near 0 for an exact copy.
    pub least_ratio: f64,
    /// Every sample of the set.
    pub nearest: Vec<Nearest>,
}

/// At most so many samples on each side, and for structural similarity, which takes longer.
const POOL: usize = 10_000;
const SSIM_POOL: usize = 2000;
/// The difference up to which two samples are equal.
const EQUAL: f64 = 1e-3;

/// Compares a set with the training and the test split, with as many random samples of both.
///
/// # Errors
/// [`Error::NoTestSet`]; errors of the network.
pub fn copies(
    set: &SmallSet,
    dataset: &Dataset,
    model: &dyn Model,
    (seed, device): (u64, &Device),
) -> Result<Vec<Copies>, Error> {
    if dataset.test.is_empty() {
        return Err(Error::NoTestSet);
    }
    let mut rng = stream(seed, "privacy/features", 0);
    let learner = Learner::fresh(model, Sgd::new(0.0), &mut rng, device)?;
    let features = |values: Vec<f32>| -> Result<Vec<f32>, Error> {
        let rows = values.chunks(256 * set.shape.len());
        let parts = rows.map(|part| {
            let x = samples(part.to_vec(), set.shape, device)?;
            Ok(learner.features(&x)?.to_vec()?)
        });
        Ok(parts.collect::<Result<Vec<_>, Error>>()?.concat())
    };
    let mut measures = vec![Measure::Pixels, Measure::Features];
    if let SampleShape::Image { .. } = set.shape {
        measures.push(Measure::Ssim);
    }
    let mut found = Vec::new();
    for measure in measures {
        let limit = match measure {
            Measure::Ssim => SSIM_POOL,
            _ => POOL,
        };
        let pool = limit.min(dataset.train.len()).min(dataset.test.len());
        let chosen = |split: &Split, name| {
            let mut places = sample(&mut stream(seed, name, 0), split.len(), pool).into_vec();
            places.sort_unstable();
            places
        };
        let train = chosen(&dataset.train, "privacy/train");
        let test = chosen(&dataset.test, "privacy/test");
        let values = |split: &Split, places: &[usize]| split.batch(places, &set.space);
        let [in_train, in_test] = match measure {
            Measure::Pixels => [
                nearest(&set.values, &values(&dataset.train, &train), set.len()),
                nearest(&set.values, &values(&dataset.test, &test), set.len()),
            ],
            Measure::Features => {
                let own = features(set.values.clone())?;
                [
                    nearest(&own, &features(values(&dataset.train, &train))?, set.len()),
                    nearest(&own, &features(values(&dataset.test, &test))?, set.len()),
                ]
            }
            Measure::Ssim => {
                let prepared = |mut values: Vec<f32>| -> Result<Vec<Prepared>, Error> {
                    set.space.leave(set.shape, &mut values)?;
                    let images = values.par_chunks_exact(set.shape.len());
                    Ok(images
                        .map(|image| Prepared::new(image, set.shape))
                        .collect())
                };
                let own = prepared(set.values.clone())?;
                let [train, test] = [
                    prepared(values(&dataset.train, &train))?,
                    prepared(values(&dataset.test, &test))?,
                ];
                [most_similar(&own, &train), most_similar(&own, &test)]
            }
        };
        let pairs = in_train.into_iter().zip(in_test).enumerate();
        let nearest: Vec<Nearest> = pairs
            .map(
                |(place, ((at_train, to_train), (at_test, to_test)))| Nearest {
                    sample: place,
                    train: train[at_train],
                    train_distance: to_train,
                    held_out: test[at_test],
                    held_out_distance: to_test,
                },
            )
            .collect();
        found.push(summary(measure, pool, nearest));
    }
    Ok(found)
}

fn summary(measure: Measure, pool: usize, nearest: Vec<Nearest>) -> Copies {
    let nearer = nearest
        .iter()
        .filter(|one| one.train_distance < one.held_out_distance);
    let count = nearer.count() as u64;
    let ratio = |one: &Nearest| match one.held_out_distance > 0.0 {
        true => one.train_distance / one.held_out_distance,
        false => 1.0,
    };
    let mut ratios: Vec<f64> = nearest.iter().map(ratio).collect();
    ratios.sort_by(f64::total_cmp);
    Copies {
        measure,
        pool,
        nearer_to_training: count as f64 / nearest.len().max(1) as f64,
        p_value: coin_test(count, nearest.len() as u64),
        median_ratio: ratios.get(ratios.len() / 2).copied().unwrap_or(1.0),
        least_ratio: ratios.first().copied().unwrap_or(1.0),
        nearest,
    }
}

/// The number of samples of a set that are equal to a training sample, but for rounding: root mean square difference of at
/// most a thousandth, in the space that networks train on.
#[must_use]
pub fn exact_copies(set: &SmallSet, train: &Split) -> usize {
    let len = set.shape.len();
    let all: Vec<usize> = (0..train.len()).collect();
    let equal = |batch: &[usize]| {
        let values = train.batch(batch, &set.space);
        let near = nearest(&set.values, &values, set.len());
        near.into_iter()
            .map(|(_, distance)| distance <= EQUAL)
            .collect()
    };
    let any = |mut one: Vec<bool>, other: Vec<bool>| {
        one.iter_mut()
            .zip(other)
            .for_each(|(one, other)| *one |= other);
        one
    };
    let batches = all.par_chunks((1 << 22) / len.max(1) + 1);
    let found = batches.map(equal).reduce(|| vec![false; set.len()], any);
    found.into_iter().filter(|&equal| equal).count()
}

/// For each of `count` vectors the place of the nearest other one, and the root mean square difference.
fn nearest(own: &[f32], others: &[f32], count: usize) -> Vec<(usize, f64)> {
    let len = own.len() / count.max(1);
    own.par_chunks_exact(len.max(1))
        .map(|own| {
            let distances = others
                .chunks_exact(len.max(1))
                .map(|other| f64::from(squared_distance(own, other)));
            let (place, square) = least(distances);
            (place, (square / len as f64).sqrt())
        })
        .collect()
}

fn most_similar(own: &[Prepared], others: &[Prepared]) -> Vec<(usize, f64)> {
    own.par_iter()
        .map(|own| least(others.iter().map(|other| 1.0 - own.similarity(other))))
        .collect()
}

/// The place of the smallest value, the first of equal ones, and the value.
fn least(values: impl Iterator<Item = f64>) -> (usize, f64) {
    let smaller = |best: (usize, f64), next: (usize, f64)| match next.1 < best.1 {
        true => next,
        false => best,
    };
    values.enumerate().fold((0, f64::INFINITY), smaller)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::tests::{Work, strokes};

    fn compared(set: &SmallSet) -> Vec<Copies> {
        Work::on(strokes(), 1).run(2, |task| {
            copies(set, strokes(), task.model, (0, task.device)).unwrap()
        })
    }

    #[test]
    fn real_samples_are_found_out_and_noise_is_not() {
        let real = Work::on(strokes(), 2).run(1, |task| crate::coresets::random(&task, 0).unwrap());
        for found in compared(&real) {
            // Only a fifth of the training samples are in the pool, and with them their copies.
            assert!(
                found.least_ratio < 0.05,
                "{:?} {}",
                found.measure,
                found.least_ratio
            );
            let copied = found.nearest.iter().filter(|one| one.train_distance < 1e-6);
            let originals = copied.filter(|one| {
                let own = real.values_of(&[one.sample]);
                own == strokes().train.batch(&[one.train], &real.space)
            });
            assert!(originals.count() > 0, "{:?}", found.measure);
        }
        assert_eq!(exact_copies(&real, &strokes().train), 20);
        let mut rng = stream(1, "test", 0);
        let noise = SmallSet {
            values: (0..real.values.len())
                .map(|_| rand_distr::Distribution::sample(&rand_distr::StandardNormal, &mut rng))
                .collect(),
            ..real.clone()
        };
        for found in compared(&noise) {
            assert!(
                found.least_ratio > 0.5,
                "{:?} {}",
                found.measure,
                found.least_ratio
            );
            assert!(
                (found.median_ratio - 1.0).abs() < 0.1,
                "{:?}",
                found.measure
            );
        }
    }
}
