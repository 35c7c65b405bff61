//! Cross-entropy and squared error.

use std::ops::Range;

use crate::{DType, Error, Result, Tensor};

/// What a classifier is trained towards.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "few are ever made")]
pub enum Targets {
    /// The class of each sample.
    Hard(Vec<usize>),
    /// A weight for each sample and class, `[n, classes]`; the rows need not sum to 1.
    Soft(Tensor),
}

impl Targets {
    /// Number of samples.
    pub fn len(&self) -> usize {
        match self {
            Targets::Hard(classes) => classes.len(),
            Targets::Soft(weights) => weights.shape()[0],
        }
    }

    /// Whether there are no samples.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The targets of a range of samples.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for samples that do not exist.
    pub fn slice(&self, range: Range<usize>) -> Result<Targets> {
        match self {
            Targets::Hard(classes) => match classes.get(range.clone()) {
                Some(classes) => Ok(Targets::Hard(classes.to_vec())),
                None => {
                    let what = format!("samples {range:?}");
                    Err(Error::OutOfRange {
                        op: "Targets::slice",
                        what,
                        shape: vec![self.len()],
                    })
                }
            },
            Targets::Soft(weights) => {
                Ok(Targets::Soft(weights.slice(0, range.start, range.end)?))
            }
        }
    }

    /// The targets of the given samples.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for samples that do not exist.
    pub fn select(&self, indices: &[usize]) -> Result<Targets> {
        match self {
            Targets::Hard(classes) => {
                let pick = |&i: &usize| {
                    let what = format!("sample {i}");
                    let shape = vec![classes.len()];
                    classes.get(i).copied().ok_or(Error::OutOfRange {
                        op: "Targets::select",
                        what,
                        shape,
                    })
                };
                Ok(Targets::Hard(
                    indices.iter().map(pick).collect::<Result<_>>()?,
                ))
            }
            Targets::Soft(weights) => Ok(Targets::Soft(weights.index_select(0, indices)?)),
        }
    }

    /// The weights `[n, classes]`: ones at the classes if the targets are hard. Errors name `op`.
    fn weights(&self, op: &'static str, like: &Tensor) -> Result<Tensor> {
        let shape = like.shape();
        match self {
            Targets::Soft(weights) if weights.shape() == shape => Ok(weights.clone()),
            Targets::Hard(classes) if classes.len() == shape[0] => {
                let mut weights = vec![0.0; like.numel()];
                for (row, &class) in classes.iter().enumerate() {
                    if class >= shape[1] {
                        let what = format!("class {class} of sample {row}");
                        let shape = shape.to_vec();
                        return Err(Error::OutOfRange { op, what, shape });
                    }
                    weights[row * shape[1] + class] = 1.0;
                }
                match like.dtype() {
                    DType::F32 => {
                        let weights = weights.into_iter().map(|weight: f64| weight as f32);
                        Tensor::from_vec(weights.collect(), shape, &like.device())
                    }
                    DType::F64 => Tensor::from_vec_f64(weights, shape, &like.device()),
                }
            }
            _ => {
                let right = match self {
                    Targets::Hard(classes) => vec![classes.len()],
                    Targets::Soft(weights) => weights.shape().to_vec(),
                };
                Err(Error::Shapes {
                    op,
                    left: shape.to_vec(),
                    right,
                })
            }
        }
    }
}

impl Tensor {
    /// Mean over the samples of `-Σ weight * log_softmax(logits)` for logits `[n, classes]`, of shape
    /// `[1]` (PyTorch's `cross_entropy`). Soft targets may require gradients as well.
    ///
    /// # Errors
    /// [`Error::Shapes`] if the targets do not match, [`Error::OutOfRange`] for a class that does not
    /// exist, [`Error::Rank`] if this is not a matrix.
    pub fn cross_entropy(&self, targets: &Targets) -> Result<Tensor> {
        let n = self.rows("cross_entropy")?;
        let weights = targets.weights("cross_entropy", self)?;
        weights
            .mul(&self.log_softmax(1)?)?
            .sum()?
            .mul_scalar(-1.0 / n as f64)
    }

    /// Mean over the samples of `½ Σ (output - weight)²` for outputs `[n, classes]`, of shape `[1]`; the
    /// weight of a hard target is 1 for its class and 0 for the others. Soft targets may require
    /// gradients as well.
    ///
    /// # Errors
    /// As for [`cross_entropy`](Self::cross_entropy).
    pub fn squared_error(&self, targets: &Targets) -> Result<Tensor> {
        let n = self.rows("squared_error")?;
        let weights = targets.weights("squared_error", self)?;
        let squares = self.sub(&weights)?.square()?;
        squares.sum()?.mul_scalar(0.5 / n as f64)
    }

    /// The number of samples of outputs `[n, classes]`.
    fn rows(&self, op: &'static str) -> Result<usize> {
        match *self.shape() {
            [n, _] => Ok(n),
            _ => Err(Error::Rank {
                op,
                expected: "[n, classes]",
                shape: self.shape().to_vec(),
            }),
        }
    }
}
