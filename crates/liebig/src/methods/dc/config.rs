//! The settings of gradient matching.

use serde::{Deserialize, Serialize};

use super::Dc;
use crate::config::{Error, check};
use crate::methods::{Distiller, Task};

/// Settings of gradient matching; the defaults are the published ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Fresh networks, one after another. Default 1000.
    pub iterations: u64,
    /// Real samples per class and image update. Default 256.
    pub batch_real: usize,
    /// Where the synthetic samples start. Default `noise`.
    pub init: Init,
    /// Learning rate of the samples. Default 0.1, for an MLP 0.01.
    pub lr_img: f64,
    /// Momentum of the samples, kept over all iterations. Default 0.5.
    pub momentum_img: f64,
    /// Learning rate of the networks between image updates. Default 0.01.
    pub lr_net: f64,
    /// Batch of the networks between image updates. Default 256.
    pub batch_train: usize,
    /// Image updates per network. Default by IPC: 1, 10, 20, 30, 40, 50.
    pub outer_loops: usize,
    /// Epochs a network trains on the synthetic set between two image updates. Default by IPC: 1, 50, 25, 20, 15, 10.
    pub inner_epochs: usize,
    /// The distance between gradients. Default `ours`.
    pub distance: Distance,
}

/// Where the synthetic samples start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Init {
    /// Standard normal in training space.
    Noise,
    /// Random real samples of each class.
    Real,
}

/// The distance between two gradients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Distance {
    /// The paper's: one minus the cosine, per output of each weight, summed.
    Ours,
    /// Squared difference, summed over everything.
    Mse,
    /// One minus the cosine of everything.
    Cos,
}

/// The published loops: IPC, image updates per network, epochs between them.
const LOOPS: [(usize, usize, usize); 6] = [
    (1, 1, 1),
    (10, 10, 50),
    (20, 20, 25),
    (30, 30, 20),
    (40, 40, 15),
    (50, 50, 10),
];

impl Config {
    /// The published settings for `ipc` samples per class on a network.
    #[must_use]
    pub fn default_for(ipc: usize, model: &str) -> Self {
        let (outer_loops, inner_epochs) = loops(ipc);
        Self {
            iterations: 1000,
            batch_real: 256,
            init: Init::Noise,
            lr_img: if model == "mlp" { 0.01 } else { 0.1 },
            momentum_img: 0.5,
            lr_net: 0.01,
            batch_train: 256,
            outer_loops,
            inner_epochs,
            distance: Distance::Ours,
        }
    }

    /// The method at work, before its first iteration.
    ///
    /// # Errors
    /// As [`Dc::new`].
    pub fn distiller<'a>(&self, task: Task<'a>) -> Result<Box<dyn Distiller + 'a>, crate::Error> {
        Ok(Box::new(Dc::new(task, self)?))
    }

    /// Checks every value.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    pub fn check(&self) -> Result<(), Error> {
        let whole = [
            (
                "method.iterations",
                usize::try_from(self.iterations).unwrap_or(usize::MAX),
            ),
            ("method.batch_real", self.batch_real),
            ("method.batch_train", self.batch_train),
            ("method.outer_loops", self.outer_loops),
            ("method.inner_epochs", self.inner_epochs),
        ];
        for (key, value) in whole {
            check::at_least_one(key, value)?;
        }
        check::positive("method.lr_img", self.lr_img)?;
        check::positive("method.lr_net", self.lr_net)?;
        let momentum = self.momentum_img;
        check::rule(
            "method.momentum_img",
            momentum,
            (0.0..1.0).contains(&momentum),
            "expected 0 or more, below 1",
        )
    }
}

/// The published pair for `ipc`, between two of them the straight line, beyond the last its image updates by IPC.
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
