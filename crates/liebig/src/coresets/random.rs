//! Real samples drawn at random: the floor for every method.

use liebig_data::stream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Choice, Selection};
use crate::{Error, Task};

/// Random samples of each class, without replacement.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Random {}

impl Selection for Random {
    const NAME: &'static str = "random";
    const ABOUT: &'static str = "random real samples: the floor for every method";
    const VARIES: bool = true;

    fn select(&self, task: &Task<'_>, draw: u64) -> Result<Choice, Error> {
        let mut rng = stream(task.seed, "random-real", draw);
        let class = |class| task.train.draw(class, task.budget.of(class), &mut rng);
        Ok(Choice::Samples(
            (0..task.train.classes()).map(class).collect(),
        ))
    }
}
