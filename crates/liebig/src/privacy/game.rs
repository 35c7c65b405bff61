//! The game that attacks are judged by: every candidate is a member of the training data of half of the runs.

use liebig_data::{Dataset, stream};
use rand::RngExt;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::config::Error as ConfigError;

/// Who is a member in which run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Game {
    candidates: Vec<Candidate>,
    /// For each run, whether each candidate is a member.
    inside: Vec<Vec<bool>>,
}

/// A training sample that is a member of some runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its place in the training split.
    pub index: usize,
    /// The label that it has in the game.
    pub label: u32,
    /// Whether that is a wrong one, so that only memorising can learn it.
    pub canary: bool,
}

impl Game {
    /// Draws `candidates` training samples, as many of each class, and `canaries` more that get a wrong label. In every run
    /// half of each class are members, and every candidate is one in half of the runs.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for an odd number of runs or less than four, for less than two candidates of a class, and for
    /// more than there are.
    pub fn new(
        dataset: &Dataset,
        candidates: usize,
        canaries: usize,
        runs: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        if runs < 4 || !runs.is_multiple_of(2) {
            return Err(wrong(
                "runs",
                runs,
                "must be an even number from 4 on".into(),
            ));
        }
        let classes = dataset.class_names.len();
        let each = candidates / classes;
        let mut of_class = dataset.train.class_indices(classes);
        let fewest = of_class.iter().map(Vec::len).min().unwrap_or(0);
        if each < 2 || each > fewest {
            let rule = format!(
                "must be {} to {}: at least two of each of {classes} classes, and as many as the smallest has",
                2 * classes,
                fewest * classes
            );
            return Err(wrong("candidates", candidates, rule));
        }
        let mut rng = stream(seed, "privacy/candidates", 0);
        let (mut all, mut rest) = (Vec::new(), Vec::new());
        for (label, indices) in (0..).zip(&mut of_class) {
            indices.shuffle(&mut rng);
            let (chosen, others) = indices.split_at(each);
            all.extend(chosen.iter().map(|&index| Candidate {
                index,
                label,
                canary: false,
            }));
            rest.extend(others.iter().map(|&index| (index, label)));
        }
        if canaries > rest.len() {
            let rule = format!("must be at most {}, the samples that are left", rest.len());
            return Err(wrong("canaries", canaries, rule));
        }
        rest.shuffle(&mut rng);
        for &(index, label) in rest.iter().take(canaries) {
            let other = rng.random_range(1..classes as u32);
            all.push(Candidate {
                index,
                label: (label + other) % classes as u32,
                canary: true,
            });
        }
        let inside = (0..runs / 2)
            .flat_map(|pair| {
                let first = half(&all, classes, seed, pair as u64);
                let second = first.iter().map(|inside| !inside).collect();
                [first, second]
            })
            .collect();
        Ok(Self {
            candidates: all,
            inside,
        })
    }

    /// The candidates, those with their own labels first.
    #[must_use]
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// The number of runs.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.inside.len()
    }

    /// Whether each candidate is a member in a run. Like slice indexing, panics if there is no such run.
    #[must_use]
    pub fn inside(&self, run: usize) -> &[bool] {
        &self.inside[run]
    }

    /// The training data of a run: its members, with the labels of the game.
    #[must_use]
    pub fn dataset(&self, dataset: &Dataset, run: usize) -> Dataset {
        let members = self.candidates.iter().zip(&self.inside[run]);
        let members = members.filter_map(|(candidate, inside)| inside.then_some(candidate));
        let (indices, labels): (Vec<usize>, Vec<u32>) = members
            .map(|candidate| (candidate.index, candidate.label))
            .unzip();
        dataset.with_training(&indices, &labels)
    }
}

/// A random half of the candidates of each label; of an odd number, sometimes one more.
fn half(candidates: &[Candidate], classes: usize, seed: u64, pair: u64) -> Vec<bool> {
    let mut rng = stream(seed, "privacy/members", pair);
    let mut inside = vec![false; candidates.len()];
    for label in 0..classes as u32 {
        let mut own: Vec<usize> = (0..candidates.len())
            .filter(|&place| candidates[place].label == label)
            .collect();
        own.shuffle(&mut rng);
        let count = own.len() / 2 + usize::from(own.len() % 2 == 1 && rng.random());
        for &place in &own[..count] {
            inside[place] = true;
        }
    }
    inside
}

fn wrong(key: &str, value: usize, rule: String) -> Error {
    ConfigError::OutOfRange {
        key: key.into(),
        value: value.to_string(),
        rule,
    }
    .into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::tests::strokes;

    #[test]
    fn everyone_is_a_member_half_of_the_time() {
        let game = Game::new(strokes(), 60, 7, 6, 3).unwrap();
        assert_eq!((game.candidates().len(), game.runs()), (67, 6));
        for place in 0..67 {
            let often = (0..6).filter(|&run| game.inside(run)[place]).count();
            assert_eq!(often, 3, "{place}");
        }
        for run in 0..6 {
            let dataset = game.dataset(strokes(), run);
            let members = game.inside(run).iter().filter(|&&inside| inside).count();
            assert_eq!(dataset.train.len(), members);
            let counts = dataset.train.class_indices(10);
            assert!(counts.iter().all(|own| own.len() >= 3), "{counts:?}");
        }
        assert_ne!(game.inside(0), game.inside(2));
        assert_eq!(game, Game::new(strokes(), 60, 7, 6, 3).unwrap());
        assert_ne!(game, Game::new(strokes(), 60, 7, 6, 4).unwrap());
    }

    #[test]
    fn canaries_have_a_wrong_label_and_others_their_own() {
        let game = Game::new(strokes(), 40, 20, 4, 0).unwrap();
        let own = |candidate: &Candidate| strokes().train.labels()[candidate.index];
        for candidate in game.candidates() {
            assert_eq!(candidate.canary, candidate.label != own(candidate));
        }
        let mut indices: Vec<usize> = game.candidates().iter().map(|c| c.index).collect();
        indices.sort_unstable();
        indices.dedup();
        assert_eq!(indices.len(), 60);
    }

    #[test]
    fn impossible_games_are_refused() {
        for (candidates, canaries, runs, part) in [
            (60, 0, 5, "runs"),
            (60, 0, 2, "runs"),
            (19, 0, 4, "candidates"),
            (1_000_000, 0, 4, "candidates"),
            (60, 1_000_000, 4, "canaries"),
        ] {
            let error = Game::new(strokes(), candidates, canaries, runs, 0).unwrap_err();
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
