//! ZCA whitening of a dataset, in the three conventions of the field.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use faer::linalg::matmul::matmul;
use faer::{Mat, MatRef, Par, Side};
use serde::{Deserialize, Serialize};

use crate::memory::{HINT_SMALLER, MemoryLimit};
use crate::second_moment::second_moment;
use crate::{
    Dataset, Error, Normalization, NoteKind, PerSample, SampleShape, Space, Split, Whitening,
};

/// A convention of ZCA whitening: pixels are decorrelated by the symmetric inverse root of their covariance `Σ` on the
/// training split, and scaled to about the same variance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Zca {
    /// No whitening.
    #[default]
    None,
    /// `(Σ + 0.1)^-1/2` of centred pixels in `0..=1`, without other normalisation: MTT and its descendants, by the library
    /// kornia.
    Kornia,
    /// `(Σ + r)^-1/2` of images from which each its own mean is subtracted and that are divided by their own norm, not
    /// centred, with `r` a tenth of the mean eigenvalue: KIP and RaT-BPTT.
    Kip,
    /// `(Σ + r)^-1/2` of centred images that are standardised by channel, with `r` a tenth of the mean eigenvalue: FRePo
    /// and RCIG.
    Frepo,
}

const ALL: [Zca; 4] = [Zca::None, Zca::Kornia, Zca::Kip, Zca::Frepo];
/// kornia's `eps`.
const EPS: f64 = 0.1;
/// The regulariser of the others, by the mean eigenvalue.
const SHARE: f64 = 0.1;
/// Samples that are normalised at a time.
const BLOCK: usize = 256;

impl fmt::Display for Zca {
    /// `none`, `kornia`, `kip` or `frepo`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Kornia => "kornia",
            Self::Kip => "kip",
            Self::Frepo => "frepo",
        })
    }
}

impl FromStr for Zca {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = ALL.into_iter().find(|zca| zca.to_string() == text);
        found.ok_or_else(|| Error::Setting {
            setting: "data.zca",
            found: text.into(),
            expected: "none, kornia, kip or frepo",
        })
    }
}

/// The dataset in the space that `zca` whitens, computed on its training split. Samples that have entered it are kept, if
/// there is memory for them.
pub(crate) fn whitened(dataset: Dataset, zca: Zca, memory: MemoryLimit) -> Result<Dataset, Error> {
    if zca == Zca::None {
        return Ok(dataset);
    }
    let SampleShape::Image { .. } = dataset.shape else {
        return Err(Error::Setting {
            setting: "data.zca",
            found: zca.to_string(),
            expected: "none for a table, as its columns are not pixels",
        });
    };
    let d = dataset.shape.len() as u64;
    // The covariance, its eigenvectors and what computing them takes, in double precision; the two maps.
    let needed = d.saturating_mul(d).saturating_mul(5 * 8);
    memory.check(
        Path::new(&dataset.name),
        needed,
        || format!("ZCA of {d} values a sample"),
        HINT_SMALLER,
    )?;
    let mut dataset = dataset;
    dataset.space = zca.fit(&dataset.train)?;
    let text = format!(
        "whitened (ZCA, {zca}) by {} training samples",
        dataset.train.len()
    );
    dataset.notes.push(NoteKind::Chosen.note(text));
    Ok(dataset.with_samples_in_space(memory.left() / 2))
}

impl Zca {
    /// The space, computed on a training split of images.
    fn fit(self, train: &Split) -> Result<Space, Error> {
        let shape = train.shape();
        let (n, d) = (train.len(), shape.len());
        let channels = shape.groups();
        let normalization = match self {
            Self::Frepo => Normalization::of(train),
            Self::None | Self::Kornia | Self::Kip => Normalization {
                mean: vec![0.0; channels],
                std: vec![1.0; channels],
                known: true,
            },
        };
        let plain = Space::from(normalization);
        let space = Space {
            per_sample: (self == Self::Kip).then(|| PerSample::of(train, &plain)),
            ..plain
        };
        let batch = |range: std::ops::Range<usize>| train.batch(&range.collect::<Vec<_>>(), &space);
        let mean = match self {
            Self::Kip => vec![0.0; d],
            _ => mean(n, d, batch),
        };
        let sums = second_moment(n, d, |range| {
            let mut rows = batch(range);
            for row in rows.chunks_exact_mut(d) {
                row.iter_mut().zip(&mean).for_each(|(x, mean)| *x -= mean);
            }
            rows
        });
        let count = match self {
            Self::Kornia => n.saturating_sub(1).max(1),
            _ => n,
        };
        let scale = 1.0 / count as f64;
        let covariance: Vec<f64> = sums.into_iter().map(|sum| scale * sum).collect();
        let [matrix, inverse] = self.roots(&covariance, d, n)?;
        let whitening = Whitening::new(self.to_string(), mean, matrix, inverse)?;
        Ok(Space {
            whitening: Some(Arc::new(whitening)),
            ..space
        })
    }

