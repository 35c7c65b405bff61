//! Gradients through whole trainings against PyTorch's (`golden/make_unrolled.py`).
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Reference, assert_all_close, assert_close};
use liebig_grad::{
    DType, InnerOptimizer, InnerRule, InnerState, Keep, Targets, Tensor, Trajectory, cpu,
};
use liebig_nn::{TrainingSteps, load_state_dict, loss_gradient};

/// Trains as the case says, differentiates the loss of the real batch, and compares everything; the
/// first `without_graph` steps are not differentiated. PyTorch's values were computed in double
/// precision and stored in single.
fn check(case: &str, rule: &InnerRule, without_graph: usize) {
    check_in(DType::F64, 1e-6, case, rule, without_graph);
    check_in(DType::F32, 5e-4, case, rule, without_graph);
}

fn check_in(dtype: DType, tolerance: f32, case: &str, rule: &InnerRule, without_graph: usize) {
    let reference = Reference::read("unrolled");
    let model = reference.model();
    let model = &*model;
    let cast = |tensor: Tensor| match dtype {
        DType::F32 => tensor,
        DType::F64 => {
            let values = tensor.to_vec_f64().unwrap();
            Tensor::from_vec_f64(values, tensor.shape(), &cpu()).unwrap()
        }
    };
    let case_in = format!("{case} in {}", dtype.name());
    let labels = Targets::Soft(cast(reference.tensor("labels")));
    let images = cast(reference.tensor("images"));
    let steps = TrainingSteps::new(model, images, labels).unwrap();
    let lr = reference
        .tensor(&format!("{case}.lr"))
        .to_vec_f64()
        .unwrap();
    let optimizer = |lr: &[f64]| InnerOptimizer {
        rule: rule.clone(),
        lr: lr.to_vec(),
    };
    let start: Vec<Tensor> = reference.weights(model).into_iter().map(cast).collect();
    let start = InnerState::new(&start);
    let (before, window) = lr.split_at(without_graph);
    let start = optimizer(before).train(&steps, &start).unwrap();

    let (x, y) = (
        cast(reference.tensor("real.x")),
        reference.targets("real.y"),
    );
    let list = |key: &str| {
        let entries = reference.dict(&format!("{case}.{key}"));
        load_state_dict(model, &entries, &cpu()).unwrap()
    };
    for (weights_every, graphs) in [(1, 0), (3, 0), (1, 10)] {
        let keep = Keep {
            weights_every,
            graphs,
        };
        let trajectory = Trajectory::train(&steps, &start, optimizer(window), keep).unwrap();
        let last = trajectory.last();
        // The norm cancels a convolution's bias, so its gradient is rounding, which Adam scales up.
        let mut expected = list("last");
        for index in [0, 4] {
            assert_eq!(
                model.parameters()[index + 1].name,
                format!("features.{index}.bias")
            );
            expected[index + 1] = last[index + 1].clone();
        }
        assert_all_close(&case_in, model, last, &expected, tolerance);
        let outer = loss_gradient(model, last, &x, &y).unwrap();
        let expected = reference.value(&format!("{case}.loss"));
        assert!((outer.loss - expected).abs() < 1e-4 * expected, "{case}");

        let found = trajectory.backward(&outer.gradient).unwrap();
        let expected = |key: &str| reference.tensor(&format!("{case}.{key}"));
        for (index, key) in ["of_images", "of_labels"].into_iter().enumerate() {
            let what = format!("{case_in}, {key}");
            assert_close(&what, &found.inputs[index], &expected(key), tolerance, 0.0);
        }
        let of_lr = found.lr.iter().map(|&lr| lr as f32).collect();
        let of_lr = Tensor::from_vec(of_lr, &[window.len()], &cpu()).unwrap();
        let expected = expected("of_lr").slice(0, without_graph, lr.len()).unwrap();
        assert_close(&case_in, &of_lr, &expected, tolerance, 0.0);
        assert_all_close(
            &case_in,
            model,
            &found.weights,
            &list("of_start"),
            tolerance,
        );
    }
}

fn sgd(momentum: f64, weight_decay: f64) -> InnerRule {
    InnerRule::Sgd {
        momentum,
        weight_decay,
    }
}

#[test]
fn gradient_descent() {
    check("sgd", &sgd(0.0, 0.0), 0);
}

#[test]
fn momentum() {
    check("momentum", &sgd(0.9, 0.0), 0);
}

#[test]
fn momentum_and_weight_decay() {
    check("momentum_decay", &sgd(0.9, 5e-4), 0);
}

#[test]
fn adam() {
    check("adam", &InnerRule::adam(), 0);
}

#[test]
fn adam_with_weight_decay() {
    let rule = InnerRule::Adam {
        betas: (0.8, 0.99),
        eps: 1e-4,
        weight_decay: 5e-4,
    };
    check("adam_decay", &rule, 0);
}

#[test]
fn a_window_of_adam() {
    check("adam_window", &InnerRule::adam(), 4);
}
