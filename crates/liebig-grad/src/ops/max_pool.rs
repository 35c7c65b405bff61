//! Max pooling of NHWC images: for each window and channel, one pixel is picked.
//!
//! Which one is a constant, so the operation is linear from there on: its gradient spreads values to the
//! picked pixels, and the gradient of that picks them again. Both run on the host, in the tensor's
//! precision.

use std::ops::Range;
use std::sync::Arc;

use super::real::Real;
use crate::graph::record;
use crate::{DType, Result, Tensor};

/// The pixel that was picked for each window and channel.
struct Picks {
    /// Shape of the images, `[n, h, w, c]`.
    images: [usize; 4],
    /// Shape of the pooled images, `[n, ho, wo, c]`.
    pooled: [usize; 4],
    /// For each pooled value, `row * w + column` of its pixel.
    pixels: Vec<u32>,
}

impl Tensor {
    /// Maxima over `kernel x kernel` windows, `stride` apart, of images `[n, h, w, c]`. The first window
    /// starts `padding` pixels outside of the image, and a last one that would reach further outside
    /// than that is left out; pixels outside are ignored. As in PyTorch, the gradient goes to the first
    /// of equal elements, and a NaN is larger than any number.
    ///
    /// # Errors
    /// [`Error::Rank`](crate::Error::Rank) if this is not a batch of images of at least one window, or
    /// if the padding is more than half of the window; [`Error::Device`](crate::Error::Device) if the
    /// device fails.
    pub fn max_pool2d(&self, kernel: usize, stride: usize, padding: usize) -> Result<Tensor> {
        let fits = kernel > 0 && stride > 0 && padding <= kernel / 2;
        let windows = |size: usize| {
            let room = (size + 2 * padding).checked_sub(kernel)?;
            (size > 0).then_some(room / stride + 1)
        };
        let (images, pooled) = match *self.shape() {
            [n, h, w, c] if fits && c > 0 && u32::try_from(h.saturating_mul(w)).is_ok() => {
                match (windows(h), windows(w)) {
                    (Some(ho), Some(wo)) => ([n, h, w, c], [n, ho, wo, c]),
                    _ => return Err(self.not_images("max_pool2d")),
                }
            }
            _ => return Err(self.not_images("max_pool2d")),
        };
        let windows = Windows {
            kernel,
            stride,
            padding,
        };
        match self.dtype() {
            DType::F32 => self.pick_largest::<f32>(windows, images, pooled),
            DType::F64 => self.pick_largest::<f64>(windows, images, pooled),
        }
    }

    fn pick_largest<T: Real>(
        &self,
        windows: Windows,
        images: [usize; 4],
        pooled: [usize; 4],
    ) -> Result<Tensor> {
        let length = pooled.iter().product();
        let (mut largest, mut pixels) = (vec![T::default(); length], vec![0; length]);
        windows.maxima(&T::values(self)?, images, pooled, &mut largest, &mut pixels);
        let value = T::constant(largest, &pooled, &self.device())?.value;
        let picks = Arc::new(Picks {
            images,
            pooled,
            pixels,
        });
        Ok(record(&[self]).finish(value, move |c| Ok(vec![Some(c.gradient().spread(&picks)?)])))
    }

    /// Images of zeros, with this tensor's values `[n, ho, wo, c]` added at the picked pixels.
    fn spread(&self, picks: &Arc<Picks>) -> Result<Tensor> {
        let value = match self.dtype() {
            DType::F32 => picks.spread::<f32>(self)?,
            DType::F64 => picks.spread::<f64>(self)?,
        };
        let picks = picks.clone();
        Ok(record(&[self]).finish(value.value, move |c| {
            Ok(vec![Some(c.gradient().pick(&picks)?)])
        }))
    }

    /// The picked pixels `[n, ho, wo, c]` of images.
    fn pick(&self, picks: &Arc<Picks>) -> Result<Tensor> {
        let value = match self.dtype() {
            DType::F32 => picks.pick::<f32>(self)?,
            DType::F64 => picks.pick::<f64>(self)?,
        };
        let picks = picks.clone();
        Ok(record(&[self]).finish(value.value, move |c| {
            Ok(vec![Some(c.gradient().spread(&picks)?)])
        }))
    }
}

/// Where the windows are.
#[derive(Clone, Copy)]
struct Windows {
    kernel: usize,
    stride: usize,
    padding: usize,
}

impl Windows {
    /// The pixels of window `index` along a side of `size` pixels.
    fn pixels(self, index: usize, size: usize) -> Range<usize> {
        let start = index * self.stride;
        let end = (start + self.kernel).saturating_sub(self.padding);
        start.saturating_sub(self.padding)..end.min(size)
    }

