//! Sums over secret samples of the records, with noise: the only way in which a private method sees the data.

use liebig_accountant::{Accountant, Charge, Mechanism, noise};
use liebig_grad::Device;
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

use super::{Guarantee, Secret};
use crate::config::Error as ConfigError;
use crate::{Error, Facts, State, TrainingSet};

/// What a private method is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Target {
    pub epsilon: f64,
    pub delta: f64,
    pub accountant: Accountant,
}

/// Releases sums of vectors that are at most `clip` long, each over a Poisson sample of all records.
pub(crate) struct Release {
    secret: Secret,
    clip: f64,
    steps: Charge,
    guarantee: Guarantee,
}

impl Release {
    /// Finds the noise with which `steps` sums, and the releases `besides`, keep to the target.
    pub fn new(
        target: Target,
        clip: f64,
        (rate, steps): (f64, u64),
        besides: Vec<Charge>,
    ) -> Result<Self, Error> {
        let Target {
            epsilon,
            delta,
            accountant,
        } = target;
        let noise = noise(epsilon, delta, (rate, steps), &besides, accountant)?;
        let steps = Charge::new(Mechanism::new(rate, noise)?, steps);
        let charges = [&[steps], &besides[..]].concat();
        Ok(Self {
            secret: Secret::new()?,
            clip,
            steps,
            guarantee: Guarantee::new(charges, delta, accountant)?,
        })
    }

    /// The probability with which a record enters a sum.
    pub fn rate(&self) -> f64 {
        self.steps.mechanism().rate()
    }

    /// The records of sum `index`, ascending: each with the same probability, independently of the others.
    pub fn sample(&self, train: &TrainingSet<'_>, index: u64) -> Vec<usize> {
        let mut rng = self.secret.stream("sample", index);
        let rate = self.rate();
        (0..train.len())
            .filter(|_| rng.random::<f64>() < rate)
            .collect()
    }

    /// Adds the noise of sum `index` to it. The noise does not depend on how often it is asked for.
    pub fn add_noise(&self, sum: &mut [f64], index: u64) {
        let deviation = self.steps.mechanism().noise() * self.clip;
        add_normal(sum, deviation, self.secret.stream("noise", index));
    }

    /// The number of records of each class, with noise of this standard deviation; at least 1.
    pub fn counts(&self, train: &TrainingSet<'_>, deviation: f64) -> Vec<f64> {
        let mut counts: Vec<f64> = (0..train.classes())
            .map(|class| train.of_class(class).len() as f64)
            .collect();
        add_normal(&mut counts, deviation, self.secret.stream("counts", 0));
        counts.into_iter().map(|count| count.max(1.0)).collect()
    }

    /// What all releases together guarantee.
    pub fn guarantee(&self) -> &Guarantee {
        &self.guarantee
    }

    /// Says that all sums were released.
    pub fn finish(&mut self) {
        self.secret.spend();
    }

    pub fn save(&self, device: &Device, state: &mut State) {
        self.secret.save(device, state);
    }

    pub fn restore(&mut self, state: &mut State) -> Result<(), Error> {
        self.secret.restore(state)
    }
}

/// Adds normal noise. Each value is half the sum of four, which hides the gaps between floating-point numbers that could
/// give away what was added (Holohan and Braghin, "Secure Random Sampling in Differential Privacy", 2021).
fn add_normal(values: &mut [f64], deviation: f64, mut rng: impl Rng) {
    for value in values {
        let four: f64 = (0..4)
            .map(|_| -> f64 { StandardNormal.sample(&mut rng) })
            .sum();
        *value += deviation * four / 2.0;
    }
}

/// Refuses data and networks of which something would be released without noise.
pub(crate) fn check(facts: &Facts) -> Result<(), ConfigError> {
    if !facts.constant_space {
        return Err(ConfigError::OutOfRange {
            key: "data.source".into(),
            value: facts.dataset.clone(),
            rule: "must be a dataset whose normalisation does not come from its samples, as differential privacy does not cover \
                   means, deviations and whitening: one of the known names without ZCA, or set `data.normalization` to `half`"
                .into(),
        });
    }
    if facts.batch_norm {
        return Err(ConfigError::OutOfRange {
            key: "model.norm".into(),
            value: "batch".into(),
            rule: "must be another, as batch normalisation mixes the records of a sample and none is limited by itself".into(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::tests::{Work, strokes};

    fn release(rate: f64, clip: f64) -> Release {
        let target = Target {
            epsilon: 1.0,
            delta: 1e-5,
            accountant: Accountant::Rdp,
        };
        Release::new(target, clip, (rate, 100), Vec::new()).unwrap()
    }

    /// Mean and standard deviation.
    fn moments(values: &[f64]) -> (f64, f64) {
        (
            crate::evaluate::mean(values),
            crate::evaluate::deviation(values),
        )
    }

    #[test]
    fn a_record_enters_with_the_rate() {
        Work::on(strokes(), 1).run(1, |task| {
            let release = release(0.02, 1.0);
            let samples: Vec<Vec<usize>> = (0..50)
                .map(|index| release.sample(task.train, index))
                .collect();
            assert_eq!(samples[7], release.sample(task.train, 7));
            assert_ne!(samples[7], samples[8]);
            let sizes: Vec<f64> = samples.iter().map(|sample| sample.len() as f64).collect();
            // 10,000 records: 200 in the mean, with a deviation of 14.
            let (mean, deviation) = moments(&sizes);
            assert!((mean - 200.0).abs() < 12.0, "{mean}");
            assert!(deviation > 7.0 && deviation < 25.0, "{deviation}");
        });
    }

    #[test]
    fn noise_has_the_deviation_that_was_calibrated() {
        let release = release(0.02, 0.5);
        let expected = 0.5 * release.steps.mechanism().noise();
        let mut sum = vec![3.0; 20_000];
        release.add_noise(&mut sum, 4);
        let (mean, deviation) = moments(&sum);
        assert!((mean - 3.0).abs() < 0.05 * expected, "{mean}");
        assert!(
            (deviation / expected - 1.0).abs() < 0.03,
            "{deviation} {expected}"
        );
        let mut again = vec![3.0; 20_000];
        release.add_noise(&mut again, 4);
        assert_eq!(sum, again);
        release.add_noise(&mut again, 5);
        assert_ne!(sum, again);
    }

    #[test]
    fn the_guarantee_is_what_was_asked_for() {
        let besides = vec![Charge::new(Mechanism::new(1.0, 50.0).unwrap(), 1)];
        let target = Target {
            epsilon: 2.0,
            delta: 1e-6,
            accountant: Accountant::Pld,
        };
        let release = Release::new(target, 1.0, (0.01, 300), besides).unwrap();
        let guarantee = release.guarantee();
        assert!(
            guarantee.epsilon <= 2.0 && guarantee.epsilon > 1.999,
            "{guarantee:?}"
        );
        assert_eq!(guarantee.charges.len(), 2);
        let again = liebig_accountant::epsilon(&guarantee.charges, 1e-6, Accountant::Pld).unwrap();
        assert_eq!(guarantee.epsilon, again);
    }
}
