//! Hands out places in a network's lists of weights and running statistics.

use liebig_grad::Tensor;

use crate::layers::Map;
use crate::network::Network;
use crate::{Error, Init, Input, Parameter, Result, TorchLayout};

/// The most trainable values that a network may have: 2^40, or 4 TiB in single precision.
const MOST_VALUES: usize = 1 << 40;

/// What a network's layers need and produce, in the order in which the layers were made.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Trainable parameters.
    pub parameters: Vec<Parameter>,
    /// Running statistics.
    pub statistics: Vec<Parameter>,
    /// Values of all layers' outputs for one sample; saturating.
    pub activations: usize,
}

/// Where a layer's `N` tensors are in a network's list of weights or running statistics.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<const N: usize> {
    what: &'static str,
    start: usize,
}

impl<const N: usize> Place<N> {
    /// The layer's own tensors of the network's list.
    pub fn of(self, list: &[Tensor]) -> Result<&[Tensor; N]> {
        let own = list
            .get(self.start..)
            .and_then(|rest| rest.first_chunk::<N>());
        own.ok_or(Error::Count {
            what: self.what,
            found: list.len(),
            expected: self.start + N,
        })
    }

    /// The index of the first of them.
    pub fn start(self) -> usize {
        self.start
    }
}

/// Builds a network layer by layer.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    plan: Plan,
}

impl Builder {
    /// A place for a layer's parameters, in PyTorch's order.
    pub fn parameters<const N: usize>(&mut self, parameters: [Parameter; N]) -> Place<N> {
        place("weights", &mut self.plan.parameters, parameters)
    }

    /// A place for a layer's running statistics.
    pub fn statistics<const N: usize>(&mut self, statistics: [Parameter; N]) -> Place<N> {
        place("running statistics", &mut self.plan.statistics, statistics)
    }

    /// Counts the output of a layer: so many values for one sample.
    pub fn output(&mut self, values: usize) {
        self.plan.activations = self.plan.activations.saturating_add(values);
    }

    /// Counts a feature map that a layer puts out.
    pub fn output_map(&mut self, map: Map) {
        self.output(map.numel());
    }

    /// The network of these layers.
    ///
    /// # Errors
    /// [`Error::TooLarge`] beyond [`MOST_VALUES`].
    pub fn finish<L>(self, name: &'static str, input: Input, layers: L) -> Result<Network<L>> {
        let sizes = self.plan.parameters.iter().map(Parameter::numel);
        let values = sizes.fold(0, usize::saturating_add);
        if values > MOST_VALUES {
            return Err(Error::TooLarge {
                model: name,
                input,
                values,
                most: MOST_VALUES,
            });
        }
        Ok(Network::new(name, self.plan, layers))
    }
}

fn place<const N: usize>(
    what: &'static str,
    list: &mut Vec<Parameter>,
    new: [Parameter; N],
) -> Place<N> {
    let start = list.len();
    list.extend(new);
    Place { what, start }
}

/// Weight (outputs last) and bias of a layer, named as PyTorch names them.
pub(super) fn weight_and_bias(name: &str, shape: Vec<usize>, torch: TorchLayout) -> [Parameter; 2] {
    let (inputs, outputs) = shape.split_at(shape.len().saturating_sub(1));
    let fan_in = inputs.iter().copied().fold(1, usize::saturating_mul);
    let outputs = outputs.to_vec();
    let parameter = |part: &str, shape, torch| Parameter {
        name: format!("{name}.{part}"),
        shape,
        torch,
        init: Init::Uniform { fan_in },
    };
    let bias = parameter("bias", outputs, TorchLayout::Same);
    [parameter("weight", shape, torch), bias]
}
