//! The samples that a network forgets most often.

use std::cmp::Reverse;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::network::{self, Streams};
use super::{Choice, Selection};
use crate::cost::Demand;
use crate::labels::highest;
use crate::{Error, Task};

/// Forgetting events (Toneva et al., ICLR 2019).
///
/// A network is trained on the training set. A sample is forgotten when it is classified wrongly and was right the last
/// time that it was seen. The most forgotten samples of each class are taken, most forgotten first; one that was never
/// right counts as forgotten without end, and of equally forgotten ones the first in the training split is taken first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Forgetting {
    /// Epochs that the network is trained for. Default 10; published: 200.
    #[schemars(range(min = 1))]
    pub epochs: usize,
    /// About how many samples the network is trained on, with the proportions of the classes, but as many of each class
    /// as are wanted of it. Samples that it is not trained on cannot be chosen. Default 10000; published: all.
    #[schemars(range(min = 1))]
    pub forgetting_samples: usize,
}

impl Default for Forgetting {
    fn default() -> Self {
        Self {
            epochs: 10,
            forgetting_samples: 10_000,
        }
    }
}

impl Selection for Forgetting {
    const NAME: &'static str = "forgetting";
    const ABOUT: &'static str =
        "the samples that a network forgets most often (Toneva et al., ICLR 2019)";

    fn memory(&self, demand: &Demand) -> u64 {
        demand.batch(network::BATCH)
    }

    fn select(&self, task: &Task<'_>, draw: u64) -> Result<Choice, Error> {
        let name = Self::NAME;
        let streams = Streams { name, draw };
        let train = task.train;
        let wanted = |class| task.budget.of(class);
        let candidates = network::subset(task, streams, self.forgetting_samples, wanted);
        let mut histories = vec![History::default(); train.len()];
        let places = candidates.clone();
        network::train(task, streams, places, self.epochs, |batch, logits| {
            let logits = logits.to_vec()?;
            for (&place, row) in batch.iter().zip(logits.chunks_exact(train.classes())) {
                histories[place].see(highest(row) == train.labels()[place] as usize);
            }
            Ok(())
        })?;
        let mut of_class = vec![Vec::new(); train.classes()];
        for place in candidates {
            of_class[train.labels()[place] as usize].push(place);
        }
        let most = of_class
            .into_iter()
            .enumerate()
            .map(|(class, places)| most_forgotten(places, wanted(class), |place| histories[place]));
        Ok(Choice::Samples(most.collect()))
    }
}

/// What became of a sample so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct History {
    /// How often it was wrong after it had been right the time before.
    forgotten: u32,
    /// Whether it was ever right.
    learnt: bool,
    /// Whether it was right the last time.
    right: bool,
}

impl History {
    /// The sample is seen once more.
    fn see(&mut self, right: bool) {
        self.forgotten += u32::from(self.right && !right);
        self.learnt |= right;
        self.right = right;
    }

    /// How often it was forgotten; more than any number if it was never learnt.
    fn score(self) -> u32 {
        if self.learnt {
            self.forgotten
        } else {
            u32::MAX
        }
    }
}

/// The `count` most forgotten of some samples, in order; equally forgotten ones stay in the order in which they come.
fn most_forgotten(
    mut places: Vec<usize>,
    count: usize,
    history: impl Fn(usize) -> History,
) -> Vec<usize> {
    places.sort_by_key(|&place| Reverse(history(place).score()));
    places.truncate(count);
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(seen: &str) -> History {
        let mut history = History::default();
        seen.chars().for_each(|mark| history.see(mark == '+'));
        history
    }

    #[test]
    fn only_from_right_to_wrong_counts() {
        for (seen, forgotten) in [
            ("", u32::MAX),
            ("----", u32::MAX),
            ("++++", 0),
            ("--++", 0),
            ("---+", 0),
            ("+---", 1),
            ("-+-+", 1),
            ("+-+-", 2),
            ("++--+-", 2),
        ] {
            assert_eq!(history(seen).score(), forgotten, "{seen}");
        }
    }

    #[test]
    fn the_most_forgotten_come_first() {
        let histories = ["++++", "-+-+", "----", "+-+-", "+-++", "----"].map(history);
        let most = |count| most_forgotten((0..6).collect(), count, |place| histories[place]);
        assert_eq!(most(4), [2, 5, 3, 1]);
        assert_eq!(most(9), [2, 5, 3, 1, 4, 0]);
        assert_eq!(most(0), [0; 0]);
    }
}
