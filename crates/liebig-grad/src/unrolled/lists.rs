//! Work on lists of weights: one weight is one task, and sums have one order.

use burn::backend::Dispatch;
use burn::backend::ops::FloatTensorOps;
use burn::tensor::TensorData;
use rayon::prelude::*;

use crate::{DType, Error, Result, Tensor};

/// `body` for each index below `count`, in parallel; the results are in order.
pub(super) fn each<T: Send>(
    count: usize,
    body: impl Fn(usize) -> Result<T> + Sync + Send,
) -> Result<Vec<T>> {
    let results: Vec<Result<T>> = (0..count).into_par_iter().map(body).collect();
    results.into_iter().collect()
}

/// `a + factor * b`.
pub(super) fn scaled_sum(a: &Tensor, b: &Tensor, factor: f64) -> Result<Tensor> {
    b.mul_scalar(factor)?.accumulate(a)
}

/// `Σ a b` in double precision, in one order.
pub(super) fn dot(a: &Tensor, b: &Tensor) -> Result<f64> {
    let (left, right) = (data(a)?, data(b)?);
    Ok(match a.dtype() {
        DType::F32 => dot_of(values::<f32>(&left)?, values::<f32>(&right)?),
        DType::F64 => dot_of(values::<f64>(&left)?, values::<f64>(&right)?),
    })
}

fn dot_of<T: Copy + Into<f64>>(a: &[T], b: &[T]) -> f64 {
    // Eight sums, so that the compiler can use vectors.
    let mut sums = [0.0f64; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest = a_chunks.remainder().iter().zip(b_chunks.remainder());
    let rest: f64 = rest.map(|(&a, &b)| a.into() * b.into()).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a.into() * b.into();
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// Whether all values are finite.
pub(super) fn is_finite(tensor: &Tensor) -> Result<bool> {
    let data = data(tensor)?;
    // Without a way out early, so that the compiler can use vectors.
    Ok(match tensor.dtype() {
        DType::F32 => values::<f32>(&data)?
            .iter()
            .fold(true, |finite, value| finite & value.is_finite()),
        DType::F64 => values::<f64>(&data)?
            .iter()
            .fold(true, |finite, value| finite & value.is_finite()),
    })
}

fn data(tensor: &Tensor) -> Result<TensorData> {
    let read = burn::backend::try_read_sync(Dispatch::float_into_data(tensor.value.clone()));
    read.and_then(std::result::Result::ok).ok_or(Error::Device {
        op: "unrolled training",
        reason: "it returned no values".to_string(),
    })
}

fn values<T: burn::tensor::Element>(data: &TensorData) -> Result<&[T]> {
    data.as_slice().map_err(|error| Error::Device {
        op: "unrolled training",
        reason: format!("{error:?}"),
    })
}
