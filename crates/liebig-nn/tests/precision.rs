//! Single against double precision, at the size people run: the fast algorithms' rounding must not
//! show in a gradient of a gradient.
#![allow(clippy::unwrap_used)]

use liebig_grad::{Targets, Tensor, cpu};
use liebig_nn::{
    Activation, ConvNetOptions, Input, ModelChoice, Norm, SyntheticGradient, initialize,
};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

fn doubled(tensor: &Tensor) -> Tensor {
    Tensor::from_vec_f64(tensor.to_vec_f64().unwrap(), tensor.shape(), &cpu()).unwrap()
}

/// Largest difference, in units of the largest value.
fn error(single: &Tensor, double: &Tensor) -> f64 {
    let (single, double) = (single.to_vec_f64().unwrap(), double.to_vec_f64().unwrap());
    let largest = double.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    let difference = single.iter().zip(&double).map(|(a, b)| (a - b).abs());
    difference.fold(0.0, f64::max) / largest
}

/// The gradient of a network on so many colour images of 32 pixels, and the gradient of half its squared norm, in single and in
/// double precision: the largest error of the gradient's matrices and filters, and that of the images' gradient.
fn errors(choice: &ModelChoice, images: usize) -> [f64; 2] {
    let input = Input {
        channels: 3,
        height: 32,
        width: 32,
    };
    let model = choice.build(input, 10).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let weights = initialize(model.as_ref(), &mut rng, &cpu()).unwrap();
    let shape = [images, 3, 32, 32];
    let values = (0..shape.iter().product()).map(|_| rng.random_range(-2.0..2.0));
    let values = values.collect();
    let x = Tensor::from_vec(values, &shape, &cpu()).unwrap();
    let targets = Targets::Hard((0..images).map(|image| image % 10).collect());

    let single = SyntheticGradient::new(model.as_ref(), &weights, &x, &targets).unwrap();
    let weights: Vec<Tensor> = weights.iter().map(doubled).collect();
    let double = SyntheticGradient::new(model.as_ref(), &weights, &doubled(&x), &targets).unwrap();
    let pairs = single.gradient().iter().zip(double.gradient());
    // A bias before a norm has no gradient but for rounding.
    let pairs = pairs.filter(|(single, _)| single.shape().len() > 1);
    let first = pairs.fold(0.0, |most: f64, (a, b)| most.max(error(a, b)));
    let [a, b] = [&single, &double].map(|synthetic| {
        let cotangents: Vec<_> = synthetic.gradient().iter().cloned().map(Some).collect();
        synthetic.vjp_images(&cotangents).unwrap()
    });
    [first, error(&a, &b)]
}

#[test]
fn single_precision_agrees_with_double_to_the_second_order() {
    // Smooth, because where ReLU's inputs are 0 but for rounding, its derivative is not precise.
    let batch = ConvNetOptions {
        norm: Norm::Batch,
        activation: Activation::Silu,
        ..ConvNetOptions::default()
    };
    for (choice, images) in [
        (ModelChoice::ConvNet(ConvNetOptions::default()), 5),
        (ModelChoice::ConvNet(batch), 20),
    ] {
        let [gradient, images] = errors(&choice, images);
        assert!(gradient < 1e-5, "{choice:?}: gradient {gradient:e}");
        assert!(images < 2e-5, "{choice:?}: images {images:e}");
    }
}
