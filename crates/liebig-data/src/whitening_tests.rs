#![allow(clippy::unwrap_used)]

use rand::RngExt;

use super::*;
use crate::stream;

/// Uniform values in -1..1.
fn values(count: usize, index: u64) -> Vec<f32> {
    let mut rng = stream(0, "whitening test", index);
    (0..count)
        .map(|_| 2.0 * rng.random::<f32>() - 1.0)
        .collect()
}

/// A map with any matrix, not inverted.
fn any(len: usize) -> Whitening {
    let [mean, matrix, inverse] =
        [(len, 0), (len * len, 1), (len * len, 2)].map(|(n, i)| values(n, i));
    Whitening::new("any", mean, matrix, inverse).unwrap()
}

#[test]
fn rows_are_centred_and_multiplied_from_the_right() {
    // The matrix is not symmetric: rows times columns, or the result differs.
    let map = Whitening::new(
        "kornia",
        vec![1.0, 2.0],
        vec![1.0, 2.0, 3.0, 4.0],
        vec![-2.0, 1.0, 1.5, -0.5],
    )
    .unwrap();
    let mut samples = [2.0, 2.0, 1.0, 3.0, 3.0, 1.0];
    map.enter(&mut samples).unwrap();
    assert_eq!(samples, [1.0, 2.0, 3.0, 4.0, -1.0, 0.0]);
    map.leave(&mut samples).unwrap();
    assert_eq!(samples, [2.0, 2.0, 1.0, 3.0, 3.0, 1.0]);
    assert_eq!((map.name(), map.len()), ("kornia", 2));
    assert_eq!(
        (map.mean(), map.matrix()[1], map.inverse()[2]),
        (&[1.0, 2.0][..], 2.0, 1.5)
    );
    assert_eq!(
        format!("{map:?}"),
        r#"Whitening { name: "kornia", len: 2, .. }"#
    );
}

#[test]
fn large_products_agree_with_double_precision() {
    let (len, count) = (301, 70);
    let map = any(len);
    let before = values(count * len, 3);
    let mut after = before.clone();
    map.enter(&mut after).unwrap();
    let mut back = before.clone();
    map.leave(&mut back).unwrap();
    for row in [0, 1, 63, 64, 69] {
        for column in [0, 7, 300] {
            let sum = |matrix: &[f32], centred: bool| -> f64 {
                (0..len)
                    .map(|k| {
                        let mean = if centred {
                            f64::from(map.mean()[k])
                        } else {
                            0.0
                        };
                        (f64::from(before[row * len + k]) - mean)
                            * f64::from(matrix[k * len + column])
                    })
                    .sum()
            };
            let at = row * len + column;
            assert!((f64::from(after[at]) - sum(map.matrix(), true)).abs() < 1e-4);
            let expected = sum(map.inverse(), false) + f64::from(map.mean()[column]);
            assert!((f64::from(back[at]) - expected).abs() < 1e-4);
        }
    }
}

#[test]
fn neither_threads_nor_the_other_samples_change_a_bit() {
    for len in [5, 300] {
        let (map, count) = (any(len), 2 * BLOCK + 3);
        let before = values(count * len, 4);
        let within = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let mut samples = before.clone();
            pool.install(|| map.enter(&mut samples)).unwrap();
            samples
        };
        let one = within(1);
        assert_eq!(one, within(3));
        for sample in [0, 1, BLOCK - 1, BLOCK, count - 1] {
            let range = sample * len..(sample + 1) * len;
            let mut alone = before[range.clone()].to_vec();
            map.enter(&mut alone).unwrap();
            assert_eq!(alone, one[range], "sample {sample} of {len} values");
        }
    }
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let part_of = |mean: &[f32], matrix: &[f32], inverse: &[f32]| match Whitening::new(
        "x",
        mean.to_vec(),
        matrix.to_vec(),
        inverse.to_vec(),
    ) {
        Err(Error::Space { part, .. }) => part,
        other => unreachable!("{other:?}"),
    };
    let (one, four) = ([0.5; 2], [0.5; 4]);
    assert_eq!(part_of(&[], &[], &[]), "whitening mean");
    assert_eq!(part_of(&[f32::NAN, 0.0], &four, &four), "whitening mean");
    assert_eq!(part_of(&one, &[0.5; 3], &four), "whitening matrix");
    assert_eq!(
        part_of(&one, &[0.0, 0.0, f32::INFINITY, 0.0], &four),
        "whitening matrix"
    );
    assert_eq!(part_of(&one, &four, &[0.5; 5]), "whitening inverse");
    let map = any(4);
    assert!(matches!(map.enter(&mut [0.0; 6]), Err(Error::Space { .. })));
    assert!(matches!(map.leave(&mut [0.0; 6]), Err(Error::Space { .. })));
    map.enter(&mut []).unwrap();
}
