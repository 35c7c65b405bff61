//! The tiles of a batch, and the values of the image under them.

use std::ops::Range;

use super::transform::{Linear, both_ways};
use super::{TILE, WINDOW, plane, spread};
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

/// What is cut into tiles, and how its values at the points lie: panels of channels apart, in each tile
/// by tile. Distances are in elements.
pub(super) struct Tiled<'a, T> {
    /// Images, or their gradients.
    pub images: &'a [T],
    pub placement: Placement,
    /// Those of the placement's that are wanted.
    pub channels: Range<usize>,
    pub tiling: Tiling,
    /// Tiles there is room for.
    pub block: usize,
    /// Channels of a panel.
    pub panel: usize,
    /// Between the channels of neighbouring tiles.
    pub gap: usize,
}

impl<T: Element> Tiled<'_, T> {
    /// Between the values at neighbouring points.
    pub fn plane(&self) -> usize {
        let panels = self.channels.len().div_ceil(self.panel);
        plane(self.block * (self.channels.len() + panels * self.gap))
    }

    /// Writes the values of some tiles, to which `L` takes `I x I` pixels each. `canvas` holds the image
    /// of the tile before the first.
    ///
    /// # Safety
    /// `canvas` must hold the placement's, and `values` every point's plane.
    #[inline(always)]
    pub unsafe fn transform<S: Simd<T>, L: Linear<T, I, WINDOW>, const I: usize>(
        &self,
        tiles: Range<usize>,
        canvas: &mut [T],
        values: &mut [T],
    ) {
        let pixel = self.placement.channels;
        let row = self.placement.canvas[1] * pixel;
        let plane = self.plane();
        for (slot, tile) in tiles.enumerate() {
            let (image, y, x) = self.tiling.place(tile);
            if (y, x) == (0, 0) {
                let len = self.placement.image_len();
                self.placement
                    .fill(&self.images[image * len..][..len], canvas);
            }
            let corner = y * row + x * pixel + self.channels.start;
            for start in (0..self.channels.len()).step_by(self.panel) {
                let used = (self.channels.len() - start).min(self.panel);
                let place = start * self.block + slot * (used + self.gap);
                for channel in (0..used).step_by(S::LANES) {
                    // SAFETY: the tile lies on the canvas, and there is a slot for each tile.
                    unsafe {
                        let from = canvas.as_ptr().add(corner + start + channel);
                        let points = both_ways::<T, S, L, I, WINDOW>(from, row, pixel);
                        spread::<T, S>(values.as_mut_ptr().add(place + channel), plane, points);
                    }
                }
            }
        }
    }
}
