#![allow(clippy::unwrap_used)]
use liebig_data::stream;
use liebig_grad::{Targets, Tensor, grad};
use liebig_nn::{ConvNetOptions, ModelChoice, initialize};

use super::*;
use crate::init::Init;
use crate::methods::Phase;
use crate::tests::{Work, bits, strokes, table};
use crate::{Budget, Error, Facts, Labels, State, Task};

/// Four steps on few real samples.
fn settings() -> Settings {
    Settings {
        iterations: 40,
        batch_real: 64,
        distill_epochs: 4,
        momentum: 0.9,
        lr_img: 0.1,
        lr_decay: LrDecay::None,
        ..Settings::published(&Facts::of(strokes()))
    }
}

fn soft() -> Settings {
    Settings {
        freeze: Freeze::None,
        ..settings()
    }
}

fn turned() -> Settings {
    Settings {
        dsa_strategy: "crop_scale_rotate".parse().unwrap(),
        ..settings()
    }
}

fn windowed() -> Settings {
    Settings {
        distill_epochs: 6,
        window: 3,
        learn_lr: StepSizeChoice::One,
        inner_optimizer: Inner::Adam,
        momentum: 0.0,
        clip_grad: 2.0,
        dsa_strategy: "flip_rotate".parse().unwrap(),
        ..settings()
    }
}

fn work(ipc: usize) -> Work<'static> {
    Work {
        model: ModelChoice::ConvNet(ConvNetOptions {
            width: 4,
            depth: 2,
            ..ConvNetOptions::default()
        }),
        ..Work::on(strokes(), ipc)
    }
}

/// The loss of the first iteration before and after 40 of them.
fn descend(task: Task<'_>, settings: &Settings) -> (f64, f64) {
    let mut method = settings.start("dd", task).unwrap();
    let first = method.step(0).unwrap().total;
    for iteration in 1..40 {
        method.step(iteration).unwrap();
    }
    (first, method.step(0).unwrap().total)
}

#[test]
fn every_variant_lowers_the_loss() {
    let one = Settings {
        learn_lr: StepSizeChoice::One,
        ..settings()
    };
    let sgd = Settings {
        optimizer: Outer::Sgd,
        lr_img: 100.0,
        ..settings()
    };
    let known = Settings {
        train_nets_type: Networks::KnownInit,
        sample_n_nets: 2,
        n_nets: 3,
        ..settings()
    };
    let logits = Settings {
        label_softmax: true,
        ..soft()
    };
    for settings in [
        settings(),
        soft(),
        windowed(),
        turned(),
        one,
        sgd,
        known,
        logits,
    ] {
        let (first, last) = work(1).run(2, |task| descend(task, &settings));
        assert!(last < 0.97 * first, "{first} {last} with {settings:?}");
    }
}

#[test]
fn rows_of_a_table_are_learnt() {
    let settings = Settings {
        lr_img: 0.05,
        ..settings()
    };
    let (first, last) = Work::on(table(), 1).run(2, |task| descend(task, &settings));
    assert!(last < 0.97 * first, "{first} {last}");
}

#[test]
fn threads_and_memory_do_not_change_a_bit() {
    for settings in [soft(), windowed(), turned()] {
        let run = |threads, memory| {
            work(2).run(threads, |task| {
                let task = Task { memory, ..task };
                let mut method = settings.start("dd", task).unwrap();
                let losses = [method.step(0).unwrap(), method.step(1).unwrap()];
                let set = method.set().unwrap();
                (losses, bits(&set), set.step_sizes, set.labels)
            })
        };
        let first = run(1, 1 << 34);
        assert!(first == run(2, 1 << 34));
        assert!(first == run(2, 0));
    }
}

