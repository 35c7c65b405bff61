//! The mean image of each class.

use rand::seq::SliceRandom;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::matrix::{Mean, single};
use super::network::{BATCH, Streams};
use super::{Choice, Selection};
use crate::{Error, Task};

/// The mean of each class in the space that networks train on.
///
/// A class that gets `k` samples is cut at random into `k` parts of equal size (up to one sample). The first sample is the
/// mean of the whole class, and the others are the means of all parts but the first. They vary less the larger the parts
/// are; a class of `k` samples or fewer gives its mean and all of its samples but one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassMean {}

impl Selection for ClassMean {
    const NAME: &'static str = "class-mean";
    const ABOUT: &'static str = "the mean of each class, then means of random parts of it";
    // Only from the second sample of a class on.
    const VARIES: bool = true;
    const REAL: bool = false;

    fn select(&self, task: &Task<'_>, draw: u64) -> Result<Choice, Error> {
        let name = Self::NAME;
        let mut rng = Streams { name, draw }.of(task, "parts");
        let class = |class| {
            let mut places = task.train.of_class(class).to_vec();
            let whole = mean(task, &places)?;
            places.shuffle(&mut rng);
            let count = task.budget.of(class).min(places.len());
            let parts = parts(&places, count);
            let means = parts.skip(1).map(|part| mean(task, part));
            let all: Vec<Vec<f32>> = std::iter::once(Ok(whole))
                .chain(means)
                .collect::<Result<_, Error>>()?;
            Ok(all.into_iter().take(count).flatten().collect())
        };
        let values: Result<_, Error> = (0..task.train.classes()).map(class).collect();
        Ok(Choice::Values(values?))
    }
}

/// Cuts a list into `count` parts whose sizes differ by one at most.
fn parts<T>(list: &[T], count: usize) -> impl Iterator<Item = &[T]> {
    (0..count).map(move |part| &list[part * list.len() / count..(part + 1) * list.len() / count])
}

/// The mean of some training samples in the space that networks train on, added up in double precision.
pub(super) fn mean(task: &Task<'_>, places: &[usize]) -> Result<Vec<f32>, Error> {
    let len = task.train.shape().len();
    let mut mean = Mean::new(len);
    for batch in places.chunks(BATCH) {
        task.go_on()?;
        let values = task.train.values(batch);
        values
            .chunks_exact(len.max(1))
            .for_each(|sample| mean.add(sample));
    }
    Ok(single(&mean.values()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_equal_up_to_one() {
        let list: Vec<usize> = (0..11).collect();
        let parts: Vec<&[usize]> = parts(&list, 4).collect();
        assert_eq!(parts.concat(), list);
        assert_eq!(
            parts.iter().map(|part| part.len()).collect::<Vec<_>>(),
            [2, 3, 3, 3]
        );
        assert_eq!(super::parts(&list, 0).count(), 0);
    }
}
