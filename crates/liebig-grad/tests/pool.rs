//! Max pooling and local response normalisation: exact values.
#![allow(clippy::unwrap_used, reason = "tests")]

use liebig_grad::{Error, ResponseNorm, Tensor, cpu, grad};

/// One image of one channel.
fn image(values: &[f32], h: usize, w: usize) -> Tensor {
    Tensor::from_vec(values.to_vec(), &[1, h, w, 1], &cpu()).unwrap()
}

#[test]
fn windows_overlap_and_reach_over_the_border() {
    let values = [
        1.0, 2.0, 3.0, 4.0, //
        8.0, 7.0, 6.0, 5.0, //
        -1.0, -2.0, -3.0, -4.0,
    ];
    let x = image(&values, 3, 4);
    let pooled = |kernel, stride, padding| {
        let y = x.max_pool2d(kernel, stride, padding).unwrap();
        (y.shape()[1..3].to_vec(), y.to_vec().unwrap())
    };
    assert_eq!(pooled(2, 2, 0), (vec![1, 2], vec![8.0, 6.0]));
    assert_eq!(pooled(3, 2, 1), (vec![2, 2], vec![8.0, 7.0, 8.0, 7.0]));
    assert_eq!(pooled(1, 2, 0), (vec![2, 2], vec![1.0, 3.0, -1.0, -3.0]));
    // Pixels outside are not zeros: the last rows of windows see negative values alone.
    let below = (vec![4, 5], -1.0, -4.0);
    let (shape, values) = pooled(2, 1, 1);
    assert_eq!((shape, values[15], values[19]), below);
}

#[test]
fn channels_and_images_are_separate() {
    let shape = [2, 2, 3, 2];
    let values: Vec<f32> = (0..24).map(|i| ((i * 7 + 3) % 24) as f32).collect();
    let x = Tensor::from_vec(values.clone(), &shape, &cpu()).unwrap();
    let y = x.max_pool2d(2, 1, 0).unwrap();
    assert_eq!(y.shape(), [2, 1, 2, 2]);
    let at = |n: usize, i: usize, j: usize, c: usize| values[((n * 2 + i) * 3 + j) * 2 + c];
    let mut expected = Vec::new();
    for n in 0..2 {
        for j in 0..2 {
            for c in 0..2 {
                let window = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(a, b)| at(n, a, j + b, c));
                expected.push(window.into_iter().fold(f32::MIN, f32::max));
            }
        }
    }
    assert_eq!(y.to_vec().unwrap(), expected);
}

/// Of equal elements the first has the gradient; one that wins twice has both.
#[test]
fn the_gradient_goes_to_the_first_of_equal_elements() {
    let x = image(&[5.0, 5.0, 1.0, 5.0, 2.0, 5.0], 2, 3).requires_grad();
    let y = x.max_pool2d(2, 1, 0).unwrap();
    let weights = Tensor::from_vec(vec![10.0, 1.0], &[1, 1, 2, 1], &cpu()).unwrap();
    let loss = y.mul(&weights).unwrap().sum().unwrap();
    let gradient = grad(&loss, &[&x], false).unwrap();
    let expected = [10.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    assert_eq!(gradient[0].to_vec().unwrap(), expected);

    let x = image(&[0.0, 9.0, 0.0], 1, 3).requires_grad();
    let y = x.max_pool2d(3, 1, 1).unwrap();
    let gradient = grad(&y.sum().unwrap(), &[&x], false).unwrap();
    assert_eq!(gradient[0].to_vec().unwrap(), [0.0, 3.0, 0.0]);
}

#[test]
fn a_nan_is_not_lost() {
    for place in 0..4 {
        let mut values = [1.0, 2.0, 3.0, 4.0];
        values[place] = f32::NAN;
        let y = image(&values, 2, 2).max_pool2d(2, 2, 0).unwrap();
        assert!(y.item().unwrap().is_nan(), "{place}");
    }
}

#[test]
fn impossible_windows_are_refused() {
    let x = image(&[0.0; 6], 2, 3);
    for (kernel, stride, padding) in [(0, 1, 0), (2, 0, 0), (3, 1, 0), (2, 1, 2), (1, 1, 1)] {
        let refused = x.max_pool2d(kernel, stride, padding);
        assert!(matches!(
            refused,
            Err(Error::Rank {
                op: "max_pool2d",
                ..
            })
        ));
    }
    for shape in [&[1, 0, 2, 1][..], &[1, 2, 2, 0], &[2, 2]] {
        let x = Tensor::from_vec(vec![0.0; shape.iter().product()], shape, &cpu()).unwrap();
        assert!(x.max_pool2d(2, 1, 1).is_err(), "{shape:?}");
    }
    let none = Tensor::from_vec(Vec::new(), &[0, 2, 2, 1], &cpu()).unwrap();
    assert_eq!(none.max_pool2d(2, 2, 0).unwrap().shape(), [0, 1, 1, 1]);
}

/// The definition, channel by channel.
#[test]
fn responses_are_divided_by_those_of_their_neighbours() {
    let shape = [2, 1, 2, 6];
    let values: Vec<f64> = (0..24).map(|i| f64::from(i * i % 11) - 4.0).collect();
    let x = Tensor::from_vec_f64(values.clone(), &shape, &cpu()).unwrap();
    for (size, before, after) in [(1, 0, 0), (2, 1, 0), (3, 1, 1), (4, 2, 1), (9, 4, 4)] {
        for beta in [0.75, 0.5, 2.0] {
            let (alpha, k) = (0.3, 1.5);
            let norm = ResponseNorm {
                size,
                alpha,
                beta,
                k,
            };
            let y = x.local_response_norm(norm).unwrap();
            assert_eq!(y.shape(), shape);
            for (i, y) in y.to_vec_f64().unwrap().into_iter().enumerate() {
                let (pixel, channel) = (i / 6, i as isize % 6);
                let neighbours = (channel - before).max(0)..=(channel + after).min(5);
                let squares = neighbours.map(|c| values[pixel * 6 + c as usize].powi(2));
                let divisor = k + alpha / size as f64 * squares.sum::<f64>();
                let expected = values[i] / divisor.powf(beta);
                assert!(
                    (y - expected).abs() < 1e-13,
                    "{size} {beta} {i}: {y} {expected}"
                );
            }
        }
    }
    let nothing = ResponseNorm {
        size: 0,
        alpha: 1.0,
        beta: 1.0,
        k: 1.0,
    };
    assert!(x.local_response_norm(nothing).is_err());
}
