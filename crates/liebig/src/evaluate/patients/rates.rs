//! Sensitivity, specificity and their harmonic mean.

/// How many patients of each kind are judged rightly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rates {
    /// Positive patients, and how many of them are called positive.
    pub positives: usize,
    pub found: usize,
    /// The other patients, and how many of them are not called positive.
    pub negatives: usize,
    pub cleared: usize,
}

/// The measures, in the order of a report.
pub(super) const MEASURES: [fn(&Rates) -> f64; 3] =
    [Rates::sensitivity, Rates::specificity, Rates::harmonic_mean];

impl Rates {
    pub fn of(truth: &[bool], called: &[bool]) -> Self {
        let mut rates = Self::default();
        for (&positive, &called) in truth.iter().zip(called) {
            rates.add(positive, called);
        }
        rates
    }

    /// Counts a patient.
    pub fn add(&mut self, positive: bool, called: bool) {
        match positive {
            true => {
                self.positives += 1;
                self.found += usize::from(called);
            }
            false => {
                self.negatives += 1;
                self.cleared += usize::from(!called);
            }
        }
    }

    pub fn sensitivity(&self) -> f64 {
        self.found as f64 / self.positives as f64
    }

    pub fn specificity(&self) -> f64 {
        self.cleared as f64 / self.negatives as f64
    }

    /// `2 Se Sp / (Se + Sp)`, or 0 if both are 0. As a single quotient of whole numbers, so that equal means are equal.
    pub fn harmonic_mean(&self) -> f64 {
        let both = self.found * self.cleared;
        let sum = self.found * self.negatives + self.cleared * self.positives;
        match both {
            0 => 0.0,
            both => 2.0 * both as f64 / sum as f64,
        }
    }
}
