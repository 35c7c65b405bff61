//! Learning rates over time.

/// A factor on the learning rate that depends on the step alone. The caller decides whether a step is
/// an update or an epoch.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Schedule {
    /// Always 1.
    #[default]
    Constant,
    /// Multiplied by `gamma` at each milestone (PyTorch's `MultiStepLR`).
    Step {
        /// The first step of each new rate, in any order.
        milestones: Vec<usize>,
        /// The factor; commonly 0.1.
        gamma: f64,
    },
    /// Half a cosine from 1 at step 0 down to 0 at step `steps`, and 0 from there on (PyTorch's
    /// `CosineAnnealingLR` with `eta_min` 0, which would rise again).
    Cosine {
        /// The step at which it reaches 0.
        steps: usize,
    },
}

impl Schedule {
    /// The factor on the learning rate at a step, counted from 0.
    pub fn factor(&self, step: usize) -> f64 {
        match self {
            Schedule::Constant => 1.0,
            Schedule::Step { milestones, gamma } => {
                let passed = milestones.iter().filter(|&&milestone| step >= milestone);
                gamma.powi(passed.count() as i32)
            }
            Schedule::Cosine { steps } if step < *steps => {
                let phase = std::f64::consts::PI * step as f64 / *steps as f64;
                0.5 * (1.0 + phase.cos())
            }
            Schedule::Cosine { .. } => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Schedule;

    #[test]
    fn constant_stays() {
        assert_eq!(Schedule::Constant.factor(1_000_000), 1.0);
    }

    #[test]
    fn steps_multiply_from_the_milestone_on() {
        let schedule = Schedule::Step {
            milestones: vec![20, 10],
            gamma: 0.5,
        };
        let factors = [0, 9, 10, 19, 20, 99].map(|step| schedule.factor(step));
        assert_eq!(factors, [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]);
    }

    #[test]
    fn cosine_falls_to_zero_and_stays() {
        let schedule = Schedule::Cosine { steps: 10 };
        let factors = [0, 5, 10, 11].map(|step| schedule.factor(step));
        for (factor, expected) in factors.into_iter().zip([1.0, 0.5, 0.0, 0.0]) {
            assert!((factor - expected).abs() < 1e-12, "{factor} {expected}");
        }
    }
}
