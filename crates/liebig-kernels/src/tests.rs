//! Compares every hand-tuned kernel with its composition of burn's operations, in both precisions and at
//! every SIMD level of this processor.
#![allow(clippy::unwrap_used, unused_braces)]

use burn::backend::flex::FlexTensor;
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::TensorData;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::block::{self, After, Cotangents, Inputs};
use crate::composed;
use crate::conv::{self, Conv2d, ConvShapes};
use crate::simd::Level;

/// `[n, h, w, in], [kh, kw, in, out]`, stride, padding. They cover whole and partial tiles, one and
/// three channels, a filter that extends past its image, and strides that leave pixels unread; and for
/// Winograd's algorithms whole and partial tiles, every padding, several blocks of tiles, a partial
/// panel, a stride in the input gradient, and more channels than are transformed at a time. Few
/// output channels come with an even and an odd number of pixels in a row.
const CONVOLUTIONS: [([usize; 4], [usize; 4], usize, usize); 27] = [
    ([2, 8, 8, 32], [3, 3, 32, 128], 1, 1),
    ([3, 7, 9, 5], [3, 3, 5, 19], 1, 1),
    ([2, 6, 6, 3], [3, 3, 3, 16], 1, 1),
    ([2, 5, 5, 1], [3, 3, 1, 7], 1, 3),
    ([1, 9, 8, 6], [5, 5, 6, 16], 1, 0),
    ([2, 9, 9, 10], [3, 3, 10, 40], 2, 1),
    ([2, 9, 8, 3], [5, 5, 3, 18], 1, 2),
    ([2, 8, 6, 12], [1, 1, 12, 33], 2, 0),
    ([1, 4, 4, 20], [3, 3, 20, 24], 1, 2),
    ([2, 9, 7, 2], [3, 3, 2, 6], 3, 1),
    ([3, 16, 16, 32], [3, 3, 32, 64], 1, 1),
    ([1, 9, 11, 48], [3, 3, 48, 32], 1, 1),
    ([2, 10, 13, 32], [3, 3, 32, 80], 1, 0),
    ([1, 7, 6, 32], [3, 3, 32, 32], 1, 2),
    ([1, 6, 6, 32], [3, 3, 32, 32], 1, 3),
    ([9, 16, 16, 32], [3, 3, 32, 32], 1, 1),
    ([2, 9, 9, 32], [3, 3, 32, 48], 2, 1),
    ([2, 24, 24, 256], [3, 3, 256, 256], 1, 1),
    ([8, 2, 2, 160], [3, 3, 160, 48], 1, 1),
    ([5, 1, 2, 32], [3, 3, 32, 32], 1, 1),
    ([3, 16, 16, 32], [5, 5, 32, 64], 1, 2),
    ([2, 7, 9, 48], [5, 5, 48, 32], 1, 0),
    ([1, 6, 5, 160], [5, 5, 160, 32], 1, 4),
    ([2, 9, 9, 32], [5, 5, 32, 48], 2, 2),
    ([2, 12, 12, 3], [5, 5, 3, 6], 1, 0),
    ([3, 9, 11, 6], [5, 5, 6, 16], 1, 2),
    ([2, 9, 8, 7], [3, 3, 7, 8], 2, 1),
];

fn random(shape: &[usize], rng: &mut ChaCha8Rng) -> Vec<f64> {
    (0..shape.iter().product())
        .map(|_| rng.random_range(-1.0..1.0))
        .collect()
}

fn tensor(values: &[f64], shape: &[usize]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values.to_vec(), shape.to_vec()))
}

fn values(tensor: FlexTensor) -> Vec<f64> {
    tensor
        .to_contiguous()
        .into_data()
        .try_to_vec::<f64>()
        .unwrap()
}

fn single(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&v| v as f32).collect()
}

fn assert_close(
    what: &str,
    ours: impl IntoIterator<Item = f64>,
    reference: &[f64],
    tolerance: f64,
) {
    let ours: Vec<f64> = ours.into_iter().collect();
    assert_eq!(ours.len(), reference.len(), "{what}: lengths");
    let scale = reference
        .iter()
        .fold(0.0f64, |m, v| m.max(v.abs()))
        .max(1.0);
    for (i, (a, b)) in ours.iter().zip(reference).enumerate() {
        assert!(
            (a - b).abs() <= tolerance * scale,
            "{what}: element {i} is {a}, not {b}"
        );
    }
}

