//! Dataset Condensation's own augmentation (Zhao, Mopuri and Bilen, "Dataset Condensation with Gradient Matching",
//! ICLR 2021): one of a few changes for each image. A draw is differentiable, as every change is linear in the pixels, the
//! means that fill the gaps included.

use liebig_grad::{Error, Tap, Taps, Tensor};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

use super::geometry::{bilinear, middle, pixel};
use super::planes::{Planes, constant};

/// Pixels of padding around an image before it is cropped.
const CROP: usize = 4;
/// Height and width are each scaled by up to this fraction.
const SCALE: f64 = 0.2;
/// Maximum rotation in degrees, in either direction.
const ROTATE: i32 = 45;
/// Standard deviation of the noise.
const NOISE: f32 = 0.001;

/// A kind of change to an image.
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

/// A change with its parameters.
enum Drawn {
    /// How far the window moves.
    Crop { down: i64, right: i64 },
    /// The sides that the image is scaled to before its middle is cut out.
    Scale { height: usize, width: usize },
    /// Sine and cosine of the angle.
    Rotate { sin: f64, cos: f64 },
    /// What is added to each value.
    Noise(Vec<f32>),
}

/// A change for each image of a batch, with its parameters.
pub(crate) struct Changes {
    planes: Planes,
    each: Vec<Drawn>,
}

impl Changes {
    /// Draws one of `changes` for each image, all with the same probability. There must be at least one.
    pub(super) fn draw(
        changes: &[Change],
        images: usize,
        planes: Planes,
        rng: &mut impl Rng,
    ) -> Self {
        let each = (0..images)
            .map(|_| changes[rng.random_range(0..changes.len() as i32) as usize].draw(planes, rng))
            .collect();
        Self { planes, each }
    }

    /// Changes the images, `[n, C, H, W]`.
    ///
    /// # Errors
    /// [`Error::Shapes`] for another number or another shape of images.
    pub fn apply(&self, x: &Tensor) -> Result<Tensor, Error> {
        let Planes { height, width, .. } = self.planes;
        let (images, size) = (self.each.len(), [height, width]);
        let taps = Taps::per_image(images, size, size, |image| {
            move |row, column| self.each[image].taps(size, row, column)
        })?;
        let moved = x.resample(&taps)?;
        let fills = |which: fn(&Drawn) -> bool| {
            let of = |drawn: &Drawn| f64::from(u8::from(which(drawn)));
            constant(self.each.iter().map(of).collect(), &[images, 1, 1, 1], x)
        };
        let of_channels = x.mean_dims(&[0, 2, 3], true)?;
        let of_batch = of_channels.mean()?;
        let with_channels = fills(|drawn| matches!(drawn, Drawn::Crop { .. }))?;
        let with_batch = fills(|drawn| matches!(drawn, Drawn::Rotate { .. }))?;
        let fill = with_channels
            .mul(&of_channels)?
            .add(&with_batch.mul(&of_batch)?)?;
        let inside =
            Tensor::ones(&[images, 1, height, width], x.dtype(), &x.device()).resample(&taps)?;
        let gaps = inside.neg()?.add_scalar(1.0)?;
        let changed = moved.add(&gaps.mul(&fill)?)?;
        if !self
            .each
            .iter()
            .any(|drawn| matches!(drawn, Drawn::Noise(_)))
        {
            return Ok(changed);
        }
        let noise = self.each.iter().flat_map(|drawn| match drawn {
            Drawn::Noise(values) => values.iter().copied().map(f64::from).collect(),
            _ => vec![0.0; self.planes.len()],
        });
        changed.add(&constant(noise.collect(), x.shape(), x)?)
    }
}

impl Change {
    fn draw(self, planes: Planes, rng: &mut impl Rng) -> Drawn {
        match self {
            Self::Crop => {
                let mut shift = || rng.random_range(0..2 * CROP) as i64 - CROP as i64;
                let (down, right) = (shift(), shift());
                Drawn::Crop { down, right }
            }
            Self::Scale => {
                let mut scaled = |side: usize| {
                    let factor = rng.random_range(1.0 - SCALE..1.0 + SCALE);
                    ((factor * side as f64) as usize).max(1)
                };
                let (height, width) = (scaled(planes.height), scaled(planes.width));
                Drawn::Scale { height, width }
            }
            Self::Rotate => {
                let degrees = f64::from(rng.random_range(-ROTATE..ROTATE));
                let (sin, cos) = degrees.to_radians().sin_cos();
                Drawn::Rotate { sin, cos }
            }
            Self::Noise => {
                let normal = |_| NOISE * Distribution::<f32>::sample(&StandardNormal, rng);
                Drawn::Noise((0..planes.len()).map(normal).collect())
            }
        }
    }
}

impl Drawn {
    /// The pixels that become the one at a row and a column.
    fn taps(&self, [height, width]: [usize; 2], row: usize, column: usize) -> [Tap; 4] {
        let one = |tap: Tap| [tap, Tap::NOTHING, Tap::NOTHING, Tap::NOTHING];
        match *self {
            Self::Noise(_) => one(pixel(row as i64, column as i64, height, width)),
            Self::Crop { down, right } => {
                let (row, column) = (row as i64 + down, column as i64 + right);
                one(pixel(row, column, height, width))
            }
            Self::Scale {
                height: to_height,
                width: to_width,
            } => {
                let row = nearest(row, to_height, height);
                let column = nearest(column, to_width, width);
                one(row.zip(column).map_or(Tap::NOTHING, |(row, column)| {
                    pixel(row, column, height, width)
                }))
            }
            Self::Rotate { sin, cos } => {
                let (middle_row, middle_column) = (middle(height), middle(width));
                let (y, x) = (row as f64 - middle_row, column as f64 - middle_column);
                let row = cos * y + sin * x + middle_row;
                let column = cos * x - sin * y + middle_column;
                bilinear(row, column, height, width)
            }
        }
    }
}

