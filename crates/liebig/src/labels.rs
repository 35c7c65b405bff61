//! The labels of a small set.

use liebig_grad::{Device, Targets, Tensor};

use crate::Error;

/// The labels of `n` samples.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
    /// A class index per sample, each below the number of classes.
    Hard(Vec<u32>),
    /// Class scores per sample, `[n, classes]` row major; a softmax turns them into probabilities.
    Logits(Vec<f32>),
    /// Weights of the classes per sample, `[n, classes]` row major, used as they are: the loss of a sample is
    /// `-Σ weight * log probability`. They do not have to be positive or sum to 1 (Sucholutsky & Schonlau 2021).
    Values(Vec<f32>),
}

impl Labels {
    /// The number of samples, given the number of classes.
    #[must_use]
    pub fn len(&self, classes: usize) -> usize {
        match self {
            Self::Hard(labels) => labels.len(),
            Self::Logits(values) | Self::Values(values) => values.len() / classes.max(1),
        }
    }

    /// The class of each sample: the label itself, or the class with the highest value (the first if several are equal).
    #[must_use]
    pub fn classes(&self, classes: usize) -> Vec<u32> {
        match self {
            Self::Hard(labels) => labels.clone(),
            Self::Logits(values) | Self::Values(values) => values
                .chunks_exact(classes.max(1))
                .map(|row| u32::try_from(highest(row)).unwrap_or(u32::MAX))
                .collect(),
        }
    }

    /// The training targets for a network.
    ///
    /// # Errors
    /// [`Error::Grad`] if the number of values is not a multiple of the number of classes.
    pub fn targets(&self, classes: usize, device: &Device) -> Result<Targets, Error> {
        if let Self::Hard(labels) = self {
            let labels = labels.iter().map(|&label| label as usize);
            return Ok(Targets::Hard(labels.collect()));
        }
        let shape = [self.len(classes), classes];
        let weights = self.weights(classes);
        Ok(Targets::Soft(Tensor::from_vec(weights, &shape, device)?))
    }

    /// The weights of the classes in the loss of each sample, `[n, classes]` row major.
    #[must_use]
    pub fn weights(&self, classes: usize) -> Vec<f32> {
        match self {
            Self::Hard(labels) => one_hot(labels, classes),
            Self::Logits(values) => values
                .chunks_exact(classes.max(1))
                .flat_map(softmax)
                .collect(),
            Self::Values(values) => values.clone(),
        }
    }

    /// The targets of a network that is trained by squared error: values as they are; classes and probabilities are
    /// [centred](centred).
    ///
    /// # Errors
    /// [`Error::Grad`] if the number of values is not a multiple of the number of classes.
    pub fn regression_targets(&self, classes: usize, device: &Device) -> Result<Targets, Error> {
        let shape = [self.len(classes), classes];
        let values = self.regression_values(classes);
        Ok(Targets::Soft(Tensor::from_vec(values, &shape, device)?))
    }

    /// The same as values, `[n, classes]` row major.
    #[must_use]
    pub fn regression_values(&self, classes: usize) -> Vec<f32> {
        match self {
            Self::Values(values) => values.clone(),
            Self::Hard(_) | Self::Logits(_) => around_zero(self.weights(classes), classes),
        }
    }

    /// The labels without negative weights, which become 0.
    #[must_use]
    pub fn without_negatives(&self) -> Self {
        match self {
            Self::Values(values) => {
                Self::Values(values.iter().map(|value| value.max(0.0)).collect())
            }
            labels => labels.clone(),
        }
    }

    /// Whether cross-entropy with these labels has no minimum, because a weight is negative.
    #[must_use]
    pub fn any_negative(&self) -> bool {
        matches!(self, Self::Values(values) if values.iter().any(|&value| value < 0.0))
    }

    /// Bits needed to store them: for a hard label enough to distinguish the classes, for a soft one 32 per value.
    #[must_use]
    pub fn bits(&self, classes: usize) -> u64 {
        match self {
            Self::Hard(labels) => {
                let classes = classes.max(1) as u64;
                labels.len() as u64 * u64::from(classes.next_power_of_two().ilog2())
            }
            Self::Logits(values) | Self::Values(values) => 32 * values.len() as u64,
        }
    }
}

/// Classes as values with a mean of zero, `[n, classes]` row major: `(1 - 1/C) / √(C/10)` for the class and
/// `-1/C / √(C/10)` for the others (Zhou et al., "Dataset Distillation using Neural Feature Regression", 2022).
#[must_use]
pub fn centred(labels: &[u32], classes: usize) -> Vec<f32> {
    around_zero(one_hot(labels, classes), classes)
}

