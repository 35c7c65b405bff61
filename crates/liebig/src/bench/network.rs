//! The network that every workload uses.

use liebig_data::stream;
use liebig_grad::{Device, Tensor};
use liebig_nn::{ConvNetOptions, Input, Model, ModelChoice, initialize};
use rand_distr::{Distribution, StandardNormal};

use crate::{Error, cost};

/// The number of classes in every workload.
pub(super) const CLASSES: usize = 10;

/// Sizes of the network and its inputs.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    /// Channels of every layer.
    pub width: usize,
    /// Number of blocks.
    pub depth: usize,
    /// Channels of an image.
    pub channels: usize,
    /// Height and width of an image.
    pub side: usize,
}

impl Default for Sizes {
    /// The sizes that all workloads share.
    fn default() -> Self {
        Self {
            width: 128,
            depth: 3,
            channels: 3,
            side: 32,
        }
    }
}

/// Bytes of so many values.
pub(super) fn bytes(sizes: &[usize]) -> u64 {
    let values = sizes
        .iter()
        .fold(1, |product: usize, &size| product.saturating_mul(size));
    (values as u64).saturating_mul(4)
}

/// The network and inputs of a workload.
pub(super) struct Bench {
    pub model: Box<dyn Model>,
    pub weights: Vec<Tensor>,
    input: Input,
    device: Device,
}

impl Bench {
    pub fn new(sizes: Sizes, device: &Device) -> Result<Self, Error> {
        let input = Input {
            channels: sizes.channels,
            height: sizes.side,
            width: sizes.side,
        };
        let options = ConvNetOptions {
            width: sizes.width,
            depth: sizes.depth,
            ..ConvNetOptions::default()
        };
        let model = ModelChoice::ConvNet(options).build(input, CLASSES)?;
        // Any size can be asked for by name.
        cost::check(bytes(&[model.parameter_count(), 6]), None)?;
        let weights = initialize(model.as_ref(), &mut stream(0, "bench/network", 0), device)?;
        Ok(Self {
            model,
            weights,
            input,
            device: device.clone(),
        })
    }

    pub fn images(&self, count: usize, index: u64) -> Result<Tensor, Error> {
        let Input {
            channels,
            height,
            width,
        } = self.input;
        let shape = [count, channels, height, width];
        let layers = [count, self.model.activations(), 3];
        cost::check(bytes(&shape).saturating_add(bytes(&layers)), None)?;
        let rng = stream(0, "bench/images", index);
        let values = StandardNormal
            .sample_iter(rng)
            .take(shape.iter().product())
            .collect();
        Ok(Tensor::from_vec(values, &shape, &self.device)?)
    }
}
