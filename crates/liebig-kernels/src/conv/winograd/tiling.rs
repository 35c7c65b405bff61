//! The tiles of a batch, and the transform of the image under each tile.

use std::ops::Range;

use super::transform::{Linear, both_ways};
use super::{plane, spread};
use crate::conv::place::Placement;
use crate::simd::{Element, Simd};

/// The tiles of all images, numbered row by row and image by image.
#[derive(Clone, Copy)]
pub(super) struct Tiling {
    /// Output pixels of a tile in each direction.
    side: usize,
    /// Tiles of an image, vertically and horizontally.
    size: [usize; 2],
    /// Number of tiles of all images.
    pub count: usize,
}

impl Tiling {
    /// The tiles of `side x side` pixels of `images` outputs of this height and width.
    pub fn new(side: usize, output: [usize; 2], images: usize) -> Self {
        let size = output.map(|size| size.div_ceil(side));
        let count = images * size[0] * size[1];
        Self { side, size, count }
    }

    /// Height and width of the area under an image's tiles, plus `border` pixels on the bottom and right.
    pub fn canvas(&self, border: usize) -> [usize; 2] {
        self.size.map(|tiles| tiles * self.side + border)
    }

    /// The image that a tile belongs to, and the row and column of its first pixel.
    pub fn place(&self, tile: usize) -> (usize, usize, usize) {
        let [rows, columns] = self.size;
        let (image, tile) = (tile / (rows * columns), tile % (rows * columns));
        (
            image,
            tile / columns * self.side,
            tile % columns * self.side,
        )
    }
}

/// Images to be cut into tiles, and the layout of the transformed values: one panel of channels after
/// another, and tile by tile within a panel. Distances are in elements.
pub(super) struct Tiled<'a, T> {
    /// Images, or their gradients.
    pub images: &'a [T],
    pub placement: Placement,
    /// The channels of the placement to transform.
    pub channels: Range<usize>,
    pub tiling: Tiling,
    /// Number of tiles that the values have room for.
    pub block: usize,
    /// Number of channels in a panel.
    pub panel: usize,
    /// Gap between the channels of neighbouring tiles.
    pub gap: usize,
}

impl<T: Element> Tiled<'_, T> {
    /// Distance between the values at neighbouring points.
    pub fn plane(&self) -> usize {
        let panels = self.channels.len().div_ceil(self.panel);
        plane(self.block * (self.channels.len() + panels * self.gap))
    }

    /// Writes the transformed values of some tiles; `L` transforms `I x I` pixels of each. On entry,
    /// `canvas` must hold the image of the first of them, unless that tile is the first of its image.
    ///
    /// # Safety
    /// `canvas` must have the size of the placement's canvas, and `values` must hold the plane of every
    /// point.
    #[inline(always)]
    pub unsafe fn transform<S: Simd<T>, L: Linear<T, I, O>, const I: usize, const O: usize>(
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
                    // SAFETY: the tile lies on the canvas, and `values` has a slot for each tile.
                    unsafe {
                        let from = canvas.as_ptr().add(corner + start + channel);
                        let points = both_ways::<T, S, L, I, O>(from, row, pixel);
                        spread::<T, S, O>(values.as_mut_ptr().add(place + channel), plane, points);
                    }
                }
            }
        }
    }
}
