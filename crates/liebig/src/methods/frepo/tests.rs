#![allow(clippy::unwrap_used)]
use liebig_grad::Tensor;
use liebig_nn::{ConvNetOptions, ModelChoice, Norm};

use super::objective::FeatureRegression;
use super::*;
use crate::methods::{At, Method, Objective};
use crate::synthetic::{Cotangents, Synthetic};
use crate::tests::{Work, bits, strokes, table};
use crate::{Error, Facts, Labels, Loss, State, Task};

/// As published, with fewer samples and faster.
fn published() -> Frepo {
    Frepo {
        iterations: 40,
        cached: 128,
        batch_real: 128,
        lr_img: 0.01,
        lr_label: 0.01,
        num_nn_state: 3,
        max_online_updates: 4,
        ..Frepo::defaults(&Facts::of(strokes()))
    }
}

/// As in the quick preset, with mirror images.
fn quick() -> Frepo {
    Frepo {
        updates: 3,
        batch_real: 100,
        online_updates: 3,
        online_optimizer: OnlineOptimizer::Sgd,
        online_loss: RegressionLoss::Ce,
        online_momentum: 0.9,
        online_lr: 0.01,
        reg: 1.0,
        loss: RegressionLoss::Ce,
        use_flip: true,
        learn_label: false,
        optimizer: OuterOptimizer::Adam,
        lr_decay: RateDecay::None,
        ema_decay: 0.5,
        ..published()
    }
}

fn work(ipc: usize, norm: Norm) -> Work<'static> {
    Work {
        model: ModelChoice::ConvNet(ConvNetOptions {
            width: 4,
            depth: 2,
            norm,
            ..ConvNetOptions::default()
        }),
        ..Work::on(strokes(), ipc)
    }
}

/// The mean loss of the first ten iterations, and that of the last of forty.
fn descend(task: Task<'_>, settings: &Frepo) -> (f64, f64) {
    let mut method = settings.start(task).unwrap();
    let losses = (0..40).map(|iteration| method.step(iteration).unwrap().total);
    let losses: Vec<f64> = losses.collect();
    let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len() as f64;
    (mean(&losses[..10]), mean(&losses[30..]))
}

#[test]
fn the_error_falls() {
    let learnt = Frepo {
        learn_label: true,
        ema_decay: 0.0,
        ..quick()
    };
    for settings in [published(), quick(), learnt] {
        let (first, last) = work(1, Norm::Instance).run(2, |task| descend(task, &settings));
        assert!(last < 0.97 * first, "{first} {last} with {settings:?}");
    }
    let rows = Frepo {
        cached: 20,
        batch_real: 20,
        ..published()
    };
    let (first, last) = Work::on(table(), 1).run(2, |task| descend(task, &rows));
    assert!(last < 0.97 * first, "{first} {last}");
}

#[test]
fn threads_do_not_change_a_bit() {
    for (settings, norm) in [(published(), Norm::Batch), (quick(), Norm::Instance)] {
        let run = |threads| {
            work(2, norm).run(threads, |task| {
                let mut method = settings.start(task).unwrap();
                let losses: Vec<_> = (0..3).map(|i| method.step(i).unwrap()).collect();
                let set = method.set().unwrap();
                (losses, bits(&set), set.labels)
            })
        };
        assert!(run(1) == run(2));
    }
}

#[test]
fn a_restored_state_goes_on_as_if_nothing_had_happened() {
    for (settings, norm) in [(published(), Norm::Batch), (quick(), Norm::Instance)] {
        work(1, norm).run(2, |task| {
            let mut straight = settings.start(task).unwrap();
            for iteration in 0..8 {
                straight.step(iteration).unwrap();
            }
            let checkpoint = straight.state().checkpoint(8).unwrap();
            let mut resumed = settings.start(task).unwrap();
            resumed
                .restore(State::restored(checkpoint, task.device).unwrap())
                .unwrap();
            for iteration in 8..16 {
                let expected = straight.step(iteration).unwrap();
                assert_eq!(resumed.step(iteration).unwrap(), expected);
            }
            let (a, b) = (resumed.set().unwrap(), straight.set().unwrap());
            assert!(bits(&a) == bits(&b));
            assert_eq!(a.labels, b.labels);
            let values = |state: State| state.checkpoint(16).unwrap().arrays;
            let (a, b) = (values(resumed.state()), values(straight.state()));
            assert_eq!(a.len(), b.len());
            for (a, b) in a.iter().zip(&b) {
                assert!(a.name == b.name && a.values == b.values, "{}", a.name);
            }
        });
    }
}

