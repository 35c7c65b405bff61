//! What optimisers and running statistics refuse, and that a refusal changes nothing.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::bits;
use liebig_grad::{Tensor, cpu};
use liebig_nn::{Adam, Error, OptimizerState, Sgd, update_statistics};

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