    /// The inverse root of the regularised covariance, and the root.
    fn roots(self, covariance: &[f64], d: usize, n: usize) -> Result<[Vec<f32>; 2], Error> {
        let covariance = MatRef::from_row_major_slice(covariance, d, d);
        let failed = |found: String| Error::Space {
            part: "covariance for ZCA",
            expected: "a matrix with an eigendecomposition".into(),
            found,
        };
        let eigen = covariance
            .self_adjoint_eigen(Side::Lower)
            .map_err(|error| failed(format!("{error:?}")))?;
        let values = eigen.S().column_vector();
        let mean = values.iter().sum::<f64>() / d as f64;
        let added = match self {
            Self::Kornia => EPS,
            _ => SHARE * mean,
        };
        // Ascending; rounding may make the smallest negative.
        let regular: Vec<f64> = values
            .iter()
            .enumerate()
            .map(|(index, value)| match self {
                // Directions that no sample has, which FRePo leaves as they are.
                Self::Frepo if d - index > n => 1.0,
                _ => value.max(0.0) + added,
            })
            .collect();
        let map = |power: f64| {
            let vectors = eigen.U();
            let scaled = Mat::from_fn(d, d, |row, column| {
                vectors[(row, column)] * regular[column].powf(power)
            });
            let mut product = Mat::<f64>::zeros(d, d);
            matmul(
                product.as_mut(),
                faer::Accum::Replace,
                scaled.as_ref(),
                vectors.transpose(),
                1.0,
                Par::Seq,
            );
            // Symmetric to the bit, so that rows are columns.
            (0..d)
                .flat_map(|row| (0..d).map(move |column| (row.min(column), row.max(column))))
                .map(|at| product[at] as f32)
                .collect()
        };
        Ok([map(-0.5), map(0.5)])
    }
}

