//! From a specification and values to networks and tensors.

use liebig_data::Dataset;
use liebig_grad::{Device, Tensor};
use liebig_nn::{Input, Model, ModelOptions};

use crate::Error;
use crate::artefact::{ModelSpec, Shape};

/// Builds a network for samples of `shape`; a table is an image of one line.
///
/// # Errors
/// [`Error::Network`] if there is no such network, option or size.
pub fn build(spec: &ModelSpec, shape: Shape, classes: usize) -> Result<Box<dyn Model>, Error> {
    let [channels, height, width] = planes(shape);
    let all = || -> Result<ModelOptions, liebig_nn::Error> {
        Ok(ModelOptions {
            width: Some(spec.width),
            depth: Some(spec.depth),
            norm: Some(spec.norm.parse()?),
            activation: Some(spec.activation.parse()?),
            pooling: Some(spec.pooling.parse()?),
        })
    };
    let options = match spec.name.as_str() {
        "convnet" => all()?,
        "mlp" => ModelOptions {
            width: Some(spec.width),
            ..ModelOptions::default()
        },
        _ => ModelOptions::default(),
    };
    Ok(liebig_nn::build(
        &spec.name,
        Input {
            channels,
            height,
            width,
        },
        classes,
        &options,
    )?)
}

/// [`build`] for the samples and classes of a dataset.
///
/// # Errors
/// As there.
pub fn for_dataset(spec: &ModelSpec, dataset: &Dataset) -> Result<Box<dyn Model>, Error> {
    build(spec, dataset.shape.into(), dataset.class_names.len())
}

/// Samples `[n, C, H, W]` from row-major values in training space.
///
/// # Errors
/// [`Error::Grad`] if the values do not make whole samples.
pub fn samples(values: Vec<f32>, shape: Shape, device: &Device) -> Result<Tensor, Error> {
    let [channels, height, width] = planes(shape);
    let count = values.len() / shape.len().max(1);
    Ok(Tensor::from_vec(
        values,
        &[count, channels, height, width],
        device,
    )?)
}

fn planes(shape: Shape) -> [usize; 3] {
    match shape {
        Shape::Image {
            channels,
            height,
            width,
        } => [channels, height, width],
        Shape::Table { features } => [1, 1, features],
    }
}
