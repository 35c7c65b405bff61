//! Derivatives of operations that are written by hand only up to some order.

use crate::graph::{Context, Gradients};
use crate::{Result, Tensor, vjp};

/// The gradients of the inputs of an operation that is `derivative`, which is composed of operations
/// that can be differentiated any number of times. Its inputs are variables of their own.
pub(super) fn composed_derivative<const N: usize>(
    c: &Context,
    inputs: [&Tensor; N],
    derivative: impl FnOnce(&[Tensor; N]) -> Result<Vec<Tensor>>,
) -> Gradients {
    // Aliases, so that each gradient counts only this use of its tensor.
    let aliases = inputs.map(|tensor| {
        if tensor.is_tracked() {
            tensor.alias()
        } else {
            tensor.requires_grad()
        }
    });
    let values = derivative(&aliases)?;
    let mut outputs = Vec::new();
    let mut cotangents = Vec::new();
    for (output, cotangent) in values.iter().zip(c.gradients) {
        if let Some(cotangent) = cotangent {
            outputs.push(output);
            cotangents.push(cotangent);
        }
    }
    let wanted: Vec<usize> = (0..N).filter(|&i| c.needs[i]).collect();
    let sources: Vec<&Tensor> = wanted.iter().map(|&i| &aliases[i]).collect();
    let mut gradients = vec![None; N];
    let found = vjp(&outputs, &cotangents, &sources, true)?;
    for (i, gradient) in wanted.into_iter().zip(found) {
        gradients[i] = Some(gradient);
    }
    Ok(gradients)
}