#[test]
fn a_restored_state_goes_on_as_if_nothing_had_happened() {
    for settings in [soft(), windowed()] {
        work(1).run(2, |task| {
            let mut straight = settings.start("dd", task).unwrap();
            straight.step(0).unwrap();
            let checkpoint = straight.state().checkpoint(1).unwrap();
            straight.step(1).unwrap();
            let mut resumed = settings.start("dd", task).unwrap();
            resumed
                .restore(State::restored(checkpoint, task.device).unwrap())
                .unwrap();
            resumed.step(1).unwrap();
            let (a, b) = (resumed.set().unwrap(), straight.set().unwrap());
            assert!(bits(&a) == bits(&b));
            assert_eq!((a.step_sizes, a.labels), (b.step_sizes, b.labels));
        });
    }
}

/// The loss of the first iteration on one graph, from the samples, the labels and the step sizes.
fn by_hand(
    task: Task<'_>,
    settings: &Settings,
    x: &Tensor,
    labels: &Tensor,
    lr: &[Tensor],
) -> Tensor {
    let mut rng = stream(task.seed, "dd/network", 0);
    let mut weights: Vec<Tensor> = initialize(task.model, &mut rng, task.device)
        .unwrap()
        .iter()
        .map(Tensor::requires_grad)
        .collect();
    let mut momentum: Option<Vec<Tensor>> = None;
    for lr in lr {
        let logits = task.model.forward(&weights, x).unwrap();
        let loss = logits
            .cross_entropy(&Targets::Soft(labels.clone()))
            .unwrap();
        let inputs: Vec<&Tensor> = weights.iter().collect();
        let gradient = grad(&loss, &inputs, true).unwrap();
        let direction: Vec<Tensor> = match momentum {
            None => gradient,
            Some(old) => gradient
                .iter()
                .zip(&old)
                .map(|(new, old)| {
                    new.add(&old.mul_scalar(settings.momentum).unwrap())
                        .unwrap()
                })
                .collect(),
        };
        weights = weights
            .iter()
            .zip(&direction)
            .map(|(weight, direction)| {
                let step = direction.mul(&lr.broadcast_to(direction.shape()).unwrap());
                weight.sub(&step.unwrap()).unwrap()
            })
            .collect();
        momentum = Some(direction);
    }
    let mut rng = stream(task.seed, "dd/real", 0);
    let train = task.train;
    let indices = rand::seq::index::sample(&mut rng, train.len(), settings.batch_real).into_vec();
    let classes = indices.iter().map(|&index| train.labels()[index] as usize);
    let logits = task
        .model
        .forward(&weights, &task.real(&indices).unwrap())
        .unwrap();
    logits
        .cross_entropy(&Targets::Hard(classes.collect()))
        .unwrap()
}

#[test]
fn the_gradient_is_that_of_the_whole_graph() {
    let settings = soft();
    work(1).run(2, |task| {
        let mut objective = objective::Unrolled::new("dd", task, settings.clone()).unwrap();
        let set = settings.synthetic("dd", &task).unwrap();
        let at = crate::methods::At::default();
        let context = crate::methods::Objective::context(&mut objective, 0).unwrap();
        let (loss, cotangents) =
            crate::methods::Objective::pull(&objective, &context, &set, at).unwrap();
        let x = set.samples().requires_grad();
        let Targets::Soft(labels) = set.targets().unwrap() else {
            panic!("labels are learnt");
        };
        let labels = labels.requires_grad();
        let lr: Vec<Tensor> = set
            .set()
            .unwrap()
            .step_sizes
            .iter()
            .map(|&lr| Tensor::from_vec(vec![lr], &[1], task.device).unwrap())
            .map(|lr| lr.requires_grad())
            .collect();
        let expected = by_hand(task, &settings, &x, &labels, &lr);
        assert!((loss.total - expected.item().unwrap()).abs() < 1e-5);
        let inputs: Vec<&Tensor> = [&x, &labels].into_iter().chain(&lr).collect();
        let gradients = grad(&expected, &inputs, false).unwrap();
        let close = |found: &[f32], expected: &Tensor| {
            let expected = expected.to_vec().unwrap();
            let scale = expected
                .iter()
                .fold(0.0_f32, |max, value| max.max(value.abs()));
            for (found, expected) in found.iter().zip(&expected) {
                assert!(
                    (found - expected).abs() < 1e-3 * scale,
                    "{found} {expected}"
                );
            }
        };
        close(&cotangents.samples.to_vec().unwrap(), &gradients[0]);
        close(&cotangents.labels.unwrap().to_vec().unwrap(), &gradients[1]);
        for (found, expected) in cotangents.step_sizes.unwrap().iter().zip(&gradients[2..]) {
            close(&[*found as f32], expected);
        }
    });
}

