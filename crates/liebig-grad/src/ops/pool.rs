//! Average pooling of NHWC images.

use crate::{Result, Tensor};

impl Tensor {
    /// Means over `kernel x kernel` windows, `stride` apart, of images `[n, h, w, c]`; windows that
    /// would pass the border are left out.
    ///
    /// # Errors
    /// [`Error::Rank`](crate::Error::Rank) if this is not a batch of images of at least one window.
    pub fn avg_pool2d(&self, kernel: usize, stride: usize) -> Result<Tensor> {
        let [n, h, w, c] = self.windows("avg_pool2d", kernel, stride)?;
        if kernel == stride {
            // Adjacent windows can be separated by a reshape.
            let rows = self.slice(1, 0, h * kernel)?.slice(2, 0, w * kernel)?;
            let tiles = rows.reshape(&[n, h, kernel, w, kernel, c])?;
            return tiles.mean_dims(&[2, 4], true)?.reshape(&[n, h, w, c]);
        }
        let sum = self.fold_windows([h, w], kernel, stride, Tensor::add)?;
        sum.mul_scalar(1.0 / (kernel * kernel) as f64)
    }

    /// The shape of the pooled images.
    fn windows(&self, op: &'static str, kernel: usize, stride: usize) -> Result<[usize; 4]> {
        match *self.shape() {
            [n, h, w, c] if kernel > 0 && stride > 0 && h >= kernel && w >= kernel => {
                Ok([n, (h - kernel) / stride + 1, (w - kernel) / stride + 1, c])
            }
            _ => Err(self.not_images(op)),
        }
    }

    /// Combines the elements at the same position of every window, in row-major order of positions.
    fn fold_windows(
        &self,
        [h, w]: [usize; 2],
        kernel: usize,
        stride: usize,
        combine: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
    ) -> Result<Tensor> {
        let places = |start: usize, count: usize| -> Vec<usize> {
            (0..count).map(|i| start + i * stride).collect()
        };
        let mut result: Option<Tensor> = None;
        for i in 0..kernel {
            let rows = self.index_select(1, &places(i, h))?;
            for j in 0..kernel {
                let elements = rows.index_select(2, &places(j, w))?;
                result = Some(match result {
                    Some(result) => combine(&result, &elements)?,
                    None => elements,
                });
            }
        }
        result.ok_or_else(|| self.not_images("pool"))
    }
}
