//! Protocols by name: how fresh networks are trained on a set.

use liebig_data::SampleShape;

use crate::Facts;
use crate::augment::{Augmentation, Operation, Strategy};
use crate::config::{Config, EvaluationConfig};
use crate::methods;
use crate::protocol::Protocol;

/// A protocol, or a group of protocols, that has a name.
pub struct Named {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// The names of a group; empty for a protocol.
    group: &'static [&'static str],
    /// The learning rates of which one is chosen; empty if it is fixed.
    rates: &'static [f64],
    make: fn(&Protocol, &Facts) -> Protocol,
}

/// The learning rates that DD-Ranking chooses from; here training samples decide, not the test set.
const RATES: &[f64] = &[0.001, 0.005, 0.01, 0.05, 0.1];

/// Passes with and without augmentation (Zhao and Bilen, 2021): the published E, of which there are E + 1.
const EPOCHS: usize = 1000;
const PLAIN_EPOCHS: usize = 300;

const ONE: Named = Named {
    name: "own",
    about: "as the set's recipe says",
    group: &[],
    rates: &[],
    make: |own, _| own.clone(),
};

/// All of them.
pub const PROTOCOLS: &[Named] = &[
    ONE,
    Named {
        name: "plain",
        about: "300 epochs without augmentation",
        make: |_, _| common(Augmentation::None, PLAIN_EPOCHS),
        ..ONE
    },
    Named {
        name: "dc",
        about: "as Dataset Condensation's sets of this dataset: 300 epochs without augmentation, but 1,000 with its own for MNIST",
        make: |own, facts| of_method("dc", own, facts),
        ..ONE
    },
    Named {
        name: "dsa",
        about: "1,000 epochs, one operation of differentiable Siamese augmentation for each batch",
        make: |own, facts| of_method("dsa", own, facts),
        ..ONE
    },
    Named {
        name: "strong",
        about: "1,000 epochs, one operation for each image or none, after RandAugment",
        make: |_, facts| augmented(facts, Augmentation::Rand),
        ..ONE
    },
    Named {
        name: "cutout",
        about: "1,000 epochs; crop, flip and cutout of every image (no flip for digits)",
        make: |_, facts| {
            augmented(facts, |strategy| {
                let usual = [Operation::Crop, Operation::Flip, Operation::Cutout];
                let known = |operation: &Operation| strategy.operations().contains(operation);
                let names = usual.iter().filter(|operation| known(operation));
                let names: Vec<&str> = names.map(|operation| operation.name()).collect();
                names
                    .join("_")
                    .parse()
                    .map_or(Augmentation::None, Augmentation::All)
            })
        },
        ..ONE
    },
    Named {
        name: "autoaugment",
        about: "1,000 epochs, a sub-policy of AutoAugment's CIFAR-10 policy for each batch",
        make: |_, facts| augmented(facts, |_| Augmentation::AutoAugment),
        ..ONE
    },
    Named {
        name: "soft",
        about: "1,000 epochs with dsa's augmentation and soft labels: a teacher's, or those that the set has",
        make: |own, facts| of_method("dsa", own, facts),
        ..ONE
    },
    Named {
        name: "ddranking",
        about: "dsa's and no augmentation, 1,000 epochs each, at the best of five learning rates by training samples; adds random and whole, and scores the set by DD-Ranking",
        group: &["ddranking-dsa", "ddranking-plain"],
        ..ONE
    },
    Named {
        name: "ddranking-dsa",
        about: "the part of ddranking with augmentation",
        rates: RATES,
        make: |own, facts| of_method("dsa", own, facts),
        ..ONE
    },
    Named {
        name: "ddranking-plain",
        about: "the part of ddranking without",
        rates: RATES,
        make: |_, _| common(Augmentation::None, EPOCHS),
        ..ONE
    },
    Named {
        name: "dcbench",
        about: "plain, dsa, autoaugment, strong and cutout, with the mean and the best of them, after DC-BENCH",
        group: &["plain", "dsa", "autoaugment", "strong", "cutout"],
        ..ONE
    },
];

/// A protocol that is evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Its name.
    pub name: &'static str,
    /// The protocol.
    pub protocol: Protocol,
    /// The learning rates of which one is chosen; empty if it is fixed.
    pub rates: &'static [f64],
}

