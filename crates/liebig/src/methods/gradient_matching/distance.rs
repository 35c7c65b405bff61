//! The distance between two gradients, and its gradient.
//!
//! Weights have their outputs in the last dimension, so a row in the paper (all weights of one output) is a column here.

use liebig_grad::{Error, Tensor, grad};
use rayon::prelude::*;

use super::Distance;

/// Keeps the quotient finite where a gradient is zero; the value is that of the paper's code.
const EPSILON: f64 = 1e-6;
/// Keeps the derivative of the square root finite at zero.
const SMALLEST_SQUARE: f64 = 1e-30;

/// The distance, and its gradient with respect to each tensor of `synthetic`; `None` for tensors that are ignored.
pub(crate) fn with_gradient(
    distance: Distance,
    synthetic: &[Tensor],
    real: &[Tensor],
) -> Result<(f64, Vec<Option<Tensor>>), Error> {
    match distance {
        // Tensors of one dimension (biases, scales and shifts of norms) are ignored.
        Distance::Ours => by_tensor(synthetic, real, |a| a.shape().len() > 1, by_output),
        Distance::Mse => {
            let squares = |a: &Tensor, b: &Tensor| a.sub(b)?.square()?.sum();
            by_tensor(synthetic, real, |_| true, squares)
        }
        Distance::Cos => {
            let leaves: Vec<Tensor> = synthetic.iter().map(Tensor::requires_grad).collect();
            let value = of_everything(&leaves, real)?;
            let gradient = grad(&value, &leaves.iter().collect::<Vec<_>>(), false)?;
            Ok((value.item()?, gradient.into_iter().map(Some).collect()))
        }
    }
}

/// A distance that is a sum over tensors; they are processed in parallel, each with its own graph.
fn by_tensor(
    synthetic: &[Tensor],
    real: &[Tensor],
    counts: impl Fn(&Tensor) -> bool + Sync,
    value: impl Fn(&Tensor, &Tensor) -> Result<Tensor, Error> + Sync,
) -> Result<(f64, Vec<Option<Tensor>>), Error> {
    let term = |(a, b): (&Tensor, &Tensor)| {
        if !counts(a) {
            return Ok((0.0, None));
        }
        let a = a.requires_grad();
        let value = value(&a, b)?;
        let gradient = grad(&value, &[&a], false)?.pop();
        Ok((value.item()?, gradient))
    };
    let terms: Vec<Result<_, Error>> = synthetic.par_iter().zip(real).map(term).collect();
    let mut total = 0.0;
    let mut gradient = Vec::with_capacity(terms.len());
    for term in terms {
        let (value, of_tensor) = term?;
        total += value;
        gradient.push(of_tensor);
    }
    Ok((total, gradient))
}

/// One minus the cosine of all tensors as one vector.
fn of_everything(synthetic: &[Tensor], real: &[Tensor]) -> Result<Tensor, Error> {
    let pairs = || synthetic.iter().zip(real);
    let dot = sum(pairs().map(|(a, b)| a.mul(b)?.sum()))?;
    let a = sum(pairs().map(|(a, _)| a.square()?.sum()))?;
    let b = sum(pairs().map(|(_, b)| b.square()?.sum()))?;
    one_minus_cosine(&dot, &a, &b)
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

/// The sum of the terms in order; 0 if there are none.
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