    fn maxima<T: Real>(
        self,
        values: &[T],
        [_, h, w, c]: [usize; 4],
        [_, ho, wo, _]: [usize; 4],
        largest: &mut [T],
        pixels: &mut [u32],
    ) {
        let (image, pooled) = (h * w * c, ho * wo * c);
        let results = largest
            .chunks_exact_mut(pooled)
            .zip(pixels.chunks_exact_mut(pooled));
        for (values, (largest, pixels)) in values.chunks_exact(image).zip(results) {
            let windows = largest.chunks_exact_mut(c).zip(pixels.chunks_exact_mut(c));
            for (index, (largest, pixels)) in windows.enumerate() {
                let (rows, columns) = (self.pixels(index / wo, h), self.pixels(index % wo, w));
                let window = Window { rows, columns, w };
                let (lanes, rest) = largest.as_chunks_mut::<LANES>();
                let (places, rest_places) = pixels.as_chunks_mut::<LANES>();
                let start = lanes.len() * LANES;
                for (lane, (largest, pixels)) in lanes.iter_mut().zip(places).enumerate() {
                    window.maxima(values, c, lane * LANES, largest, pixels);
                }
                let rest = rest.as_chunks_mut::<1>().0.iter_mut();
                for (lane, (largest, pixels)) in
                    rest.zip(rest_places.as_chunks_mut::<1>().0).enumerate()
                {
                    window.maxima(values, c, start + lane, largest, pixels);
                }
            }
        }
    }
}

/// Channels that are compared together, in registers.
const LANES: usize = 16;

/// The pixels of one window of an image that is `w` pixels wide.
struct Window {
    rows: Range<usize>,
    columns: Range<usize>,
    w: usize,
}

impl Window {
    /// The largest values of `N` of `c` channels from `start` on, and their pixels.
    #[inline(never)]
    fn maxima<T: Real, const N: usize>(
        &self,
        image: &[T],
        c: usize,
        start: usize,
        largest: &mut [T; N],
        pixels: &mut [u32; N],
    ) {
        let first = self.rows.start * self.w + self.columns.start;
        let (mut best, mut place) = ([T::default(); N], [first as u32; N]);
        best.copy_from_slice(&image[first * c + start..][..N]);
        for row in self.rows.clone() {
            for column in self.columns.clone() {
                let pixel = row * self.w + column;
                let values = &image[pixel * c + start..][..N];
                for lane in 0..N {
                    let value = values[lane];
                    let replace = (value > best[lane]) | value.is_nan();
                    let mask = u32::from(replace).wrapping_neg();
                    best[lane] = value.or(best[lane], replace);
                    place[lane] = pixel as u32 & mask | place[lane] & !mask;
                }
            }
        }
        (*largest, *pixels) = (best, place);
    }
}

impl Picks {
    fn spread<T: Real>(&self, tensor: &Tensor) -> Result<Tensor> {
        let values = T::values(tensor)?;
        let mut images = vec![T::default(); self.images.iter().product()];
        let [_, h, w, c] = self.images;
        let (image, pooled) = (h * w * c, self.pooled_length());
        let parts = values
            .chunks_exact(pooled)
            .zip(self.pixels.chunks_exact(pooled));
        for (images, (values, pixels)) in images.chunks_exact_mut(image).zip(parts) {
            for (values, pixels) in values.chunks_exact(c).zip(pixels.chunks_exact(c)) {
                for (channel, (&value, &pixel)) in values.iter().zip(pixels).enumerate() {
                    images[pixel as usize * c + channel] += value;
                }
            }
        }
        T::constant(images, &self.images, &tensor.device())
    }

    fn pick<T: Real>(&self, tensor: &Tensor) -> Result<Tensor> {
        let images = T::values(tensor)?;
        let mut values = vec![T::default(); self.pixels.len()];
        let [_, h, w, c] = self.images;
        let (image, pooled) = (h * w * c, self.pooled_length());
        let parts = values
            .chunks_exact_mut(pooled)
            .zip(self.pixels.chunks_exact(pooled));
        for (images, (values, pixels)) in images.chunks_exact(image).zip(parts) {
            for (values, pixels) in values.chunks_exact_mut(c).zip(pixels.chunks_exact(c)) {
                for (channel, (value, &pixel)) in values.iter_mut().zip(pixels).enumerate() {
                    *value = images[pixel as usize * c + channel];
                }
            }
        }
        T::constant(values, &self.pooled, &tensor.device())
    }

    /// Values of one pooled image.
    fn pooled_length(&self) -> usize {
        let [_, ho, wo, c] = self.pooled;
        ho * wo * c
    }
}
