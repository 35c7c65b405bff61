//! Hands out places in a network's lists of weights and running statistics.

use liebig_grad::Tensor;

use crate::layers::{Map, WeightInit};
use crate::network::Network;
use crate::{Error, Input, Parameter, Result, TorchLayout};

/// The most trainable values that a network may have, and the most that its layers may put out for one
/// sample: 2^40, or 4 TiB in single precision.
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
    init: WeightInit,
}

impl Builder {
    /// A builder whose convolutions and linear layers start as `init` says.
    pub fn new(init: WeightInit) -> Self {
        let plan = Plan::default();
        Self { plan, init }
    }

    /// A place for a layer's parameters, in PyTorch's order.
    pub fn parameters<const N: usize>(&mut self, parameters: [Parameter; N]) -> Place<N> {
        place("weights", &mut self.plan.parameters, parameters)
    }

    /// A place for the weight `[.., inputs, outputs]` and the bias of a layer, named as PyTorch names
    /// them. Dimensions before the inputs are those of a filter.
    pub fn weight_and_bias(
        &mut self,
        name: &str,
        shape: Vec<usize>,
        torch: TorchLayout,
    ) -> Place<2> {
        let parameters = self.of_layer(name, shape, torch);
        self.parameters(parameters)
    }

    /// [`weight_and_bias`](Self::weight_and_bias) for a layer without a bias.
    pub fn weight(&mut self, name: &str, shape: Vec<usize>, torch: TorchLayout) -> Place<1> {
        let [weight, _] = self.of_layer(name, shape, torch);
        self.parameters([weight])
    }

    fn of_layer(&self, name: &str, shape: Vec<usize>, torch: TorchLayout) -> [Parameter; 2] {
        let (before, outputs) = shape.split_at(shape.len().saturating_sub(1));
        let (filter, _) = before.split_at(before.len().saturating_sub(1));
        let product = |sizes: &[usize]| sizes.iter().copied().fold(1, usize::saturating_mul);
        let fan_out = product(filter).saturating_mul(product(outputs));
        let [weight, bias] = self.init.of_layer(product(before), fan_out);
        let parameter = |part: &str, shape, torch, init| Parameter {
            name: format!("{name}.{part}"),
            shape,
            torch,
            init,
        };
        let bias = parameter("bias", outputs.to_vec(), TorchLayout::Same, bias);
        [parameter("weight", shape, torch, weight), bias]
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
        let weights = sizes.fold(0, usize::saturating_add);
        let counts = [
            ("weights", weights),
            ("outputs of layers", self.plan.activations),
        ];
        if let Some((what, values)) = counts.into_iter().find(|(_, count)| *count > MOST_VALUES) {
            return Err(Error::TooLarge {
                model: name,
                input,
                what,
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