/// The place along a side that the place `at` of the middle of the scaled side was; none outside of it.
fn nearest(at: usize, scaled: usize, side: usize) -> Option<i64> {
    // Both are centred in a frame that holds either.
    let frame = scaled.max(side);
    let at = at as i64 + ((frame - side) / 2) as i64 - ((frame - scaled) / 2) as i64;
    (0..scaled as i64)
        .contains(&at)
        .then(|| at * side as i64 / scaled as i64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use liebig_data::stream;
    use liebig_grad::{cpu, grad};

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

    fn draw(changes: &[Change], images: usize, seed: u64) -> Changes {
        Changes::draw(changes, images, PLANES, &mut stream(seed, "test", 0))
    }

    fn apply(changes: &Changes, values: Vec<f32>) -> Vec<f32> {
        let images = values.len() / PLANES.len();
        let x = Tensor::from_vec(values, &[images, 2, SIDE, SIDE], &cpu()).unwrap();
        changes.apply(&x).unwrap().to_vec().unwrap()
    }

    #[test]
    fn a_crop_moves_the_picture_and_fills_with_the_channels_mean() {
        // The second image is flat; the means are 0.25 and 0.5, the dot included.
        let plane = |value: f32| vec![value; SIDE * SIDE];
        let other = 0.5 - 1.0 / (SIDE * SIDE) as f32;
        let batch = [dot(), plane(other), plane(1.0)].concat();
        for seed in 0..50 {
            let changed = apply(&draw(&[Change::Crop], 2, seed), batch.clone());
            let (first, second) = changed[..PLANES.len()].split_at(SIDE * SIDE);
            let like = |values: &[f32], one: f32| {
                let near = |value: &&f32| (**value - one).abs() < 1e-6;
                values.iter().filter(near).count()
            };
            assert_eq!(like(first, 1.0), 1, "the dot stays inside");
            assert_eq!(like(first, 0.0) + like(first, 0.25) + 1, first.len());
            assert_eq!(like(second, 0.0) + like(second, 0.5), second.len());
            assert_eq!(like(first, 0.25), like(second, 0.5));
        }
    }

    #[test]
    fn scaling_keeps_the_middle_and_a_flat_picture_flat() {
        for seed in 0..50 {
            let image = apply(&draw(&[Change::Scale], 1, seed), vec![1.0; PLANES.len()]);
            assert_eq!(image[SIDE * SIDE / 2], 1.0);
            assert!(image.iter().all(|value| [0.0, 1.0].contains(value)));
            assert!(image.iter().filter(|&&value| value == 1.0).count() >= 2 * 7 * 7);
        }
    }

    #[test]
    fn turning_keeps_the_middle_and_a_flat_picture_flat() {
        for seed in 0..50 {
            let turn = draw(&[Change::Rotate], 1, seed);
            assert!((apply(&turn, dot())[SIDE * SIDE / 2] - 1.0).abs() < 1e-6);
            let flat = apply(&turn, vec![0.75; PLANES.len()]);
            assert!(flat.iter().all(|value| (value - 0.75).abs() < 1e-6));
        }
    }

    #[test]
    fn noise_is_small_and_everywhere() {
        let image = apply(&draw(&[Change::Noise], 60, 0), vec![1.0; 60 * PLANES.len()]);
        let squares = image.iter().map(|value| (value - 1.0).powi(2));
        let deviation = (squares.sum::<f32>() / image.len() as f32).sqrt();
        assert!((deviation - 0.001).abs() < 3e-5, "{deviation}");
    }

    /// A change is affine, so that a difference of any size is the derivative.
    #[test]
    fn the_gradient_is_that_of_differences() {
        let shape = [4, 2, SIDE, SIDE];
        let values = |seed: usize| {
            let value = |i: usize| ((i + seed) * (i + 3) % 101) as f64 / 101.0 - 0.5;
            let values = (0..4 * PLANES.len()).map(value).collect();
            Tensor::from_vec_f64(values, &shape, &cpu()).unwrap()
        };
        let (x, step, weights) = (values(1).requires_grad(), values(5), values(11));
        for seed in 0..10 {
            let kinds = [Change::Crop, Change::Scale, Change::Rotate, Change::Noise];
            let changes = draw(&kinds, 4, seed);
            let loss = |x: &Tensor| {
                changes
                    .apply(x)
                    .unwrap()
                    .mul(&weights)
                    .unwrap()
                    .sum()
                    .unwrap()
            };
            let gradient = grad(&loss(&x), &[&x], false).unwrap();
            let expected = loss(&x.add(&step).unwrap()).item().unwrap() - loss(&x).item().unwrap();
            let along = gradient[0]
                .mul(&step)
                .unwrap()
                .sum()
                .unwrap()
                .item()
                .unwrap();
            assert!((along - expected).abs() < 1e-9, "{along} and {expected}");
        }
    }

    /// Recorded runs depend on what becomes of a stream's numbers.
    #[test]
    fn the_images_never_change() {
        const ALL: [Change; 3] = [Change::Crop, Change::Scale, Change::Rotate];
        let values: Vec<f32> = (0..6 * 2 * SIDE * SIDE)
            .map(|i| (i * i % 97) as f32 / 97.0)
            .collect();
        let values = apply(&draw(&ALL, 6, 7), values);
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
