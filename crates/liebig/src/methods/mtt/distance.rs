//! How far a student is from where it should be.

use liebig_grad::{Result, Tensor};

use super::gradient::Segment;

/// `|w - target|² / |start - target|²` over all weights as one vector, and its gradient with respect to `w`.
pub(super) fn distance(weights: &[Tensor], segment: &Segment) -> Result<(f64, Vec<Tensor>)> {
    let differences = |from: &[Tensor]| -> Result<Vec<Tensor>> {
        let pairs = from.iter().zip(&segment.target);
        pairs.map(|(from, to)| from.sub(to)).collect()
    };
    let whole = squares(&differences(&segment.start)?)?;
    let left = differences(weights)?;
    let loss = squares(&left)? / whole;
    let gradient = left
        .iter()
        .map(|difference| difference.mul_scalar(2.0 / whole));
    Ok((loss, gradient.collect::<Result<_>>()?))
}

fn squares(tensors: &[Tensor]) -> Result<f64> {
    let mut sum = 0.0;
    for tensor in tensors {
        let values = tensor.to_vec_f64()?;
        sum += values.iter().map(|x| x * x).sum::<f64>();
    }
    Ok(sum)
}
