//! Optimisers continue from their state, and a refusal changes nothing.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::bits;
use liebig_grad::{Tensor, cpu};
use liebig_nn::{Adam, Error, Lamb, Optimizer, OptimizerState, Sgd, update_statistics};

fn tensor(shape: &[usize]) -> Tensor {
    let values = (0..shape.iter().product()).map(|i: usize| i as f32 + 1.0);
    Tensor::from_vec(values.collect(), shape, &cpu()).unwrap()
}

/// Gradients that a weight could be broadcast with are refused, too.
#[test]
fn gradients_of_other_weights_are_refused() {
    let mut weights = vec![tensor(&[2, 3]), tensor(&[3])];
    let swapped = [tensor(&[2, 3]), tensor(&[1])];
    let before = bits(&weights[0]);
    let (mut sgd, mut adam) = (Sgd::new(0.1).with_momentum(0.9), Adam::new(0.1));
    for refused in [
        sgd.step(&mut weights, &swapped),
        adam.step(&mut weights, &swapped),
    ] {
        assert!(matches!(refused, Err(Error::Shape { .. })));
    }
    for refused in [
        sgd.step(&mut weights, &swapped[..1]),
        adam.step(&mut weights, &swapped[..1]),
    ] {
        assert!(matches!(refused, Err(Error::Count { .. })));
    }
    assert_eq!(before, bits(&weights[0]));
    assert_eq!((sgd.state().steps, adam.state().steps), (0, 0));
}

#[test]
fn states_of_other_weights_are_refused() {
    let mut weights = vec![tensor(&[2, 3])];
    let gradient = weights.clone();
    let state = |shapes: &[&[usize]]| OptimizerState {
        steps: 3,
        tensors: shapes.iter().map(|shape| tensor(shape)).collect(),
    };
    let mut sgd = Sgd::new(0.1).with_momentum(0.9);
    sgd.restore(state(&[&[3]]));
    let refused = sgd.step(&mut weights, &gradient);
    assert!(matches!(refused, Err(Error::Shape { .. })));
    let mut adam = Adam::new(0.1);
    let odd = adam.restore(state(&[&[2, 3], &[2, 3], &[2, 3]]));
    assert!(matches!(odd, Err(Error::Count { .. })));
    adam.restore(state(&[&[2, 3], &[3]])).unwrap();
    let refused = adam.step(&mut weights, &gradient);
    assert!(matches!(refused, Err(Error::Shape { .. })));
}

/// Unrolling an optimiser by accident would keep every step's graph.
#[test]
fn new_weights_are_constants() {
    let mut weights = vec![tensor(&[2]).requires_grad()];
    let gradient = vec![tensor(&[2]).requires_grad()];
    Sgd::new(0.1).step(&mut weights, &gradient).unwrap();
    assert!(!weights[0].is_tracked());
    weights = vec![tensor(&[2]).requires_grad()];
    let mut adam = Adam::new(0.1).with_weight_decay(0.1);
    adam.step(&mut weights, &gradient).unwrap();
    assert!(!weights[0].is_tracked());
    let tracked = |tensor: &Tensor| tensor.is_tracked();
    assert!(!adam.state().tensors.iter().any(tracked));
}

#[test]
fn statistics_of_another_network_are_refused() {
    let mut running = vec![tensor(&[2]), tensor(&[2])];
    let refused = update_statistics(&mut running, &[tensor(&[2])]);
    assert!(matches!(refused, Err(Error::Count { .. })));
    let refused = update_statistics(&mut running, &[tensor(&[2]), tensor(&[1])]);
    assert!(matches!(refused, Err(Error::Shape { .. })));
}

fn wave(step: u32, shape: &[usize]) -> Tensor {
    let values = (0..shape.iter().product()).map(|i: usize| (i as f32 + 7.3 * step as f32).sin());
    Tensor::from_vec(values.collect(), shape, &cpu()).unwrap()
}

/// Some steps along gradients that depend on the step alone.
fn steps(optimizer: &mut Optimizer, weights: &mut [Tensor], steps: std::ops::Range<u32>) {
    for step in steps {
        let gradient: Vec<Tensor> = weights.iter().map(|w| wave(step, w.shape())).collect();
        optimizer.step(weights, &gradient).unwrap();
    }
}

fn optimizers() -> Vec<Optimizer> {
    vec![
        Sgd::new(0.1).into(),
        Sgd::new(0.1).with_momentum(0.9).into(),
        Sgd::new(0.1)
            .with_momentum(0.5)
            .with_weight_decay(0.1)
            .into(),
        Adam::new(0.1).into(),
        Adam::new(0.1)
            .with_betas(0.5, 0.9)
            .with_weight_decay(0.1)
            .into(),
    ]
}

