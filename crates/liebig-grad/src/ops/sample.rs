//! Bilinear sampling of images at given positions, for differentiable augmentation.

use super::index::Indices;
use crate::{Error, Result, Tensor};

impl Tensor {
    /// Samples images `[n, c, h, w]` bilinearly at the positions `grid [n, ho, wo, 2]` (x, then y; -1
    /// and 1 are the borders; zero outside), giving `[n, c, ho, wo]`. With `align_corners` the borders
    /// are the centres of the outermost pixels, otherwise their outer edges (PyTorch's `grid_sample`).
    /// Differentiable with respect to both images and grid.
    ///
    /// # Errors
    /// [`Error::Shapes`] if grid and images do not match.
    pub fn grid_sample(&self, grid: &Tensor, align_corners: bool) -> Result<Tensor> {
        let (&[n, c, h, w], &[m, ho, wo, 2]) = (self.shape(), grid.shape()) else {
            return Err(self.does_not_fit(grid));
        };
        if n != m || h == 0 || w == 0 {
            return Err(self.does_not_fit(grid));
        }
        let pixel = |axis: usize, size: usize| -> Result<Tensor> {
            let place = grid.slice(3, axis, axis + 1)?.reshape(&[n, 1, ho * wo])?;
            let (scale, shift) = if align_corners {
                ((size as f64 - 1.0) / 2.0, (size as f64 - 1.0) / 2.0)
            } else {
                (size as f64 / 2.0, (size as f64 - 1.0) / 2.0)
            };
            place.mul_scalar(scale)?.add_scalar(shift)
        };
        let (x, y) = (Axis::new(&pixel(0, w)?, w)?, Axis::new(&pixel(1, h)?, h)?);
        let pixels = self.reshape(&[n, c, h * w])?;
        let mut result: Option<Tensor> = None;
        for (row, row_weight) in y.neighbours() {
            for (column, column_weight) in x.neighbours() {
                let places = (0..n * c * ho * wo).map(|i| {
                    let at = i / (c * ho * wo) * ho * wo + i % (ho * wo);
                    row[at] * w + column[at]
                });
                let places = Indices::new(places.collect(), &[n, c, ho * wo])?;
                let part = pixels
                    .gather(2, &places)?
                    .mul(&row_weight.mul(column_weight)?)?;
                result = Some(match result {
                    Some(result) => result.add(&part)?,
                    None => part,
                });
            }
        }
        result
            .ok_or_else(|| self.does_not_fit(grid))?
            .reshape(&[n, c, ho, wo])
    }

    fn does_not_fit(&self, grid: &Tensor) -> Error {
        let (left, right) = (self.shape().to_vec(), grid.shape().to_vec());
        Error::Shapes {
            op: "grid_sample",
            left,
            right,
        }
    }
}

/// For positions along one axis, the two nearest pixels of each, and their weights `[n, 1, positions]`.
struct Axis {
    low: Vec<usize>,
    high: Vec<usize>,
    low_weight: Tensor,
    high_weight: Tensor,
}

impl Axis {
    fn new(place: &Tensor, size: usize) -> Result<Self> {
        let values = place.to_vec_f64()?;
        let floor: Vec<f64> = values.iter().map(|value| value.floor()).collect();
        let like = |values: Vec<f64>| match place.dtype() {
            crate::DType::F64 => Tensor::from_vec_f64(values, place.shape(), &place.device()),
            crate::DType::F32 => {
                let values = values.into_iter().map(|value| value as f32).collect();
                Tensor::from_vec(values, place.shape(), &place.device())
            }
        };
        // A neighbour outside the image is replaced by a pixel inside, with weight zero.
        let index = |shift: f64| -> Vec<usize> {
            floor
                .iter()
                .map(|f| (f + shift).clamp(0.0, size as f64 - 1.0) as usize)
                .collect()
        };
        let inside = |shift: f64| {
            let inside = |f: &f64| f + shift >= 0.0 && f + shift <= size as f64 - 1.0;
            like(
                floor
                    .iter()
                    .map(|f| f64::from(u8::from(inside(f))))
                    .collect(),
            )
        };
        let fraction = place.sub(&like(floor.clone())?)?;
        Ok(Self {
            low: index(0.0),
            high: index(1.0),
            low_weight: fraction.neg()?.add_scalar(1.0)?.mul(&inside(0.0)?)?,
            high_weight: fraction.mul(&inside(1.0)?)?,
        })
    }

    fn neighbours(&self) -> [(&[usize], &Tensor); 2] {
        [
            (&self.low, &self.low_weight),
            (&self.high, &self.high_weight),
        ]
    }
}
