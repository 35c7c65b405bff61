//! The networks, each in the definition that published numbers rest on.

mod convnet;
mod lenet;
mod mlp;

pub(crate) use convnet::ConvNet;
pub(crate) use lenet::LeNet;
pub(crate) use mlp::Mlp;

use liebig_grad::Tensor;

use crate::{Error, Parameter, Result};

/// Refuses weights that are not those of the model: broadcasting would hide some mistakes.
pub(crate) fn check_weights(parameters: &[Parameter], weights: &[Tensor]) -> Result<()> {
    crate::statistics::check_count("weights", weights, parameters.len())?;
    for (parameter, weight) in parameters.iter().zip(weights) {
        if parameter.shape != weight.shape() {
            return Err(Error::Shape {
                name: parameter.name.clone(),
                found: weight.shape().to_vec(),
                expected: parameter.shape.clone(),
            });
        }
    }
    Ok(())
}
