//! Linear maps over the pixels of images: each pixel of the result is a weighted sum of a few pixels of
//! the source. Shifts, flips, rotations and resizing with interpolation are all of this form.

use std::sync::Arc;

use rayon::prelude::*;

use super::real::Real;
use crate::graph::record;
use crate::{DType, Error, Result, Tensor};

/// Maximum number of source pixels for one pixel of the result.
const MOST_TAPS: usize = 4;
/// Number of values from which the images of a batch are distributed over threads.
const PARALLEL: usize = 1 << 14;
/// Minimum number of images that a thread processes at a time.
const IMAGES_PER_THREAD: usize = 4;

/// One source pixel of a pixel of the result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tap {
    /// The source pixel: `row * width + column`.
    pub source: usize,
    /// The factor that it is multiplied by.
    pub weight: f64,
}

impl Tap {
    /// A tap that adds nothing, for results that have fewer source pixels than their neighbours.
    pub const NOTHING: Tap = Tap {
        source: 0,
        weight: 0.0,
    };
}

/// For each pixel of the result, its source pixels and their weights, the same for all channels: one
/// set for all images of a batch, or one set per image. Cloning is cheap.
#[derive(Clone)]
pub struct Taps(Arc<Sets>);

struct Sets {
    /// Height and width of the source.
    from: [usize; 2],
    /// Height and width of the result.
    to: [usize; 2],
    /// Number of sets, or `None` if one set is for all images.
    images: Option<usize>,
    /// Number of taps of a pixel.
    count: usize,
    /// Source pixels, set by set and pixel by pixel, `count` for each pixel.
    sources: Vec<u32>,
    weights: Vec<f64>,
}

impl Taps {
    /// One set for all images of a batch of any size. `from` and `to` are the height and width of
    /// source and result; `taps` gives the taps (one to four) of the result's pixel at a row and a
    /// column.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a source pixel that does not exist, a side of no pixels, or more than
    /// 2^32 pixels.
    pub fn shared<const N: usize>(
        from: [usize; 2],
        to: [usize; 2],
        taps: impl Fn(usize, usize) -> [Tap; N] + Sync,
    ) -> Result<Self> {
        Self::build(from, to, None, |_| &taps)
    }

    /// One set for each of `images` images: `taps(image)` is what [`shared`](Self::shared) takes. It
    /// may be called from several threads.
    ///
    /// # Errors
    /// As for [`shared`](Self::shared).
    pub fn per_image<const N: usize, F>(
        images: usize,
        from: [usize; 2],
        to: [usize; 2],
        taps: impl Fn(usize) -> F + Sync,
    ) -> Result<Self>
    where
        F: Fn(usize, usize) -> [Tap; N],
    {
        Self::build(from, to, Some(images), taps)
    }

    fn build<const N: usize, F>(
        from: [usize; 2],
        to: [usize; 2],
        images: Option<usize>,
        taps: impl Fn(usize) -> F + Sync,
    ) -> Result<Self>
    where
        F: Fn(usize, usize) -> [Tap; N],
    {
        const { assert!(N > 0 && N <= MOST_TAPS, "one to four taps") };
        let out_of_range = |what: String| Error::OutOfRange {
            op: "Taps",
            what,
            shape: from.to_vec(),
        };
        let (pixels, available) = (to[0] * to[1], from[0] * from[1]);
        if pixels == 0 || available == 0 || u32::try_from(available).is_err() {
            return Err(out_of_range(format!("a map from {from:?} to {to:?}")));
        }
        let sets = images.unwrap_or(1);
        let mut sources = vec![0; sets * pixels * N];
        let mut weights = vec![0.0; sets * pixels * N];
        let fill = |(image, (sources, weights)): (usize, (&mut [u32], &mut [f64]))| {
            let taps = taps(image);
            let sources = sources.as_chunks_mut::<N>().0.iter_mut();
            let weights = weights.as_chunks_mut::<N>().0.iter_mut();
            for (pixel, (sources, weights)) in sources.zip(weights).enumerate() {
                let taps = taps(pixel / to[1], pixel % to[1]);
                // Source pixels that do not exist are detected below.
                *sources = taps.map(|tap| u32::try_from(tap.source).unwrap_or(u32::MAX));
                *weights = taps.map(|tap| tap.weight);
            }
        };
        let (set, source) = (pixels * N, &mut sources);
        if sets * set >= PARALLEL {
            let weights = weights.par_chunks_exact_mut(set);
            let sets = source.par_chunks_exact_mut(set).zip(weights).enumerate();
            sets.with_min_len(IMAGES_PER_THREAD).for_each(fill);
        } else {
            let weights = weights.chunks_exact_mut(set);
            let sets = source.chunks_exact_mut(set).zip(weights).enumerate();
            sets.for_each(fill);
        }
        if let Some(source) = sources.iter().find(|&&source| source as usize >= available) {
            return Err(out_of_range(format!("source pixel {source}")));
        }
        Ok(Self(Arc::new(Sets {
            from,
            to,
            images,
            count: N,
            sources,
            weights,
        })))
    }
}

impl std::fmt::Debug for Taps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Taps")
            .field("from", &self.0.from)
            .field("to", &self.0.to)
            .field("images", &self.0.images)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Copy)]
