//! The distance between two gradients, and its gradient.
//!
//! Weights have their outputs in the last dimension, so that the paper's row, all weights into one output, is a column.

use liebig_grad::{Error, Tensor, grad};

use super::Distance;

/// Keeps the quotient finite where a gradient is zero; the paper's code has the same number.
const EPSILON: f64 = 1e-6;
/// Keeps the square root's slope finite at zero.
const SMALLEST_SQUARE: f64 = 1e-30;

/// The distance, and its gradient with respect to each tensor of `synthetic`.
pub(crate) fn with_gradient(
    distance: Distance,
    synthetic: &[Tensor],
    real: &[Tensor],
) -> Result<(f64, Vec<Tensor>), Error> {
    let leaves: Vec<Tensor> = synthetic.iter().map(Tensor::requires_grad).collect();
    let value = value(distance, &leaves, real)?;
    let inputs: Vec<&Tensor> = leaves.iter().collect();
    Ok((value.item()?, grad(&value, &inputs, false)?))
}

fn value(distance: Distance, synthetic: &[Tensor], real: &[Tensor]) -> Result<Tensor, Error> {
    match distance {
        Distance::Ours => {
            // Biases and the scales and shifts of norms, the tensors of one dimension, do not count.
            let weights = synthetic
                .iter()
                .zip(real)
                .filter(|(a, _)| a.shape().len() > 1);
            sum(weights.map(|(a, b)| by_output(a, b)))
        }
        Distance::Mse => sum(synthetic
            .iter()
            .zip(real)
            .map(|(a, b)| a.sub(b)?.square()?.sum())),
        Distance::Cos => {
            let pairs = || synthetic.iter().zip(real);
            let dot = sum(pairs().map(|(a, b)| a.mul(b)?.sum()))?;
            let a = sum(pairs().map(|(a, _)| a.square()?.sum()))?;
            let b = sum(pairs().map(|(_, b)| b.square()?.sum()))?;
            one_minus_cosine(&dot, &a, &b)
        }
    }
}

/// One minus the cosine, per output, summed.
fn by_output(a: &Tensor, b: &Tensor) -> Result<Tensor, Error> {
    let outputs = a.shape()[a.shape().len() - 1];
    let inputs = a.shape().iter().product::<usize>() / outputs.max(1);
    let (a, b) = (
        a.reshape(&[inputs, outputs])?,
        b.reshape(&[inputs, outputs])?,
    );
    let dot = a.mul(&b)?.sum_dims(&[0], false)?;
    let squares = |x: &Tensor| x.square()?.sum_dims(&[0], false);
    one_minus_cosine(&dot, &squares(&a)?, &squares(&b)?)?.sum()
}

/// `1 - dot / (sqrt(a) sqrt(b) + EPSILON)`.
fn one_minus_cosine(dot: &Tensor, a: &Tensor, b: &Tensor) -> Result<Tensor, Error> {
    let norm = |square: &Tensor| square.clamp(SMALLEST_SQUARE, f64::from(f32::MAX))?.sqrt();
    let cosine = dot.div(&norm(a)?.mul(&norm(b)?)?.add_scalar(EPSILON)?)?;
    cosine.neg()?.add_scalar(1.0)
}

/// The sum in order; 0 of nothing.
fn sum(mut terms: impl Iterator<Item = Result<Tensor, Error>>) -> Result<Tensor, Error> {
    let first = terms.next().unwrap_or_else(|| {
        Ok(Tensor::zeros(
            &[],
            liebig_grad::DType::F32,
            &liebig_grad::cpu(),
        ))
    })?;
    terms.try_fold(first, |total, term| total.add(&term?))
}
