//! The coresets that are means of samples.

#![allow(clippy::unwrap_used)]
use liebig_data::Dataset;

use super::tests::{few, pixels, select, uneven, values};
use super::*;
use crate::Budget;

/// The mean of some training samples.
pub(super) fn mean(dataset: &Dataset, places: &[usize]) -> Vec<f32> {
    let (values, len) = (values(dataset, places), dataset.shape.len());
    let value = |at| {
        values
            .iter()
            .skip(at)
            .step_by(len)
            .map(|&value| f64::from(value))
            .sum::<f64>()
    };
    (0..len)
        .map(|at| (value(at) / places.len() as f64) as f32)
        .collect()
}

#[test]
fn centroids_of_pixels_are_means_of_the_parts_of_the_class() {
    let centroid = Representative::Centroid;
    let k_means = KMeans {
        representative: centroid,
        ..pixels()
    };
    let dataset = few();
    let len = dataset.shape.len();
    let Choice::Values(one) = select(&k_means, &dataset, &Budget::uniform(10, 1)) else {
        panic!("centroids are no samples");
    };
    for (found, all) in one.iter().zip(dataset.train.class_indices(10)) {
        assert_eq!(*found, mean(&dataset, &all));
    }
    let Choice::Values(values) = select(&k_means, &dataset, &uneven()) else {
        panic!("centroids are no samples");
    };
    let counts: Vec<usize> = values.iter().map(|values| values.len() / len).collect();
    assert_eq!(counts, uneven().counts());
}

#[test]
fn class_means_begin_with_the_mean_of_the_class() {
    let dataset = few();
    let len = dataset.shape.len();
    let budget = Budget::new(vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 1000]);
    let Choice::Values(values) = select(&ClassMean {}, &dataset, &budget) else {
        panic!("means are no samples");
    };
    assert!(values[0].is_empty());
    let indices = dataset.train.class_indices(10);
    for (class, values) in values.iter().enumerate().skip(1) {
        assert_eq!(
            values.len() / len,
            budget.of(class).min(indices[class].len())
        );
        assert_eq!(values[..len], mean(&dataset, &indices[class]));
    }
    // With as many parts as samples, each part is a sample of its own.
    let all: Vec<Vec<f32>> = indices[9]
        .iter()
        .map(|&place| self::values(&dataset, &[place]))
        .collect();
    let parts: Vec<&[f32]> = values[9].chunks_exact(len).skip(1).collect();
    assert_eq!(parts.len(), all.len() - 1);
    assert!(
        parts
            .iter()
            .all(|part| all.iter().any(|sample| sample == part))
    );
}

/// A table of one feature; the rows of both classes are the powers of two from 1 to 32.
pub(super) fn powers() -> Dataset {
    let rows = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0].repeat(2);
    let labels = [vec![0; 6], vec![1; 6]].concat();
    let none = (Vec::new(), Vec::new());
    Dataset::from_table("powers", 1, ["a", "b"], (rows, labels), none).unwrap()
}

#[test]
fn further_class_means_are_those_of_parts_without_a_common_sample() {
    let dataset = powers();
    let Choice::Values(values) = select(&ClassMean {}, &dataset, &Budget::uniform(2, 3)) else {
        panic!("means are no samples");
    };
    for mut values in values {
        dataset.space.leave(dataset.shape, &mut values).unwrap();
        let [whole, one, other] = values[..] else {
            panic!("{values:?} is not three means");
        };
        assert!((whole - 63.0 / 6.0).abs() < 1e-4, "{whole}");
        // Twice a mean of two powers says which they were.
        let [one, other] = [one, other].map(|mean| (2.0 * mean).round() as u8);
        assert_eq!(
            (one.count_ones(), other.count_ones()),
            (2, 2),
            "{one} {other}"
        );
        assert_eq!(one & other, 0, "{one} {other}");
    }
}
