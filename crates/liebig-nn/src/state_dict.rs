//! To and from PyTorch's names and layouts.

use std::collections::HashMap;

use liebig_grad::{Device, Tensor};

use crate::check::check_count;
use crate::{Error, Model, Result};

/// A named tensor in PyTorch's layout: name, shape, values in row-major order.
pub type StateEntry = (String, Vec<usize>, Vec<f32>);

/// The weights as PyTorch's `state_dict()` would give them, in the model's order, without the running
/// statistics of batch normalisation.
///
/// # Errors
/// [`Error::Count`] or a shape error if the weights are not the model's.
pub fn state_dict(model: &dyn Model, weights: &[Tensor]) -> Result<Vec<StateEntry>> {
    check_count("weights", weights, model.parameters().len())?;
    let entry = |(parameter, weight): (&crate::Parameter, &Tensor)| {
        let torch = parameter.torch.to_torch(&weight.detach())?;
        Ok((
            parameter.name.clone(),
            torch.shape().to_vec(),
            torch.to_vec()?,
        ))
    };
    model.parameters().iter().zip(weights).map(entry).collect()
}

/// The weights of a model from entries as in PyTorch's `state_dict()`, in any order, without the
/// running statistics of batch normalisation.
///
/// # Errors
/// [`Error::Missing`], [`Error::Unexpected`] (also for a name that comes twice), [`Error::Shape`] or
/// [`Error::Length`] for entries that do not fit the model.
pub fn load_state_dict(
    model: &dyn Model,
    entries: &[StateEntry],
    device: &Device,
) -> Result<Vec<Tensor>> {
    let mut named = HashMap::new();
    for entry in entries {
        let known = model.parameters().iter().any(|p| p.name == entry.0);
        if !known || named.insert(&entry.0, entry).is_some() {
            let name = entry.0.clone();
            return Err(Error::Unexpected { name });
        }
    }
    let mut weights = Vec::with_capacity(entries.len());
    for parameter in model.parameters() {
        let name = parameter.name.clone();
        let Some((_, shape, values)) = named.get(&name) else {
            return Err(Error::Missing { name });
        };
        let expected = parameter.torch.shape(&parameter.shape);
        if *shape != expected {
            let found = shape.clone();
            return Err(Error::Shape {
                name,
                found,
                expected,
            });
        }
        if values.len() != parameter.numel() {
            let (values, shape) = (values.len(), shape.clone());
            return Err(Error::Length {
                name,
                values,
                shape,
            });
        }
        let torch = Tensor::from_vec(values.clone(), shape, device)?;
        let weight = parameter.torch.from_torch(&torch, &parameter.shape)?;
        // Laid out as fresh weights are: a transposed view would be multiplied in another order.
        weights.push(Tensor::from_vec(
            weight.to_vec()?,
            &parameter.shape,
            device,
        )?);
    }
    Ok(weights)
}
