//! Attacks find what they must, and nothing where there is nothing.
#![allow(clippy::unwrap_used)]

use liebig_data::stream;
use rand_distr::{Distribution, StandardNormal};

use super::*;
use crate::coresets;
use crate::protocol::{Protocol, Recipe};
use crate::set::SmallSet;
use crate::tests::{Work, evaluation, mlp, strokes};

const DELTA: f64 = 1e-5;

/// Plays a game with sets that `make` makes from the members, and trains a small perceptron on each.
fn play(
    (candidates, canaries, runs): (usize, usize, usize),
    make: impl Fn(&Work<'_>, usize) -> SmallSet + Sync,
) -> (Game, Vec<Observation>) {
    let game = Game::new(strokes(), candidates, canaries, runs, 1).unwrap();
    let split = as_split(&game, strokes());
    let recipe = Recipe {
        model: mlp(),
        protocol: Protocol::from(&crate::config::EvaluationConfig::default()).with_epochs(60),
        unroll: None,
    };
    let observations = (0..runs)
        .map(|run| {
            let members = game.dataset(strokes(), run);
            let set = make(&Work::on(&members, 1), run);
            Work::on(strokes(), 1).run(2, |task| {
                let evaluation = evaluation(&task, &recipe, &split);
                Observation::of(&set, &evaluation, 0.0).unwrap()
            })
        })
        .collect();
    (game, observations)
}

fn findings(game: &Game, observations: &[Observation], canaries: bool) -> Vec<(Attack, Finding)> {
    let device = liebig_grad::cpu();
    Attack::ALL
        .iter()
        .map(|&attack| {
            let guesses = attack.run(game, observations, &device).unwrap();
            (attack, guesses.finding(canaries, DELTA))
        })
        .collect()
}

/// A set of ten memorised images: of two candidates of each class, the one that is a member.
#[test]
fn memorised_members_are_found() {
    let (game, seen) = play((20, 0, 8), |work, _| {
        work.run(1, |task| coresets::random(&task, 0).unwrap())
    });
    for (attack, found) in findings(&game, &seen, false) {
        // Five other candidates train too few shadow classifiers.
        let least = match attack {
            Attack::Shadow => 0.6,
            _ => 0.9,
        };
        assert!(found.auc > least, "{attack:?} {found:?}");
    }
    let (_, nearest) = &findings(&game, &seen, false)[3];
    assert_eq!((nearest.auc, nearest.tpr_at_0_1_percent.value), (1.0, 1.0));
}

#[test]
fn in_noise_nothing_is_found() {
    let (game, seen) = play((400, 0, 8), |work, run| {
        let set = work.run(1, |task| coresets::random(&task, 0).unwrap());
        let rng = stream(9, "noise", run as u64);
        SmallSet {
            values: StandardNormal
                .sample_iter(rng)
                .take(set.values.len())
                .collect(),
            ..set
        }
    });
    for (attack, found) in findings(&game, &seen, false) {
        let [low, high] = found.auc_interval;
        assert!(
            low - 0.01 < 0.5 && high + 0.01 > 0.5,
            "{attack:?} {found:?}"
        );
        assert_eq!(found.empirical_epsilon, 0.0, "{attack:?} {found:?}");
        assert_eq!(found.trials, [1600, 1600]);
    }
}

/// Canaries are judged by themselves: here all of their members are in the set, of the others one of each class.
#[test]
fn canaries_are_found_where_they_are_kept() {
    let (game, seen) = play((200, 20, 8), |work, _| {
        let train = &work.dataset.train;
        // Those with wrong labels come last.
        let kept: Vec<usize> = (train.len() - 10..train.len()).collect();
        let random = work.run(1, |task| coresets::random(&task, 0).unwrap());
        SmallSet {
            values: train.batch(&kept, &random.space),
            labels: crate::Labels::Hard(kept.iter().map(|&place| train.labels()[place]).collect()),
            ..random
        }
    });
    let of = |canaries| findings(&game, &seen, canaries).remove(3).1;
    assert_eq!(of(true).trials, [80, 80]);
    assert!(of(true).auc > 0.9, "{:?}", of(true));
    assert!(of(false).auc < 0.6, "{:?}", of(false));
}
