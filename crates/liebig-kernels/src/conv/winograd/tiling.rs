//! The tiles of a batch, and the values of the image under them.

use std::ops::Range;

use super::transform::{OfImage, both_ways};
use super::{TILE, WINDOW, spread};
use crate::conv::place::Placement;
use crate::simd::{Element, Simd};

/// The tiles of all images, counted row by row and image by image.
#[derive(Clone, Copy)]
pub(super) struct Tiling {
    /// Tiles of an image, vertically and horizontally.
    size: [usize; 2],
    /// In all.
    pub count: usize,
}

impl Tiling {
    /// Of the outputs of so many images.
    pub fn new(output: [usize; 2], images: usize) -> Self {
        let size = output.map(|size| size.div_ceil(TILE));
        let count = images * size[0] * size[1];
        Self { size, count }
    }

    /// Height and width of the pixels under an image's tiles, and of a border on their far sides.
    pub fn canvas(&self, border: usize) -> [usize; 2] {
        self.size.map(|tiles| tiles * TILE + border)
    }

    /// A tile's image, and the row and column of its first pixel.
    pub fn place(&self, tile: usize) -> (usize, usize, usize) {
        let [rows, columns] = self.size;
        let (image, tile) = (tile / (rows * columns), tile % (rows * columns));
        (image, tile / columns * TILE, tile % columns * TILE)
    }
}

/// Images and how their values at the points lie. Distances are in elements.
pub(super) struct Windows<'a, T> {
    pub images: &'a [T],
    pub placement: Placement,
    pub tiling: Tiling,
    /// Between the values of neighbouring tiles.
    pub pitch: usize,
    /// Between those of neighbouring points.
    pub plane: usize,
}

impl<T: Element> Windows<'_, T> {
    /// A line more than the channels, so that neighbouring tiles lie on different cache sets.
    pub fn pitch(channels: usize) -> usize {
        channels + 16
    }

    /// Writes the values of some tiles. `canvas` holds the image of the tile before the first.
    ///
    /// # Safety
    /// `canvas` must hold the placement's, and `values` every point's plane.
    #[inline(always)]
    pub unsafe fn transform<S: Simd<T>>(
        &self,
        tiles: Range<usize>,
        canvas: &mut [T],
        values: &mut [T],
    ) {
        let channels = self.placement.channels;
        let row = self.placement.canvas[1] * channels;
        for (slot, tile) in tiles.enumerate() {
            let (image, y, x) = self.tiling.place(tile);
            if (y, x) == (0, 0) {
                let len = self.placement.image_len();
                self.placement
                    .fill(&self.images[image * len..][..len], canvas);
            }
            for channel in (0..channels).step_by(S::LANES) {
                // SAFETY: the window lies on the canvas, and there is a slot for each tile.
                unsafe {
                    let from = canvas.as_ptr().add(y * row + x * channels + channel);
                    let window = both_ways::<T, S, OfImage, WINDOW, WINDOW>(from, row, channels);
                    let to = values.as_mut_ptr().add(slot * self.pitch + channel);
                    spread::<T, S>(to, self.plane, window);
                }
            }
        }
    }
}
