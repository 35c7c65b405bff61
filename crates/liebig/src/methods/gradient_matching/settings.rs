//! The settings of gradient matching.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::objective::GradientMatching;
use crate::augment::Augmentation;
use crate::config::Error as ConfigError;
use crate::cost::Demand;
use crate::init::Init;
use crate::methods::{Descent, Distillation, siamese};
use crate::{Error, Facts, Task};

/// Settings of gradient matching; the defaults are the published ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-source" = "VICO-UoE/DatasetCondensation, main.py"))]
pub struct Settings {
    /// Number of iterations, each with a fresh network. Default 1001: the published loop runs from 0 to 1000.
    #[schemars(range(min = 1))]
    pub iterations: u64,
    /// Number of real samples per class in each update. Default 256.
    #[schemars(range(min = 1))]
    pub batch_real: usize,
    /// How the synthetic samples are initialised. Default `noise` for dc, `real` for dsa.
    pub init: Init,
    /// Learning rate of the samples. Default 0.1, or 0.01 with an MLP.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub lr_img: f64,
    /// Momentum of the updates of the samples; not reset between iterations. Default 0.5.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub momentum_img: f64,
    /// Learning rate for training the network between two updates. Default 0.01.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub lr_net: f64,
    /// Batch size for training the network between two updates. Default 256.
    #[schemars(range(min = 1))]
    pub batch_train: usize,
    /// Number of updates of the samples in each iteration. Default: `ipc`.
    #[schemars(range(min = 1))]
    pub outer_loops: usize,
    /// Epochs for which the network is trained on the synthetic set between two updates. Default 1, 50, 25, 20, 15 and 10
    /// for an `ipc` of 1, 10, 20, 30, 40 and 50, interpolated linearly, and 500 / `ipc` above.
    #[schemars(range(min = 1))]
    pub inner_epochs: usize,
    /// Distance between gradients: `ours` (one minus the cosine for each output of a weight, summed), `mse` (squared
    /// difference, summed) or `cos` (one minus the cosine of all parameters as one vector). Default `ours`.
    pub distance: Distance,
    /// Siamese augmentation of real and synthetic samples: `none`, or operations joined by `_`. Default `none` for dc and
    /// for tables, `color_crop_cutout_flip_scale_rotate` (without `flip` for digits) for dsa.
    pub dsa_strategy: Augmentation,
}

/// The distance between two gradients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Distance {
    /// The paper's distance: one minus the cosine for each output of each weight, summed.
    Ours,
    /// Squared difference, summed over all values.
    Mse,
    /// One minus the cosine of all parameters as one vector.
    Cos,
}

/// The published loops: IPC, updates per network, epochs between them.
const LOOPS: [(usize, usize, usize); 6] = [
    (1, 1, 1),
    (10, 10, 50),
    (20, 20, 25),
    (30, 30, 20),
    (40, 40, 15),
    (50, 50, 10),
];

impl Settings {
    /// The published settings for `facts`, without augmentation and started from noise.
    pub(crate) fn published(facts: &Facts) -> Self {
        let (outer_loops, inner_epochs) = loops(facts.ipc);
        Self {
            iterations: 1001,
            batch_real: 256,
            init: Init::Noise,
            lr_img: if facts.model == "mlp" { 0.01 } else { 0.1 },
            momentum_img: 0.5,
            lr_net: 0.01,
            batch_train: 256,
            outer_loops,
            inner_epochs,
            distance: Distance::Ours,
            dsa_strategy: Augmentation::None,
        }
    }

    pub(super) fn check(&self, facts: &Facts) -> Result<(), ConfigError> {
        siamese::check("method.dsa_strategy", &self.dsa_strategy, facts.shape)
    }

    /// The real batch is dropped before the graph of the synthetic samples is built, but its shards are not.
    pub(super) fn memory(&self, demand: &Demand) -> u64 {
        demand
            .learning(demand.largest_class)
            .saturating_add(demand.batch(self.batch_real))
    }

    /// Starts the loop; random streams are named after the method.
    pub(super) fn start<'a>(
        &self,
        name: &'static str,
        task: Task<'a>,
    ) -> Result<Box<dyn Distillation + 'a>, Error> {
        let set = self.init.synthetic(
            name,
            &task,
            liebig_nn::Sgd::new(self.lr_img).with_momentum(self.momentum_img),
        )?;
        let objective = GradientMatching::new(name, task, self.clone());
        Ok(Box::new(Descent::new(
            task,
            objective,
            set,
            self.iterations,
        )))
    }
}

/// The published pair for `ipc`, interpolated linearly between two of them; above the last, as many updates as `ipc`.
fn loops(ipc: usize) -> (usize, usize) {
    let Some(above) = LOOPS.iter().position(|row| row.0 >= ipc) else {
        return (ipc, (500 / ipc.max(1)).max(1));
    };
    let (high_ipc, high_outer, high_inner) = LOOPS[above];
    let (low_ipc, low_outer, low_inner) = LOOPS[above.saturating_sub(1)];
    if ipc >= high_ipc || above == 0 {
        return (high_outer, high_inner);
    }
    let between = |low: usize, high: usize| {
        let part = (ipc - low_ipc) as f64 / (high_ipc - low_ipc) as f64;
        (low as f64 + part * (high as f64 - low as f64)).round() as usize
    };
    (
        between(low_outer, high_outer),
        between(low_inner, high_inner),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_loops_are_kept_and_others_lie_between() {
        for (ipc, outer, inner) in LOOPS {
            assert_eq!(loops(ipc), (outer, inner));
        }
        assert_eq!(loops(15), (15, 38));
        assert_eq!(loops(100), (100, 5));
        assert_eq!(loops(1000), (1000, 1));
    }
}