/// The protocols with these names, groups as their members, each once; names that are unknown are left out. `own` is that of
/// the set's recipe.
#[must_use]
pub fn plans(names: &[String], own: &Protocol, facts: &Facts) -> Vec<Plan> {
    let find = |name: &str| PROTOCOLS.iter().find(|known| known.name == name);
    let mut plans: Vec<Plan> = Vec::new();
    for named in names.iter().filter_map(|name| find(name)) {
        let members = named.group.iter().filter_map(|name| find(name));
        let alone = named.group.is_empty().then_some(named);
        for named in members.chain(alone) {
            if plans.iter().all(|plan| plan.name != named.name) {
                plans.push(Plan {
                    name: named.name,
                    protocol: (named.make)(own, facts),
                    rates: named.rates,
                });
            }
        }
    }
    plans
}

/// The common protocol with the published number of epochs `epochs`.
fn common(augmentation: Augmentation, epochs: usize) -> Protocol {
    Protocol::from(&EvaluationConfig {
        augmentation,
        epochs,
        ..EvaluationConfig::default()
    })
}

/// The common protocol with an augmentation made from the strategy for the dataset; for tables the plain one.
fn augmented(facts: &Facts, augmentation: impl FnOnce(Strategy) -> Augmentation) -> Protocol {
    match facts.shape {
        SampleShape::Image { .. } => {
            common(augmentation(Strategy::default_for(&facts.dataset)), EPOCHS)
        }
        SampleShape::Table { .. } => common(Augmentation::None, PLAIN_EPOCHS),
    }
}

/// The protocol of a method's sets of the dataset.
fn of_method(name: &str, own: &Protocol, facts: &Facts) -> Protocol {
    let method = methods::find(name).map(|method| method.defaults(facts));
    let config = method.and_then(|method| Config::new(method, facts).ok());
    config.map_or_else(|| own.clone(), |config| Protocol::from(&config.evaluation))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str], shape: SampleShape) -> Vec<Plan> {
        let facts = Facts {
            dataset: "mnist".into(),
            shape,
            classes: 10,
            ipc: 1,
            model: "convnet".into(),
            batch_norm: false,
            samples: 60_000,
            constant_space: true,
        };
        let names: Vec<String> = names.iter().map(|&name| name.into()).collect();
        plans(&names, &common(Augmentation::None, 7), &facts)
    }

    const IMAGE: SampleShape = SampleShape::Image {
        channels: 1,
        height: 28,
        width: 28,
    };

    #[test]
    fn groups_are_their_members_and_each_is_there_once() {
        let plans = named(&["plain", "dcbench", "own"], IMAGE);
        let names: Vec<&str> = plans.iter().map(|plan| plan.name).collect();
        assert_eq!(
            names,
            ["plain", "dsa", "autoaugment", "strong", "cutout", "own"]
        );
        let of = |index: usize| {
            let protocol = &plans[index].protocol;
            (protocol.epochs, protocol.augmentation.to_string())
        };
        // Digits are not flipped.
        assert_eq!(of(0), (301, "none".into()));
        assert_eq!(of(1), (1001, "color_crop_cutout_scale_rotate".into()));
        assert_eq!(of(2), (1001, "autoaugment".into()));
        assert_eq!(of(3), (1001, "rand:color_crop_cutout_scale_rotate".into()));
        assert_eq!(of(4), (1001, "all:crop_cutout".into()));
        assert_eq!(of(5).0, 8);
        assert!(plans.iter().all(|plan| plan.rates.is_empty()));
        let ranking = named(&["ddranking"], IMAGE);
        assert!(
            ranking
                .iter()
                .all(|plan| plan.rates == RATES && plan.protocol.epochs == 1001)
        );
    }

    #[test]
    fn tables_are_not_augmented() {
        let table = SampleShape::Table { features: 4 };
        let all: Vec<&str> = PROTOCOLS.iter().map(|known| known.name).collect();
        for plan in named(&all, table) {
            assert_eq!(
                plan.protocol.augmentation,
                Augmentation::None,
                "{}",
                plan.name
            );
        }
    }
}
