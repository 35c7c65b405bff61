//! Dataset Condensation's own augmentation (Zhao, Mopuri and Bilen, "Dataset Condensation with Gradient Matching",
//! ICLR 2021), for training batches: applies one of a few changes to each image. It is not differentiable.

use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

use super::planes::Planes;

/// Pixels of padding around an image before it is cropped.
const CROP: usize = 4;
/// Height and width are each scaled by up to this fraction.
const SCALE: f64 = 0.2;
/// Maximum rotation in degrees, in either direction.
const ROTATE: i32 = 45;
/// Standard deviation of the noise.
const NOISE: f32 = 0.001;

/// A change to an image.
#[derive(Clone, Copy)]
pub(super) enum Change {
    /// A shift by up to four pixels; the gap is filled with the channel's mean over the batch.
    Crop,
    /// Height and width are each scaled by 0.8 to 1.2; gaps are filled with zeros.
    Scale,
    /// A rotation by up to 45 degrees in either direction; gaps are filled with the mean of the whole batch.
    Rotate,
    /// Standard normal noise times 0.001, added to every value.
    Noise,
}

impl Planes {
    /// Augments a batch, `[n, C, H, W]` row major, in place: applies one of `changes` to each image, all with the same
    /// probability. There must be at least one.
    pub fn augment(self, changes: &[Change], values: &mut [f32], rng: &mut impl Rng) {
        let mean = self.mean(values);
        for image in values.chunks_exact_mut(self.channels * self.height * self.width) {
            let before = image.to_vec();
            match changes[rng.random_range(0..changes.len() as i32) as usize] {
                Change::Crop => self.crop(&before, image, &mean, rng),
                Change::Scale => self.scale(&before, image, rng),
                Change::Rotate => self.rotate(&before, image, &mean, rng),
                Change::Noise => noise(image, rng),
            }
        }
    }

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

    /// Sets every pixel to `pixel(channel, y, x)`.
    fn fill(self, image: &mut [f32], mut pixel: impl FnMut(usize, usize, usize) -> f32) {
        for (index, value) in image.iter_mut().enumerate() {
            let (channel, rest) = (
                index / (self.height * self.width),
                index % (self.height * self.width),
            );
            *value = pixel(channel, rest / self.width, rest % self.width);
        }
    }

    /// The pixel, or `None` outside the image.
    fn at(self, image: &[f32], channel: usize, y: i64, x: i64) -> Option<f32> {
        let (y, x) = (usize::try_from(y).ok()?, usize::try_from(x).ok()?);
        (y < self.height && x < self.width)
            .then(|| image[(channel * self.height + y) * self.width + x])
    }

    /// Shifts by up to [`CROP`] pixels; the gap is filled with the channel's mean.
    fn crop(self, before: &[f32], image: &mut [f32], mean: &[f32], rng: &mut impl Rng) {
        let mut shift = || rng.random_range(0..2 * CROP) as i64 - CROP as i64;
        let (down, right) = (shift(), shift());
        self.fill(image, |channel, y, x| {
            self.at(before, channel, y as i64 + down, x as i64 + right)
                .unwrap_or(mean[channel])
        });
    }

    /// Scales height and width, each by its own factor, around the middle; takes the nearest pixel, zero outside.
    fn scale(self, before: &[f32], image: &mut [f32], rng: &mut impl Rng) {
        let mut side = |side: usize| {
            ((rng.random_range(1.0 - SCALE..1.0 + SCALE) * side as f64) as usize).max(1)
        };
        let (height, width) = (side(self.height), side(self.width));
        // The position of an output pixel in the scaled image, both centred.
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

    /// Rotates by whole degrees around the middle; bilinear, with the mean of the whole batch outside.
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

/// Adds noise to every value.
fn noise(image: &mut [f32], rng: &mut impl Rng) {
    for value in image {
        let normal: f32 = StandardNormal.sample(rng);
        *value += NOISE * normal;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SIDE: usize = 9;
    const PLANES: Planes = Planes {
        channels: 2,
        height: SIDE,
        width: SIDE,
    };

    /// One bright pixel in the middle of the first channel.
    fn dot() -> Vec<f32> {
        let mut image = vec![0.0; 2 * SIDE * SIDE];
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
            let mut image = vec![0.0; 2 * SIDE * SIDE];
            PLANES.scale(&vec![1.0; 2 * SIDE * SIDE], &mut image, &mut rng(seed));
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
    fn noise_is_small_and_everywhere() {
        let mut image = vec![1.0; 10_000];
        noise(&mut image, &mut rng(0));
        let squares = image.iter().map(|value| (value - 1.0).powi(2));
        let deviation = (squares.sum::<f32>() / 10_000.0).sqrt();
        assert!((deviation - 0.001).abs() < 3e-5, "{deviation}");
    }

    /// Recorded runs depend on what becomes of a stream's numbers.
    #[test]
    fn the_images_never_change() {
        const ALL: [Change; 3] = [Change::Crop, Change::Scale, Change::Rotate];
        let mut values: Vec<f32> = (0..6 * 2 * SIDE * SIDE)
            .map(|i| (i * i % 97) as f32 / 97.0)
            .collect();
        PLANES.augment(&ALL, &mut values, &mut rng(7));
        for (image, expected) in values.chunks(2 * SIDE * SIDE).zip(RECORDED) {
            for (place, expected) in [7, 60, 100].into_iter().zip(expected) {
                let found = image[place];
                assert!((found - expected).abs() < 1e-6, "{found} and {expected}");
            }
        }
    }

    const RECORDED: [[f32; 3]; 6] = [
        [0.44333112, 0.49588436, 0.29281768],
        [0.44329897, 0.082474224, 0.6701031],
        [0.6701031, 0.4970939, 0.22680412],
        [0.47949976, 0.46734864, 0.2787932],
        [0.9381443, 0.6701031, 0.6701031],
        [0.49484536, 0.16494845, 0.36082473],
    ];
}
