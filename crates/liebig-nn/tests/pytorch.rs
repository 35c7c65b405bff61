//! Networks, gradients and optimisers against PyTorch's values (`golden/make_reference.py`).
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Reference, assert_all_close, assert_close};
use liebig_grad::{Result, Tensor, cpu, grad};
use liebig_nn::{
    Adam, Frozen, Model, OptimizerState, Sgd, SyntheticGradient, initial_statistics,
    load_state_dict, loss_gradient, predict, state_dict, update_statistics,
};

const TOLERANCE: f32 = 1e-4;

/// Logits, loss, gradient and the images' gradient of all three distances.
fn check(name: &str) {
    let reference = Reference::read(name);
    let model = reference.model();
    let weights = reference.weights(&*model);
    let (x, y) = (reference.tensor("real.x"), reference.targets("real.y"));

    let logits = model.forward(&weights, &x).unwrap();
    let expected = reference.tensor("real.logits");
    assert_close("logits", &logits, &expected, TOLERANCE, 0.0);

    let real = loss_gradient(&*model, &weights, &x, &y).unwrap();
    let expected = reference.value("real.loss");
    let error = (real.loss - expected).abs() / expected;
    assert!(error < f64::from(TOLERANCE), "loss: {error:e}");
    let expected = load_state_dict(&*model, &reference.dict("gradient"), &cpu()).unwrap();
    assert_all_close("gradient", &*model, &real.gradient, &expected, TOLERANCE);

    let x = reference.tensor("synthetic.x");
    let y = reference.targets("synthetic.y");
    let synthetic = SyntheticGradient::new(&*model, &weights, &x, &y).unwrap();
    for kind in ["ours", "mse", "cos"] {
        // The distance's own gradient first, then back through the networks.
        let variables: Vec<Tensor> = synthetic
            .gradient()
            .iter()
            .map(Tensor::requires_grad)
            .collect();
        let distance = distance(kind, &variables, &real.gradient).unwrap();
        let expected = reference.value(&format!("distance.{kind}"));
        let error = (distance.item().unwrap() - expected).abs() / expected;
        assert!(error < f64::from(TOLERANCE), "{kind}: {error:e}");
        let inputs: Vec<&Tensor> = variables.iter().collect();
        let cotangents = grad(&distance, &inputs, false).unwrap();
        let cotangents: Vec<_> = cotangents.into_iter().map(Some).collect();
        let images = synthetic.vjp_images(&cotangents).unwrap();
        let expected = reference.tensor(&format!("distance.{kind}.images"));
        assert_close(kind, &images, &expected, TOLERANCE, 0.0);
    }
}

/// The matching distances of dataset condensation. Outputs are the last dimension here.
fn distance(kind: &str, synthetic: &[Tensor], real: &[Tensor]) -> Result<Tensor> {
    let device = cpu();
    let zero = Tensor::zeros(&[1], synthetic[0].dtype(), &device);
    let pairs = || synthetic.iter().zip(real);
    let over_all = |f: &dyn Fn(&Tensor, &Tensor) -> Result<Tensor>| {
        pairs().try_fold(zero.clone(), |total, (s, r)| total.add(&f(s, r)?))
    };
    match kind {
        "ours" => {
            let mut total = zero;
            for (s, r) in pairs().filter(|(s, _)| s.shape().len() > 1) {
                let dims: Vec<usize> = (0..s.shape().len() - 1).collect();
                let sum = |x: Tensor| x.sum_dims(&dims, false);
                let norms = norm(&sum(s.square()?)?)?.mul(&norm(&sum(r.square()?)?)?)?;
                let cosine = sum(s.mul(r)?)?.div(&norms.add_scalar(1e-6)?)?;
                total = total.add(&cosine.neg()?.add_scalar(1.0)?.sum()?)?;
            }
            Ok(total)
        }
        "mse" => over_all(&|s, r| s.sub(r)?.square()?.sum()),
        _ => {
            let left = norm(&over_all(&|s, _| s.square()?.sum())?)?;
            let norms = left.mul(&norm(&over_all(&|_, r| r.square()?.sum())?)?)?;
            let dot = over_all(&|s, r| s.mul(r)?.sum())?;
            dot.div(&norms.add_scalar(1e-6)?)?.neg()?.add_scalar(1.0)
        }
    }
}

/// The square root with derivative 0 at 0, as PyTorch's norms have it: units that no sample activates
/// have gradients of zero.
fn norm(squares: &Tensor) -> Result<Tensor> {
    let alive = squares.greater_scalar(0.0);
    let ones = Tensor::ones(squares.shape(), squares.dtype(), &squares.device());
    squares.where_mask(&alive, &ones)?.sqrt()?.mul(&alive)
}

#[test]
fn convnet_with_instance_norm() {
    check("convnet_instance");
}

#[test]
fn convnet_on_grey_images() {
    check("convnet_grey");
}

#[test]
fn convnet_with_batch_norm_leaky_relu_and_max_pooling() {
    check("convnet_batch");
}

#[test]
fn convnet_with_layer_norm_and_sigmoid_on_odd_sizes() {
    check("convnet_layer");
}

#[test]
fn convnet_with_group_norm_and_silu() {
    check("convnet_group");
}

#[test]
fn convnet_without_norm() {
    check("convnet_plain");
}

#[test]
fn mlp() {
    check("mlp");
}

