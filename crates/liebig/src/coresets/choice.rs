//! What a coreset chose, and the set that it makes.

use crate::synthetic::Parameterization;
use liebig_data::stream;
use rand_distr::{Distribution, StandardNormal};

use super::Selection;
use crate::set::SmallSet;
use crate::task::Fill;
use crate::{Error, Task};

/// What was chosen, class by class.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// Real samples: their places in the training split.
    Samples(Vec<Vec<usize>>),
    /// Samples that are not real ones, such as means: row-major values in the space that networks train on.
    Values(Vec<Vec<f32>>),
}

/// What a selection chooses, filled up to the budget, as a set.
pub(super) fn choose(
    selection: &impl Selection,
    task: &Task<'_>,
    draw: u64,
) -> Result<SmallSet, Error> {
    let len = task.train.shape().len();
    let of_class: Vec<Vec<f32>> = match selection.select(task, draw)? {
        Choice::Samples(places) => places
            .iter()
            .map(|places| task.train.values(places))
            .collect(),
        Choice::Values(values) => values,
    };
    let mut values = Vec::with_capacity(task.budget.total() * len);
    let mut short = Vec::new();
    for (class, mut found) in of_class.into_iter().enumerate() {
        let wanted = task.budget.of(class) * len;
        if found.len() < wanted {
            short.push(format!(
                "{} ({})",
                task.train.class_names()[class],
                found.len() / len
            ));
            fill(&mut found, wanted, class, task, draw);
        }
        found.truncate(wanted);
        values.extend(found);
    }
    // Said once, not for each draw of a baseline.
    if !short.is_empty() && (draw == 0 || draw == u64::MAX) {
        let with = match task.fill {
            Fill::Repeat => "their samples are repeated",
            Fill::Noise => "noise fills them up",
        };
        let name = name_of(selection);
        task.note(&format!(
            "{name}: fewer real samples than asked for in {}; {with}",
            short.join(", ")
        ));
    }
    Ok(SmallSet {
        shape: task.train.shape(),
        classes: task.train.classes(),
        labels: selection.labels(task, draw, &values)?,
        values,
        step_sizes: Vec::new(),
        parameterization: Parameterization::Pixels,
        space: task.train.space().clone(),
    })
}

fn fill(values: &mut Vec<f32>, wanted: usize, class: usize, task: &Task<'_>, draw: u64) {
    let missing = wanted - values.len();
    match task.fill {
        Fill::Repeat if !values.is_empty() => {
            let again: Vec<f32> = values.iter().copied().cycle().take(missing).collect();
            values.extend(again);
        }
        Fill::Repeat | Fill::Noise => {
            let rng = stream(task.seed, &format!("fill/{class}"), draw);
            values.extend(
                StandardNormal
                    .sample_iter(rng)
                    .take(missing)
                    .map(|value: f32| value),
            );
        }
    }
}

fn name_of<S: Selection>(_: &S) -> &'static str {
    S::NAME
}
