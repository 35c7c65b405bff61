//! The cotangents on their way back from the last step to the first.

use crate::unrolled::lists::{each, is_finite, scaled_sum};
use crate::unrolled::optimizer::Rule;
use crate::unrolled::{InnerRule, InnerState, StepVjp, TrajectoryGradient};
use crate::{Error, Result, Tensor};

/// The cotangents of a weight and of its buffers. Buffers without any have no cotangent yet.
pub(super) struct Cotangent {
    pub weight: Tensor,
    pub buffers: Vec<Tensor>,
}

/// The reverse sweep of an optimiser.
pub(super) struct Sweep<'a> {
    rule: &'a InnerRule,
    rates: &'a [f64],
    /// `None` until there is a cotangent.
    weights: Option<Vec<Cotangent>>,
    inputs: Option<Vec<Tensor>>,
    lr: Vec<f64>,
}

impl<'a> Sweep<'a> {
    pub fn new(rule: &'a InnerRule, rates: &'a [f64]) -> Self {
        Self {
            rule,
            rates,
            weights: None,
            inputs: None,
            lr: vec![0.0; rates.len()],
        }
    }

    /// Adds cotangents of the weights between the step at hand and the one after it.
    pub fn add(&mut self, state: &InnerState, cotangents: Vec<Tensor>) -> Result<()> {
        if cotangents.len() != state.weights.len() {
            let (left, right) = (vec![state.weights.len()], vec![cotangents.len()]);
            return Err(Error::Shapes {
                op: "Trajectory::backward (lengths)",
                left,
                right,
            });
        }
        for (weight, cotangent) in state.weights.iter().zip(&cotangents) {
            if weight.shape() != cotangent.shape() {
                let (left, right) = (weight.shape().to_vec(), cotangent.shape().to_vec());
                return Err(Error::Shapes {
                    op: "Trajectory::backward",
                    left,
                    right,
                });
            }
        }
        match &mut self.weights {
            Some(sums) => {
                for (sum, cotangent) in sums.iter_mut().zip(&cotangents) {
                    sum.weight = sum.weight.add(&cotangent.detach())?;
                }
            }
            None => {
                let fresh = cotangents.iter().map(|cotangent| Cotangent {
                    weight: cotangent.detach(),
                    buffers: Vec::new(),
                });
                self.weights = Some(fresh.collect());
            }
        }
        Ok(())
    }

    /// Propagates back over step `index` of the trajectory, which started from `state`; `vjp` computes
    /// products with its gradient there. `gradient` is the step's gradient, for rules that need it.
    pub fn back<E: From<Error>>(
        &mut self,
        index: usize,
        state: &InnerState,
        gradient: Option<&[Tensor]>,
        vjp: impl FnOnce(&[Tensor]) -> Result<StepVjp, E>,
    ) -> Result<(), E> {
        let Some(after) = self.weights.take() else {
            return Ok(());
        };
        let (rate, count) = (self.rates[index], after.len());
        let weight = |i: usize| &state.weights[i];
        let (product, of_gradient, of_buffers, of_lr) = match self.rule.at(state.steps) {
            Rule::Sgd(sgd) => {
                let of_gradient = each(count, |i| sgd.of_gradient(rate, &after[i]))?;
                let product = vjp(&of_gradient)?;
                let of_buffers = each(count, |i| sgd.of_buffers(&of_gradient[i]))?;
                let of_lr = each(count, |i| {
                    let gradient = &product.gradient[i];
                    sgd.of_lr(weight(i), &state.buffers_of(i), gradient, &after[i])
                })?;
                (product, of_gradient, of_buffers, of_lr)
            }
            Rule::Adam(adam) => {
                let gradient = gradient.ok_or_else(|| Error::Internal {
                    op: "Trajectory::backward",
                    what: format!("the gradient of step {} was not kept", state.steps),
                })?;
                let back = each(count, |i| {
                    let buffers = state.buffers_of(i);
                    adam.back(rate, weight(i), &buffers, &gradient[i], &after[i])
                })?;
                let (mut of_gradient, mut of_buffers, mut of_lr) = (vec![], vec![], vec![]);
                for (gradient, buffers, lr) in back {
                    of_gradient.push(gradient);
                    of_buffers.push(buffers);
                    of_lr.push(lr);
                }
                (vjp(&of_gradient)?, of_gradient, of_buffers, of_lr)
            }
        };
        self.lr[index] = of_lr.iter().sum();
        let decay = self.rule.weight_decay();
        let weights = each(count, |i| {
            let sum = after[i].weight.add(&product.weights[i])?;
            match decay {
                0.0 => Ok(sum),
                decay => scaled_sum(&sum, &of_gradient[i], decay),
            }
        })?;
        let weights = weights.into_iter().zip(of_buffers);
        let weights = weights.map(|(weight, buffers)| Cotangent { weight, buffers });
        self.weights = Some(weights.collect());
        self.check(index, state.steps, &product.inputs)?;
        self.inputs = Some(match self.inputs.take() {
            Some(inputs) => sum(inputs, &product.inputs)?,
            None => product.inputs,
        });
        Ok(())
    }

    /// Refuses a step whose products are not finite. The product with the step size is not, if a
    /// cotangent of the weights after the step is not.
    fn check(&self, index: usize, step: usize, inputs: &[Tensor]) -> Result<()> {
        let inputs = inputs.iter().try_fold(true, |finite, input| {
            Ok::<_, Error>(finite && is_finite(input)?)
        })?;
        if inputs && self.lr[index].is_finite() {
            return Ok(());
        }
        Err(Error::NotFinite {
            what: "gradient on the way back over",
            step,
        })
    }

    /// The gradients, at the state before the first step.
    pub fn finish(self, start: &InnerState) -> TrajectoryGradient {
        let cotangents = self.weights.unwrap_or_else(|| {
            let zeros = start.weights.iter().map(|weight| Cotangent {
                weight: weight.zeros_like(),
                buffers: Vec::new(),
            });
            zeros.collect()
        });
        let of_buffer = |index: usize, buffer: &Tensor| {
            let weights = cotangents.len().max(1);
            let found = cotangents[index % weights].buffers.get(index / weights);
            found.cloned().unwrap_or_else(|| buffer.zeros_like())
        };
        let buffers = start.buffers.iter().enumerate();
        TrajectoryGradient {
            inputs: self.inputs.unwrap_or_default(),
            lr: self.lr,
            buffers: buffers.map(|(i, buffer)| of_buffer(i, buffer)).collect(),
            weights: cotangents.into_iter().map(|c| c.weight).collect(),
        }
    }
}

fn sum(left: Vec<Tensor>, right: &[Tensor]) -> Result<Vec<Tensor>> {
    let pairs = left.into_iter().zip(right);
    pairs.map(|(left, right)| left.accumulate(right)).collect()
}