#[test]
fn lenet() {
    check("lenet");
}

#[test]
fn alexcifarnet() {
    check("alexcifarnet");
}

#[test]
fn alexnet() {
    check("alexnet");
}

#[test]
fn alexnet_with_batch_norm() {
    check("alexnet_batch");
}

#[test]
fn vgg11() {
    check("vgg11");
}

#[test]
fn vgg11_with_batch_norm() {
    check("vgg11_batch");
}

#[test]
fn resnet18() {
    check("resnet18");
}

#[test]
fn resnet18_with_batch_norm() {
    check("resnet18_batch");
}

#[test]
fn resnet18_for_large_images() {
    check("resnet18_imagenet");
}

#[test]
fn resnet18ap() {
    check("resnet18ap");
}

#[test]
fn resnet18ap_with_batch_norm() {
    check("resnet18ap_batch");
}

#[test]
fn vit() {
    check("vit");
}

#[test]
fn lstm() {
    check("lstm");
}

#[test]
fn lstm_of_several_layers() {
    check("lstm_deep");
}

#[test]
fn lstm_on_a_table() {
    check("lstm_table");
}

#[test]
fn running_statistics_of_batch_norm() {
    running_statistics("convnet_batch", 2);
    running_statistics("resnet18_batch", 20);
}

fn running_statistics(name: &str, norms: usize) {
    let reference = Reference::read(name);
    let model = reference.model();
    let weights = reference.weights(&*model);
    let (x, y) = (reference.tensor("real.x"), reference.targets("real.y"));

    let mut running = initial_statistics(&*model, &cpu()).unwrap();
    let trained = loss_gradient(&*model, &weights, &x, &y).unwrap();
    update_statistics(&mut running, &trained.statistics).unwrap();
    assert_eq!(running.len(), 2 * norms);
    for (parameter, found) in model.statistics().iter().zip(&running) {
        let expected = reference.tensor(&format!("running.{}", parameter.name));
        assert_close(&parameter.name, found, &expected, TOLERANCE, 0.0);
    }

    let frozen = Frozen::new(&*model, &running).unwrap();
    assert!(!frozen.needs_whole_batch());
    let logits = predict(&frozen, &weights, &x).unwrap();
    let expected = reference.tensor("real.eval_logits");
    assert_close("logits", &logits, &expected, TOLERANCE, 0.0);
}

/// Back in PyTorch's layout nothing has changed.
#[test]
fn state_dicts_return_unchanged() {
    for name in [
        "convnet_layer",
        "convnet_grey",
        "mlp",
        "lenet",
        "alexcifarnet",
        "lstm_deep",
        "alexnet",
        "vgg11_batch",
        "resnet18_batch",
        "resnet18ap",
    ] {
        let reference = Reference::read(name);
        let model = reference.model();
        let saved = state_dict(&*model, &reference.weights(&*model)).unwrap();
        let mut expected = reference.dict("state");
        assert_eq!(saved.len(), expected.len());
        expected.sort_by_key(|(name, ..)| saved.iter().position(|entry| entry.0 == *name));
        assert_eq!(saved, expected);
    }
}

fn pair(reference: &Reference, name: &str, key: &str) -> Vec<Tensor> {
    let tensor = |i: usize| reference.tensor(&format!("{name}.{key}.{i}"));
    vec![tensor(0), tensor(1)]
}

/// Follows one of PyTorch's trajectories with an optimiser that is restored from its own state after
/// every step.
fn follow(
    name: &str,
    mut step: impl FnMut(OptimizerState, &mut [Tensor], &[Tensor]) -> OptimizerState,
) {
    let reference = Reference::read("optimizers");
    let mut weights = pair(&reference, name, "start");
    let mut state = OptimizerState::default();
    for i in 0..5 {
        let gradient = pair(&reference, name, &format!("gradient.{i}"));
        state = step(state, &mut weights, &gradient);
        assert_eq!(state.steps, i + 1);
        let expected = pair(&reference, name, &format!("weight.{i}"));
        for (found, expected) in weights.iter().zip(&expected) {
            assert_close(&format!("{name}, step {i}"), found, expected, 1e-6, 0.0);
        }
    }
}

fn follow_sgd(name: &str, fresh: &Sgd) {
    follow(name, |state, weights, gradient| {
        let mut sgd = fresh.clone();
        sgd.restore(state);
        sgd.step(weights, gradient).unwrap();
        sgd.state()
    });
}

fn follow_adam(name: &str, fresh: &Adam) {
    follow(name, |state, weights, gradient| {
        let mut adam = fresh.clone();
        adam.restore(state).unwrap();
        adam.step(weights, gradient).unwrap();
        adam.state()
    });
}

#[test]
fn sgd() {
    let momentum_decay = Sgd::new(0.05).with_momentum(0.5).with_weight_decay(0.01);
    follow_sgd("sgd", &Sgd::new(0.1));
    follow_sgd("sgd_momentum", &Sgd::new(0.1).with_momentum(0.9));
    follow_sgd("sgd_momentum_decay", &momentum_decay);
    follow_sgd("sgd_decay", &Sgd::new(0.1).with_weight_decay(0.1));
}

#[test]
fn adam() {
    let decay = Adam::new(0.02).with_betas(0.5, 0.9).with_weight_decay(0.1);
    follow_adam("adam", &Adam::new(0.01));
    follow_adam("adam_decay", &decay);
}
