//! Copies an image onto a canvas of zeros, with padding and dilation.

use super::geometry::ConvShapes;
use crate::simd::Element;

/// Where the pixels of an image `[h, w, c]` go on a canvas: pixel `i` goes to `i * dilation + offset`,
/// in both directions. Pixels that fall outside the canvas are dropped.
#[derive(Clone, Copy)]
pub(crate) struct Placement {
    /// Height and width of the image.
    pub image: [usize; 2],
    /// Channels of the image and of the canvas.
    pub channels: usize,
    /// Distance between neighbouring pixels on the canvas.
    pub dilation: usize,
    /// Position of the first pixel; negative if the canvas cuts off the image's border.
    pub offset: isize,
    /// Height and width of the canvas.
    pub canvas: [usize; 2],
}

impl Placement {
    /// The images of a convolution, surrounded by its padding.
    pub fn padded(shapes: &ConvShapes) -> Self {
        Self {
            image: shapes.input,
            channels: shapes.in_channels,
            dilation: 1,
            offset: shapes.options.padding as isize,
            canvas: shapes.padded(),
        }
    }

    /// Number of elements of the canvas.
    pub fn canvas_len(&self) -> usize {
        self.canvas[0] * self.canvas[1] * self.channels
    }

    /// Number of elements of an image.
    pub fn image_len(&self) -> usize {
        self.image[0] * self.image[1] * self.channels
    }

    /// Fills `canvas` with zeros, then copies `image` onto it.
    pub fn fill<T: Element>(&self, image: &[T], canvas: &mut [T]) {
        let c = self.channels;
        let row = self.image[1] * c;
        let columns = self.inside(1);
        canvas.fill(T::default());
        for i in self.inside(0) {
            let target = self.target(i) * self.canvas[1] * c;
            let source = &image[i * row..(i + 1) * row];
            if self.dilation == 1 {
                let start = target + self.target(columns.start) * c;
                let source = &source[columns.start * c..columns.end * c];
                canvas[start..start + source.len()].copy_from_slice(source);
            } else {
                for j in columns.clone() {
                    let start = target + self.target(j) * c;
                    canvas[start..start + c].copy_from_slice(&source[j * c..(j + 1) * c]);
                }
            }
        }
    }

    /// Canvas coordinate of an image coordinate that is on the canvas.
    fn target(&self, i: usize) -> usize {
        (i * self.dilation).saturating_add_signed(self.offset)
    }

    /// The image coordinates that are on the canvas.
    fn inside(&self, axis: usize) -> std::ops::Range<usize> {
        let lies = |i: &usize| {
            let at = (i * self.dilation) as isize + self.offset;
            at >= 0 && (at as usize) < self.canvas[axis]
        };
        let start = (0..self.image[axis]).find(|i| lies(i)).unwrap_or(0);
        let end = (start..self.image[axis])
            .find(|i| !lies(i))
            .unwrap_or(self.image[axis]);
        start..end
    }
}
