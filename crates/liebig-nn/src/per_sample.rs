//! Gradients of single samples, each shortened before they are added, as differentially private training needs them
//! (Abadi et al., "Deep Learning with Differential Privacy", 2016).

use liebig_grad::{Targets, Tensor, grad};

use crate::parallel::{check_batch, reduce_items};
use crate::{Criterion, Model, Result};

/// Samples whose gradients one thread adds up.
const GROUP: usize = 8;

/// The sum of the gradients of the samples `x [n, channels, height, width]`, of the cross-entropy of each with respect to
/// the weights, each scaled to the Euclidean norm `max_norm` (over all weights together) if it is longer. Constants, in the
/// weights' order.
///
/// # Errors
/// [`Error::Batch`](crate::Error::Batch) if there is no sample or not one target for each; other errors if the weights or
/// samples do not fit the model.
pub fn clipped_gradients(
    model: &dyn Model,
    weights: &[Tensor],
    x: &Tensor,
    targets: &Targets,
    max_norm: f64,
) -> Result<Vec<Tensor>> {
    let batch = check_batch(x, targets)?;
    let groups: Vec<_> = (0..batch)
        .step_by(GROUP)
        .map(|start| start..(start + GROUP).min(batch))
        .collect();
    let one = |sample: usize| -> Result<Vec<Vec<f32>>> {
        let weights: Vec<Tensor> = weights.iter().map(Tensor::requires_grad).collect();
        let x = x.detach().slice(0, sample, sample + 1)?;
        let logits = model.forward(&weights, &x)?;
        let targets = targets.slice(sample..sample + 1)?;
        let loss = Criterion::CrossEntropy.mean(&logits, &targets)?;
        let gradient = grad(&loss, &weights.iter().collect::<Vec<_>>(), false)?;
        let values = gradient.iter().map(Tensor::to_vec);
        Ok(values.collect::<std::result::Result<_, _>>()?)
    };
    let sum = reduce_items(
        &groups,
        |group| {
            let mut sum: Option<Vec<Vec<f32>>> = None;
            for sample in group.clone() {
                let mut gradient = one(sample)?;
                let scale = shortening(&gradient, max_norm) as f32;
                match &mut sum {
                    Some(sum) => add_scaled(sum, &gradient, scale),
                    None => {
                        for value in gradient.iter_mut().flatten() {
                            *value *= scale;
                        }
                        sum = Some(gradient);
                    }
                }
            }
            Ok(sum.unwrap_or_default())
        },
        |mut left, right| {
            add_scaled(&mut left, &right, 1.0);
            Ok(left)
        },
    )?;
    let like = sum.into_iter().zip(weights);
    like.map(|(values, weight)| Ok(Tensor::from_vec(values, weight.shape(), &weight.device())?))
        .collect()
}

/// The factor that makes a gradient at most `max_norm` long.
fn shortening(gradient: &[Vec<f32>], max_norm: f64) -> f64 {
    let square = |values: &Vec<f32>| -> f64 {
        // Sums of few values in single precision are exact enough, and several times as fast.
        let parts = values.chunks(1024).map(|part| {
            let mut lanes = [0.0_f32; 16];
            for few in part.chunks(16) {
                for (lane, value) in lanes.iter_mut().zip(few) {
                    *lane += value * value;
                }
            }
            lanes.iter().copied().map(f64::from).sum::<f64>()
        });
        parts.sum()
    };
    let norm = gradient.iter().map(square).sum::<f64>().sqrt();
    match norm > max_norm {
        true => max_norm / norm,
        false => 1.0,
    }
}

fn add_scaled(sum: &mut [Vec<f32>], other: &[Vec<f32>], scale: f32) {
    for (sum, other) in sum.iter_mut().zip(other) {
        for (sum, value) in sum.iter_mut().zip(other) {
            *sum += scale * value;
        }
    }
}