#[test]
fn there_may_be_fewer_samples_than_classes() {
    let settings = Settings {
        images: 3,
        ..soft()
    };
    let budget = settings.budget(Budget::uniform(10, 1));
    assert_eq!(budget.counts(), [1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
    let facts = Facts::of(strokes());
    assert!(settings.check(&facts).is_ok());
    let work = Work { budget, ..work(1) };
    work.run(2, |task| {
        let mut method = settings.start("sldd", task).unwrap();
        method.step(0).unwrap();
        let set = method.set().unwrap();
        assert_eq!(set.len(), 3);
        let Labels::Values(labels) = set.labels else {
            panic!("labels are learnt");
        };
        assert_eq!(labels.len(), 30);
        // The other classes have labels as well after the first update.
        assert!(labels[3..10].iter().any(|&value| value != 0.0));
    });
}

#[test]
fn frozen_images_stay_and_labels_change() {
    let settings = Settings {
        freeze: Freeze::Images,
        init: Init::Real,
        ..settings()
    };
    work(1).run(1, |task| {
        let mut method = settings.start("sldd", task).unwrap();
        let before = method.set().unwrap();
        method.step(0).unwrap();
        let after = method.set().unwrap();
        assert_eq!(bits(&before), bits(&after));
        assert_ne!(before.labels, after.labels);
    });
}

#[test]
fn labels_and_samples_go_on_from_a_file() {
    let work = work(1);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set.safetensors");
    let from_file = Settings {
        init: Init::File(path.clone()),
        label_init: LabelInit::File,
        ..soft()
    };
    work.run(1, |task| {
        let mut method = soft().start("sldd", task).unwrap();
        method.step(0).unwrap();
        let mut set = method.set().unwrap();
        // A label that is highest for the class of another place.
        let Labels::Values(labels) = &mut set.labels else {
            panic!("labels are learnt");
        };
        labels[..10].copy_from_slice(&[0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
        let mut artefact = crate::tests::artefact();
        artefact.set = set.clone();
        artefact.write(&path).unwrap();
        let started = from_file.start("sldd", task).unwrap().set().unwrap();
        assert!(bits(&started) == bits(&set));
        assert_eq!(started.labels, set.labels);
    });
}

#[test]
fn what_contradicts_itself_is_refused() {
    let facts = Facts::of(strokes());
    let refused = |settings: Settings, key: &str| {
        let message = settings.check(&facts).unwrap_err().to_string();
        assert!(message.contains(key), "{message}");
    };
    let window = |window| Settings {
        window,
        ..windowed()
    };
    refused(window(7), "method.window");
    let learn_lr = StepSizeChoice::Each;
    refused(
        Settings {
            learn_lr,
            ..windowed()
        },
        "method.learn_lr",
    );
    refused(
        Settings {
            images: 3,
            ..settings()
        },
        "method.images",
    );
    refused(
        Settings {
            dsa_strategy: "rand:flip".parse().unwrap(),
            ..settings()
        },
        "method.dsa_strategy",
    );
    refused(
        Settings {
            distill_steps: 11,
            ..settings()
        },
        "method.distill_steps",
    );
    refused(
        Settings {
            momentum: 0.5,
            ..windowed()
        },
        "method.momentum",
    );
    refused(
        Settings {
            freeze: Freeze::Images,
            ..settings()
        },
        "method.freeze",
    );
    refused(
        Settings {
            label_init: LabelInit::File,
            ..soft()
        },
        "method.label_init",
    );
    for name in ["dd", "rat-bptt", "sldd"] {
        let entry = crate::methods::find(name).unwrap();
        assert!(entry.defaults(&facts).check(&facts).is_ok(), "{name}");
    }
}

#[test]
fn an_explosion_says_where_and_what_to_lower() {
    let settings = Settings {
        distill_lr: 1e30,
        distill_epochs: 8,
        ..settings()
    };
    work(1).run(1, |task| {
        let mut method = settings.start("dd", task).unwrap();
        let error = method.step(3).unwrap_err();
        assert!(
            matches!(error, Error::Diverged { iteration: 3, .. }),
            "{error}"
        );
        assert!(error.to_string().contains("method.distill_lr"));
    });
}

#[test]
fn the_first_half_may_take_fewer_steps() {
    let short = Settings {
        warmup_epochs: 2,
        learn_lr: StepSizeChoice::One,
        ..settings()
    };
    assert_eq!((short.steps_at(19), short.steps_at(20)), (2, 4));
    let other = |epochs| Settings {
        distill_epochs: epochs,
        ..short.clone()
    };
    let after = |settings: Settings, iteration| {
        work(1).run(1, |task| {
            let mut method = settings.start("dd", task).unwrap();
            method.step(iteration).unwrap();
            bits(&method.set().unwrap())
        })
    };
    for (iteration, epochs) in [(0, 2), (20, 4)] {
        let plain = Settings {
            warmup_epochs: 0,
            ..other(epochs)
        };
        assert!(after(short.clone(), iteration) == after(plain, iteration));
    }
    let facts = Facts::of(strokes());
    assert!(other(1).check(&facts).is_err());
}

#[test]
fn networks_may_differ_from_update_to_update() {
    let varied = Settings {
        warmup: 0.25,
        warmup_model: Some("convnet:width=3".into()),
        models: Some("convnet:width=4, convnet:width=5:depth=2".into()),
        ..settings()
    };
    let alone = |text: &str| Settings {
        warmup_model: None,
        models: Some(text.into()),
        ..varied.clone()
    };
    let after = |settings: &Settings, iteration| {
        work(1).run(1, |task| {
            let mut method = settings.start("dd", task).unwrap();
            method.step(iteration).unwrap();
            bits(&method.set().unwrap())
        })
    };
    for (iteration, model) in [
        (0, "convnet:width=3"),
        (9, "convnet:width=3"),
        (10, "convnet:width=4"),
        (11, "convnet:width=5:depth=2"),
        (39, "convnet:width=5:depth=2"),
    ] {
        assert!(after(&varied, iteration) == after(&alone(model), iteration));
    }
    assert!(after(&varied, 9) != after(&settings(), 9));
    let phases = work(1).run(1, |task| varied.start("dd", task).unwrap().phases());
    let phase = |example, iterations| Phase {
        example,
        iterations,
    };
    assert_eq!(phases, [phase(0, 10), phase(38, 15), phase(39, 15)]);
    let facts = Facts::of(strokes());
    assert!(varied.check(&facts).is_ok());
    for wrong in [
        alone("convnet:wide=3"),
        alone("convnet:width=0"),
        alone(""),
        Settings {
            train_nets_type: Networks::KnownInit,
            ..varied.clone()
        },
    ] {
        assert!(wrong.check(&facts).is_err(), "{wrong:?}");
    }
}

#[test]
fn learning_rates_fall_as_they_should() {
    let rate = |settings: Settings, iteration| {
        work(1).run(1, |task| {
            let objective = objective::Unrolled::new("dd", task, settings.clone()).unwrap();
            crate::methods::Objective::rate(&objective, iteration)
        })
    };
    let step = Settings {
        lr_decay: LrDecay::Step,
        decay_iterations: 10,
        ..settings()
    };
    assert_eq!(rate(step.clone(), 9), 1.0);
    assert_eq!(rate(step, 20), 0.25);
    let linear = Settings {
        lr_decay: LrDecay::Linear,
        ..settings()
    };
    assert_eq!(rate(linear.clone(), 20), 1.0);
    assert_eq!(rate(linear.clone(), 30), 0.5);
    assert_eq!(rate(linear, 40), 0.0);
    assert_eq!(rate(settings(), 39), 1.0);
}