fn all_bits(tensors: &[Tensor]) -> Vec<Vec<u32>> {
    tensors.iter().map(bits).collect()
}

#[test]
fn a_restored_optimiser_goes_on_bit_for_bit() {
    for fresh in optimizers() {
        for saved_after in 0..5 {
            let mut weights = vec![wave(100, &[2, 3]), wave(101, &[3])];
            let mut optimizer = fresh.clone();
            steps(&mut optimizer, &mut weights, 0..saved_after);
            let mut restored = fresh.clone();
            restored.restore(optimizer.state()).unwrap();
            let mut again = weights.clone();
            steps(&mut optimizer, &mut weights, saved_after..8);
            steps(&mut restored, &mut again, saved_after..8);
            assert_eq!(all_bits(&again), all_bits(&weights), "{fresh:?}");
            let (found, expected) = (restored.state(), optimizer.state());
            assert_eq!((found.steps, expected.steps), (8, 8));
            assert_eq!(all_bits(&found.tensors), all_bits(&expected.tensors));
        }
    }
}

#[test]
fn a_reset_optimiser_is_a_new_one_with_the_same_settings() {
    for fresh in optimizers() {
        let mut weights = vec![wave(100, &[2, 3])];
        let mut optimizer = fresh.clone();
        steps(&mut optimizer, &mut weights, 0..3);
        optimizer.reset();
        assert_eq!(optimizer.state().steps, 0);
        assert!(optimizer.state().tensors.is_empty());
        let (mut again, mut new) = (weights.clone(), fresh.clone());
        optimizer.set_lr(0.02);
        new.set_lr(0.02);
        assert_eq!(optimizer.lr(), 0.02);
        steps(&mut optimizer, &mut weights, 3..6);
        steps(&mut new, &mut again, 3..6);
        assert_eq!(all_bits(&again), all_bits(&weights), "{fresh:?}");
        // The learning rate is one of the settings that are used.
        let mut other = vec![wave(100, &[2, 3])];
        let mut slow = vec![wave(100, &[2, 3])];
        steps(&mut fresh.clone(), &mut other, 0..1);
        new.reset();
        steps(&mut new, &mut slow, 0..1);
        assert_ne!(all_bits(&other), all_bits(&slow));
    }
}

/// Two steps of LAMB, by the formulas of its publication in double precision.
#[test]
fn lamb_scales_updates_to_the_weights() {
    let (lr, decay, betas) = (0.1, 0.01, (0.9, 0.99));
    let mut lamb = Lamb::new(lr)
        .with_betas(betas.0, betas.1)
        .with_weight_decay(decay);
    let values = |tensor: &Tensor| tensor.to_vec_f64().unwrap();
    let mut weights = vec![tensor(&[2, 2]), tensor(&[2]).mul_scalar(0.0).unwrap()];
    let gradients = [
        [tensor(&[2, 2]).mul_scalar(-0.3).unwrap(), tensor(&[2])],
        [
            tensor(&[2, 2]).square().unwrap(),
            tensor(&[2]).exp().unwrap(),
        ],
    ];
    let mut expected: Vec<Vec<f64>> = weights.iter().map(values).collect();
    let mut moments: Vec<Vec<(f64, f64)>> =
        expected.iter().map(|w| vec![(0.0, 0.0); w.len()]).collect();
    for (step, gradient) in (1..).zip(&gradients) {
        lamb.step(&mut weights, gradient).unwrap();
        for ((w, moments), gradient) in expected.iter_mut().zip(&mut moments).zip(gradient) {
            let mut update = Vec::new();
            for ((w, (m, v)), g) in w.iter().zip(moments).zip(values(gradient)) {
                *m = betas.0 * *m + (1.0 - betas.0) * g;
                *v = betas.1 * *v + (1.0 - betas.1) * g * g;
                let first = *m / (1.0 - betas.0.powi(step));
                let second = *v / (1.0 - betas.1.powi(step));
                update.push(first / (second.sqrt() + 1e-6) + decay * w);
            }
            let norm = |values: &[f64]| values.iter().map(|x| x * x).sum::<f64>().sqrt();
            // The second tensor starts at 0: its first update is not scaled.
            let trust = match norm(w) {
                0.0 => 1.0,
                of_weight => of_weight / norm(&update),
            };
            w.iter_mut()
                .zip(update)
                .for_each(|(w, u)| *w -= lr * trust * u);
        }
    }
    for (found, expected) in weights.iter().map(values).zip(&expected) {
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }
    assert_eq!(Optimizer::from(lamb).state().steps, 2);
}
