//! The space that networks train on, and the ways into it and out of it.

use std::sync::Arc;

use crate::{Error, Normalization, PerSample, SampleShape, TableEncoding, Whitening};

/// How raw values enter the space that networks train on, and how they leave it.
///
/// Raw values are pixels in `0..=1` (a byte divided by 255) and features as they are. On the way in they are normalised
/// by channel or column, then, where that is wanted, each by its own mean and norm, and whitened; on the way out all of it is
/// undone in reverse order. The features of a table that was
/// read from a file are what its encoding made of the columns; the 0 and 1 of a category are normalised like numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Space {
    /// Mean and standard deviation by channel or column. It comes first.
    pub normalization: Normalization,
    /// Whether each sample loses its own mean and norm, and the usual ones. Default: none.
    pub per_sample: Option<PerSample>,
    /// An affine map of whole normalised samples. Default: none.
    pub whitening: Option<Arc<Whitening>>,
    /// How the columns of the table that the samples were read from became features; it says how other data become
    /// samples of this space. Default: none, for images and for arrays.
    pub encoding: Option<Arc<TableEncoding>>,
}

impl From<Normalization> for Space {
    /// Normalisation alone.
    fn from(normalization: Normalization) -> Self {
        Self {
            normalization,
            per_sample: None,
            whitening: None,
            encoding: None,
        }
    }
}

impl Space {
    /// Checks that this space is one for samples of `shape`: one finite mean and one finite, positive standard deviation
    /// for each channel or column, a whitening of `shape.len()` values if there is one, and an encoding that gives
    /// `shape.len()` features if there is one.
    ///
    /// # Errors
    /// [`Error::Space`] names the part that does not fit.
    pub fn check(&self, shape: SampleShape) -> Result<(), Error> {
        let wrong = |part, expected: String, found: String| Error::Space {
            part,
            expected,
            found,
        };
        if shape.is_empty() {
            return Err(wrong(
                "sample shape",
                "at least one value".into(),
                shape.to_string(),
            ));
        }
        let groups = shape.groups();
        let Normalization { mean, std, .. } = &self.normalization;
        for (part, values) in [("normalisation mean", mean), ("normalisation std", std)] {
            if values.len() != groups {
                let expected = format!("{groups} values for samples of {shape}");
                return Err(wrong(part, expected, values.len().to_string()));
            }
        }
        if let Some(mean) = mean.iter().find(|mean| !mean.is_finite()) {
            return Err(wrong(
                "normalisation mean",
                "finite numbers".into(),
                mean.to_string(),
            ));
        }
        if let Some(std) = std.iter().find(|std| !(std.is_finite() && **std > 0.0)) {
            return Err(wrong(
                "normalisation std",
                "finite numbers above 0".into(),
                std.to_string(),
            ));
        }
        if let Some(per_sample) = self.per_sample {
            per_sample.check()?;
        }
        if let Some(whitening) = &self.whitening
            && whitening.len() != shape.len()
        {
            let expected = format!("{} values a sample, for samples of {shape}", shape.len());
            return Err(wrong("whitening", expected, whitening.len().to_string()));
        }
        if let Some(encoding) = &self.encoding {
            let width = encoding.width();
            if shape != (SampleShape::Table { features: width }) {
                let expected = format!("one for samples of {shape}");
                return Err(wrong("encoding", expected, format!("{width} feature(s)")));
            }
        }
        Ok(())
    }

    /// Brings raw samples into this space, in place: `[n, C, H, W]` or `[n, F]`, row major.
    ///
    /// A raw value `x` of channel or column `c` becomes `(x - mean[c]) / std[c]`; the rest follows. For pixels that were
    /// bytes this gives the same bits as [`Split::batch`](crate::Split::batch).
    ///
    /// # Errors
    /// [`Error::Space`] if the space is not one for `shape` ([`check`](Self::check)), or the number of values is not a
    /// multiple of `shape.len()`.
    pub fn enter(&self, shape: SampleShape, samples: &mut [f32]) -> Result<(), Error> {
        self.whole(shape, samples)?;
        self.groups(shape, samples, |value, mean, std| (value - mean) / std);
        self.enter_normalised(shape, samples);
        Ok(())
    }

