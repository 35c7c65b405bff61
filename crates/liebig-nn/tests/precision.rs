//! Single against double precision, at the size people run: the fast algorithms' rounding must not
//! show in a gradient of a gradient.
#![allow(clippy::unwrap_used)]

use liebig_grad::{Targets, Tensor, cpu};
use liebig_nn::{ConvNetOptions, Input, ModelChoice, SyntheticGradient, initialize};
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

#[test]
fn single_precision_agrees_with_double_to_the_second_order() {
    let input = Input {
        channels: 3,
        height: 32,
        width: 32,
    };
    let choice = ModelChoice::ConvNet(ConvNetOptions::default());
    let model = choice.build(input, 10).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let weights = initialize(model.as_ref(), &mut rng, &cpu()).unwrap();
    let shape = [5, 3, 32, 32];
    let values = (0..shape.iter().product()).map(|_| rng.random_range(-2.0..2.0));
    let values = values.collect();
    let x = Tensor::from_vec(values, &shape, &cpu()).unwrap();
    let targets = Targets::Hard(vec![0, 1, 2, 3, 4]);

    let single = SyntheticGradient::new(model.as_ref(), &weights, &x, &targets).unwrap();
    let weights: Vec<Tensor> = weights.iter().map(doubled).collect();
    let double = SyntheticGradient::new(model.as_ref(), &weights, &doubled(&x), &targets).unwrap();
    let pairs = single.gradient().iter().zip(double.gradient());
    for ((a, b), parameter) in pairs.zip(model.parameters()) {
        // A bias before a norm has no gradient but for rounding.
        if a.shape().len() > 1 {
            let error = error(a, b);
            assert!(error < 1e-5, "{}: {error:e}", parameter.name);
        }
    }
    // The gradient of half the squared norm of the gradient.
    let [a, b] = [&single, &double].map(|synthetic| {
        let cotangents: Vec<_> = synthetic.gradient().iter().cloned().map(Some).collect();
        synthetic.vjp_images(&cotangents).unwrap()
    });
    let error = error(&a, &b);
    assert!(error < 2e-5, "images: {error:e}");
}
