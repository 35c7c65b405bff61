//! Memory and time of unrolled training: SGD with momentum on images of MNIST's size.

use liebig_grad::{Device, InnerRule, Keep};

use super::network::Sizes;
use super::trajectory::{self, Unrolled};
use super::workloads::Unit;
use crate::Error;

/// What is kept for the way back.
const MEMORIES: &[(&str, Memory)] = &[
    ("states", |_| Keep::default()),
    ("least", |size| Keep::within(0, size)),
    ("1g", |size| Keep::within(1 << 30, size)),
];

type Memory = fn(&liebig_grad::UnrollSize) -> Keep;

const STEPS: [usize; 3] = [30, 100, 300];

/// The gradient through an unrolled training, with respect to images and step sizes: a ConvNet on
/// 1x28x28 inputs with 10 classes, SGD with momentum 0.9. It runs once, without a warm-up.
///
/// Its name, such as `unroll_w128_ipc1_n100_states`, says the width of the network, images per class,
/// steps, and what is kept: the `states` before every step and no graphs, the `least` memory, or what
/// fits in `1g`, 1 GiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unroll {
    width: usize,
    ipc: usize,
    steps: usize,
    memory: usize,
}

impl Unroll {
    /// All that are measured.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for width in [32, 128] {
            for ipc in [1, 10] {
                for steps in STEPS {
                    all.extend((0..MEMORIES.len()).map(|memory| Self {
                        width,
                        ipc,
                        steps,
                        memory,
                    }));
                }
            }
        }
        all
    }

    /// The one with the given name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|unroll| unroll.name() == name)
    }

    /// `unroll_wWIDTH_ipcIPC_nSTEPS_MEMORY`.
    #[must_use]
    pub fn name(&self) -> String {
        let Self {
            width, ipc, steps, ..
        } = self;
        let memory = MEMORIES[self.memory].0;
        format!("unroll_w{width}_ipc{ipc}_n{steps}_{memory}")
    }

    pub(super) fn prepare(&self, device: &Device) -> Result<Unit, Error> {
        let work = Unrolled {
            sizes: Sizes {
                width: self.width,
                channels: 1,
                side: 28,
                ..Sizes::default()
            },
            rule: InnerRule::Sgd {
                momentum: 0.9,
                weight_decay: 0.0,
            },
            ..Unrolled::new(self.steps, self.ipc)
        };
        trajectory::unrolled(&work, MEMORIES[self.memory].1, device)
    }
}

#[cfg(test)]
mod tests {
    use super::Unroll;

    #[test]
    fn names_are_parsed_back() {
        let all = Unroll::all();
        assert_eq!(all.len(), 36);
        for unroll in all {
            assert_eq!(Unroll::parse(&unroll.name()), Some(unroll));
        }
        assert_eq!(Unroll::parse("unroll_w32_ipc1_n30"), None);
    }
}
