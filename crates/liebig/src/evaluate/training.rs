//! The ways in which something is learnt from a set before it is tested.

use std::fmt;
use std::str::FromStr;

/// How a classifier is made from a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Training {
    /// A fresh network, trained by the recipe's common protocol.
    #[default]
    Common,
    /// A network, trained by the steps that the distilled set was made for ([`Unroll`](crate::Unroll)).
    Own,
    /// The same, with the step size that is best of a grid on training samples: for sets that were not made for step sizes.
    Tuned,
    /// No network: a test sample has the class of the nearest sample of the set, by the Euclidean distance in the space that
    /// networks train on (a baseline of Wang et al., "Dataset Distillation", 2018).
    Nearest,
    /// No training: the network as it is before the steps that the distilled set was made for.
    Before,
    /// No training: the trained network before it is pruned ([`Pruning`](super::Pruning)).
    Dense,
    /// No training: the trained network after it is pruned.
    Pruned,
}

const ALL: [Training; 7] = [
    Training::Common,
    Training::Own,
    Training::Tuned,
    Training::Nearest,
    Training::Before,
    Training::Dense,
    Training::Pruned,
];

impl Training {
    /// The name: `common`, `own`, `tuned`, `nearest`, `before`, `dense` or `pruned`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Common => "common",
            Self::Own => "own",
            Self::Tuned => "tuned",
            Self::Nearest => "nearest",
            Self::Before => "before",
            Self::Dense => "dense",
            Self::Pruned => "pruned",
        }
    }

    /// `random@nearest` as the name and the way; without `@` the common one. `None` for an unknown way.
    pub(crate) fn split(name: &str) -> Option<(&str, Self)> {
        match name.split_once('@') {
            None => Some((name, Self::Common)),
            Some((name, training)) => Some((name, training.parse().ok()?)),
        }
    }
}

impl fmt::Display for Training {
    /// The name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Training {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        ALL.into_iter()
            .find(|training| training.name() == name)
            .ok_or(())
    }
}
