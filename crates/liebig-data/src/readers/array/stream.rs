//! Moves the values of an array from its file to where they belong.

use super::{Array, Element};
use crate::Error;

/// About how many bytes of a file are converted at a time.
const BLOCK: usize = 1 << 18;
/// The same in Fortran order, in which many values of the same sample should be at hand: they are far apart in the file.
const FORTRAN_BLOCK: usize = 1 << 24;
/// Samples whose values are placed together in Fortran order, so that they stay in the cache.
const TILE: usize = 64;

/// Which samples of an array go where: into which of several outputs, and at which place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Targets {
    /// For each sample; `None` if all go into one output in their order.
    places: Option<Vec<(u8, usize)>>,
    lens: Vec<usize>,
}

impl Targets {
    /// `samples` samples in their order.
    pub fn all(samples: usize) -> Self {
        Self {
            places: None,
            lens: vec![samples],
        }
    }

    /// Two outputs with the samples of these indices, which name every sample once.
    pub fn halves(first: &[usize], second: &[usize]) -> Self {
        let mut places = vec![(0, 0); first.len() + second.len()];
        for (output, indices) in (0..).zip([first, second]) {
            for (place, &index) in indices.iter().enumerate() {
                places[index] = (output, place);
            }
        }
        Self {
            places: Some(places),
            lens: vec![first.len(), second.len()],
        }
    }

    /// Samples in each output.
    pub fn lens(&self) -> &[usize] {
        &self.lens
    }

    fn place(&self, sample: usize) -> (usize, usize) {
        match &self.places {
            None => (0, sample),
            Some(places) => (usize::from(places[sample].0), places[sample].1),
        }
    }
}

/// Why values were not moved.
pub(crate) enum Stopped<S> {
    Failed(Error),
    /// The conversion refused some values.
    Refused(S),
}

impl<S> From<Error> for Stopped<S> {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Array {
    /// Reads all values once, in the order of the file, and hands them on block by block: the number of the first row of
    /// the block, and its bytes. There are `rows` rows of `row_bytes` bytes; neither is 0.
    pub fn blocks<S>(
        &self,
        rows: usize,
        row_bytes: usize,
        mut take: impl FnMut(usize, &[u8]) -> Result<(), S>,
    ) -> Result<(), Stopped<S>> {
        let block = match self.fortran {
            false => BLOCK,
            true => FORTRAN_BLOCK,
        };
        let rows_at_once = (block / row_bytes).clamp(1, rows);
        let mut file = self.data()?;
        let mut bytes = vec![0; rows_at_once * row_bytes];
        let mut first = 0;
        while first < rows {
            let count = rows_at_once.min(rows - first);
            let block = &mut bytes[..count * row_bytes];
            let filled = file.fill(block)?;
            if filled < block.len() {
                let read = (first * row_bytes + filled) as u64;
                return Err(self.cut(read, (rows * row_bytes) as u64).into());
            }
            take(first, block).map_err(Stopped::Refused)?;
            first += count;
        }
        let data = (rows * row_bytes) as u64;
        // At the end of a file, an archive's checksum is compared.
        match self.exact {
            true => file.end(self.start + data, &self.meaning(data))?,
            false => drop(file.head(1)?),
        }
        Ok(())
    }
}

/// How the samples of an array are stored.
pub(crate) struct Samples<'a> {
    pub array: &'a Array,
    pub element: Element,
    /// Values in one.
    pub len: usize,
    /// See [`Axes::offsets`](super::Axes::offsets).
    pub offsets: Option<&'a [usize]>,
}

impl Samples<'_> {
    /// Reads the array once, converts its bytes block by block, and writes every value to its place in `outputs`, of which
    /// each has room for its [`Targets::lens`] samples. `convert` appends the values of a block to a vector.
    pub fn read<T: Copy, S>(
        &self,
        targets: &Targets,
        outputs: &mut [Vec<T>],
        mut convert: impl FnMut(&[u8], &mut Vec<T>) -> Result<(), S>,
    ) -> Result<(), Stopped<S>> {
        let samples = self.array.samples();
        // In Fortran order, a row holds one value of every sample.
        let (rows, row) = match self.array.fortran {
            false => (samples, self.len),
            true => (self.len, samples),
        };
        let mut values = Vec::new();
        self.array
            .blocks(rows, row * self.element.kind.size(), |first, block| {
                values.clear();
                convert(block, &mut values)?;
                if self.array.fortran {
                    self.place_columns(first, &values, targets, outputs);
                    return Ok(());
                }
                for (at, sample) in (first..).zip(values.chunks_exact(self.len)) {
                    self.place_sample(at, sample, targets, outputs);
                }
                Ok(())
            })
    }

    fn place_sample<T: Copy>(
        &self,
        sample: usize,
        values: &[T],
        targets: &Targets,
        outputs: &mut [Vec<T>],
    ) {
        let (output, place) = targets.place(sample);
        let to = &mut outputs[output][place * self.len..(place + 1) * self.len];
        match self.offsets {
            None => to.copy_from_slice(values),
            Some(offsets) => {
                for (&value, &offset) in values.iter().zip(offsets) {
                    to[offset] = value;
                }
            }
        }
    }

    /// Places some values of every sample, from value `first` on: all samples' first, then all samples' second, and so on.
    fn place_columns<T: Copy>(
        &self,
        first: usize,
        values: &[T],
        targets: &Targets,
        outputs: &mut [Vec<T>],
    ) {
        let samples = self.array.samples();
        for tile in (0..samples).step_by(TILE) {
            let end = (tile + TILE).min(samples);
            for (at, column) in (first..).zip(values.chunks_exact(samples)) {
                let offset = self.offsets.map_or(at, |offsets| offsets[at]);
                for (sample, &value) in (tile..end).zip(&column[tile..end]) {
                    let (output, place) = targets.place(sample);
                    outputs[output][place * self.len + offset] = value;
                }
            }
        }
    }
}
