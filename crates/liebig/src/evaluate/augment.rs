//! DC's own augmentation, used where it is evaluated on MNIST: to each image one of crop, scale and rotate.

use rand::{Rng, RngExt};

use crate::Error;
use crate::artefact::{Augmentation, Shape};

/// Pixels of padding around an image before it is cropped.
const CROP: usize = 4;
/// Height and width are each scaled by up to this share.
const SCALE: f64 = 0.2;
/// Degrees to either side.
const ROTATE: i32 = 45;

/// Augments a batch, `[n, C, H, W]` row major, in place.
///
/// # Errors
/// [`Error::AugmentationOfTable`].
pub(super) fn augment(
    augmentation: Augmentation,
    values: &mut [f32],
    shape: Shape,
    rng: &mut impl Rng,
) -> Result<(), Error> {
    match (augmentation, shape) {
        (Augmentation::None, _) => {}
        (Augmentation::CropScaleRotate, Shape::Table { .. }) => {
            return Err(Error::AugmentationOfTable);
        }
        (
            Augmentation::CropScaleRotate,
            Shape::Image {
                channels,
                height,
                width,
            },
        ) => {
            let planes = Planes {
                channels,
                height,
                width,
            };
            let mean = planes.mean(values);
            for image in values.chunks_exact_mut(shape.len()) {
                let before = image.to_vec();
                match rng.random_range(0..3) {
                    0 => planes.crop(&before, image, &mean, rng),
                    1 => planes.scale(&before, image, rng),
                    _ => planes.rotate(&before, image, &mean, rng),
                }
            }
        }
    }
    Ok(())
}

#[derive(Clone, Copy)]
struct Planes {
    channels: usize,
    height: usize,
    width: usize,
}

impl Planes {
    /// The mean of each channel over the batch.
    fn mean(self, batch: &[f32]) -> Vec<f32> {
        let plane = self.height * self.width;
        let mut sums = vec![0.0; self.channels];
        for (index, values) in batch.chunks_exact(plane).enumerate() {
            sums[index % self.channels] += values.iter().copied().map(f64::from).sum::<f64>();
        }
        let count = batch.len() / self.channels;
        sums.iter().map(|sum| (sum / count as f64) as f32).collect()
    }

    /// Fills every pixel from `pixel(channel, y, x)`.
    fn fill(self, image: &mut [f32], mut pixel: impl FnMut(usize, usize, usize) -> f32) {
        for (index, value) in image.iter_mut().enumerate() {
            let (channel, rest) = (
                index / (self.height * self.width),
                index % (self.height * self.width),
            );
            *value = pixel(channel, rest / self.width, rest % self.width);
        }
    }

    /// The pixel, or `None` outside.
    fn at(self, image: &[f32], channel: usize, y: i64, x: i64) -> Option<f32> {
        let (y, x) = (usize::try_from(y).ok()?, usize::try_from(x).ok()?);
        (y < self.height && x < self.width)
            .then(|| image[(channel * self.height + y) * self.width + x])
    }

    /// Shifts by up to [`CROP`] pixels; what comes in has the channel's mean.
    fn crop(self, before: &[f32], image: &mut [f32], mean: &[f32], rng: &mut impl Rng) {
        let mut shift = || rng.random_range(0..2 * CROP) as i64 - CROP as i64;
        let (down, right) = (shift(), shift());
        self.fill(image, |channel, y, x| {
            self.at(before, channel, y as i64 + down, x as i64 + right)
                .unwrap_or(mean[channel])
        });
    }

    /// Scales height and width, each by its own factor, around the middle; nearest pixels, zero outside.
    fn scale(self, before: &[f32], image: &mut [f32], rng: &mut impl Rng) {
        let mut side = |side: usize| {
            ((rng.random_range(1.0 - SCALE..1.0 + SCALE) * side as f64) as usize).max(1)
        };
        let (height, width) = (side(self.height), side(self.width));
        // The place of an output pixel in the scaled image, both centred.
        let place = |at: usize, scaled: usize, side: usize| {
            let frame = scaled.max(side);
            at as i64 + ((frame - side) / 2) as i64 - ((frame - scaled) / 2) as i64
        };
        self.fill(image, |channel, y, x| {
            let (y, x) = (place(y, height, self.height), place(x, width, self.width));
            if !(0..height as i64).contains(&y) || !(0..width as i64).contains(&x) {
                return 0.0;
            }
            let nearest = |at: i64, scaled: usize, side: usize| at * side as i64 / scaled as i64;
            let (y, x) = (
                nearest(y, height, self.height),
                nearest(x, width, self.width),
            );
            self.at(before, channel, y, x).unwrap_or(0.0)
        });
    }

