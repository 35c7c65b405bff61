//! The settings of trajectory matching.

use std::path::PathBuf;

use liebig_data::SampleShape;
use liebig_grad::{InnerRule, Keep};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::augment::Augmentation;
use crate::config::Error as ConfigError;
use crate::cost::Demand;
use crate::init::Init;
use crate::methods::siamese;
use crate::synthetic::Parameterization;
use crate::{Budget, Facts};

/// The part of the memory that states and graphs of the student's steps may take, as a divisor.
pub(super) const KEPT: u64 = 2;

/// Settings of trajectory matching; the defaults are those of MTT's code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-source" = "GeorgeCazenavette/mtt-distillation, distill.py; AngusDujw/FTD-distillation; justincui03/tesla; NUS-HPC-AI-Lab/DATM"))]
pub struct Settings {
    /// Number of updates of the set, each with one expert. Default 5000.
    #[schemars(range(min = 1))]
    pub iterations: u64,
    /// Folder of the experts, which `liebig experts train` makes. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-range" = "a folder"))]
    pub experts: Option<PathBuf>,
    /// Number of experts that are used, the first ones of the folder; 0 means all. Default 0.
    pub max_experts: usize,
    /// How the samples are initialised. Default `real`.
    pub init: Init,
    /// Whether the samples of the start are real ones that an expert classifies correctly (DATM); `init` must be `real`.
    /// Default false.
    pub init_correct: bool,
    /// Steps of the student in each update. Default 20.
    #[schemars(range(min = 1))]
    pub syn_steps: usize,
    /// Epochs of the expert that the student's steps are to replace. Default 3.
    #[schemars(range(min = 1))]
    pub expert_epochs: usize,
    /// The student starts after fewer epochs of the expert than this. Default 25.
    #[schemars(range(min = 1))]
    pub max_start_epoch: usize,
    /// The student starts after at least as many epochs as this (DATM). Default 0.
    pub min_start_epoch: usize,
    /// The bound in place of `max_start_epoch` at the beginning, from which it grows evenly (DATM); 0 means that it does
    /// not grow. Default 0.
    pub current_max_start_epoch: usize,
    /// The update after which the bound is `max_start_epoch` (DATM). Default 0.
    pub expansion_end_epoch: u64,
    /// Samples of a step of the student; 0 means all. Default 0.
    pub batch_syn: usize,
    /// Side of the textures, in samples: the set has tileable pictures of `canvas_size * canvas_size` samples each, and each
    /// step trains on all parts of the pictures after a random shift; 1 means samples of their own. Default 1.
    #[schemars(range(min = 1, max = 64))]
    pub canvas_size: usize,
    /// Learning rate of the samples. Default 1000.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub lr_img: f64,
    /// Momentum of the updates of samples and step size. Default 0.5.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub momentum_img: f64,
    /// How the learning rates of samples, labels and step size fall: `linear` (to 0 over the second half of the updates) or
    /// `none`. Default `none`.
    #[serde(default)]
    pub lr_decay: MttDecay,
    /// Learning rate of the student's step size; 0 keeps the step size. Default 1e-5.
    #[schemars(range(min = 0.0))]
    pub lr_lr: f64,
    /// Where the student's step size starts. Default 0.01.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub lr_teacher: f64,
    /// Augmentation of each step's samples: `none`, or operations joined by `_`. Default
    /// `color_crop_cutout_flip_scale_rotate` (without `flip` for digits), `none` for tables.
    pub dsa_strategy: Augmentation,
    /// Labels: `hard` (the classes) or `learnt`, logits that start as those of an expert (DATM). Default `hard`.
    pub labels: MttLabels,
    /// Learning rate of learnt labels. Default 5.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub lr_label: f64,
    /// Momentum of learnt labels. Default 0.9.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub momentum_label: f64,
    /// Updates whose loss is higher than this are left out (DATM); 0 means none. Default 0.
    #[schemars(range(min = 0.0))]
    pub threshold: f64,
    /// Decay of a moving average of the samples and learnt labels, which is then the result (FTD); 0 means none. Default 0.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub ema_decay: f64,
    /// The gradient: `none` for the exact one, or `tesla`, which leaves out how the weights depend on the samples of earlier
    /// steps. Default `none`.
    pub approximation: Approximation,
}

/// The labels of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MttLabels {
    /// The classes.
    Hard,
    /// Learnt logits, which start as those of an expert.
    Learnt,
}

/// How learning rates fall.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MttDecay {
    /// Not at all.
    #[default]
    None,
    /// To 0 over the second half of the updates.
    Linear,
}

/// What is left out of the gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Approximation {
    /// Nothing.
    None,
    /// How the weights before a step depend on the samples of earlier steps (Cui et al., arXiv 2211.10586): of
    /// `dL/dx = -a Σ_t v_t · ∂g_t/∂x` with `v_t = ∂L/∂w_(t+1)`, each `v_t` is replaced by the last one.
    Tesla,
}

