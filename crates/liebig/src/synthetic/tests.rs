#![allow(clippy::unwrap_used)]
use liebig_data::{Normalization, SampleShape, Space};
use liebig_grad::{Tensor, cpu};
use liebig_nn::{Adam, Sgd};

use super::*;
use crate::{Budget, Labels, State};

const SHAPE: SampleShape = SampleShape::Image {
    channels: 1,
    height: 1,
    width: 2,
};

fn tensor(values: &[f32], shape: &[usize]) -> Tensor {
    Tensor::from_vec(values.to_vec(), shape, &cpu()).unwrap()
}

/// Two images of class 0, one of class 1, with everything learnt that can be.
fn synthetic() -> Synthetic {
    let space = Space::from(Normalization {
        mean: vec![0.5],
        std: vec![0.25],
        known: false,
    });
    let images = tensor(&[0.1, 0.2, 0.3, 0.4, 0.5, 0.6], &[3, 1, 1, 2]);
    let labels = tensor(&[1.0, 0.0, 1.0, 0.0, 0.0, 1.0], &[3, 2]);
    let step_sizes = StepSizes::new(&[0.02, 0.5], Positive::Softplus, |raw| {
        Ok(Group::new(&tensor(&raw, &[2]), Adam::new(0.1)))
    });
    Synthetic::new(
        Budget::new(vec![2, 1]),
        SHAPE,
        space,
        Group::new(&images, Sgd::new(0.1).with_momentum(0.5)),
    )
    .with_labels(LearntLabels::Logits(Group::new(&labels, Adam::new(0.01))))
    .with_step_sizes(step_sizes.unwrap())
    .with_temperature(Group::new(&tensor(&[0.5], &[1]), Adam::new(0.1)))
    .with_average(0.9)
}

fn cotangents(seed: f32) -> Cotangents {
    let wave = |count: usize| -> Vec<f32> { (0..count).map(|i| (seed + i as f32).sin()).collect() };
    Cotangents {
        samples: tensor(&wave(6), &[3, 1, 1, 2]),
        labels: Some(tensor(&wave(6), &[3, 2])),
        step_sizes: Some(vec![0.3, -0.2]),
        temperature: Some(seed.into()),
    }
}

#[test]
fn a_restored_set_goes_on_as_if_nothing_had_happened() {
    let mut straight = synthetic();
    for seed in 0..3 {
        straight.apply(&cotangents(seed as f32)).unwrap();
    }
    let mut state = State::default();
    straight.save(&mut state);
    // By way of the host, as a checkpoint does.
    let checkpoint = state.checkpoint(3).unwrap();
    let mut state = State::restored(checkpoint, &cpu()).unwrap();
    let mut resumed = synthetic();
    resumed.restore(&mut state).unwrap();
    for seed in 3..6 {
        straight.apply(&cotangents(seed as f32)).unwrap();
        resumed.apply(&cotangents(seed as f32)).unwrap();
    }
    assert!(resumed.set().unwrap() == straight.set().unwrap());
    let temperature = |set: &Synthetic| set.temperature().unwrap().to_vec().unwrap();
    assert_eq!(temperature(&resumed), temperature(&straight));
    assert_ne!(temperature(&straight), [0.5]);
    assert!(resumed.samples().to_vec().unwrap() == straight.samples().to_vec().unwrap());
    assert!(resumed.restore(&mut State::default()).is_err());
}

#[test]
fn classes_have_their_own_samples() {
    let synthetic = synthetic();
    assert_eq!(synthetic.of_class(0).unwrap().shape(), [2, 1, 1, 2]);
    assert_eq!(synthetic.of_class(1).unwrap().to_vec().unwrap(), [0.5, 0.6]);
    assert!(matches!(synthetic.set().unwrap().labels, Labels::Logits(_)));
}

#[test]
fn the_average_follows_the_samples_slowly() {
    let mut synthetic = synthetic();
    let of = |synthetic: &Synthetic| {
        let labels = synthetic.labels.value().unwrap().to_vec().unwrap();
        [synthetic.samples().to_vec().unwrap(), labels].concat()
    };
    let before = of(&synthetic);
    synthetic.apply(&cotangents(1.0)).unwrap();
    let now = of(&synthetic);
    let set = synthetic.set().unwrap();
    let Labels::Logits(labels) = set.labels else {
        panic!("labels are learnt as logits");
    };
    let average = [set.values, labels].concat();
    assert_eq!(average.len(), now.len());
    for ((before, now), average) in before.iter().zip(&now).zip(&average) {
        assert!((0.9 * before + 0.1 * now - average).abs() < 1e-6);
    }
    assert_ne!(before, now);
}

#[test]
fn step_sizes_start_where_they_should_and_stay_positive() {
    let of = |positive, values: &[f64], lr| {
        StepSizes::new(values, positive, |raw| {
            let shape = [raw.len()];
            Ok(Group::new(&tensor(&raw, &shape), Sgd::new(lr)))
        })
        .unwrap()
    };
    for values in [&[0.001][..], &[0.02, 3.0, 40.0]] {
        let found = of(Positive::Softplus, values, 1.0).values().unwrap();
        for (found, expected) in found.iter().zip(values) {
            assert!(
                (f64::from(*found) / expected - 1.0).abs() < 1e-3,
                "{found} {expected}"
            );
        }
    }
    for positive in [Positive::Softplus, Positive::AtLeast(1e-6)] {
        let mut step_sizes = of(positive, &[0.01], 1.0);
        for _ in 0..20 {
            step_sizes.step(&[1.0]).unwrap();
        }
        assert!(step_sizes.values().unwrap()[0] > 0.0, "{positive:?}");
    }
}

#[test]
fn the_slope_of_softplus_is_that_of_finite_differences() {
    // One step of size 1 moves the raw value by the gradient with respect to it.
    let raw_of = |value: f64| value.exp_m1().ln();
    let mut step_sizes = StepSizes::new(&[0.7], Positive::Softplus, |raw| {
        Ok(Group::new(&tensor(&raw, &[1]), Sgd::new(1.0)))
    })
    .unwrap();
    step_sizes.step(&[0.3]).unwrap();
    let softplus = |raw: f64| raw.exp().ln_1p();
    let raw = raw_of(0.7);
    let slope = (softplus(raw + 1e-5) - softplus(raw - 1e-5)) / 2e-5;
    let expected = softplus(raw - 0.3 * slope);
    let found = f64::from(step_sizes.values().unwrap()[0]);
    assert!((found - expected).abs() < 1e-5, "{found} {expected}");
}
