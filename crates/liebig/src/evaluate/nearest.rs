//! The class of the nearest sample.

use rayon::prelude::*;

use crate::SmallSet;

/// The class of the sample of `set` that is nearest to each of `values` (`[n, ...]`, row major), the first of equals.
pub(super) fn classes(set: &SmallSet, values: &[f32]) -> Vec<usize> {
    let len = set.shape.len().max(1);
    let labels = set.labels.classes(set.classes);
    let distance =
        |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum() };
    values
        .par_chunks_exact(len)
        .map(|sample| {
            let mut best = (f32::INFINITY, 0);
            for (known, &label) in set.values.chunks_exact(len).zip(&labels) {
                let far = distance(sample, known);
                if far < best.0 {
                    best = (far, label as usize);
                }
            }
            best.1
        })
        .collect()
}