/// Checks `run` in f64, and in f32 at every level.
macro_rules! check {
    ($what:expr, $reference:expr, |$level:ident, $convert:ident| $run:expr) => {{
        let reference = $reference;
        {
            let ($level, $convert) = (Level::Portable, |v: &[f64]| v.to_vec());
            assert_close(&format!("{} f64", $what), $run, &reference, 1e-12);
        }
        for $level in Level::available() {
            let $convert = single;
            let ours = $run.into_iter().map(f64::from);
            assert_close(
                &format!("{} f32 {}", $what, $level.name()),
                ours,
                &reference,
                2e-5,
            );
        }
    }};
}

#[test]
fn convolutions_agree_with_burn() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for (x_shape, w_shape, stride, padding) in CONVOLUTIONS {
        let options = Conv2d { stride, padding };
        let shapes = ConvShapes::new(&x_shape, &w_shape, options).unwrap();
        let y_shape = shapes.output_shape();
        let x = random(&x_shape, &mut rng);
        let w = random(&w_shape, &mut rng);
        let b = random(&[w_shape[3]], &mut rng);
        let g = random(&y_shape, &mut rng);
        let (xt, wt, gt) = (
            tensor(&x, &x_shape),
            tensor(&w, &w_shape),
            tensor(&g, &y_shape),
        );
        let name = format!("{x_shape:?} * {w_shape:?}, stride {stride}, padding {padding}");

        let bt = tensor(&b, &[w_shape[3]]);
        let expected = values(composed::conv2d::<Flex>(
            xt.clone(),
            wt.clone(),
            bt,
            options,
        ));
        check!(format!("forward {name}"), expected, |level, of| {
            conv::forward(&shapes, &of(&x), &of(&w), &of(&b), level)
        });
        let expected = composed::conv2d_input_gradient::<Flex>(
            gt.clone(),
            wt,
            [x_shape[1], x_shape[2]],
            options,
        );
        assert_eq!(expected.shape().as_slice(), x_shape);
        check!(
            format!("input gradient {name}"),
            values(expected),
            |level, of| { conv::input_gradient(&shapes, &of(&g), &of(&w), level) }
        );
        let expected =
            composed::conv2d_weight_gradient::<Flex>(xt, gt, [w_shape[0], w_shape[1]], options);
        check!(
            format!("weight gradient {name}"),
            values(expected),
            |level, of| { conv::weight_gradient(&shapes, &of(&x), &of(&g), level) }
        );
    }
}

#[test]
fn block_forms_agree_with_their_composition() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    for (shape, after) in [
        [2, 4, 4, 128],
        [3, 6, 4, 5],
        [2, 7, 5, 21],
        [1, 2, 2, 16],
        [1, 3, 3, 1],
        // More than one part.
        [1, 70, 31, 5],
    ]
    .into_iter()
    .flat_map(|shape| After::ALL.map(|after| (shape, after)))
    {
        let [n, h, w, c] = shape;
        let pooled = [n, h / after.window(), w / after.window(), c];
        let x = random(&shape, &mut rng);
        let (gamma, beta) = (random(&[c], &mut rng), random(&[c], &mut rng));
        let g = random(&pooled, &mut rng);
        let u = random(&shape, &mut rng);
        let (cgamma, cbeta) = (random(&[c], &mut rng), random(&[c], &mut rng));
        let eps = 1e-5;
        let t = |v: &[f64], shape: &[usize]| tensor(v, shape);
        let (xt, gammat, betat) = (t(&x, &shape), t(&gamma, &[c]), t(&beta, &[c]));

        let (output, statistics) =
            composed::norm_block::<Flex>(xt.clone(), gammat.clone(), betat.clone(), (eps, after));
        let statistics_values = values(statistics.clone());
        macro_rules! with_inputs {
            ($of:ident, |$inputs:ident, $stats:ident| $body:expr) => {{
                let (x, gamma, beta) = ($of(&x), $of(&gamma), $of(&beta));
                let $stats = $of(&statistics_values);
                let $inputs = Inputs {
                    shape,
                    x: &x,
                    gamma: &gamma,
                    beta: &beta,
                    after,
                };
                $body
            }};
        }
        check!(
            format!("forward {shape:?} {after:?}"),
            values(output),
            |level, of| {
                with_inputs!(of, |inputs, _s| block::forward(inputs, eps, level).output)
            }
        );
        check!(
            format!("statistics {shape:?} {after:?}"),
            statistics_values.clone(),
            |level, of| {
                with_inputs!(of, |inputs, _s| block::forward(inputs, eps, level)
                    .statistics)
            }
        );

        let (dx, dgamma, dbeta) = composed::norm_block_backward::<Flex>(
            xt.clone(),
            gammat.clone(),
            betat.clone(),
            (statistics.clone(), t(&g, &pooled)),
            after,
        );
        for (part, expected) in [("x", dx), ("gamma", dgamma), ("beta", dbeta)] {
            check!(
                format!("backward {part} {shape:?} {after:?}"),
                values(expected.clone()),
                |level, of| {
                    with_inputs!(of, |inputs, s| {
                        let result = block::backward(inputs, &s, &of(&g), level);
                        match part {
                            "x" => result.x,
                            "gamma" => result.gamma,
                            _ => result.beta,
                        }
                    })
                }
            );
        }

        let (dx, dgamma, doutput) = composed::norm_block_double_backward::<Flex>(
            xt,
            gammat,
            betat,
            (statistics, t(&g, &pooled)),
            [t(&u, &shape), t(&cgamma, &[c]), t(&cbeta, &[c])],
            after,
        );
        for (part, expected) in [("x", dx), ("gamma", dgamma), ("output", doutput)] {
            check!(
                format!("double backward {part} {shape:?} {after:?}"),
                values(expected.clone()),
                |level, of| {
                    with_inputs!(of, |inputs, s| {
                        let (u, cgamma, cbeta) = (of(&u), of(&cgamma), of(&cbeta));
                        let cotangents = Cotangents {
                            x: &u,
                            gamma: &cgamma,
                            beta: &cbeta,
                        };
                        let result = block::double_backward(inputs, &s, &of(&g), cotangents, level);
                        match part {
                            "x" => result.x,
                            "gamma" => result.gamma,
                            _ => result.output,
                        }
                    })
                }
            );
        }
    }
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    let options = Conv2d {
        stride: 1,
        padding: 0,
    };
    assert!(
        ConvShapes::new(&[1, 4, 4, 3], &[3, 3, 2, 8], options).is_none(),
        "channels"
    );
    assert!(
        ConvShapes::new(&[1, 2, 2, 3], &[3, 3, 3, 8], options).is_none(),
        "filter too large"
    );
    assert!(
        ConvShapes::new(&[4, 4, 3], &[3, 3, 3, 8], options).is_none(),
        "rank"
    );
    let stuck = Conv2d {
        stride: 0,
        padding: 0,
    };
    assert!(
        ConvShapes::new(&[1, 4, 4, 3], &[3, 3, 3, 8], stuck).is_none(),
        "stride"
    );
}

