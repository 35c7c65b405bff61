//! Times the kernels on one thread, at the layer sizes of the usual ConvNet and at larger ones.
//!
//! Benchmark names are `operation/images x height x width x channels -> channels`. The throughput of a
//! convolution counts the operations of the direct algorithm, two per multiplication, even where the
//! kernel uses another algorithm.
#![allow(missing_docs, clippy::expect_used)]

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use burn::tensor::TensorData;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use liebig_kernels::{After, Conv2d, KernelBackend};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Number of images, side length, input and output channels of 3x3 convolutions.
const CONVOLUTIONS: [[usize; 4]; 11] = [
    [8, 32, 3, 128],
    [8, 16, 128, 128],
    [8, 8, 128, 128],
    [4, 16, 128, 128],
    [4, 8, 128, 128],
    [2, 8, 128, 128],
    [1, 32, 3, 128],
    [1, 16, 128, 128],
    [1, 8, 128, 128],
    [2, 32, 128, 128],
    [2, 16, 256, 256],
];

/// Number of images, side length and channels.
const BLOCKS: [[usize; 3]; 4] = [[8, 32, 128], [8, 16, 128], [8, 8, 128], [1, 32, 128]];

const PADDED: Conv2d = Conv2d {
    stride: 1,
    padding: 1,
};

fn random(shape: &[usize], seed: u64) -> FlexTensor {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let values: Vec<f32> = (0..shape.iter().product())
        .map(|_| rng.random_range(-1.0..1.0))
        .collect();
    FlexTensor::from_data(TensorData::new(values, shape.to_vec()))
}

fn convolutions(c: &mut Criterion) {
    for [n, side, inputs, outputs] in CONVOLUTIONS {
        let x = random(&[n, side, side, inputs], 1);
        let weight = random(&[3, 3, inputs, outputs], 2);
        let bias = random(&[outputs], 3);
        let gradient = random(&[n, side, side, outputs], 4);
        let operations = 2 * 9 * n * side * side * inputs * outputs;
        let mut group = c.benchmark_group("conv2d_3x3");
        group.throughput(Throughput::Elements(operations as u64));
        let size = format!("{n}x{side}x{side}x{inputs}->{outputs}");
        group.bench_function(format!("forward/{size}"), |b| {
            b.iter(|| Flex::conv2d_nhwc(x.clone(), weight.clone(), bias.clone(), PADDED));
        });
        group.bench_function(format!("input_gradient/{size}"), |b| {
            b.iter(|| {
                let (gradient, weight) = (gradient.clone(), weight.clone());
                Flex::conv2d_nhwc_input_gradient(gradient, weight, [side, side], PADDED)
            });
        });
        group.bench_function(format!("weight_gradient/{size}"), |b| {
            b.iter(|| {
                let (x, gradient) = (x.clone(), gradient.clone());
                Flex::conv2d_nhwc_weight_gradient(x, gradient, [3, 3], PADDED)
            });
        });
    }
}

fn blocks(c: &mut Criterion) {
    for [n, side, channels] in BLOCKS {
        let x = random(&[n, side, side, channels], 1);
        let u = random(&[n, side, side, channels], 2);
        let gamma = random(&[channels], 3);
        let beta = random(&[channels], 4);
        let gradient = random(&[n, side / 2, side / 2, channels], 5);
        let (_, statistics) = Flex::norm_block(
            x.clone(),
            gamma.clone(),
            beta.clone(),
            1e-5,
            After::ReluAvgPool,
        );
        let mut group = c.benchmark_group("norm_block");
        group.throughput(Throughput::Elements((n * side * side * channels) as u64));
        let size = format!("{n}x{side}x{side}x{channels}");
        group.bench_function(format!("forward/{size}"), |b| {
            b.iter(|| {
                Flex::norm_block(
                    x.clone(),
                    gamma.clone(),
                    beta.clone(),
                    1e-5,
                    After::ReluAvgPool,
                )
            });
        });
        group.bench_function(format!("backward/{size}"), |b| {
            b.iter(|| {
                Flex::norm_block_backward(
                    x.clone(),
                    gamma.clone(),
                    beta.clone(),
                    statistics.clone(),
                    gradient.clone(),
                    After::ReluAvgPool,
                )
            });
        });
        group.bench_function(format!("double_backward/{size}"), |b| {
            b.iter(|| {
                Flex::norm_block_double_backward(
                    x.clone(),
                    gamma.clone(),
                    beta.clone(),
                    statistics.clone(),
                    gradient.clone(),
                    u.clone(),
                    gamma.clone(),
                    beta.clone(),
                    After::ReluAvgPool,
                )
            });
        });
    }
}

criterion_group! {
    name = kernels;
    config = Criterion::default().sample_size(20).measurement_time(std::time::Duration::from_secs(1)).warm_up_time(std::time::Duration::from_millis(300));
    targets = convolutions, blocks
}
criterion_main!(kernels);
