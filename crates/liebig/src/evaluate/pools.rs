//! Pools of networks, to see how a set serves others than the one that it was made with.

/// A pool: its letter, what its networks differ in, and the networks as [`model_spec`](crate::model_spec) reads them.
#[derive(Clone, Copy, Debug)]
pub struct Pool {
    /// Its letter, as in the code of dataset condensation, or a word.
    pub name: &'static str,
    /// What its networks differ in.
    pub about: &'static str,
    /// The networks.
    pub models: &'static [&'static str],
}

/// The pools of Dataset Condensation's code, but for those that repeat another with batch normalisation, and DC-BENCH's.
pub const POOLS: &[Pool] = &[
    Pool {
        name: "M",
        about: "networks of different kinds",
        models: &["mlp", "convnet", "lenet", "alexnet", "vgg11", "resnet18"],
    },
    Pool {
        name: "W",
        about: "widths of the ConvNet",
        models: &[
            "convnet:width=32",
            "convnet:width=64",
            "convnet:width=128",
            "convnet:width=256",
        ],
    },
    Pool {
        name: "D",
        about: "depths of the ConvNet",
        models: &[
            "convnet:depth=1",
            "convnet:depth=2",
            "convnet:depth=3",
            "convnet:depth=4",
        ],
    },
    Pool {
        name: "A",
        about: "activations of the ConvNet",
        models: &[
            "convnet:activation=sigmoid",
            "convnet:activation=relu",
            "convnet:activation=leaky_relu",
            "convnet:activation=swish",
        ],
    },
    Pool {
        name: "P",
        about: "poolings of the ConvNet",
        models: &[
            "convnet:pooling=none",
            "convnet:pooling=max",
            "convnet:pooling=avg",
        ],
    },
    Pool {
        name: "N",
        about: "normalisations of the ConvNet",
        models: &[
            "convnet:norm=none",
            "convnet:norm=batch",
            "convnet:norm=layer",
            "convnet:norm=instance",
            "convnet:norm=group",
        ],
    },
    Pool {
        name: "transfer",
        about: "networks of other kinds, as DC-BENCH has them",
        models: &["mlp", "alexnet", "resnet18", "vit"],
    },
];

/// The pool with this name.
#[must_use]
pub fn pool(name: &str) -> Option<&'static Pool> {
    POOLS.iter().find(|pool| pool.name == name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::{Input, model_spec};

    #[test]
    fn every_network_of_a_pool_can_be_built() {
        let input = Input {
            channels: 3,
            height: 32,
            width: 32,
        };
        for pool in POOLS {
            for model in pool.models {
                model_spec(model, input).unwrap().build(input, 10).unwrap();
            }
        }
        assert_eq!(pool("W").unwrap().models.len(), 4);
        assert!(pool("X").is_none());
    }
}
