//! An image of bytes, and what several operations do with it.

use crate::augment::planes::Planes;

/// An image stored plane by plane.
pub(super) struct Image<'a> {
    pub planes: Planes,
    /// `[C, H, W]`.
    pub pixels: &'a mut [u8],
}

impl Image<'_> {
    /// Brightness of each pixel, `[H, W]`: of red, green and blue as in the JPEG standard, otherwise the mean.
    pub fn grey(&self) -> Vec<u8> {
        let plane = self.planes.height * self.planes.width;
        let of_pixel = |at: usize| {
            let channel = |channel: usize| f32::from(self.pixels[channel * plane + at]);
            let count = self.planes.channels;
            match count {
                3 => 0.2989 * channel(0) + 0.587 * channel(1) + 0.114 * channel(2),
                _ => (0..count).map(channel).sum::<f32>() / count as f32,
            }
        };
        (0..plane).map(|at| of_pixel(at) as u8).collect()
    }

    /// Every value `x` becomes `factor x + (1 - factor) other`, clipped, without its fraction. `other` is asked for the
    /// place in the whole image and in its plane.
    pub fn blend(&mut self, factor: f64, other: impl Fn(usize, usize) -> f32) {
        let factor = factor as f32;
        let plane = self.planes.height * self.planes.width;
        for (at, value) in self.pixels.iter_mut().enumerate() {
            let mixed = factor * f32::from(*value) + (1.0 - factor) * other(at, at % plane);
            *value = mixed.clamp(0.0, 255.0) as u8;
        }
    }

    /// Every value becomes that of a function.
    pub fn map(&mut self, of: impl Fn(u8) -> u8) {
        for value in self.pixels.iter_mut() {
            *value = of(*value);
        }
    }

    /// Every value becomes that of a table, which is made for each channel from its values.
    pub fn map_channels(&mut self, table: impl Fn(&[u8]) -> [u8; 256]) {
        let plane = self.planes.height * self.planes.width;
        for channel in self.pixels.chunks_exact_mut(plane) {
            let table = table(channel);
            for value in channel {
                *value = table[usize::from(*value)];
            }
        }
    }

    /// Every pixel becomes the one nearest to a position `(row, column)`; black outside.
    pub fn move_pixels(&mut self, from: impl Fn(f64, f64) -> (f64, f64)) {
        let Planes { height, width, .. } = self.planes;
        let plane = height * width;
        let inside = |place: f64, side: usize| {
            let place = place.round_ties_even();
            (place >= 0.0 && place < side as f64).then_some(place as usize)
        };
        let source = |at: usize| {
            let (row, column) = from((at / width) as f64, (at % width) as f64);
            Some(inside(row, height)? * width + inside(column, width)?)
        };
        let sources: Vec<Option<usize>> = (0..plane).map(source).collect();
        for channel in self.pixels.chunks_exact_mut(plane) {
            let before = channel.to_vec();
            for (value, source) in channel.iter_mut().zip(&sources) {
                *value = source.map_or(0, |source| before[source]);
            }
        }
    }
}
