//! How networks are trained: the steps of a set, step sizes, learning rates.

use super::*;

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
            let evaluation = crate::tests::evaluation(&task, &recipe, &data.test);
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