enum Direction {
    /// From sources to results.
    Gather,
    /// The adjoint: from results back to sources.
    Scatter,
}

impl Tensor {
    /// Maps images `[n, c, h, w]` (NCHW) to `[n, c, ho, wo]`: each pixel is the weighted sum of its
    /// taps, in every channel. The images are worked on in parallel, with the same bits for every
    /// number of threads.
    ///
    /// The map is linear, and its gradient is its adjoint, an operation whose gradient is this one
    /// again. It runs on the host, in the tensor's precision; values on another device are copied to
    /// the host and back. A source pixel that is not finite also affects results in which its weight is
    /// zero.
    ///
    /// # Errors
    /// [`Error::Rank`] if these are not images, [`Error::Shapes`] if the taps are for other sizes or
    /// another number of images, [`Error::Device`] if the device fails.
    pub fn resample(&self, taps: &Taps) -> Result<Tensor> {
        self.map_pixels(taps, Direction::Gather)
    }

    fn map_pixels(&self, taps: &Taps, direction: Direction) -> Result<Tensor> {
        let &[n, channels, h, w] = self.shape() else {
            return Err(Error::Rank {
                op: "resample",
                expected: "images [n, c, h, w]",
                shape: self.shape().to_vec(),
            });
        };
        let sets = &*taps.0;
        let (from, to, back) = match direction {
            Direction::Gather => (sets.from, sets.to, Direction::Scatter),
            Direction::Scatter => (sets.to, sets.from, Direction::Gather),
        };
        if [h, w] != from || channels == 0 || sets.images.is_some_and(|images| images != n) {
            return Err(Error::Shapes {
                op: "resample",
                left: self.shape().to_vec(),
                right: vec![sets.images.unwrap_or(n), channels, from[0], from[1]],
            });
        }
        let (shape, device) = ([n, channels, to[0], to[1]], self.device());
        let result = match self.dtype() {
            DType::F32 => {
                let values = sets.map(&f32::values(self)?, channels, direction);
                f32::constant(values, &shape, &device)?
            }
            DType::F64 => {
                let values = sets.map(&f64::values(self)?, channels, direction);
                f64::constant(values, &shape, &device)?
            }
        };
        let taps = taps.clone();
        Ok(record(&[self]).finish(result.value, move |c| {
            Ok(vec![Some(c.gradient().map_pixels(&taps, back)?)])
        }))
    }
}

impl Sets {
    /// The map of a batch, row major.
    fn map<T: Real>(&self, values: &[T], channels: usize, direction: Direction) -> Vec<T> {
        match self.count {
            1 => self.map_by::<T, 1>(values, channels, direction),
            2 => self.map_by::<T, 2>(values, channels, direction),
            3 => self.map_by::<T, 3>(values, channels, direction),
            _ => self.map_by::<T, MOST_TAPS>(values, channels, direction),
        }
    }

    fn map_by<T: Real, const N: usize>(
        &self,
        values: &[T],
        channels: usize,
        direction: Direction,
    ) -> Vec<T> {
        let pixels = self.to[0] * self.to[1];
        let (from, to) = match direction {
            Direction::Gather => (self.from[0] * self.from[1], pixels),
            Direction::Scatter => (pixels, self.from[0] * self.from[1]),
        };
        let mut result = vec![T::default(); values.len() / from * to];
        let sources = self.sources.as_chunks::<N>().0;
        let weights = self.weights.as_chunks::<N>().0;
        let map_image = |(image, (values, result)): (usize, (&[T], &mut [T]))| {
            let set = if self.images.is_some() { image } else { 0 };
            let set = set * pixels..(set + 1) * pixels;
            let (sources, weights) = (&sources[set.clone()], &weights[set]);
            let planes = values.chunks_exact(from).zip(result.chunks_exact_mut(to));
            for (values, result) in planes {
                match direction {
                    Direction::Gather => gather(values, result, sources, weights),
                    Direction::Scatter => scatter(values, result, sources, weights),
                }
            }
        };
        let (from, to) = (channels * from, channels * to);
        if values.len().max(result.len()) >= PARALLEL {
            let results = result.par_chunks_exact_mut(to);
            let images = values.par_chunks_exact(from).zip(results).enumerate();
            images.with_min_len(IMAGES_PER_THREAD).for_each(map_image);
        } else {
            let results = result.chunks_exact_mut(to);
            let images = values.chunks_exact(from).zip(results).enumerate();
            images.for_each(map_image);
        }
        result
    }
}

fn gather<T: Real, const N: usize>(
    values: &[T],
    result: &mut [T],
    sources: &[[u32; N]],
    weights: &[[f64; N]],
) {
    for ((result, sources), weights) in result.iter_mut().zip(sources).zip(weights) {
        let mut sum = T::default();
        for (&source, &weight) in sources.iter().zip(weights) {
            sum += T::rounded(weight) * values[source as usize];
        }
        *result = sum;
    }
}

fn scatter<T: Real, const N: usize>(
    values: &[T],
    result: &mut [T],
    sources: &[[u32; N]],
    weights: &[[f64; N]],
) {
    for ((&value, sources), weights) in values.iter().zip(sources).zip(weights) {
        for (&source, &weight) in sources.iter().zip(weights) {
            result[source as usize] += T::rounded(weight) * value;
        }
    }
}
