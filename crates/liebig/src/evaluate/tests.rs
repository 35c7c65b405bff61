#![allow(clippy::unwrap_used)]
use super::*;
use crate::artefact::{Augmentation, Normalization, Shape};
use crate::baselines::random;
use crate::tests::strokes;

fn recipe(model: &str) -> Recipe {
    let model = ModelSpec {
        name: model.into(),
        width: 16,
        depth: 2,
        norm: "instance".into(),
        activation: "relu".into(),
        pooling: "avg".into(),
    };
    let evaluation = EvaluationConfig {
        repeats: 2,
        epochs: 20,
        lr: 0.01,
        momentum: 0.9,
        weight_decay: 5e-4,
        batch_size: 16,
        augmentation: Augmentation::None,
    };
    Recipe::new(&model, &evaluation)
}

fn score(recipe: &Recipe, seed: u64, ipc: usize, threads: usize) -> Result<Score, Error> {
    let strokes = strokes();
    let test = strokes.test.subset(&(0..300).collect::<Vec<_>>());
    let normalization = Normalization::from(&strokes.normalization);
    let device = liebig_grad::cpu();
    let interrupt = Interrupt::default();
    let evaluation = Evaluation {
        recipe,
        test: &test,
        normalization: &normalization,
        seed,
        device: &device,
        interrupt: &interrupt,
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    pool.install(|| {
        evaluation.run(
            2,
            |draw| random::random(strokes, &normalization, ipc, 0, draw),
            || (),
        )
    })
}

#[test]
fn the_recipe_counts_epochs_as_the_published_loop_does() {
    let recipe = Recipe::new(
        &recipe("mlp").model,
        &EvaluationConfig {
            epochs: 300,
            ..config()
        },
    );
    assert_eq!(recipe.epochs, 301);
    assert_eq!(
        recipe.lr_drops,
        [LrDrop {
            after_epochs: 152,
            factor: 0.1
        }]
    );
}

fn config() -> EvaluationConfig {
    EvaluationConfig {
        repeats: 1,
        epochs: 1,
        lr: 0.01,
        momentum: 0.9,
        weight_decay: 5e-4,
        batch_size: 256,
        augmentation: Augmentation::None,
    }
}

#[test]
fn networks_learn_from_real_samples_and_more_from_more() {
    let few = score(&recipe("mlp"), 0, 1, 2).unwrap().mean();
    let many = score(&recipe("mlp"), 0, 50, 2).unwrap().mean();
    assert!(few > 0.12, "{few}");
    assert!(many > few + 0.1, "{few} {many}");
}

#[test]
fn threads_do_not_change_the_score_but_seeds_do() {
    let one = score(&recipe("mlp"), 0, 3, 1).unwrap();
    assert_eq!(score(&recipe("mlp"), 0, 3, 2).unwrap(), one);
    assert_ne!(score(&recipe("mlp"), 1, 3, 2).unwrap(), one);
}

#[test]
fn an_unknown_network_is_refused() {
    assert!(matches!(
        score(&recipe("nonsense"), 0, 1, 1),
        Err(Error::Network(_))
    ));
}

#[test]
fn a_request_to_stop_is_heard() {
    let strokes = strokes();
    let normalization = Normalization::from(&strokes.normalization);
    let (device, interrupt) = (liebig_grad::cpu(), Interrupt::default());
    let recipe = recipe("mlp");
    let evaluation = Evaluation {
        recipe: &recipe,
        test: &strokes.test,
        normalization: &normalization,
        seed: 0,
        device: &device,
        interrupt: &interrupt,
    };
    interrupt.set();
    let set = |draw| random::random(strokes, &normalization, 1, 0, draw);
    assert!(matches!(
        evaluation.run(1, set, || ()),
        Err(Error::Interrupted)
    ));
    assert!(matches!(Shape::from(strokes.shape), Shape::Image { .. }));
}
