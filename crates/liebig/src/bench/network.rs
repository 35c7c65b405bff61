//! The network that every workload uses.

use liebig_data::stream;
use liebig_grad::{Device, Tensor};
use liebig_nn::{Input, Model, ModelOptions, build, initialize};
use rand_distr::{Distribution, StandardNormal};

use crate::Error;

/// Classes of every workload.
pub(super) const CLASSES: usize = 10;

/// The network and inputs of a workload.
pub(super) struct Bench {
    pub model: Box<dyn Model>,
    pub weights: Vec<Tensor>,
    device: Device,
}

impl Bench {
    pub fn new(device: &Device) -> Result<Self, Error> {
        let input = Input {
            channels: 3,
            height: 32,
            width: 32,
        };
        let model = build("convnet", input, CLASSES, &ModelOptions::default())?;
        let weights = initialize(model.as_ref(), &mut stream(0, "bench/network", 0), device)?;
        Ok(Self {
            model,
            weights,
            device: device.clone(),
        })
    }

    pub fn images(&self, count: usize, index: u64) -> Result<Tensor, Error> {
        let shape = [count, 3, 32, 32];
        let rng = stream(0, "bench/images", index);
        let values = StandardNormal
            .sample_iter(rng)
            .take(shape.iter().product())
            .collect();
        Ok(Tensor::from_vec(values, &shape, &self.device)?)
    }
}