    /// Brings samples of this space back to raw values, in place; the inverse of [`enter`](Self::enter), but for what
    /// [`PerSample`] loses. Values are not clipped: a pixel may come out below 0 or above 1.
    ///
    /// # Errors
    /// As [`enter`](Self::enter).
    pub fn leave(&self, shape: SampleShape, samples: &mut [f32]) -> Result<(), Error> {
        self.whole(shape, samples)?;
        if let Some(whitening) = &self.whitening {
            whitening.leave(samples)?;
        }
        if let Some(per_sample) = self.per_sample {
            per_sample.leave(samples);
        }
        self.groups(shape, samples, |value, mean, std| value * std + mean);
        Ok(())
    }

    /// blake3, in hex, of everything that decides where a raw sample goes; not of an encoding, which makes raw samples.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hash = blake3::Hasher::new_derive_key("liebig space, version 1");
        let mut add = |values: &[f32]| {
            let bytes: Vec<u8> = values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect();
            hash.update(&(values.len() as u64).to_le_bytes());
            hash.update(&bytes);
        };
        add(&self.normalization.mean);
        add(&self.normalization.std);
        match self.per_sample {
            Some(PerSample { mean, norm }) => add(&[mean, norm]),
            None => add(&[]),
        }
        let whitening = self
            .whitening
            .as_ref()
            .map_or("", |whitening| whitening.hash());
        hash.update(whitening.as_bytes());
        hash.finalize().to_hex().to_string()
    }

    /// What follows normalisation on the way in.
    pub(crate) fn enter_normalised(&self, shape: SampleShape, samples: &mut [f32]) {
        if self.per_sample.is_some() {
            PerSample::enter(samples, shape.len());
        }
        if let Some(whitening) = &self.whitening {
            whitening.apply(samples);
        }
    }

    fn whole(&self, shape: SampleShape, samples: &[f32]) -> Result<(), Error> {
        self.check(shape)?;
        if samples.len().is_multiple_of(shape.len()) {
            return Ok(());
        }
        Err(Error::Space {
            part: "samples",
            expected: format!(
                "a multiple of {} values, for samples of {shape}",
                shape.len()
            ),
            found: samples.len().to_string(),
        })
    }

    fn groups(&self, shape: SampleShape, samples: &mut [f32], map: impl Fn(f32, f32, f32) -> f32) {
        let Normalization { mean, std, .. } = &self.normalization;
        let constants = mean.iter().zip(std).cycle();
        for (group, (mean, std)) in samples.chunks_exact_mut(shape.group_len()).zip(constants) {
            for value in group {
                *value = map(*value, *mean, *std);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Split;

    const SHAPE: SampleShape = SampleShape::Image {
        channels: 2,
        height: 1,
        width: 2,
    };

    fn normalization() -> Normalization {
        Normalization {
            mean: vec![0.1307, 0.4914],
            std: vec![0.3081, 0.2023],
            known: false,
        }
    }

    /// Doubles the first value of a sample and swaps the last two.
    fn whitening() -> Arc<Whitening> {
        let matrix = |first| {
            [
                [first, 0.0, 0.0, 0.0],
                [0.0, 1.0, 0.0, 0.0],
                [0.0, 0.0, 0.0, 1.0],
                [0.0, 0.0, 1.0, 0.0],
            ]
            .concat()
        };
        Arc::new(Whitening::new("test", vec![0.5; 4], matrix(2.0), matrix(0.5)).unwrap())
    }

    #[test]
    fn bytes_and_raw_values_enter_as_the_same_bits() {
        let bytes: Vec<u8> = (0..=255).collect();
        let split = Split::images(SHAPE, bytes.clone(), vec![0; 64]).unwrap();
        let all: Vec<usize> = (0..64).collect();
        let raw: Vec<f32> = bytes.iter().map(|&byte| f32::from(byte) / 255.0).collect();
        for whitening in [None, Some(whitening())] {
            let space = Space {
                whitening,
                ..Space::from(normalization())
            };
            let mut samples = raw.clone();
            space.enter(SHAPE, &mut samples).unwrap();
            assert_eq!(samples, split.batch(&all, &space));
            space.leave(SHAPE, &mut samples).unwrap();
            for (back, raw) in samples.iter().zip(&raw) {
                assert!((back - raw).abs() < 1e-6, "{back} {raw}");
            }
        }
    }

    #[test]
    fn whitening_follows_normalisation() {
        let space = Space {
            normalization: Normalization {
                mean: vec![1.0, 2.0],
                std: vec![2.0, 4.0],
                known: false,
            },
            whitening: Some(whitening()),
            per_sample: None,
            encoding: None,
        };
        let mut samples = [5.0, 3.0, 10.0, 6.0];
        space.enter(SHAPE, &mut samples).unwrap();
        // Normalised 2, 1, 2, 1; centred 1.5, 0.5, 1.5, 0.5.
        assert_eq!(samples, [3.0, 0.5, 0.5, 1.5]);
        space.leave(SHAPE, &mut samples).unwrap();
        assert_eq!(samples, [5.0, 3.0, 10.0, 6.0]);
    }

    #[test]
    fn tables_are_normalised_by_column() {
        let shape = SampleShape::Table { features: 2 };
        let space = Space::from(Normalization {
            mean: vec![1.0, 20.0],
            std: vec![2.0, 5.0],
            known: false,
        });
        let mut samples = [3.0, 30.0, 1.0, 10.0];
        space.enter(shape, &mut samples).unwrap();
        assert_eq!(samples, [1.0, 2.0, 0.0, -2.0]);
        space.leave(shape, &mut samples).unwrap();
        assert_eq!(samples, [3.0, 30.0, 1.0, 10.0]);
    }

    #[test]
    fn a_space_of_other_samples_is_refused() {
        let part_of = |change: fn(&mut Space), shape: SampleShape, len: usize| {
            let mut space = Space::from(normalization());
            change(&mut space);
            match space.enter(shape, &mut vec![0.0; len]) {
                Err(Error::Space { part, .. }) => part,
                other => unreachable!("{other:?}"),
            }
        };
        let table = SampleShape::Table { features: 3 };
        let empty = SampleShape::Table { features: 0 };
        assert_eq!(part_of(|_| (), table, 3), "normalisation mean");
        assert_eq!(part_of(|_| (), empty, 0), "sample shape");
        assert_eq!(
            part_of(|space| space.normalization.std.truncate(1), SHAPE, 4),
            "normalisation std"
        );
        assert_eq!(
            part_of(|space| space.normalization.std[1] = 0.0, SHAPE, 4),
            "normalisation std"
        );
        assert_eq!(
            part_of(|space| space.normalization.mean[1] = f32::NAN, SHAPE, 4),
            "normalisation mean"
        );
        assert_eq!(part_of(|_| (), SHAPE, 6), "samples");
        let other = SampleShape::Image {
            channels: 2,
            height: 2,
            width: 2,
        };
        assert_eq!(
            part_of(|space| space.whitening = Some(whitening()), other, 8),
            "whitening"
        );
        let numbers = |space: &mut Space| {
            let column = |name: &str| crate::ColumnEncoding::Number {
                name: name.into(),
                fill: 0.0,
            };
            space.encoding = Some(Arc::new(TableEncoding {
                label: "class".into(),
                columns: vec![column("a"), column("b")],
            }));
        };
        let two = SampleShape::Table { features: 2 };
        let mut encoded = Space::from(normalization());
        numbers(&mut encoded);
        assert!(encoded.check(two).is_ok());
        assert_eq!(part_of(numbers, SHAPE, 4), "encoding");
        let error = Space::from(normalization())
            .leave(SHAPE, &mut [0.0; 6])
            .unwrap_err();
        assert!(
            error
                .to_string()
                .contains("a multiple of 4 values, for samples of 2x1x2, found 6"),
            "{error}"
        );
    }
}
