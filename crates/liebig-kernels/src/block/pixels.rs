//! How a pass traverses an image: all pixels in order, for one group of channels at a time.

use std::ops::Range;

use crate::simd::{Element, Kernel, Portable, Simd};

/// Number of channel vectors that a pass holds in registers at once.
pub(super) const VECTORS: usize = 4;

/// Pixels whose sum is taken in one go.
const PART: usize = 1024;

fn ranges(count: usize, part: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count.div_ceil(part)).map(move |index| index * part..((index + 1) * part).min(count))
}

/// Sizes of an image.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
    /// Side of the window that a pixel of the output is the mean of.
    pub window: usize,
}

/// A pass over some of the channels of a batch.
pub(super) struct OverChannels<R> {
    pub form: R,
    pub plan: Plan,
    pub images: usize,
    pub channels: Range<usize>,
}

impl<T: Element, R: OnChannels<T>> Kernel<T> for OverChannels<R> {
    #[inline(always)]
    unsafe fn run<S: Simd<T>>(self) {
        // SAFETY: guaranteed by the caller.
        unsafe {
            self.plan
                .for_channels::<T, S>(self.images, self.channels, &self.form);
        }
    }
}

/// A pass over the channels `start .. start + V * S::LANES` of image `index`.
pub(super) trait OnChannels<T: Element> {
    /// Runs it.
    ///
    /// # Safety
    /// As for [`crate::simd::Kernel::run`]; the channels and the image must exist.
    unsafe fn run<S: Simd<T>, const V: usize>(&self, index: usize, start: usize);
}

impl Plan {
    /// Pixels of an image.
    pub fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// The pixels in parts whose sums are added up one by one, so that the sum of a large image, such as a whole batch, is as
    /// precise as that of a small one.
    pub fn parts(&self) -> impl Iterator<Item = Range<usize>> {
        ranges(self.pixels(), PART)
    }

    /// The rows in such parts.
    pub fn row_parts(&self) -> impl Iterator<Item = Range<usize>> {
        ranges(self.height, (PART / self.width.max(1)).max(1))
    }

    /// The rows of the output in such parts.
    pub fn pooled_row_parts(&self) -> impl Iterator<Item = Range<usize>> {
        ranges(
            self.height / self.window,
            (PART / (self.window * self.width).max(1)).max(1),
        )
    }

    /// Elements of an image.
    pub fn len(&self) -> usize {
        self.pixels() * self.channels
    }

    /// Elements of an image of the output.
    pub fn pooled_len(&self) -> usize {
        (self.height / self.window) * (self.width / self.window) * self.channels
    }

    /// Calls `body` for every group of the given channels of every image: groups of `VECTORS` vectors, then
    /// single vectors, then single channels.
    #[inline(always)]
    unsafe fn for_channels<T: Element, S: Simd<T>>(
        &self,
        images: usize,
        channels: Range<usize>,
        body: &impl OnChannels<T>,
    ) {
        for index in 0..images {
            let mut start = channels.start;
            // SAFETY: the groups cover the channels and do not go past the last one.
            unsafe {
                while start + VECTORS * S::LANES <= channels.end {
                    body.run::<S, VECTORS>(index, start);
                    start += VECTORS * S::LANES;
                }
                while start + S::LANES <= channels.end {
                    body.run::<S, 1>(index, start);
                    start += S::LANES;
                }
                while start < channels.end {
                    body.run::<Portable<T, 1>, 1>(index, start);
                    start += 1;
                }
            }
        }
    }
}
