//! Images as they lie in a batch.

use liebig_grad::{DType, Tensor, cpu};

use super::{Error, Transformation};

/// The shape of an image, stored plane by plane.
#[derive(Clone, Copy)]
pub(super) struct Planes {
    pub channels: usize,
    pub height: usize,
    pub width: usize,
}

impl Planes {
    /// The number of values of an image.
    pub fn len(self) -> usize {
        self.channels * self.height * self.width
    }

    /// Transforms a batch, `[n, C, H, W]` row major.
    pub fn apply(self, drawn: &Transformation, values: Vec<f32>) -> Result<Vec<f32>, Error> {
        let images = values.len() / self.len().max(1);
        let shape = [images, self.channels, self.height, self.width];
        let x = Tensor::from_vec(values, &shape, &cpu())?;
        Ok(drawn.apply(&x)?.to_vec()?)
    }
}

/// These values in the precision and on the device of another tensor.
pub(super) fn constant(
    values: Vec<f64>,
    shape: &[usize],
    like: &Tensor,
) -> Result<Tensor, liebig_grad::Error> {
    match like.dtype() {
        DType::F64 => Tensor::from_vec_f64(values, shape, &like.device()),
        DType::F32 => {
            let values = values.into_iter().map(|value| value as f32).collect();
            Tensor::from_vec(values, shape, &like.device())
        }
    }
}
