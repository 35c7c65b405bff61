//! Patients, judged by the classes of all their samples.
//!
//! As Li et al. do it ("Soft-Label Anonymous Gastric X-ray Image Distillation", ICIP 2020): a patient is called positive if
//! the share of their patches that are classified as positive is above a threshold. Here it is chosen for each network on
//! the training patients, as the one with the highest harmonic mean of sensitivity and specificity; the test patients
//! are judged once. Where every sample is a patient, the share is 0 or 1 and the predicted class decides.

mod bootstrap;
mod rates;
mod threshold;

#[cfg(test)]
mod tests;

use liebig_data::{Split, stream};
use serde::{Deserialize, Serialize};

use super::score::{Score, deviation, mean};
use crate::Error;
use crate::task::TrainingSet;
use rates::{MEASURES, Rates};

/// How well patients are judged by networks that were trained on one source.
///
/// A patient is positive if any of their samples has the positive class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Patients {
    /// The positive class.
    pub positive: u32,
    /// Number of training patients, by whom the thresholds were chosen.
    pub train: usize,
    /// Number of test patients.
    pub test: usize,
    /// How many of the test patients are positive.
    pub test_positive: usize,
    /// The threshold of each network, a share of a patient's samples; patients above it are called positive.
    pub thresholds: Vec<f64>,
    /// The share of the positive test patients that are called positive.
    pub sensitivity: Estimate,
    /// The share of the other test patients that are not.
    pub specificity: Estimate,
    /// The harmonic mean of both, `2 Se Sp / (Se + Sp)`.
    pub harmonic_mean: Estimate,
}

/// A measure of several networks on the same patients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The mean over the networks.
    pub mean: f64,
    /// Their population standard deviation.
    pub std: f64,
    /// The lower end of the 95 % interval of the mean over other test patients (see [`Patients`]): the 2.5th percentile of
    /// 2000 bootstrap samples of the positive and of the other patients.
    pub low: f64,
    /// The upper end, the 97.5th percentile.
    pub high: f64,
    /// The measure of each network, in order of the repeats.
    pub values: Vec<f64>,
}

/// How one network judges the test patients.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The share of a patient's samples above which the patient is called positive.
    pub threshold: f64,
    /// Whether each test patient is called positive, in the order of [`Split::patients`].
    pub called: Vec<bool>,
}

/// The patients of a split.
struct Cohort {
    samples: Vec<Vec<usize>>,
    positive: Vec<bool>,
}

impl Cohort {
    /// # Errors
    /// [`Error::OneSided`] if all patients are positive, or none.
    fn of(split: &Split, name: &'static str, positive: u32) -> Result<Self, Error> {
        let samples = split.patients();
        let is_positive = |samples: &Vec<usize>| {
            let mut labels = samples.iter().map(|&sample| split.labels()[sample]);
            labels.any(|label| label == positive)
        };
        let truth: Vec<bool> = samples.iter().map(is_positive).collect();
        for (kind, missing) in [(true, "positive"), (false, "negative")] {
            if !truth.contains(&kind) {
                return Err(Error::OneSided {
                    split: name,
                    missing,
                    positive,
                });
            }
        }
        Ok(Self {
            samples,
            positive: truth,
        })
    }

    /// The share of each patient's samples that were classified as `positive`.
    fn shares(&self, predicted: &[usize], positive: usize) -> Vec<f64> {
        let share = |samples: &Vec<usize>| {
            let found = samples.iter().filter(|&&at| predicted[at] == positive);
            found.count() as f64 / samples.len() as f64
        };
        self.samples.iter().map(share).collect()
    }
}

/// The patients of an evaluation.
pub(super) struct Cohorts<'a> {
    /// The samples of the training patients.
    pub training: &'a Split,
    train: Cohort,
    test: Cohort,
    positive: u32,
}

impl<'a> Cohorts<'a> {
    /// # Errors
    /// [`Error::OneSided`] if a split has no positive or no negative patients.
    pub fn new(training: &TrainingSet<'a>, test: &Split, positive: u32) -> Result<Self, Error> {
        let training = training.split();
        Ok(Self {
            training,
            train: Cohort::of(training, "training", positive)?,
            test: Cohort::of(test, "test", positive)?,
            positive,
        })
    }

    /// The positive class.
    pub fn positive(&self) -> u32 {
        self.positive
    }

    /// Judges the test patients by the classes that a network predicts for all samples of both splits.
    pub fn judge(&self, training: &[usize], test: &[usize]) -> Judged {
        let positive = self.positive as usize;
        let shares = self.train.shares(training, positive);
        let threshold = threshold::best(&shares, &self.train.positive);
        let shares = self.test.shares(test, positive);
        Judged {
            threshold,
            called: shares.into_iter().map(|share| share > threshold).collect(),
        }
    }

    /// The measures of all networks; `None` if none of them judged patients. The seed is that of the bootstrap.
    pub fn report(&self, score: &Score, seed: u64) -> Option<Patients> {
        let judged: Vec<&Judged> = score.judged().collect();
        if judged.is_empty() {
            return None;
        }
        let truth = &self.test.positive;
        let rates: Vec<Rates> = judged
            .iter()
            .map(|judged| Rates::of(truth, &judged.called))
            .collect();
        let called: Vec<&[bool]> = judged.iter().map(|judged| &judged.called[..]).collect();
        let mut rng = stream(seed, "bootstrap of patients", 0);
        let intervals = bootstrap::intervals(truth, &called, &mut rng);
        let [sensitivity, specificity, harmonic_mean] = std::array::from_fn(|measure| {
            let values: Vec<f64> = rates.iter().map(MEASURES[measure]).collect();
            let (low, high) = intervals[measure];
            Estimate {
                mean: mean(&values),
                std: deviation(&values),
                low,
                high,
                values,
            }
        });
        Some(Patients {
            positive: self.positive,
            train: self.train.samples.len(),
            test: truth.len(),
            test_positive: truth.iter().filter(|&&positive| positive).count(),
            thresholds: judged.iter().map(|judged| judged.threshold).collect(),
            sensitivity,
            specificity,
            harmonic_mean,
        })
    }
}