fn around_zero(mut probabilities: Vec<f32>, classes: usize) -> Vec<f32> {
    let classes = classes.max(1) as f32;
    let scale = (classes / 10.0).sqrt();
    for value in &mut probabilities {
        *value = (*value - 1.0 / classes) / scale;
    }
    probabilities
}

/// The index of the highest value, the first if several are equal.
pub(crate) fn highest(row: &[f32]) -> usize {
    let mut best = 0;
    for (index, value) in row.iter().enumerate() {
        if *value > row[best] {
            best = index;
        }
    }
    best
}

fn one_hot(labels: &[u32], classes: usize) -> Vec<f32> {
    let row = |label: u32| (0..classes).map(move |class| f32::from(class == label as usize));
    labels.iter().copied().flat_map(row).collect()
}

fn softmax(scores: &[f32]) -> Vec<f32> {
    softmax_at(scores, 1.0)
}

/// The softmax of scores that are divided by a temperature.
pub(crate) fn softmax_at(scores: &[f32], temperature: f64) -> Vec<f32> {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let scale = (1.0 / temperature) as f32;
    let powers: Vec<f32> = scores
        .iter()
        .map(|score| (scale * (score - highest)).exp())
        .collect();
    let sum: f32 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_class_is_the_highest_and_the_first_of_equals() {
        let values = vec![0.1, 0.9, 0.5, 0.5];
        assert_eq!(Labels::Logits(values.clone()).classes(2), [1, 0]);
        assert_eq!(Labels::Values(values).classes(2), [1, 0]);
        assert_eq!(Labels::Hard(vec![3, 1]).classes(4), [3, 1]);
    }

    #[test]
    fn logits_become_probabilities_and_values_stay() {
        let rows = |labels: Labels| match labels.targets(2, &liebig_grad::cpu()).unwrap() {
            Targets::Soft(tensor) => tensor.to_vec().unwrap(),
            Targets::Hard(_) => Vec::new(),
        };
        assert_eq!(rows(Labels::Values(vec![2.0, -1.0])), [2.0, -1.0]);
        let soft = rows(Labels::Logits(vec![0.0, 3.0_f32.ln()]));
        assert_eq!(Labels::Hard(vec![1, 0]).weights(2), [0.0, 1.0, 1.0, 0.0]);
        assert!((soft[0] - 0.25).abs() < 1e-6 && (soft[1] - 0.75).abs() < 1e-6);
    }

    #[test]
    fn regression_targets_are_around_zero() {
        let rows = |labels: &Labels, classes| {
            let targets = labels.regression_targets(classes, &liebig_grad::cpu());
            match targets.unwrap() {
                Targets::Soft(tensor) => tensor.to_vec().unwrap(),
                Targets::Hard(_) => Vec::new(),
            }
        };
        let close = |found: Vec<f32>, expected: &[f32]| {
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-6, "{found} {expected}");
            }
        };
        let mut ten = vec![-0.1; 10];
        ten[3] = 0.9;
        close(rows(&Labels::Hard(vec![3]), 10), &ten);
        let five = 0.2_f32.sqrt().recip() * 0.5;
        close(
            rows(&Labels::Hard(vec![0, 1]), 2),
            &[five, -five, -five, five],
        );
        close(
            rows(&Labels::Logits(vec![0.0, 3.0_f32.ln()]), 2),
            &[-0.5 * five, 0.5 * five],
        );
        let values = Labels::Values(vec![2.0, -1.0]);
        close(rows(&values, 2), &[2.0, -1.0]);
        assert!(values.any_negative() && !Labels::Values(vec![0.0, 1.0]).any_negative());
        assert!(!Labels::Hard(vec![0]).any_negative());
        assert_eq!(
            Labels::Values(vec![1.5, -0.5, 0.25, 0.75]).without_negatives(),
            Labels::Values(vec![1.5, 0.0, 0.25, 0.75])
        );
    }

    #[test]
    fn bits_tell_classes_apart() {
        assert_eq!(Labels::Hard(vec![0; 3]).bits(10), 3 * 4);
        assert_eq!(Labels::Hard(vec![0; 3]).bits(2), 3);
        assert_eq!(Labels::Values(vec![0.0; 6]).bits(3), 6 * 32);
    }
}
