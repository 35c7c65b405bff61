//! Finite-difference checks, first and second order, in double precision.
#![allow(clippy::unwrap_used, dead_code)]

use liebig_grad::{DType, Result, Tensor, cpu, grad, vjp};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Step of the central differences.
const STEP: f64 = 1e-6;
/// Largest allowed deviation from them, relative to the largest gradient (or 1).
const TOLERANCE: f64 = 2e-7;

/// An input: shape and range of its random values.
pub struct Input(pub &'static [usize], pub f64, pub f64);

/// A tensor of random values that are the same every time.
pub fn random(shape: &[usize], low: f64, high: f64, seed: u64) -> Tensor {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let values = (0..shape.iter().product())
        .map(|_| rng.random_range(low..high))
        .collect();
    Tensor::from_vec_f64(values, shape, &cpu()).unwrap()
}

/// Σ weight * output, with fixed random weights, so that every direction is tested.
fn scalar(output: &Tensor, seed: u64) -> Result<Tensor> {
    output.mul(&random(output.shape(), -1.0, 1.0, seed))?.sum()
}

/// Checks the gradients of `f` and the gradients of its gradients with respect to every input.
pub fn check(name: &str, inputs: &[Input], f: impl Fn(&[Tensor]) -> Result<Tensor>) {
    let values: Vec<Tensor> = inputs
        .iter()
        .enumerate()
        .map(|(i, Input(shape, low, high))| random(shape, *low, *high, 7 + i as u64))
        .collect();
    let loss = |x: &[Tensor]| scalar(&f(x)?, 100);
    // The gradients' own scalar: a directional second derivative in a random direction.
    let slope = |x: &[Tensor], create_graph: bool| -> Result<Tensor> {
        let x: Vec<Tensor> = x
            .iter()
            .map(|x| {
                if x.is_tracked() {
                    x.clone()
                } else {
                    x.requires_grad()
                }
            })
            .collect();
        let x: Vec<&Tensor> = x.iter().collect();
        let owned: Vec<Tensor> = x.iter().map(|&x| x.clone()).collect();
        let gradients = grad(&loss(&owned)?, &x, create_graph)?;
        let mut total = scalar(&gradients[0], 200)?;
        for (i, gradient) in gradients.iter().enumerate().skip(1) {
            total = total.add(&scalar(gradient, 200 + i as u64)?)?;
        }
        Ok(total)
    };

    let tracked: Vec<Tensor> = values.iter().map(Tensor::requires_grad).collect();
    let references: Vec<&Tensor> = tracked.iter().collect();
    let first = grad(&loss(&tracked).unwrap(), &references, false).unwrap();
    compare(&format!("{name}, first order"), &values, &first, |x| {
        loss(x).unwrap()
    });

    let slope_here = slope(&tracked, true).unwrap();
    // A linear function has a constant gradient: then there is nothing to differentiate, and the
    // differences below must be zero.
    let second = if slope_here.is_tracked() {
        let one = Tensor::ones(&[1], DType::F64, &cpu());
        vjp(&[&slope_here], &[&one], &references, false).unwrap()
    } else {
        values.iter().map(Tensor::zeros_like).collect()
    };
    compare(&format!("{name}, second order"), &values, &second, |x| {
        slope(x, false).unwrap()
    });
}

/// Compares `gradients` with central differences of `f` at `values`.
fn compare(name: &str, values: &[Tensor], gradients: &[Tensor], f: impl Fn(&[Tensor]) -> Tensor) {
    let gradients: Vec<Vec<f64>> = gradients
        .iter()
        .map(|gradient| gradient.to_vec_f64().unwrap())
        .collect();
    let scale = gradients
        .iter()
        .flatten()
        .fold(1.0f64, |m, g| m.max(g.abs()));
    for (i, value) in values.iter().enumerate() {
        let elements = value.to_vec_f64().unwrap();
        assert_eq!(gradients[i].len(), elements.len(), "{name}: input {i}");
        for j in 0..elements.len() {
            let at = |shift: f64| {
                let mut moved = elements.clone();
                moved[j] += shift;
                let mut all = values.to_vec();
                all[i] = Tensor::from_vec_f64(moved, value.shape(), &cpu()).unwrap();
                f(&all).item().unwrap()
            };
            let expected = (at(STEP) - at(-STEP)) / (2.0 * STEP);
            let got = gradients[i][j];
            assert!(
                (got - expected).abs() <= TOLERANCE * scale.max(expected.abs()),
                "{name}: input {i}, element {j}: {got}, but differences say {expected}"
            );
        }
    }
}
