//! Where a training stands.

use crate::unrolled::InnerRule;
use crate::{Error, Result, Tensor};

/// Weights, and what the optimiser remembers of the steps that led to them: the start and the end of a
/// training. Its fields are those of an optimiser's state, in the same order.
#[derive(Clone, Debug)]
pub struct InnerState {
    /// The weights; constants.
    pub weights: Vec<Tensor>,
    /// The momentum of each weight; or Adam's first moments of all weights, and then their second.
    /// Empty before the first step, and always for SGD without momentum.
    pub buffers: Vec<Tensor>,
    /// Number of steps taken since the optimiser was fresh. The next step has this number: Adam's
    /// correction of its moments depends on it, and the steps are asked for it.
    pub steps: usize,
}

impl InnerState {
    /// The state before any step, with the given weights, which are detached.
    pub fn new(weights: &[Tensor]) -> Self {
        Self {
            weights: weights.iter().map(Tensor::detach).collect(),
            buffers: Vec::new(),
            steps: 0,
        }
    }

    /// The buffers of weight `index`, in their order; empty if there are none.
    pub(super) fn buffers_of(&self, index: usize) -> Vec<&Tensor> {
        let buffers = self.buffers.iter().skip(index);
        buffers.step_by(self.weights.len().max(1)).collect()
    }

    /// The weights, then the buffers.
    pub(super) fn tensors(&self) -> impl Iterator<Item = &Tensor> {
        self.weights.iter().chain(&self.buffers)
    }

    /// The same, if it is a state of `rule`; everything is detached.
    pub(super) fn checked(&self, rule: &InnerRule) -> Result<Self> {
        let (found, full) = (
            self.buffers.len(),
            rule.buffers_per_weight() * self.weights.len(),
        );
        // Moments that have taken steps cannot be empty: their correction would be wrong.
        let may_be_empty = !matches!(rule, InnerRule::Adam { .. }) || self.steps == 0;
        if found != full && !(found == 0 && may_be_empty) {
            let (left, right) = (vec![found], vec![full]);
            return Err(Error::Shapes {
                op: "InnerState (number of buffers)",
                left,
                right,
            });
        }
        for (index, weight) in self.weights.iter().enumerate() {
            for buffer in self.buffers_of(index) {
                if buffer.shape() != weight.shape() {
                    let (left, right) = (buffer.shape().to_vec(), weight.shape().to_vec());
                    return Err(Error::Shapes {
                        op: "InnerState (a buffer and its weight)",
                        left,
                        right,
                    });
                }
            }
        }
        Ok(Self {
            weights: self.weights.iter().map(Tensor::detach).collect(),
            buffers: self.buffers.iter().map(Tensor::detach).collect(),
            steps: self.steps,
        })
    }
}