/// The slope of the loss along the gradient, by central differences.
#[test]
fn the_gradient_is_that_of_finite_differences() {
    let smooth = |settings: Frepo| Frepo {
        updates: 1,
        ..settings
    };
    let learnt = Frepo {
        learn_label: true,
        ..quick()
    };
    // Features are in single precision, which a ridge of 1e-6 would magnify.
    let published = Frepo {
        reg: 0.01,
        ..published()
    };
    for settings in [smooth(published), smooth(learnt)] {
        work(2, Norm::Instance).run(2, |task| {
            let mut objective = FeatureRegression::new(task, settings.clone()).unwrap();
            let visit = objective.context(0).unwrap();
            let start = || settings.synthetic(&task).unwrap();
            let pull = |set: &Synthetic| objective.pull(&visit, set, At::default()).unwrap();
            let (_, cotangents) = pull(&start());
            // A set with plain gradient descent moves along the gradient by the rate.
            let moved = |which: &str, by: f64| {
                let (samples, labels) = (cotangents.samples.clone(), cotangents.labels.clone());
                let direction = Cotangents {
                    samples: samples
                        .mul_scalar(if which == "samples" { 1.0 } else { 0.0 })
                        .unwrap(),
                    labels: labels.map(|l| {
                        l.mul_scalar(if which == "labels" { 1.0 } else { 0.0 })
                            .unwrap()
                    }),
                    ..Cotangents::from(samples)
                };
                shifted(&task, &settings, &direction, by)
            };
            for which in ["samples", "labels"] {
                let gradient = match which {
                    "samples" => &cotangents.samples,
                    _ => cotangents.labels.as_ref().unwrap(),
                };
                let square = gradient.square().unwrap().sum().unwrap().item().unwrap();
                let step = 2e-2 / square.sqrt();
                let at = |by: f64| pull(&moved(which, by)).0.total;
                let slope = (at(step) - at(-step)) / (2.0 * step);
                assert!(
                    (slope / square - 1.0).abs() < 0.02,
                    "{which}: {slope}, expected {square} with {settings:?}"
                );
            }
            let Some(slope) = cotangents.temperature else {
                assert_eq!(settings.loss, RegressionLoss::Mse);
                return;
            };
            let at = |temperature: f64| {
                let settings = Frepo {
                    temperature,
                    ..settings.clone()
                };
                pull(&settings.synthetic(&task).unwrap()).0.total
            };
            let expected = (at(0.01_f64.exp()) - at((-0.01_f64).exp())) / 0.02;
            assert!((slope / expected - 1.0).abs() < 1e-3, "{slope} {expected}");
        });
    }
}

/// The set at the start, moved by a multiple of a direction.
fn shifted(task: &Task<'_>, settings: &Frepo, direction: &Cotangents, by: f64) -> Synthetic {
    use crate::synthetic::{Group, LearntLabels};
    let set = settings.synthetic(task).unwrap();
    let plus =
        |value: &Tensor, direction: &Tensor| value.add(&direction.mul_scalar(by).unwrap()).unwrap();
    let sgd = || liebig_nn::Sgd::new(1.0);
    let samples = Group::new(&plus(set.samples(), &direction.samples), sgd());
    let liebig_grad::Targets::Soft(labels) = set.targets().unwrap() else {
        panic!("labels are learnt");
    };
    let labels = plus(&labels, direction.labels.as_ref().unwrap());
    let space = task.train.space().clone();
    let moved = Synthetic::new(task.budget.clone(), task.train.shape(), space, samples)
        .with_labels(LearntLabels::Values(Group::new(&labels, sgd())));
    match set.temperature() {
        Some(logarithm) => moved.with_temperature(Group::new(logarithm, sgd())),
        None => moved,
    }
}

#[test]
fn old_networks_are_replaced() {
    work(1, Norm::Instance).run(2, |task| {
        let settings = Frepo {
            num_nn_state: 1,
            online_updates: 3,
            ..published()
        };
        let mut method = settings.start(task).unwrap();
        // 3, then 6, which is more than 4, then a fresh one.
        let ages = (0..4).map(|iteration| {
            method.step(iteration).unwrap();
            method.state().take_count("pool0.age").unwrap()
        });
        assert_eq!(ages.collect::<Vec<_>>(), [3, 6, 0, 3]);
        let started = published().start(task).unwrap().state();
        let ages = (0..3).map(|place| {
            let name = format!("pool{place}.age");
            started.clone().take_count(&name).unwrap()
        });
        assert_eq!(ages.collect::<Vec<_>>(), [0, 1, 2]);
    });
}

