//! A layer of long short-term memory.

use liebig_grad::Tensor;

use super::{Builder, Place};
use crate::{Init, Parameter, Result, TorchLayout};

/// A layer of PyTorch's `LSTM`: four gates, in PyTorch's order, and two biases.
#[derive(Clone, Debug)]
pub(crate) struct Lstm {
    place: Place<4>,
}

impl Lstm {
    /// Layer `index` of the network's module `name`, for sequences of `steps` rows of `inputs` values.
    pub fn new(
        builder: &mut Builder,
        name: &str,
        index: usize,
        steps: usize,
        [inputs, hidden]: [usize; 2],
    ) -> Self {
        let gates = hidden.saturating_mul(4);
        let parameter = |part: &str, shape, torch| Parameter {
            name: format!("{name}.{part}_l{index}"),
            shape,
            torch,
            init: Init::Uniform { fan_in: hidden },
        };
        let place = builder.parameters([
            parameter("weight_ih", vec![inputs, gates], TorchLayout::Linear),
            parameter("weight_hh", vec![hidden, gates], TorchLayout::Linear),
            parameter("bias_ih", vec![gates], TorchLayout::Same),
            parameter("bias_hh", vec![gates], TorchLayout::Same),
        ]);
        // At each step the gates' sums from the input and altogether, and the states.
        let of_step = gates.saturating_mul(2).saturating_add(2 * hidden);
        builder.output(steps.saturating_mul(of_step));
        Self { place }
    }

    /// The hidden states `[n, hidden]` after each step, from zero states, for rows `x [steps * n,
    /// inputs]`: those of the first step first.
    pub fn apply(&self, weights: &[Tensor], x: &Tensor, steps: usize) -> Result<Vec<Tensor>> {
        let [from_input, from_hidden, input_bias, hidden_bias] = self.place.of(weights)?;
        let samples = x.shape()[0] / steps;
        let bias = input_bias.add(hidden_bias)?;
        let inputs = x.matmul(from_input)?.add(&bias)?;
        let mut states = Vec::with_capacity(steps);
        let mut last: Option<(Tensor, Tensor)> = None;
        for sums in inputs.split(0, &vec![samples; steps])? {
            let state = match &last {
                None => {
                    let hidden = from_hidden.shape()[0];
                    let zeros = Tensor::zeros(&[samples, hidden], sums.dtype(), &sums.device());
                    sums.lstm_cell(&zeros)?
                }
                Some((hidden, cell)) => sums.add(&hidden.matmul(from_hidden)?)?.lstm_cell(cell)?,
            };
            states.push(state.0.clone());
            last = Some(state);
        }
        Ok(states)
    }
}
