//! The network that every workload uses.

use liebig_data::stream;
use liebig_grad::{Device, Tensor};
use liebig_nn::{Input, Model, ModelOptions, build, initialize};
use rand_distr::{Distribution, StandardNormal};

use crate::Error;

/// Classes of every workload.
pub(super) const CLASSES: usize = 10;

/// Sizes of the network and its inputs.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    /// Channels of every layer.
    pub width: usize,
    /// Blocks.
    pub depth: usize,
    /// Height and width of an image.
    pub side: usize,
}

impl Default for Sizes {
    /// Those that the workloads have in common.
    fn default() -> Self {
        Self {
            width: 128,
            depth: 3,
            side: 32,
        }
    }
}

/// The network and inputs of a workload.
pub(super) struct Bench {
    pub model: Box<dyn Model>,
    pub weights: Vec<Tensor>,
    side: usize,
    device: Device,
}

impl Bench {
    pub fn new(sizes: Sizes, device: &Device) -> Result<Self, Error> {
        let input = Input {
            channels: 3,
            height: sizes.side,
            width: sizes.side,
        };
        let options = ModelOptions {
            width: Some(sizes.width),
            depth: Some(sizes.depth),
            ..ModelOptions::default()
        };
        let model = build("convnet", input, CLASSES, &options)?;
        let weights = initialize(model.as_ref(), &mut stream(0, "bench/network", 0), device)?;
        Ok(Self {
            model,
            weights,
            side: sizes.side,
            device: device.clone(),
        })
    }

    pub fn images(&self, count: usize, index: u64) -> Result<Tensor, Error> {
        let shape = [count, 3, self.side, self.side];
        let rng = stream(0, "bench/images", index);
        let values = StandardNormal
            .sample_iter(rng)
            .take(shape.iter().product())
            .collect();
        Ok(Tensor::from_vec(values, &shape, &self.device)?)
    }
}
