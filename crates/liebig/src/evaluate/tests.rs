#![allow(clippy::unwrap_used)]
use liebig_nn::{ConvNetOptions, ModelChoice};

use super::*;
use crate::config::EvaluationConfig;
use crate::coresets::{self, random};
use crate::protocol::LrDrop;
use crate::session::Quiet;
use crate::tests::{Work, mlp, shades, strokes, table};
use crate::{Labels, config};

fn recipe(model: ModelChoice) -> Recipe {
    let evaluation = EvaluationConfig {
        epochs: 20,
        batch_size: 16,
        ..EvaluationConfig::default()
    };
    Recipe {
        unroll: None,
        model,
        protocol: (&evaluation).into(),
    }
}

/// The first test samples of the built-in set.
fn test_split() -> Split {
    strokes().test.subset(&(0..300).collect::<Vec<_>>())
}

fn score(recipe: &Recipe, seed: u64, ipc: usize, threads: usize) -> Result<Score, Error> {
    let test = test_split();
    Work::on(strokes(), ipc).run(threads, |task| {
        let evaluation = Evaluation {
            recipe,
            networks: None,
            teacher: None,
            pruning: None,
            rates: &[],
            store: None,
            test: &test,
            seed,
            device: task.device,
            interrupt: task.interrupt,
            observer: task.observer,
        };
        evaluation.run(Training::Common, 2, |draw| random(&task, draw))
    })
}

#[test]
fn the_recipe_counts_epochs_as_the_published_loop_does() {
    let evaluation = EvaluationConfig {
        epochs: 300,
        ..EvaluationConfig::default()
    };
    let protocol = crate::Protocol::from(&evaluation);
    assert_eq!(protocol.epochs, 301);
    assert_eq!(
        protocol.lr_drops,
        [LrDrop {
            after_epochs: 152,
            factor: 0.1
        }]
    );
}

#[test]
fn networks_learn_from_real_samples_and_more_from_more() {
    let few = score(&recipe(mlp()), 0, 1, 2).unwrap().mean();
    let many = score(&recipe(mlp()), 0, 50, 2).unwrap().mean();
    assert!(few > 0.12, "{few}");
    assert!(many > few + 0.1, "{few} {many}");
}

#[test]
fn threads_do_not_change_the_score_but_seeds_do() {
    let one = score(&recipe(mlp()), 0, 3, 1).unwrap();
    assert_eq!(score(&recipe(mlp()), 0, 3, 2).unwrap(), one);
    assert_ne!(score(&recipe(mlp()), 1, 3, 2).unwrap(), one);
}

#[test]
fn a_network_that_cannot_be_built_is_refused() {
    let too_deep = ModelChoice::ConvNet(ConvNetOptions {
        depth: 6,
        ..ConvNetOptions::default()
    });
    let result = score(&recipe(too_deep), 0, 1, 1);
    assert!(matches!(result, Err(Error::Network(_))), "{result:?}");
}

#[test]
fn a_request_to_stop_is_heard() {
    let recipe = recipe(mlp());
    let work = Work::on(strokes(), 1);
    work.interrupt.set();
    let result = work.run(1, |task| {
        let evaluation = Evaluation {
            recipe: &recipe,
            networks: None,
            teacher: None,
            pruning: None,
            rates: &[],
            store: None,
            test: &strokes().test,
            seed: 0,
            device: task.device,
            interrupt: task.interrupt,
            observer: &Quiet,
        };
        evaluation.run(Training::Common, 1, |draw| random(&task, draw))
    });
    assert!(matches!(result, Err(Error::Interrupted)), "{result:?}");
}

