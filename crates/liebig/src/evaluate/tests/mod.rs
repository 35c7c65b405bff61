//! Tests of the evaluation, on the built-in sets.
#![allow(clippy::unwrap_used)]

mod networks;
mod sources;
mod steps;

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
            seed,
            ..crate::tests::evaluation(&task, recipe, &test)
        };
        evaluation.run(Training::Common, 2, |draw| random(&task, draw))
    })
}

/// Evaluates sources on a table with two networks each.
fn rows(sources: &[Source<'_>], test: &Split, metrics: &[Metric], work: &Work<'_>) -> Rows {
    let recipe = recipe(mlp());
    work.run(2, |task| {
        let evaluation = crate::tests::evaluation(&task, &recipe, test);
        evaluate(sources, &evaluation, metrics, 2, &task).unwrap()
    })
}
