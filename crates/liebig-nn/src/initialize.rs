//! Fresh weights.

use liebig_grad::{Device, Tensor};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::{Init, Model, Parameter, Result};

/// Fresh weights, distributed as each parameter's [`Init`] says. Without other options, that is how
/// PyTorch initialises its layers: weights and biases uniform in `±1 / sqrt(fan_in)`, scales 1 and
/// shifts 0 in norms. They are drawn parameter by parameter, in this crate's layout.
///
/// # Errors
/// If the device fails.
pub fn initialize(model: &dyn Model, rng: &mut ChaCha8Rng, device: &Device) -> Result<Vec<Tensor>> {
    let fresh = |parameter| fill(parameter, rng, device);
    model.parameters().iter().map(fresh).collect()
}

/// Running statistics before the first batch: means 0 and variances 1. Empty without batch
/// normalisation.
///
/// # Errors
/// If the device fails.
pub fn initial_statistics(model: &dyn Model, device: &Device) -> Result<Vec<Tensor>> {
    let constant = |parameter: &Parameter| {
        let value = match parameter.init {
            Init::Constant(value) => value,
            Init::Uniform { .. } | Init::Normal { .. } => 0.0,
        };
        let values = vec![value; parameter.numel()];
        Ok(Tensor::from_vec(values, &parameter.shape, device)?)
    };
    model.statistics().iter().map(constant).collect()
}

fn fill(parameter: &Parameter, rng: &mut ChaCha8Rng, device: &Device) -> Result<Tensor> {
    let values = match parameter.init {
        Init::Constant(value) => vec![value; parameter.numel()],
        Init::Uniform { fan_in } => {
            let bound = 1.0 / (fan_in as f32).sqrt();
            let draw = |_| (2.0 * rng.random::<f32>() - 1.0) * bound;
            (0..parameter.numel()).map(draw).collect()
        }
        Init::Normal { deviation } => {
            let draw = |_| deviation * rng.sample::<f32, _>(StandardNormal);
            (0..parameter.numel()).map(draw).collect()
        }
    };
    Ok(Tensor::from_vec(values, &parameter.shape, device)?)
}
