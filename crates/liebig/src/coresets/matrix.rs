//! Samples as points: what the selection rules measure distances between.

use rayon::prelude::*;

/// Samples of one class, one in each row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Matrix {
    values: Vec<f32>,
    width: usize,
}

/// Rows that a thread takes at once.
const ROWS: usize = 32;
/// Partial sums of a distance: enough to fill the widest vector registers.
const LANES: usize = 16;

impl Matrix {
    /// From row-major values; values that do not fill a row are dropped.
    pub fn new(values: Vec<f32>, width: usize) -> Self {
        let width = width.max(1);
        Self { values, width }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.values.len() / self.width
    }

    /// A row. Like slice indexing, panics if it does not exist.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.width..][..self.width]
    }

    /// The mean of some rows; zero if there are none.
    pub fn mean_of(&self, rows: impl IntoIterator<Item = usize>) -> Vec<f64> {
        let mut mean = Mean::new(self.width);
        rows.into_iter().for_each(|row| mean.add(self.row(row)));
        mean.values()
    }

    /// The mean of all rows.
    pub fn mean(&self) -> Vec<f64> {
        self.mean_of(0..self.rows())
    }

    /// The squared distance of every row from a point.
    pub fn distances(&self, point: &[f32]) -> Vec<f32> {
        let rows = self.values.par_chunks_exact(self.width).with_min_len(ROWS);
        rows.map(|row| squared_distance(row, point)).collect()
    }

    /// Lowers each row's squared distance from its nearest point by one more point.
    pub fn lower(&self, nearest: &mut [f32], point: &[f32]) {
        let rows = self.values.par_chunks_exact(self.width).with_min_len(ROWS);
        rows.zip(nearest)
            .for_each(|(row, nearest)| *nearest = nearest.min(squared_distance(row, point)));
    }
}

/// A mean that is added up in double precision.
pub(super) struct Mean {
    sums: Vec<f64>,
    count: usize,
}

impl Mean {
    /// Of nothing.
    pub fn new(width: usize) -> Self {
        let sums = vec![0.0; width];
        Self { sums, count: 0 }
    }

    /// Counts one more point in.
    pub fn add(&mut self, point: &[f32]) {
        let pairs = self.sums.iter_mut().zip(point);
        pairs.for_each(|(sum, &value)| *sum += f64::from(value));
        self.count += 1;
    }

    /// The mean; zero for no points.
    pub fn values(self) -> Vec<f64> {
        let count = self.count.max(1) as f64;
        self.sums.into_iter().map(|sum| sum / count).collect()
    }
}

/// A point in single precision.
pub(super) fn single(point: &[f64]) -> Vec<f32> {
    point.iter().map(|&value| value as f32).collect()
}

/// The square of the Euclidean distance. The order of the sum is fixed, so the bits are the same everywhere.
pub(super) fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            let difference = a[lane] - b[lane];
            sums[lane] += difference * difference;
        }
    }
    let rest: f32 = a_rest
        .iter()
        .zip(b_rest)
        .map(|(a, b)| (a - b) * (a - b))
        .sum();
    sums.iter().sum::<f32>() + rest
}

/// The place of the smallest value, the first of equal ones, among the places that `allowed` admits.
pub(super) fn smallest(values: &[f32], allowed: impl Fn(usize) -> bool) -> Option<usize> {
    let places = (0..values.len()).filter(|&place| allowed(place));
    places.min_by(|&a, &b| values[a].total_cmp(&values[b]))
}

/// The place of the largest value, the first of equal ones, among the places that `allowed` admits.
pub(super) fn largest(values: &[f32], allowed: impl Fn(usize) -> bool) -> Option<usize> {
    let places = (0..values.len()).filter(|&place| allowed(place));
    places.min_by(|&a, &b| values[b].total_cmp(&values[a]))
}

/// Points of a property test: `rows` of 1 to `most` points in the plane, on a coarse grid so that some are equal.
#[cfg(test)]
pub(super) fn points(most: usize) -> impl proptest::strategy::Strategy<Value = Matrix> {
    use proptest::prelude::*;
    let coordinate = (-8_i8..=8).prop_map(|steps| f32::from(steps) / 4.0);
    let points = proptest::collection::vec([coordinate.clone(), coordinate], 1..=most);
    points.prop_map(|points| Matrix::new(points.concat(), 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_and_means_by_hand() {
        let matrix = Matrix::new(vec![0.0, 0.0, 3.0, 4.0, 6.0, -1.0], 2);
        assert_eq!(matrix.rows(), 3);
        assert_eq!(matrix.distances(&[0.0, 0.0]), [0.0, 25.0, 37.0]);
        assert_eq!(matrix.mean(), [3.0, 1.0]);
        assert_eq!(matrix.mean_of([1, 2]), [4.5, 1.5]);
        assert_eq!(matrix.mean_of([]), [0.0, 0.0]);
        let mut nearest = vec![9.0; 3];
        matrix.lower(&mut nearest, &[3.0, 4.0]);
        assert_eq!(nearest, [9.0, 0.0, 9.0]);
    }

    #[test]
    fn rows_longer_than_the_lanes_are_summed_in_full() {
        let (a, b): (Vec<f32>, Vec<f32>) = (0_u8..37).map(|i| (f32::from(i), 2.0)).unzip();
        let expected: i32 = (0..37).map(|i| (i - 2) * (i - 2)).sum();
        assert_eq!(f64::from(squared_distance(&a, &b)), f64::from(expected));
    }

    #[test]
    fn the_first_of_equal_values_wins() {
        let values = [2.0, 1.0, 1.0, 2.0, 0.0];
        assert_eq!(smallest(&values, |place| place != 4), Some(1));
        assert_eq!(largest(&values, |_| true), Some(0));
        assert_eq!(largest(&values, |place| place > 0), Some(3));
        assert_eq!(smallest(&values, |_| false), None);
    }
}