#[test]
fn baselines_are_coresets_or_the_whole() {
    let names = |names: &[&str]| {
        names
            .iter()
            .map(|name| name.to_string())
            .collect::<Vec<_>>()
    };
    let sources = baselines(&names(&["whole", "random"]), strokes()).unwrap();
    assert_eq!(
        sources.iter().map(Source::name).collect::<Vec<_>>(),
        ["whole", "random"]
    );
    assert!(matches!(sources[0], Source::Whole(_)));
    let error = baselines(&names(&["random", "magic"]), strokes())
        .err()
        .unwrap();
    assert!(
        matches!(&error, Error::Config(config::Error::OutOfRange { key, value, .. })
            if key == "evaluation.baselines" && value == "magic"),
        "{error}"
    );
    let message = error.to_string();
    assert!(
        message.contains("random") && message.contains("whole") && message.contains("hint:"),
        "{message}"
    );
}

/// Evaluates sources on a table with two networks each.
fn rows(sources: &[Source<'_>], test: &Split, metrics: &[Metric], work: &Work<'_>) -> Rows {
    let recipe = recipe(mlp());
    work.run(2, |task| {
        let evaluation = Evaluation {
            recipe: &recipe,
            networks: None,
            teacher: None,
            pruning: None,
            rates: &[],
            store: None,
            test,
            seed: 0,
            device: task.device,
            interrupt: task.interrupt,
            observer: task.observer,
        };
        evaluate(sources, &evaluation, metrics, 2, &task).unwrap()
    })
}

#[test]
fn sources_are_evaluated_side_by_side() {
    let work = Work::on(table(), 1);
    let set = work.run(1, |task| random(&task, 0)).unwrap();
    let sources = [
        Source::Set {
            name: "mine",
            set: &set,
            making: Some(Making {
                seconds: 2.5,
                threads: 2,
            }),
        },
        Source::baseline("random", table()).unwrap(),
        Source::baseline("whole", table()).unwrap(),
    ];
    let rows = rows(&sources, &table().test, &[Metric::Accuracy], &work);
    assert_eq!(
        rows.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        ["mine", "random", "whole"]
    );
    let of = |name| rows.get(name).unwrap();
    assert!(
        rows.iter()
            .all(|(_, row)| row.n == 2 && row.accuracies.len() == 2 && row.per_class.is_none())
    );
    assert_eq!(of("mine").accuracies[0], of("random").accuracies[0]);
    assert_eq!(of("mine").seconds, Some(2.5));
    let per_minute = 100.0 * of("mine").mean / (5.0 / 60.0);
    assert_eq!(of("mine").accuracy_per_cpu_minute, Some(per_minute));
    // It takes no second.
    assert_eq!(of("random").accuracy_per_cpu_minute, None);
    assert!(of("random").seconds.unwrap() < 1.0);
    assert!(
        of("whole").mean > 0.9 && of("whole").mean > of("random").mean,
        "{rows:?}"
    );
    assert_eq!(work.heard.evaluated(), 6);
    assert_eq!(rows.get("other"), None);
}

#[test]
fn a_coreset_is_drawn_anew_for_each_network() {
    Work::on(strokes(), 1).run(1, |task| {
        let made = Source::baseline("random", strokes())
            .unwrap()
            .make(&task, 3, None)
            .unwrap();
        let sets: Vec<SmallSet> = (0..3).map(|repeat| made.set(repeat).unwrap()).collect();
        assert!(sets[0] != sets[1] && sets[0] != sets[2] && sets[1] != sets[2]);
        assert!(sets[0] == random(&task, 0).unwrap());
        let source = Source::Set {
            name: "mine",
            set: &sets[1],
            making: None,
        };
        let made = source.make(&task, 3, None).unwrap();
        assert!((0..3).all(|repeat| made.set(repeat).unwrap() == sets[1]));
    });
}

#[test]
fn accuracy_by_class_is_that_of_the_classes_samples() {
    let work = Work::on(table(), 1);
    // Four test rows of class 0, one of class 1, none of class 2.
    let of_class = table().test.class_indices(3);
    let test = table()
        .test
        .subset(&[of_class[0][..4].to_vec(), of_class[1][..1].to_vec()].concat());
    let sources = [
        Source::baseline("whole", table()).unwrap(),
        Source::baseline("random", table()).unwrap(),
    ];
    let rows = rows(
        &sources,
        &test,
        &[Metric::Accuracy, Metric::PerClass],
        &work,
    );
    for (name, row) in rows.iter() {
        let classes = row.per_class.as_ref().unwrap();
        assert_eq!(classes.len(), 3);
        assert!(classes[2].is_nan());
        let mean = (4.0 * classes[0] + classes[1]) / 5.0;
        assert!((row.mean - mean).abs() < 1e-12, "{name}: {row:?}");
    }
    // A class without test samples is null in JSON.
    let json = serde_json::to_value(&rows).unwrap();
    assert!(json["whole"]["per_class"][2].is_null() && json["whole"]["per_class"][0].is_number());
    let read: Rows = serde_json::from_value(json).unwrap();
    let classes = |rows: &Rows| rows.get("whole").unwrap().per_class.clone().unwrap();
    assert_eq!(classes(&read)[..2], classes(&rows)[..2]);
    assert!(classes(&read)[2].is_nan());
}

#[test]
fn an_empty_test_set_is_refused() {
    let none = table().test.subset(&[]);
    let recipe = recipe(mlp());
    let result = Work::on(table(), 1).run(1, |task| {
        let evaluation = crate::tests::evaluation(&task, &recipe, &none);
        evaluation.run(Training::Common, 1, |draw| random(&task, draw))
    });
    assert!(matches!(result, Err(Error::NoTestSet)), "{result:?}");
}

#[test]
fn real_images_take_bytes_and_what_is_learnt_takes_floats() {
    let bits = |source: &Source<'_>, work: &Work<'_>| {
        work.run(1, |task| {
            source.make(&task, 2, None).unwrap().bits_per_class()
        })
    };
    let work = Work::on(strokes(), 3);
    let mut set = work.run(1, |task| random(&task, 0)).unwrap();
    let pixels = 3.0 * 28.0 * 28.0;
    let source = |name| Source::baseline(name, strokes()).unwrap();
    // Four bits tell ten classes apart.
    assert_eq!(bits(&source("random"), &work), 8.0 * pixels + 3.0 * 4.0);
    assert_eq!(bits(&source("whole"), &work), 1000.0 * (8.0 * 784.0 + 4.0));
    let of_set = |set: &SmallSet| {
        let source = Source::Set {
            name: "mine",
            set,
            making: None,
        };
        bits(&source, &work)
    };
    assert_eq!(of_set(&set), 32.0 * pixels + 3.0 * 4.0);
    set.labels = Labels::Logits(vec![0.0; 300]);
    set.step_sizes = vec![0.1; 5];
    assert_eq!(
        of_set(&set),
        32.0 * pixels + 3.0 * 32.0 * 10.0 + 5.0 * 32.0 / 10.0
    );
    // The features of a table are floats.
    let work = Work::on(table(), 2);
    let source = Source::baseline("random", table()).unwrap();
    assert_eq!(bits(&source, &work), 2.0 * (4.0 * 32.0 + 2.0));
    assert_eq!(
        bits(&Source::Coreset(coresets::find("random").unwrap()), &work),
        bits(&source, &work)
    );
}

#[test]
fn one_learnt_step_size_replaces_the_learning_rate() {
    let data = shades([2, 2]);
    let work = Work::on(&data, 2);
    let mut set = work.run(1, |task| random(&task, 0)).unwrap();
    let score = |set: &SmallSet, lr: f64| {
        let mut recipe = recipe(mlp());
        recipe.protocol.lr = lr;
        recipe.protocol.epochs = 3;
        let source = Source::Set {
            name: "mine",
            set,
            making: None,
        };
        work.run(1, |task| {
            let evaluation = Evaluation {
                recipe: &recipe,
                networks: None,
                teacher: None,
                pruning: None,
                rates: &[],
                store: None,
                test: &data.test,
                seed: 0,
                device: task.device,
                interrupt: task.interrupt,
                observer: task.observer,
            };
            let model = recipe.model.build(facts::input(data.shape), 2).unwrap();
            let set = source.make(&task, 1, None).unwrap().set(0).unwrap();
            let learner = train::train(model.as_ref(), &set, &evaluation, 0).unwrap();
            learner.weights()[0].to_vec().unwrap()
        })
    };
    let small = score(&set, 0.0625);
    assert_ne!(score(&set, 0.5), small);
    set.step_sizes = vec![0.0625];
    assert_eq!(score(&set, 0.5), small);
    // Several belong to the steps of a recipe of their own.
    set.step_sizes = vec![0.0625, 0.0625];
    assert_ne!(score(&set, 0.5), small);
}

#[test]
fn a_set_of_other_samples_than_the_test_sets_is_refused() {
    let recipe = recipe(mlp());
    let tested_on = |test: &Split, spoil: fn(&mut SmallSet)| {
        Work::on(table(), 1).run(1, |task| {
            let evaluation = Evaluation {
                recipe: &recipe,
                networks: None,
                teacher: None,
                pruning: None,
                rates: &[],
                store: None,
                test,
                seed: 0,
                device: task.device,
                interrupt: task.interrupt,
                observer: task.observer,
            };
            let mut set = random(&task, 0).unwrap();
            spoil(&mut set);
            evaluation
                .run(Training::Common, 1, |_| Ok(set.clone()))
                .unwrap_err()
        })
    };
    let error = tested_on(&strokes().test, |_| ());
    assert!(matches!(error, Error::OtherKindOfData { .. }), "{error}");
    assert!(
        error.to_string().contains("1x28x28") && error.to_string().contains("4 features"),
        "{error}"
    );
    let error = tested_on(&table().test, |set| set.space.normalization.mean.clear());
    assert!(matches!(error, Error::Data(_)), "{error}");
}

#[test]
fn the_nearest_sample_gives_the_class() {
    let work = Work::on(table(), 1);
    let sources = [Source::baseline("whole@nearest", table()).unwrap()];
    let rows = rows(&sources, &table().test, &[Metric::Accuracy], &work);
    // Worked out in one dimension after the other.
    let (train, test, space) = (&table().train, &table().test, &table().space);
    let all = |split: &Split| split.batch(&(0..split.len()).collect::<Vec<_>>(), space);
    let (known, asked) = (all(train), all(test));
    let len = table().shape.len();
    let right = asked
        .chunks(len)
        .zip(test.labels())
        .filter(|(sample, label)| {
            let far = |other: &[f32]| -> f64 {
                let square = |(a, b): (&f32, &f32)| f64::from(a - b).powi(2);
                sample.iter().zip(other).map(square).sum()
            };
            let nearest = known
                .chunks(len)
                .map(far)
                .enumerate()
                .min_by(|(_, a), (_, b)| a.total_cmp(b));
            train.labels()[nearest.unwrap().0] == **label
        });
    let expected = right.count() as f64 / test.len() as f64;
    assert_eq!(rows.get("whole@nearest").unwrap().mean, expected);
    assert!(Source::baseline("random@sideways", table()).is_err());
}

#[test]
fn a_set_is_trained_on_by_the_steps_that_it_was_made_for() {
    let unroll = crate::Unroll {
        optimizer: crate::OptimizerChoice::Sgd {
            momentum: 0.0,
            weight_decay: 0.0,
        },
        lr: 0.5,
        steps: 3,
        parts: 2,
        start: crate::Start::Fixed { seed: 5, nets: 1 },
        augmentation: crate::augment::Augmentation::None,
        loss: crate::Loss::CrossEntropy,
        schedule: crate::RateSchedule::Constant,
    };
    let own = Recipe {
        unroll: Some(unroll.clone()),
        ..recipe(mlp())
    };
    Work::on(table(), 2).run(2, |task| {
        let mut set = random(&task, 0).unwrap();
        set.step_sizes = vec![0.25, 0.125];
        let evaluation = crate::tests::evaluation(&task, &own, &table().test);
        let learner = train::unroll(task.model, &set, &evaluation, 0).unwrap();
        // The same by hand: samples 0, 2, ... then 1, 3, ...; the third step size is the first again.
        let mut rng = liebig_data::stream(5, "fixed network", 0);
        let mut weights = liebig_nn::initialize(task.model, &mut rng, task.device).unwrap();
        let targets = set.labels.targets(set.classes, task.device).unwrap();
        for (step, lr) in [0.25, 0.125, 0.25].into_iter().enumerate() {
            let batch: Vec<usize> = (step % 2..set.len()).step_by(2).collect();
            let x = crate::samples(set.values_of(&batch), set.shape, task.device).unwrap();
            let of_batch = targets.select(&batch).unwrap();
            let gradient = liebig_nn::loss_gradient(task.model, &weights, &x, &of_batch).unwrap();
            for (weight, gradient) in weights.iter_mut().zip(&gradient.gradient) {
                *weight = weight.sub(&gradient.mul_scalar(lr).unwrap()).unwrap();
            }
        }
        for (found, expected) in learner.weights().iter().zip(&weights) {
            let pairs = found
                .to_vec()
                .unwrap()
                .into_iter()
                .zip(expected.to_vec().unwrap());
            pairs.for_each(|(found, expected)| assert!((found - expected).abs() < 1e-6));
        }
        let sources = Source::distilled(&set, None, &own);
        let names: Vec<String> = sources.iter().map(Source::name).collect();
        assert_eq!(names, ["distilled", "distilled@common"]);
        let rows = evaluate(&sources, &evaluation, &[Metric::Accuracy], 2, &task).unwrap();
        // The weights are fixed, so both networks are the same one.
        assert_eq!(rows.get("distilled").unwrap().std, 0.0);
    });
}

#[test]
fn a_step_size_is_found_for_sets_that_have_none() {
    let unroll = crate::Unroll {
        optimizer: crate::OptimizerChoice::Sgd {
            momentum: 0.0,
            weight_decay: 0.0,
        },
        // No network learns anything by this.
        lr: 1e-9,
        steps: 10,
        parts: 1,
        start: crate::Start::Random,
        augmentation: crate::augment::Augmentation::None,
        loss: crate::Loss::CrossEntropy,
        schedule: crate::RateSchedule::Constant,
    };
    let own = Recipe {
        unroll: Some(unroll),
        ..recipe(mlp())
    };
    let names = ["random@own", "random@tuned"].map(String::from);
    let sources = baselines(&names, table()).unwrap();
    let rows = |threads| {
        Work::on(table(), 5).run(threads, |task| {
            let evaluation = crate::tests::evaluation(&task, &own, &table().test);
            let rows = evaluate(&sources, &evaluation, &[Metric::Accuracy], 3, &task).unwrap();
            names.clone().map(|name| rows.get(&name).unwrap().mean)
        })
    };
    let [own, tuned] = rows(2);
    assert!(tuned > own + 0.1, "{own} {tuned}");
    assert_eq!(rows(1), [own, tuned]);
}

#[test]
fn the_common_protocol_takes_no_negative_weights() {
    let few = recipe(mlp());
    let recipe = Recipe {
        protocol: few.protocol.with_epochs(300),
        ..few
    };
    Work::on(table(), 2).run(1, |task| {
        let mean = |labels: Vec<f32>| {
            let mut set = random(&task, 0).unwrap();
            set.labels = Labels::Values(labels);
            crate::tests::evaluation(&task, &recipe, &table().test)
                .run(Training::Common, 1, |_| Ok(set.clone()))
                .unwrap()
        };
        let rows = |own: f32, other: f32| -> Vec<f32> {
            let classes = table().class_names.len();
            let row = |label: u32| {
                (0..classes).map(move |class| if class == label as usize { own } else { other })
            };
            task.budget.labels().into_iter().flat_map(row).collect()
        };
        let one_hot = mean(rows(1.0, 0.0));
        assert_eq!(mean(rows(1.0, -0.25)), one_hot);
        assert_ne!(mean(rows(0.5, 0.25)), one_hot);
    });
}

#[test]
fn real_samples_of_as_many_bytes_are_more_than_distilled_ones() {
    Work::on(strokes(), 2).run(1, |task| {
        let set = random(&task, 0).unwrap();
        let source = Source::baseline("random@bytes", strokes()).unwrap();
        let made = source.make(&task, 1, Some(&set)).unwrap();
        let [two, more] = [set.len(), made.set(0).unwrap().len()];
        // Distilled pixels take four bytes, real ones one.
        assert_eq!((two, more), (20, 80));
        assert!((made.bits_per_class() / set.bits_per_class() - 1.0).abs() < 0.001);
        assert!(matches!(source.make(&task, 1, None), Err(Error::NoSet)));
    });
}

#[test]
fn a_learning_rate_is_chosen_on_training_samples() {
    let recipe = recipe(mlp());
    let sources = baselines(&["random".to_owned(), "whole".to_owned()], table()).unwrap();
    Work::on(table(), 5).run(2, |task| {
        let evaluation = Evaluation {
            // Nothing is learnt by the first.
            rates: &[1e-9, 0.05],
            ..crate::tests::evaluation(&task, &recipe, &table().test)
        };
        let rows = evaluate(&sources, &evaluation, &[Metric::Accuracy], 2, &task).unwrap();
        assert_eq!(rows.get("random").unwrap().lr, Some(0.05));
        assert_eq!(rows.get("whole").unwrap().lr, None);
    });
}

#[test]
fn a_judge_stands_in_the_place_of_networks() {
    let artefact = crate::tests::artefact();
    let device = liebig_grad::cpu();
    let heard = crate::tests::Heard::default();
    let interrupt = Interrupt::default();
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let with = |baselines: &[String], judge: &mut super::Judge<'_>| {
        ArtefactEvaluation {
            artefact: &artefact,
            dataset: strokes(),
            models: &[],
            repeats: 2,
            protocols: &[],
            teacher: None,
            pruning: None,
            store: None,
            epochs: None,
            making: None,
            baselines,
            networks: None,
            metrics: &[],
            seed: 0,
            device: &device,
            interrupt: &interrupt,
            observer: &heard,
        }
        .judged("mine", judge)
    };
    let mut seen = Vec::new();
    let report = with(
        &names(&["random", "k-means"]),
        &mut |source, set, repeat| {
            seen.push((
                source.to_owned(),
                set.len(),
                repeat,
                set.values[400].to_bits(),
            ));
            Ok(0.25 * (repeat + 1) as f64)
        },
    );
    let report = report.unwrap();
    let [result] = &report.results[..] else {
        unreachable!("there is one judge");
    };
    assert_eq!((&*result.model, &*result.protocol), ("mine", "judged"));
    let sources: Vec<&str> = result.rows.iter().map(|(source, _)| source).collect();
    assert_eq!(sources, ["distilled", "random", "k-means"]);
    let row = result.rows.get("distilled").unwrap();
    assert_eq!((row.mean, row.std, row.n), (0.375, 0.125, 2));
    assert_eq!((seen.len(), heard.evaluated()), (6, 6));
    // The distilled set is the same in each repeat, random ones are not.
    assert_eq!(seen[0], ("distilled".into(), 20, 0, seen[1].3));
    assert_ne!(seen[2].3, seen[3].3);
    let random = names(&["random@tuned"]);
    assert!(with(&random, &mut |_, _, _| Ok(0.5)).is_err());
    let error = with(&[], &mut |_, _, _| Ok(50.0)).unwrap_err();
    assert!(error.to_string().contains("accuracy is 50"), "{error}");
    assert!(with(&[], &mut |_, _, _| Err(Error::Interrupted)).is_err());
}