    /// Turns by whole degrees around the middle; between pixels linear, outside the mean of everything.
    fn rotate(self, before: &[f32], image: &mut [f32], mean: &[f32], rng: &mut impl Rng) {
        let (sin, cos) = f64::from(rng.random_range(-ROTATE..ROTATE))
            .to_radians()
            .sin_cos();
        let outside = mean.iter().sum::<f32>() / mean.len() as f32;
        let middle = (
            (self.height - 1) as f64 / 2.0,
            (self.width - 1) as f64 / 2.0,
        );
        self.fill(image, |channel, y, x| {
            let (y, x) = (y as f64 - middle.0, x as f64 - middle.1);
            let (y, x) = (cos * y + sin * x + middle.0, cos * x - sin * y + middle.1);
            let (top, left) = (y.floor(), x.floor());
            let (down, right) = ((y - top) as f32, (x - left) as f32);
            let pixel = |y: i64, x: i64| {
                self.at(before, channel, top as i64 + y, left as i64 + x)
                    .unwrap_or(outside)
            };
            let upper = pixel(0, 0) * (1.0 - right) + pixel(0, 1) * right;
            let lower = pixel(1, 0) * (1.0 - right) + pixel(1, 1) * right;
            upper * (1.0 - down) + lower * down
        });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SIDE: usize = 9;
    const SHAPE: Shape = Shape::Image {
        channels: 2,
        height: SIDE,
        width: SIDE,
    };
    const PLANES: Planes = Planes {
        channels: 2,
        height: SIDE,
        width: SIDE,
    };

    /// One bright pixel in the middle of the first channel.
    fn dot() -> Vec<f32> {
        let mut image = vec![0.0; SHAPE.len()];
        image[SIDE * SIDE / 2] = 1.0;
        image
    }

    fn rng(seed: u64) -> impl Rng {
        liebig_data::stream(seed, "test", 0)
    }

    #[test]
    fn a_crop_moves_the_picture_and_fills_with_the_channels_mean() {
        for seed in 0..50 {
            let mut image = dot();
            PLANES.crop(&dot(), &mut image, &[0.25, 0.5], &mut rng(seed));
            assert_eq!(
                image.iter().filter(|&&value| value == 1.0).count(),
                1,
                "the dot stays inside"
            );
            let (first, second) = image.split_at(SIDE * SIDE);
            assert!(first.iter().all(|value| [0.0, 0.25, 1.0].contains(value)));
            assert!(second.iter().all(|value| [0.0, 0.5].contains(value)));
        }
    }

    #[test]
    fn scaling_keeps_the_middle_and_a_flat_picture_flat() {
        for seed in 0..50 {
            let mut image = vec![0.0; SHAPE.len()];
            PLANES.scale(&vec![1.0; SHAPE.len()], &mut image, &mut rng(seed));
            assert_eq!(image[SIDE * SIDE / 2], 1.0);
            assert!(image.iter().all(|value| [0.0, 1.0].contains(value)));
            assert!(image.iter().filter(|&&value| value == 1.0).count() >= 2 * 7 * 7);
        }
    }

    #[test]
    fn turning_keeps_the_middle() {
        for seed in 0..50 {
            let mut image = dot();
            PLANES.rotate(&dot(), &mut image, &[0.0, 0.0], &mut rng(seed));
            assert!((image[SIDE * SIDE / 2] - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn the_stream_decides_and_none_changes_nothing() {
        let batch = || [dot(), dot(), dot(), dot()].concat();
        let run = |seed| {
            let mut values = batch();
            augment(
                Augmentation::CropScaleRotate,
                &mut values,
                SHAPE,
                &mut rng(seed),
            )
            .unwrap();
            values
        };
        assert!(run(1) == run(1));
        assert!(run(1) != run(2));
        let mut values = batch();
        augment(Augmentation::None, &mut values, SHAPE, &mut rng(0)).unwrap();
        assert!(values == batch());
    }

    #[test]
    fn a_table_is_refused() {
        let table = Shape::Table { features: 2 };
        let result = augment(
            Augmentation::CropScaleRotate,
            &mut [0.0; 4],
            table,
            &mut rng(0),
        );
        assert!(matches!(result, Err(Error::AugmentationOfTable)));
    }
}
