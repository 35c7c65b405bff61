#![allow(clippy::unwrap_used)]
use liebig_grad::{Tensor, cpu};
use liebig_nn::{ConvNetOptions, Learner, ModelChoice, Norm, initial_statistics};

use super::distance::with_gradient;
use super::objective::GradientMatching;
use super::*;
use crate::init::Init;
use crate::methods::{At, Distillation, Method, Objective};
use crate::tests::{Work, bits, strokes};
use crate::{Error, Facts, State, Task};

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

fn settings(init: Init) -> Settings {
    let facts = Facts {
        ipc: 2,
        model: "mlp".into(),
        ..Facts::of(strokes())
    };
    Settings {
        batch_real: 16,
        init,
        outer_loops: 2,
        inner_epochs: 2,
        ..Dc::defaults(&facts).0
    }
}

fn work() -> Work<'static> {
    Work::on(strokes(), 2)
}

fn start<'a>(task: Task<'a>, settings: Settings) -> Box<dyn Distillation + 'a> {
    Dc(settings).start(task).unwrap()
}

#[test]
fn matching_lowers_the_distance() {
    let (first, last) = work().run(2, |task| {
        let settings = Settings {
            lr_img: 0.1,
            ..settings(Init::Noise)
        };
        let mut dc = start(task, settings);
        // The same network and batches each time.
        let first = dc.step(0).unwrap().total;
        for _ in 0..30 {
            dc.step(0).unwrap();
        }
        (first, dc.step(0).unwrap().total)
    });
    assert!(last < 0.9 * first, "{first} {last}");
}

#[test]
fn threads_do_not_change_a_bit() {
    let run = |threads| {
        work().run(threads, |task| {
            let mut dc = start(task, settings(Init::Noise));
            let losses = [dc.step(0).unwrap(), dc.step(1).unwrap()];
            (losses, bits(&dc.set().unwrap()))
        })
    };
    assert!(run(1) == run(2));
}

#[test]
fn a_restored_state_goes_on_as_if_nothing_had_happened() {
    work().run(2, |task| {
        let mut straight = start(task, settings(Init::Real));
        straight.step(0).unwrap();
        let checkpoint = straight.state().checkpoint(1).unwrap();
        straight.step(1).unwrap();
        let mut resumed = start(task, settings(Init::Real));
        let state = State::restored(checkpoint, task.device).unwrap();
        resumed.restore(state).unwrap();
        resumed.step(1).unwrap();
        assert!(bits(&resumed.set().unwrap()) == bits(&straight.set().unwrap()));
    });
}

#[test]
fn real_samples_start_as_real_samples() {
    work().run(1, |task| {
        let set = start(task, settings(Init::Real)).set().unwrap();
        let first = &set.values[..28 * 28];
        let zeros = task.train.of_class(0);
        assert!(
            zeros
                .iter()
                .any(|&index| task.train.values(&[index]) == first)
        );
    });
}

#[test]
fn a_request_to_stop_is_heard() {
    work().run(1, |task| {
        let mut dc = start(task, settings(Init::Noise));
        task.interrupt.set();
        assert!(matches!(dc.step(0), Err(Error::Interrupted)));
    });
}

fn convnet(norm: Norm) -> Work<'static> {
    let model = ModelChoice::ConvNet(ConvNetOptions {
        width: 4,
        depth: 2,
        norm,
        ..ConvNetOptions::default()
    });
    Work { model, ..work() }
}

#[test]
fn a_network_with_batch_norm_sees_real_samples_of_every_class_before_it_is_matched() {
    convnet(Norm::Batch).run(2, |task| {
        let settings = settings(Init::Noise);
        let sgd = liebig_nn::Sgd::new(settings.lr_img);
        let set = settings.init.synthetic("dc", &task, sgd).unwrap();
        let mut objective = GradientMatching::new("dc", task, settings);
        let at = At::default();
        let values = |learner: &Learner<'_>| {
            let statistics = learner.statistics().iter();
            statistics
                .map(|tensor| tensor.to_vec().unwrap())
                .collect::<Vec<_>>()
        };
        let mut learner = objective.context(0).unwrap();
        let initial = initial_statistics(task.model, task.device).unwrap();
        let initial: Vec<Vec<f32>> = initial
            .iter()
            .map(|tensor| tensor.to_vec().unwrap())
            .collect();
        assert_eq!(values(&learner), initial);
        let (unseen, _) = objective.pull(&learner, &set, at).unwrap();
        objective.before(&mut learner, &set, at).unwrap();
        let seen = values(&learner);
        assert!(
            seen.iter()
                .zip(&initial)
                .all(|(seen, initial)| seen != initial)
        );
        assert_ne!(objective.pull(&learner, &set, at).unwrap().0, unseen);
        // Matching leaves the statistics as they are, training does not.
        assert_eq!(values(&learner), seen);
        objective.between(&mut learner, &set, at).unwrap();
        assert_ne!(values(&learner), seen);
    });
}

#[test]
fn threads_do_not_change_a_bit_with_augmentation_and_batch_norm() {
    for norm in [Norm::Batch, Norm::Instance] {
        let run = |threads| {
            convnet(norm).run(threads, |task| {
                let dsa = Settings {
                    dsa_strategy: "color_crop_cutout_scale_rotate".parse().unwrap(),
                    ..settings(Init::Real)
                };
                let mut dsa = Dsa(dsa).start(task).unwrap();
                let losses = [dsa.step(0).unwrap(), dsa.step(1).unwrap()];
                (losses, bits(&dsa.set().unwrap()))
            })
        };
        assert!(run(1) == run(2), "{norm}");
    }
}

#[test]
fn networks_learn_from_the_synthetic_samples_between_updates() {
    work().run(1, |task| {
        let settings = settings(Init::Real);
        let sgd = liebig_nn::Sgd::new(settings.lr_img);
        let set = settings.init.synthetic("dc", &task, sgd).unwrap();
        let mut objective = GradientMatching::new("dc", task, settings);
        let mut learner = objective.context(0).unwrap();
        let loss = |learner: &Learner<'_>| {
            let logits = learner
                .predict(set.samples())
                .unwrap()
                .log_softmax(1)
                .unwrap()
                .to_vec()
                .unwrap();
            let labels = set.budget().labels().into_iter();
            let rows = logits.chunks_exact(10).zip(labels);
            -rows.map(|(row, label)| row[label as usize]).sum::<f32>()
        };
        let before = loss(&learner);
        for update in 0..20 {
            let at = At {
                iteration: 0,
                update,
            };
            objective.between(&mut learner, &set, at).unwrap();
        }
        assert!(loss(&learner) < 0.9 * before, "{before} {}", loss(&learner));
    });
}
