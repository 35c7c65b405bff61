#![allow(clippy::unwrap_used)]
use liebig_data::stream;
use liebig_grad::{Tensor, grad};
use liebig_nn::{ConvNetOptions, ModelChoice, Norm, initialize};

use super::*;
use crate::augment::Augmentation;
use crate::init::Init;
use crate::methods::Method;
use crate::tests::{Work, bits, strokes, table};
use crate::{Budget, Error, Facts, State, Task};

fn settings() -> Dm {
    Dm {
        batch_real: 16,
        init: Init::Noise,
        dsa_strategy: Augmentation::None,
        ..Dm::defaults(&Facts::of(strokes()))
    }
}

fn augmented() -> Dm {
    Dm {
        dsa_strategy: "color_crop_cutout_scale_rotate".parse().unwrap(),
        ..settings()
    }
}

fn work() -> Work<'static> {
    Work::on(strokes(), 2)
}

fn convnet(norm: Norm) -> ModelChoice {
    ModelChoice::ConvNet(ConvNetOptions {
        width: 4,
        depth: 2,
        norm,
        ..ConvNetOptions::default()
    })
}

/// The loss before and after 30 steps on the same network and batches.
fn descend(task: Task<'_>, settings: &Dm) -> (f64, f64) {
    let mut dm = settings.start(task).unwrap();
    let first = dm.step(0).unwrap().total;
    for _ in 0..30 {
        dm.step(0).unwrap();
    }
    (first, dm.step(0).unwrap().total)
}

#[test]
fn matching_lowers_the_distance() {
    for settings in [settings(), augmented()] {
        let (first, last) = work().run(2, |task| descend(task, &settings));
        assert!(
            last < 0.9 * first,
            "{first} {last} with {}",
            settings.dsa_strategy
        );
    }
}

#[test]
fn a_table_is_matched() {
    let settings = Dm {
        init: Init::Noise,
        batch_real: 8,
        ..Dm::defaults(&Facts::of(table()))
    };
    assert_eq!(settings.dsa_strategy, Augmentation::None);
    let (first, last) = Work::on(table(), 2).run(2, |task| descend(task, &settings));
    assert!(last < 0.5 * first, "{first} {last}");
    let refused = augmented()
        .check(&Facts::of(table()))
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("method.dsa_strategy") && refused.contains("tables"),
        "{refused}"
    );
}

#[test]
fn threads_do_not_change_a_bit() {
    let batch_norm = Work {
        model: convnet(Norm::Batch),
        ..work()
    };
    for (work, settings) in [(work(), augmented()), (batch_norm, settings())] {
        let run = |threads| {
            work.run(threads, |task| {
                let mut dm = settings.start(task).unwrap();
                let losses = [dm.step(0).unwrap(), dm.step(1).unwrap()];
                (losses, bits(&dm.set().unwrap()))
            })
        };
        assert!(run(1) == run(2));
    }
}

#[test]
fn a_restored_state_goes_on_as_if_nothing_had_happened() {
    work().run(2, |task| {
        let mut straight = augmented().start(task).unwrap();
        straight.step(0).unwrap();
        let checkpoint = straight.state().checkpoint(1).unwrap();
        straight.step(1).unwrap();
        let mut resumed = augmented().start(task).unwrap();
        resumed
            .restore(State::restored(checkpoint, task.device).unwrap())
            .unwrap();
        resumed.step(1).unwrap();
        assert!(bits(&resumed.set().unwrap()) == bits(&straight.set().unwrap()));
    });
}

#[test]
fn every_iteration_has_its_own_network_and_samples() {
    work().run(1, |task| {
        let mut dm = settings().start(task).unwrap();
        let state = dm.state();
        let first = dm.step(0).unwrap().total;
        dm.restore(state).unwrap();
        assert_ne!(dm.step(1).unwrap().total, first);
    });
}

#[test]
fn augmentation_makes_a_difference() {
    let stepped = |settings: Dm| {
        work().run(1, |task| {
            let mut dm = settings.start(task).unwrap();
            let loss = dm.step(0).unwrap().total;
            (loss, bits(&dm.set().unwrap()))
        })
    };
    let (plain, changed) = (stepped(settings()), stepped(augmented()));
    assert_ne!(plain.0, changed.0);
    assert_ne!(plain.1, changed.1);
}

