//! Checks that tensors have the expected number and shapes. Broadcasting would hide some mistakes.

use liebig_grad::Tensor;

use crate::{Error, Parameter, Result};

/// Refuses a list of the wrong length.
pub(crate) fn check_count<T>(what: &'static str, list: &[T], expected: usize) -> Result<()> {
    let found = list.len();
    if found == expected {
        return Ok(());
    }
    Err(Error::Count {
        what,
        found,
        expected,
    })
}

/// Refuses lists of different lengths or shapes.
pub(crate) fn check_pairs(what: &'static str, weights: &[Tensor], others: &[Tensor]) -> Result<()> {
    check_count(what, others, weights.len())?;
    let mut pairs = weights.iter().zip(others);
    pairs.try_for_each(|(weight, other)| check_shape(what, other, weight.shape()))
}

/// Refuses tensors that are not those of the given parameters or statistics.
pub(crate) fn check_fit(
    what: &'static str,
    parameters: &[Parameter],
    tensors: &[Tensor],
) -> Result<()> {
    check_count(what, tensors, parameters.len())?;
    let mut pairs = parameters.iter().zip(tensors);
    pairs.try_for_each(|(parameter, tensor)| check_shape(&parameter.name, tensor, &parameter.shape))
}

/// Refuses a tensor of another shape.
pub(crate) fn check_shape(name: &str, tensor: &Tensor, expected: &[usize]) -> Result<()> {
    if tensor.shape() == expected {
        return Ok(());
    }
    Err(Error::Shape {
        name: name.to_string(),
        found: tensor.shape().to_vec(),
        expected: expected.to_vec(),
    })
}