impl Settings {
    /// The defaults of MTT's code.
    pub(super) fn published(facts: &Facts) -> Self {
        Self {
            iterations: 5000,
            experts: None,
            max_experts: 0,
            init: Init::Real,
            init_correct: false,
            syn_steps: 20,
            expert_epochs: 3,
            max_start_epoch: 25,
            min_start_epoch: 0,
            current_max_start_epoch: 0,
            expansion_end_epoch: 0,
            batch_syn: 0,
            canvas_size: 1,
            lr_img: 1000.0,
            momentum_img: 0.5,
            lr_decay: MttDecay::None,
            lr_lr: 1e-5,
            lr_teacher: 0.01,
            dsa_strategy: siamese::strategy(facts),
            labels: MttLabels::Hard,
            lr_label: 5.0,
            momentum_label: 0.9,
            threshold: 0.0,
            ema_decay: 0.0,
            approximation: Approximation::None,
        }
    }

    /// The bound of the start epoch at an iteration: the student starts after fewer epochs.
    pub(super) fn start_bound(&self, iteration: u64) -> usize {
        let last = self.max_start_epoch;
        match self.current_max_start_epoch {
            0 => last,
            first if iteration >= self.expansion_end_epoch => last.max(first),
            first => {
                let part = iteration as f64 / self.expansion_end_epoch as f64;
                first + (part * last.saturating_sub(first) as f64) as usize
            }
        }
    }

    /// The last epoch of the experts that is read.
    pub(super) fn last_epoch(&self) -> usize {
        self.max_start_epoch - 1 + self.expert_epochs
    }

    pub(super) fn rule() -> InnerRule {
        InnerRule::Sgd {
            momentum: 0.0,
            weight_decay: 0.0,
        }
    }

    pub(super) fn check(&self, facts: &Facts) -> Result<(), ConfigError> {
        let refuse = |key, value, rule| Err(ConfigError::of_method(key, value, rule));
        siamese::check("method.dsa_strategy", &self.dsa_strategy, facts.shape)?;
        let bound = format!("but `method.max_start_epoch` is {}", self.max_start_epoch);
        if self.min_start_epoch >= self.max_start_epoch {
            return refuse("min_start_epoch", self.min_start_epoch.to_string(), bound);
        }
        let first = self.current_max_start_epoch;
        if first > self.max_start_epoch {
            return refuse("current_max_start_epoch", first.to_string(), bound);
        }
        if first > 0 && first <= self.min_start_epoch {
            let rule = format!("but `method.min_start_epoch` is {}", self.min_start_epoch);
            return refuse("current_max_start_epoch", first.to_string(), rule);
        }
        if self.canvas_size > 1 && matches!(facts.shape, SampleShape::Table { .. }) {
            let rule = "but the rows of a table are no pictures";
            return refuse("canvas_size", self.canvas_size.to_string(), rule.into());
        }
        if self.canvas_size > 1 && self.batch_syn > 0 {
            let rule = "but every step takes whole textures, which `method.canvas_size` asks for";
            return refuse("batch_syn", self.batch_syn.to_string(), rule.into());
        }
        if self.init_correct && self.init != Init::Real {
            let rule = "but `method.init` is not `real`";
            return refuse("init_correct", "true".into(), rule.into());
        }
        if facts.batch_norm {
            let rule = "but the statistics of batch normalisation are not part of a training's course; use a ConvNet with instance normalisation";
            return refuse("name", "mtt".into(), rule.into());
        }
        Ok(())
    }

    /// What the samples are parts of.
    pub(super) fn parameterization(&self) -> Parameterization {
        match self.canvas_size {
            0 | 1 => Parameterization::Pixels,
            side => Parameterization::Canvas { side },
        }
    }

    /// The number of samples of each class: all tiles.
    pub(super) fn budget(&self, given: Budget) -> Budget {
        let tiles = self.parameterization().tiles();
        let of_class = |class| given.of(class).saturating_mul(tiles);
        Budget::new((0..given.classes()).map(of_class).collect())
    }

    /// The memory that is taken, if `limit` bytes are allowed.
    pub(super) fn memory(&self, limit: u64, demand: &Demand) -> u64 {
        let batch = match self.batch_syn {
            0 => demand.samples,
            batch => batch.min(demand.samples),
        };
        let buffers = Self::rule().buffers_per_weight();
        let size = demand.unrolled(self.syn_steps, buffers, batch);
        let keep = Keep::within(limit / KEPT, &size);
        [demand.set(), demand.weights()]
            .into_iter()
            .fold(keep.peak_bytes(&size), u64::saturating_add)
    }
}