#[test]
fn operations_that_are_split_are_the_same_to_the_bit_for_every_number_of_threads() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let options = Conv2d {
        stride: 1,
        padding: 1,
    };
    let level = Level::available()[0];
    for (x_shape, w_shape) in [
        ([1, 16, 16, 128], [3, 3, 128, 200]),
        ([1, 32, 32, 3], [3, 3, 3, 192]),
        ([1, 14, 14, 128], [5, 5, 128, 128]),
        // In parts of images: 16, 16 and 5.
        ([37, 8, 8, 64], [3, 3, 64, 64]),
    ] {
        let shapes = ConvShapes::new(&x_shape, &w_shape, options).unwrap();
        let [x, w, g] = [&x_shape, &w_shape, &shapes.output_shape()]
            .map(|shape| single(&random(shape, &mut rng)));
        let c = w_shape[3];
        let bias = vec![0.5; c];
        let y_shape = shapes.output_shape();
        let pooled = single(&random(
            &[y_shape[0], y_shape[1] / 2, y_shape[2] / 2, c],
            &mut rng,
        ));
        let run = || {
            let y = conv::forward(&shapes, &x, &w, &bias, level);
            let inputs = Inputs {
                shape: y_shape,
                x: &y,
                gamma: &bias,
                beta: &bias,
                after: After::ReluAvgPool,
            };
            let forward = block::forward(inputs, 1e-5, level);
            let backward = block::backward(inputs, &forward.statistics, &pooled, level);
            let cotangents = Cotangents {
                x: &g,
                gamma: &bias,
                beta: &bias,
            };
            let statistics = &forward.statistics;
            let second = block::double_backward(inputs, statistics, &pooled, cotangents, level);
            [
                conv::input_gradient(&shapes, &g, &w, level),
                conv::weight_gradient(&shapes, &x, &g, level),
                forward.output,
                backward.x,
                backward.gamma,
                second.x,
                second.output,
                y,
            ]
            .map(|values| values.into_iter().map(f32::to_bits).collect::<Vec<_>>())
        };
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let run = || crate::output::split_operations(run);
            pool.build().unwrap().install(run)
        };
        let alone = with(1);
        for threads in [2, 3, 8] {
            assert!(alone == with(threads), "{x_shape:?}, {threads} threads");
        }
    }
}
