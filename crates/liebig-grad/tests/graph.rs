//! The graph itself: what is recorded, what is not, depth, sharing, errors.
#![allow(clippy::unwrap_used)]

use liebig_grad::{After, Error, Tensor, cpu, grad, vjp};

fn vector(values: &[f32]) -> Tensor {
    Tensor::from_vec(values.to_vec(), &[values.len()], &cpu()).unwrap()
}

#[test]
fn a_hundred_thousand_operations_build_differentiate_and_drop() {
    let x = vector(&[1.0]).requires_grad();
    let mut y = x.clone();
    for _ in 0..100_000 {
        y = y.mul_scalar(0.5).unwrap().add(&x).unwrap();
    }
    // The fixed point of y = y / 2 + x is 2 x.
    assert_eq!(y.item().unwrap(), 2.0);
    let gradient = grad(&y, &[&x], true).unwrap();
    assert_eq!(gradient[0].item().unwrap(), 2.0);
    drop(y);
    drop(gradient);
}

#[test]
fn a_deep_graph_that_saves_its_tensors_drops_too() {
    let x = vector(&[1.0]).requires_grad();
    let mut y = x.clone();
    for _ in 0..100_000 {
        y = y.mul(&x).unwrap();
    }
    assert_eq!(
        grad(&y, &[&x], false).unwrap()[0].item().unwrap(),
        100_001.0
    );
}

#[test]
fn shared_subexpressions_are_visited_once() {
    // Without sharing this graph would have 2^60 paths.
    let x = vector(&[1.0]).requires_grad();
    let mut y = x.clone();
    for _ in 0..60 {
        y = y.add(&y).unwrap().mul_scalar(0.5).unwrap();
    }
    assert_eq!(grad(&y, &[&x], false).unwrap()[0].item().unwrap(), 1.0);
}

#[test]
fn constants_record_nothing() {
    let x = vector(&[1.0, 2.0]);
    assert!(!x.mul(&x).unwrap().is_tracked());
    let variable = x.requires_grad();
    assert!(variable.mul(&x).unwrap().is_tracked());
    assert!(!variable.detach().mul(&x).unwrap().is_tracked());
    let y = variable.mul(&variable).unwrap().sum().unwrap();
    assert!(!grad(&y, &[&variable], false).unwrap()[0].is_tracked());
    assert!(grad(&y, &[&variable], true).unwrap()[0].is_tracked());
}

#[test]
fn an_input_that_is_not_reached_has_zero_gradient() {
    let (x, z) = (
        vector(&[3.0]).requires_grad(),
        vector(&[1.0, 2.0]).requires_grad(),
    );
    let gradients = grad(&x.mul(&x).unwrap(), &[&x, &z], false).unwrap();
    assert_eq!(gradients[0].to_vec().unwrap(), [6.0]);
    assert_eq!(gradients[1].to_vec().unwrap(), [0.0, 0.0]);
}

#[test]
fn gradients_of_interior_tensors_may_be_asked_for() {
    let x = vector(&[3.0]).requires_grad();
    let y = x.mul(&x).unwrap();
    let z = y.mul(&y).unwrap();
    let gradients = grad(&z, &[&y, &x], false).unwrap();
    assert_eq!(gradients[0].item().unwrap(), 18.0);
    assert_eq!(gradients[1].item().unwrap(), 108.0);
}

#[test]
fn a_cotangent_is_differentiated_too() {
    let (x, v) = (
        vector(&[3.0]).requires_grad(),
        vector(&[5.0]).requires_grad(),
    );
    let y = x.mul(&x).unwrap();
    let product = vjp(&[&y], &[&v], &[&x], true).unwrap();
    assert_eq!(
        grad(&product[0], &[&v], false).unwrap()[0].item().unwrap(),
        6.0
    );
}

#[test]
fn errors_name_operation_and_shapes() {
    let (a, b) = (vector(&[1.0, 2.0]), vector(&[1.0, 2.0, 3.0]));
    let error = a.add(&b).unwrap_err();
    assert_eq!(
        error,
        Error::Shapes {
            op: "add",
            left: vec![2],
            right: vec![3]
        }
    );
    assert_eq!(error.to_string(), "add: shapes [2] and [3] do not match");
    let double = Tensor::from_vec_f64(vec![1.0, 2.0], &[2], &cpu()).unwrap();
    assert!(matches!(
        a.mul(&double).unwrap_err(),
        Error::DTypes { op: "mul", .. }
    ));
    assert!(matches!(
        a.matmul(&b).unwrap_err(),
        Error::Shapes { op: "matmul", .. }
    ));
    assert!(matches!(
        a.reshape(&[3]).unwrap_err(),
        Error::Shapes { op: "reshape", .. }
    ));
    assert!(matches!(
        a.slice(0, 1, 3).unwrap_err(),
        Error::OutOfRange { op: "slice", .. }
    ));
    assert!(matches!(
        a.sum_dims(&[1], true).unwrap_err(),
        Error::OutOfRange { .. }
    ));
    assert!(matches!(
        a.index_select(0, &[2]).unwrap_err(),
        Error::OutOfRange { .. }
    ));
    assert!(matches!(
        a.permute(&[0, 0]).unwrap_err(),
        Error::OutOfRange { .. }
    ));
    assert!(matches!(a.item().unwrap_err(), Error::NotScalar { .. }));
    let variable = a.requires_grad();
    assert!(matches!(
        grad(&variable, &[&variable], false).unwrap_err(),
        Error::NotScalar { .. }
    ));
    let sum = variable.sum().unwrap();
    assert!(matches!(
        grad(&sum, &[&a], false).unwrap_err(),
        Error::NotTracked { index: 0, .. }
    ));
    assert!(matches!(
        Tensor::from_vec(vec![1.0], &[2], &cpu()).unwrap_err(),
        Error::Length { values: 1, .. }
    ));
    let images = Tensor::from_vec(vec![0.0; 16], &[1, 4, 4, 1], &cpu()).unwrap();
    let (single, double) = (vector(&[1.0]), double.slice(0, 0, 1).unwrap());
    assert!(matches!(
        images
            .instance_norm(&single, &double, 1e-5, After::ReluAvgPool)
            .unwrap_err(),
        Error::DTypes {
            op: "norm_block",
            ..
        }
    ));
    let weight = Tensor::from_vec(vec![0.0; 18], &[3, 3, 2, 1], &cpu()).unwrap();
    let error = images
        .conv2d(&weight, None, liebig_grad::Conv2d::default())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "conv2d: shapes [1, 4, 4, 1] and [3, 3, 2, 1] do not match"
    );
}
