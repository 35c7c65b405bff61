//! Learnt labels: how they start.

use liebig_data::stream;
use liebig_grad::Tensor;
use liebig_nn::Optimizer;
use rand_distr::{Distribution, StandardNormal, StandardUniform};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::init::{FromFile, Init};
use crate::synthetic::{Group, LearntLabels};
use crate::{Error, Task};

/// What is not learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Freeze {
    /// The labels: samples are learnt for fixed classes.
    Labels,
    /// The samples: labels are learnt for fixed samples.
    Images,
    /// Nothing.
    None,
}

/// How learnt labels are initialised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LabelInit {
    /// 1 for the class of the sample, 0 for the others.
    OneHot,
    /// 0.9 for the class of the sample; the rest is shared by the others.
    Smooth,
    /// 0.
    Zeros,
    /// Uniform in [0, 1).
    Uniform,
    /// Standard normal.
    Normal,
    /// Those of the distilled set that `init` names.
    File,
}

/// What [`LabelInit::Smooth`] gives to the class.
const OWN: f32 = 0.9;

/// The labels `[n, classes]` before the first iteration; `logits` if they go through a softmax.
pub(super) fn initial(
    init: LabelInit,
    set: &Init,
    logits: bool,
    task: &Task<'_>,
    method: &str,
) -> Result<Tensor, Error> {
    let (classes, labels) = (task.train.classes(), task.budget.labels());
    let rng = stream(task.seed, &format!("{method}/labels"), 0);
    let count = labels.len() * classes;
    let for_class = |own: f32, other: f32| {
        let row = |&label: &u32| {
            (0..classes).map(move |class| if class == label as usize { own } else { other })
        };
        labels.iter().flat_map(row).collect()
    };
    let values: Vec<f32> = match init {
        LabelInit::OneHot => for_class(1.0, 0.0),
        LabelInit::Smooth => for_class(OWN, (1.0 - OWN) / (classes.max(2) - 1) as f32),
        LabelInit::Zeros => vec![0.0; count],
        LabelInit::Uniform => StandardUniform.sample_iter(rng).take(count).collect(),
        LabelInit::Normal => StandardNormal.sample_iter(rng).take(count).collect(),
        LabelInit::File => {
            let mut values = for_class(1.0, 0.0);
            if let Init::File(path) = set {
                FromFile::read(path, task)?.labels(&mut values, logits);
            }
            values
        }
    };
    Ok(Tensor::from_vec(
        values,
        &[labels.len(), classes],
        task.device,
    )?)
}

/// Labels that start with the given values.
pub(super) fn learnt(values: &Tensor, optimizer: Optimizer, softmax: bool) -> LearntLabels {
    let group = Group::new(values, optimizer);
    match softmax {
        true => LearntLabels::Logits(group),
        false => LearntLabels::Values(group),
    }
}