#[test]
fn the_average_is_the_result() {
    work(1, Norm::Instance).run(1, |task| {
        let values = |ema_decay| {
            let settings = Frepo {
                ema_decay,
                learn_label: true,
                ..quick()
            };
            let mut method = settings.start(task).unwrap();
            let before = method.set().unwrap();
            method.step(0).unwrap();
            (before, method.set().unwrap())
        };
        let ((before, slow), (_, last)) = (values(0.9), values(0.0));
        let far = |set: &crate::SmallSet| -> f32 {
            let pairs = set.values.iter().zip(&before.values);
            pairs.map(|(a, b)| (a - b).abs()).sum()
        };
        assert!(far(&slow) > 0.0 && far(&slow) < 0.5 * far(&last));
        let of = |set: &crate::SmallSet| match &set.labels {
            Labels::Values(values) => values.clone(),
            _ => Vec::new(),
        };
        let centre = of(&before).iter().sum::<f32>();
        assert!(centre.abs() < 1e-5 && of(&before)[0] == 0.9);
        assert!(of(&slow) != of(&last) && of(&slow).len() == 100);
    });
}

#[test]
fn what_contradicts_itself_is_refused() {
    let facts = Facts::of(strokes());
    let refused = |settings: Frepo, facts: &Facts, key: &str| {
        let message = settings.check(facts).unwrap_err().to_string();
        assert!(message.contains(key), "{message}");
    };
    assert!(quick().check(&facts).is_ok());
    let many = Frepo {
        batch_real: 2000,
        ..published()
    };
    refused(many, &facts, "method.batch_real");
    let momentum = Frepo {
        online_momentum: 0.5,
        ..published()
    };
    refused(momentum, &facts, "method.online_momentum");
    let rows = Facts::of(table());
    let mirrored = Frepo {
        use_flip: true,
        ..Frepo::defaults(&rows)
    };
    refused(mirrored, &rows, "method.use_flip");
    assert!(Frepo::defaults(&rows).check(&rows).is_ok());
}

#[test]
fn mirror_images_are_for_colour() {
    let facts = |dataset: &str, channels, classes, ipc| Facts {
        dataset: dataset.into(),
        shape: crate::SampleShape::Image {
            channels,
            height: 32,
            width: 32,
        },
        classes,
        ipc,
        ..Facts::of(strokes())
    };
    let flips = |facts: &Facts| Frepo::defaults(facts).use_flip;
    assert!(flips(&facts("cifar10", 3, 10, 50)) && flips(&facts("cifar100", 3, 100, 1)));
    assert!(!flips(&facts("cifar100", 3, 100, 10)) && !flips(&facts("svhn", 3, 10, 1)));
    assert!(!flips(&facts("fashion-mnist", 1, 10, 1)));
    let large = Frepo::defaults(&facts("cifar10", 3, 10, 60));
    assert_eq!((large.num_online_eval_updates, large.eval_parts), (5000, 2));
    let own = large.unroll(0).unwrap();
    assert_eq!((own.loss, own.parts), (Loss::SquaredError, 2));
}

#[test]
fn an_explosion_says_where_and_what_to_lower() {
    let explodes = |settings: Frepo| {
        work(1, Norm::Instance).run(1, |task| {
            let mut method = settings.start(task).unwrap();
            let error = (0..4).find_map(|iteration| method.step(iteration).err());
            let error = error.unwrap();
            assert!(matches!(error, Error::Diverged { .. }), "{error}");
            assert!(error.to_string().contains("method.online_lr"));
        });
    };
    explodes(Frepo {
        num_nn_state: 1,
        online_lr: 1e30,
        max_online_updates: 100,
        ..quick()
    });
    explodes(Frepo {
        lr_img: f64::from(f32::MAX),
        optimizer: OuterOptimizer::Adam,
        ..published()
    });
}

/// Labels around zero have no least cross-entropy: the common protocol takes their classes. For squared error, classes
/// become the same labels.
#[test]
fn classes_and_labels_around_zero_train_the_same_networks() {
    use crate::evaluate::Training;
    let facts = Facts::of(table());
    let settings = Frepo {
        num_online_eval_updates: 600,
        ..Frepo::defaults(&facts)
    };
    let config = crate::tests::config(crate::MethodChoice::new(settings.clone()), table(), 2);
    let recipe = crate::Recipe {
        model: crate::tests::mlp(),
        protocol: (&config.evaluation).into(),
        unroll: settings.unroll(0),
    };
    Work::on(table(), 2).run(2, |task| {
        let hard = crate::coresets::random(&task, 0).unwrap();
        let values = crate::labels::centred(&task.budget.labels(), 3);
        let around_zero = crate::SmallSet {
            labels: Labels::Values(values),
            ..hard.clone()
        };
        let evaluation = crate::tests::evaluation(&task, &recipe, &table().test);
        let accuracies = |set: &crate::SmallSet, training| {
            let score = evaluation.run(training, 2, |_| Ok(set.clone())).unwrap();
            score.accuracies()
        };
        let [common, own, before] =
            [Training::Common, Training::Own, Training::Before].map(|training| {
                let found = accuracies(&hard, training);
                assert_eq!(found, accuracies(&around_zero, training), "{training}");
                found.iter().sum::<f64>() / 2.0
            });
        assert!(
            common > 0.6 && own > before + 0.2,
            "{common} {own} {before}"
        );
    });
}