/// The mean of every value over the samples, `[d]`.
fn mean(n: usize, d: usize, batch: impl Fn(std::ops::Range<usize>) -> Vec<f32>) -> Vec<f32> {
    let mut sums = vec![0.0; d];
    for first in (0..n).step_by(BLOCK) {
        for row in batch(first..(first + BLOCK).min(n)).chunks_exact(d) {
            for (sum, &x) in sums.iter_mut().zip(row) {
                *sum += f64::from(x);
            }
        }
    }
    sums.iter().map(|sum| (sum / n as f64) as f32).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SHAPE: SampleShape = SampleShape::Image {
        channels: 2,
        height: 3,
        width: 3,
    };

    /// 40 images of a small generator, whose neighbours are alike.
    fn split() -> Split {
        let byte = |i: u64| ((((i * 1_103_515_245 + 12_345) % (1 << 31)) >> 16) % 256) as u8;
        Split::images(SHAPE, (0..40 * 18).map(byte).collect(), vec![0; 40]).unwrap()
    }

    /// The first two of the images after whitening by NumPy in double precision, each convention as its publication's code
    /// has it.
    const KORNIA: [f32; 36] = [
        -1.339895, 0.263096, -0.003354, -0.162169, -0.592879, 0.629044, 0.104435, -0.082617,
        -0.315727, 1.168809, 0.214474, -0.022187, -0.195322, -0.804878, 0.410445, 0.042687,
        -0.11942, -0.399099, 1.041986, 0.152859, -0.054754, -0.233208, -0.859244, 0.377036,
        0.025884, -0.142861, -0.425216, 0.68634, 0.109116, -0.072249, -0.262865, -1.211086,
        0.23644, -0.014693, -0.18267, -0.558194,
    ];
    const KIP: [f32; 36] = [
        -2.454331, 0.314121, 0.04536, -0.133753, -0.554204, 0.790333, 0.102837, -0.09325,
        -0.299417, 2.533032, 0.276037, 0.037744, -0.176542, -0.818483, 0.56747, 0.170323,
        -0.001706, -0.305571, 1.96097, 0.226145, 0.007382, -0.193015, -0.950012, 0.417929,
        0.033728, -0.146066, -0.393791, 0.996532, 0.182326, 0.001957, -0.229607, -1.930063,
        0.389516, 0.134934, -0.045882, -0.46298,
    ];
    const FREPO: [f32; 36] = [
        -2.595354, 0.179203, -0.06927, -0.217961, -0.642999, 0.669016, 0.012983, -0.163129,
        -0.368134, 2.298455, 0.136456, -0.083817, -0.256773, -0.978581, 0.339712, -0.03319,
        -0.183338, -0.436194, 1.791368, 0.044659, -0.153547, -0.324318, -1.077899, 0.236817,
        -0.110988, -0.270857, -0.511581, 0.701878, -0.005916, -0.168656, -0.361082, -2.14506,
        0.10179, -0.127846, -0.287098, -0.641349,
    ];

    #[test]
    fn every_convention_agrees_with_numpy() {
        for (zca, expected) in [(Zca::Kornia, KORNIA), (Zca::Kip, KIP), (Zca::Frepo, FREPO)] {
            let space = zca.fit(&split()).unwrap();
            let found = split().batch(&[0, 1], &space);
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 2e-5, "{zca}: {found} {expected}");
            }
        }
    }

    #[test]
    fn pictures_come_back() {
        for zca in &ALL[1..] {
            let space = zca.fit(&split()).unwrap();
            let mut back = split().batch(&[3, 7], &space);
            space.leave(SHAPE, &mut back).unwrap();
            let mut raw = split().batch(&[3, 7], &Space::from(plain()));
            if let Some(usual) = space.per_sample {
                // The image's own mean and norm are lost.
                PerSample::enter(&mut raw, SHAPE.len());
                usual.leave(&mut raw);
            }
            for (back, raw) in back.iter().zip(&raw) {
                assert!((back - raw).abs() < 1e-4, "{zca}: {back} {raw}");
            }
        }
    }

    fn plain() -> Normalization {
        Normalization {
            mean: vec![0.0; 2],
            std: vec![1.0; 2],
            known: false,
        }
    }

    #[test]
    fn directions_without_samples_are_left_alone() {
        let few = split().subset(&(0..10).collect::<Vec<_>>());
        let space = Zca::Frepo.fit(&few).unwrap();
        let whitening = space.whitening.unwrap();
        // 18 values of 10 samples: 8 eigenvalues are 1, whatever the others are, so 1 is an eigenvalue of the map.
        let matrix = whitening.matrix().iter().map(|&x| f64::from(x));
        let matrix: Vec<f64> = matrix.collect();
        let matrix = MatRef::from_row_major_slice(&matrix, 18, 18);
        let values = matrix.self_adjoint_eigenvalues(Side::Lower).unwrap();
        let ones = values.iter().filter(|value| (*value - 1.0).abs() < 1e-4);
        assert_eq!(ones.count(), 8);
    }

    #[test]
    fn samples_that_are_kept_are_the_same() {
        let labels: Vec<u32> = (0..40).map(|i| i % 2).collect();
        let images = split().batch(&(0..40).collect::<Vec<_>>(), &Space::from(plain()));
        let pixels: Vec<u8> = images.iter().map(|x| (x * 255.0).round() as u8).collect();
        let both = (pixels, labels);
        let dataset =
            Dataset::from_images("small", (2, 3, 3), ["a", "b"], both.clone(), both).unwrap();
        let bytes = 40 * 18 * 4;
        let space = Zca::Kip.fit(&dataset.train).unwrap();
        for memory in [0, bytes, 2 * bytes] {
            let dataset = dataset.clone().in_space(space.clone(), memory).unwrap();
            let plainly = split().batch(&[5, 0, 39], &space);
            for split in [&dataset.train, &dataset.test] {
                assert_eq!(split.batch(&[5, 0, 39], &dataset.space), plainly);
                let some = split.subset(&[5, 0, 39]);
                assert_eq!(some.batch(&[0, 1, 2], &dataset.space), plainly);
            }
        }
    }
}