/// Loss and gradient of the first iteration, worked out on one graph; each group of classes goes through the network
/// as one batch.
fn by_hand(task: Task<'_>, settings: &Dm, x: &Tensor, groups: &[Vec<usize>]) -> (f64, Vec<f32>) {
    let mut rng = stream(task.seed, "dm/network", 0);
    let weights = initialize(task.model, &mut rng, task.device).unwrap();
    let mut losses = Vec::new();
    let x = x.requires_grad();
    for group in groups {
        let of = |class: usize| {
            let mut rng = stream(task.seed, &format!("dm/real/{class}"), 0);
            task.real(&task.train.draw(class, settings.batch_real, &mut rng))
                .unwrap()
        };
        let synthetic = |class: usize| {
            let range = task.budget.range(class);
            x.slice(0, range.start, range.end).unwrap()
        };
        let features = |parts: &[Tensor]| {
            let all = Tensor::cat(&parts.iter().collect::<Vec<_>>(), 0).unwrap();
            let features = task.model.features(&weights, &all).unwrap();
            let mut start = 0;
            let mean = |part: &Tensor| {
                let end = start + part.shape()[0];
                let mean = features
                    .slice(0, start, end)
                    .unwrap()
                    .mean_dims(&[0], false)
                    .unwrap();
                start = end;
                mean
            };
            parts.iter().map(mean).collect::<Vec<_>>()
        };
        let real = features(&group.iter().map(|&class| of(class)).collect::<Vec<_>>());
        let synthetic = features(
            &group
                .iter()
                .map(|&class| synthetic(class))
                .collect::<Vec<_>>(),
        );
        for (real, synthetic) in real.iter().zip(&synthetic) {
            losses.push(
                synthetic
                    .sub(real)
                    .unwrap()
                    .square()
                    .unwrap()
                    .sum()
                    .unwrap(),
            );
        }
    }
    let count = losses.len() as f64;
    let sum = losses
        .into_iter()
        .reduce(|sum, loss| sum.add(&loss).unwrap())
        .unwrap();
    let gradient = grad(&sum, &[&x], false).unwrap().remove(0);
    (sum.item().unwrap() / count, gradient.to_vec().unwrap())
}

/// The first step's loss, and the samples' gradient by how far they moved.
fn first_step(task: Task<'_>, settings: &Dm) -> (f64, Vec<f32>, Tensor) {
    let mut dm = settings.start(task).unwrap();
    let before = dm.set().unwrap().values;
    let x = crate::samples(before.clone(), task.train.shape(), task.device).unwrap();
    let loss = dm.step(0).unwrap().total;
    let after = dm.set().unwrap().values;
    let moved = before
        .iter()
        .zip(after)
        .map(|(before, after)| before - after);
    (loss, moved.collect(), x)
}

#[track_caller]
fn assert_same(found: &(f64, Vec<f32>, Tensor), expected: &(f64, Vec<f32>)) {
    assert!(
        (found.0 / expected.0 - 1.0).abs() < 1e-5,
        "{} {}",
        found.0,
        expected.0
    );
    let largest = expected
        .1
        .iter()
        .fold(0.0, |most: f32, value| most.max(value.abs()));
    assert!(largest > 1e-3, "{largest}");
    for (found, expected) in found.1.iter().zip(&expected.1) {
        // A difference of two samples has the rounding of the samples.
        assert!(
            (found - expected).abs() < 1e-4 * largest + 1e-6,
            "{found} {expected}"
        );
    }
}

#[test]
fn a_network_with_batch_norm_sees_all_classes_at_once() {
    let work = Work {
        model: convnet(Norm::Batch),
        budget: Budget::new(vec![2, 1, 1, 3, 1, 1, 1, 1, 1, 2]),
        ..work()
    };
    work.run(2, |task| {
        let found = first_step(task, &settings());
        assert_same(
            &found,
            &by_hand(task, &settings(), &found.2, &[(0..10).collect()]),
        );
        // One class at a time is something else.
        let apart: Vec<Vec<usize>> = (0..10).map(|class| vec![class]).collect();
        let (loss, _) = by_hand(task, &settings(), &found.2, &apart);
        assert!((found.0 / loss - 1.0).abs() > 1e-3, "{} {loss}", found.0);
    });
}

#[test]
fn other_networks_see_one_class_at_a_time_to_the_same_effect() {
    let work = Work {
        model: convnet(Norm::Instance),
        budget: Budget::new(vec![2, 1, 1, 3, 1, 1, 1, 1, 1, 2]),
        ..work()
    };
    work.run(2, |task| {
        let found = first_step(task, &settings());
        assert_same(
            &found,
            &by_hand(task, &settings(), &found.2, &[(0..10).collect()]),
        );
    });
}

#[test]
fn a_request_to_stop_is_heard() {
    work().run(1, |task| {
        let mut dm = settings().start(task).unwrap();
        task.interrupt.set();
        assert!(matches!(dm.step(0), Err(Error::Interrupted)));
    });
}

#[test]
fn defaults_are_the_published_ones() {
    let facts = Facts {
        dataset: "cifar10".into(),
        ..Facts::of(strokes())
    };
    let dm = Dm::defaults(&facts);
    assert_eq!(
        (dm.iterations, dm.batch_real, dm.lr_img, dm.momentum_img),
        (20_001, 256, 1.0, 0.5)
    );
    assert_eq!(dm.init, Init::Real);
    assert_eq!(
        dm.dsa_strategy.to_string(),
        "color_crop_cutout_flip_scale_rotate"
    );
    let many = Facts { ipc: 100, ..facts };
    assert_eq!(Dm::defaults(&many).lr_img, 10.0);
}
