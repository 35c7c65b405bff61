#![allow(clippy::unwrap_used)]
use liebig_grad::{Tensor, cpu};

use super::distance::with_gradient;
use super::*;
use crate::artefact::ModelSpec;
use crate::methods::{Distiller, Task};
use crate::run::{Checkpoint, Interrupt};
use crate::tests::strokes;
use crate::{Error, network};

/// A weight of two inputs and two outputs, and a bias.
fn gradient(weight: [f32; 4], bias: [f32; 2]) -> Vec<Tensor> {
    vec![
        Tensor::from_vec(weight.to_vec(), &[2, 2], &cpu()).unwrap(),
        Tensor::from_vec(bias.to_vec(), &[2], &cpu()).unwrap(),
    ]
}

#[track_caller]
fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-5, "{found} is not {expected}");
}

#[test]
fn distances_by_hand() {
    // Output 0 has the gradients (3, 4) and (4, 3), output 1 (1, 0) and (0, 2).
    let a = gradient([3.0, 1.0, 4.0, 0.0], [1.0, 2.0]);
    let b = gradient([4.0, 0.0, 3.0, 2.0], [5.0, 2.0]);
    let value = |distance| with_gradient(distance, &a, &b).unwrap().0;
    assert_near(value(Distance::Ours), (1.0 - 24.0 / 25.0) + (1.0 - 0.0));
    assert_near(value(Distance::Mse), 1.0 + 1.0 + 1.0 + 4.0 + 16.0);
    let (dot, a2, b2) = (
        24.0 + 5.0 + 4.0,
        25.0 + 1.0 + 1.0 + 4.0,
        25.0 + 4.0 + 25.0 + 4.0,
    );
    assert_near(value(Distance::Cos), 1.0 - dot / f64::sqrt(a2 * b2));
}

#[test]
fn slopes_are_those_of_finite_differences() {
    let weight = [0.3, -0.7, 0.5, 0.9];
    let b = gradient([0.2, 0.4, -0.6, 0.8], [0.1, -0.3]);
    for distance in [Distance::Ours, Distance::Mse, Distance::Cos] {
        let (_, slopes) = with_gradient(distance, &gradient(weight, [0.5, 0.2]), &b).unwrap();
        let slopes = slopes[0].as_ref().unwrap().to_vec().unwrap();
        for place in 0..4 {
            let at = |step: f32| {
                let mut moved = weight;
                moved[place] += step;
                with_gradient(distance, &gradient(moved, [0.5, 0.2]), &b)
                    .unwrap()
                    .0
            };
            let expected = (at(1e-2) - at(-1e-2)) / 2e-2;
            assert!(
                (f64::from(slopes[place]) - expected).abs() < 2e-3,
                "{distance:?}: {} {expected}",
                slopes[place]
            );
        }
    }
}

#[test]
fn a_gradient_of_zero_does_no_harm() {
    let zero = gradient([0.0, 1.0, 0.0, 1.0], [0.0, 0.0]);
    let real = gradient([1.0, 1.0, 1.0, 1.0], [1.0, 1.0]);
    for distance in [Distance::Ours, Distance::Mse, Distance::Cos] {
        for (a, b) in [(&zero, &real), (&real, &zero), (&zero, &zero)] {
            let (value, slopes) = with_gradient(distance, a, b).unwrap();
            assert!(value.is_finite());
            assert!(slopes.iter().flatten().all(|slope| {
                slope
                    .to_vec()
                    .unwrap()
                    .iter()
                    .all(|value| value.is_finite())
            }));
        }
    }
}

fn config(init: Init) -> Config {
    Config {
        batch_real: 16,
        init,
        outer_loops: 2,
        inner_epochs: 2,
        ..Config::default_for(2, "mlp")
    }
}

/// Runs `test` with a tiny task.
fn with_task<R: Send>(threads: usize, test: impl Fn(Task<'_>) -> R + Sync) -> R {
    let strokes = strokes();
    let spec = ModelSpec {
        name: "mlp".into(),
        width: 16,
        depth: 3,
        norm: "none".into(),
        activation: "relu".into(),
        pooling: "none".into(),
    };
    let model = network::build(&spec, strokes.shape.into(), 10).unwrap();
    let (device, interrupt) = (cpu(), Interrupt::default());
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    pool.install(|| {
        test(Task {
            dataset: strokes,
            model: model.as_ref(),
            ipc: 2,
            seed: 5,
            device: &device,
            interrupt: &interrupt,
        })
    })
}

fn bits(dc: &Dc<'_>) -> Vec<u32> {
    dc.set()
        .unwrap()
        .values
        .iter()
        .map(|value| value.to_bits())
        .collect()
}

#[test]
fn matching_lowers_the_distance() {
    let (first, last) = with_task(2, |task| {
        let config = Config {
            lr_img: 0.1,
            ..config(Init::Noise)
        };
        let mut dc = Dc::new(task, &config).unwrap();
        // The same network and batches each time.
        let first = dc.step(0).unwrap();
        for _ in 0..30 {
            dc.step(0).unwrap();
        }
        (first, dc.step(0).unwrap())
    });
    assert!(last < 0.9 * first, "{first} {last}");
}

#[test]
fn threads_do_not_change_a_bit() {
    let run = |threads| {
        with_task(threads, |task| {
            let mut dc = Dc::new(task, &config(Init::Noise)).unwrap();
            let losses = [dc.step(0).unwrap(), dc.step(1).unwrap()];
            (losses, bits(&dc))
        })
    };
    assert!(run(1) == run(2));
}

#[test]
fn a_restored_state_goes_on_as_if_nothing_had_happened() {
    with_task(2, |task| {
        let mut straight = Dc::new(task, &config(Init::Real)).unwrap();
        straight.step(0).unwrap();
        let state = Checkpoint {
            iteration: 1,
            arrays: straight.state().unwrap(),
        };
        straight.step(1).unwrap();
        let mut resumed = Dc::new(task, &config(Init::Real)).unwrap();
        resumed.restore(state).unwrap();
        resumed.step(1).unwrap();
        assert!(bits(&resumed) == bits(&straight));
    });
}

#[test]
fn real_samples_start_as_real_samples() {
    with_task(1, |task| {
        let dc = Dc::new(task, &config(Init::Real)).unwrap();
        let first = &dc.set().unwrap().values[..28 * 28];
        let zeros = task.dataset.train.class_indices(10)[0].clone();
        let normalization = &task.dataset.normalization;
        assert!(
            zeros
                .iter()
                .any(|&index| task.dataset.train.batch(&[index], normalization) == first)
        );
    });
}

#[test]
fn a_request_to_stop_is_heard() {
    with_task(1, |task| {
        let mut dc = Dc::new(task, &config(Init::Noise)).unwrap();
        task.interrupt.set();
        assert!(matches!(dc.step(0), Err(Error::Interrupted)));
    });
}
