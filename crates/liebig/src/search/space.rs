//! Spaces of networks.

use std::path::Path;

use liebig_data::stream;
use rand::seq::index;

use crate::Error;
use crate::config::Error as ConfigError;

/// The spaces by name, and what they are.
pub const SPACES: &[(&str, &str)] = &[
    (
        "convnet-24",
        "24 ConvNets: widths 16 to 64, depths 2 and 3, with instance normalisation and without, two poolings",
    ),
    (
        "convnet-720",
        "the 720 ConvNets of Dataset Condensation: widths 32 to 256, depths 1 to 4, three activations, five normalisations, three poolings",
    ),
];

/// The networks of a space by name, or those of a file with one on each line, as [`model_spec`](crate::model_spec) reads them;
/// empty lines and those that start with `#` are skipped.
///
/// # Errors
/// [`ConfigError::OutOfRange`] for an unknown name that is no file either; [`Error::Run`] if the file cannot be read.
pub fn networks(space: &str) -> Result<Vec<String>, Error> {
    let product = |widths: &[u32],
                   depths: &[u32],
                   activations: &[&str],
                   norms: &[&str],
                   poolings: &[&str]| {
        let mut all = Vec::new();
        for width in widths {
            for depth in depths {
                for activation in activations {
                    for norm in norms {
                        for pooling in poolings {
                            all.push(format!(
                                "convnet:width={width}:depth={depth}:activation={activation}:norm={norm}:pooling={pooling}"
                            ));
                        }
                    }
                }
            }
        }
        all
    };
    match space {
        "convnet-24" => Ok(product(
            &[16, 32, 64],
            &[2, 3],
            &["relu"],
            &["none", "instance"],
            &["max", "avg"],
        )),
        "convnet-720" => Ok(product(
            &[32, 64, 128, 256],
            &[1, 2, 3, 4],
            &["sigmoid", "relu", "leaky_relu"],
            &["none", "batch", "layer", "instance", "group"],
            &["none", "max", "avg"],
        )),
        file if Path::new(file).is_file() => {
            let text = fs_err::read_to_string(file).map_err(crate::run::Error::Io)?;
            let lines = text.lines().map(str::trim);
            Ok(lines
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
                .map(str::to_owned)
                .collect())
        }
        _ => {
            let names: Vec<&str> = SPACES.iter().map(|(name, _)| *name).collect();
            let error = ConfigError::OutOfRange {
                key: "space".into(),
                value: space.into(),
                rule: format!(
                    "must be {}, or a file with a network on each line",
                    names.join(", ")
                ),
            };
            Err(error.into())
        }
    }
}

/// So many networks, chosen by the seed, in their order; all if there are no more.
#[must_use]
pub fn sample(networks: Vec<String>, count: usize, seed: u64) -> Vec<String> {
    if count >= networks.len() {
        return networks;
    }
    let mut rng = stream(seed, "search/sample", 0);
    let mut chosen = index::sample(&mut rng, networks.len(), count).into_vec();
    chosen.sort_unstable();
    chosen
        .into_iter()
        .map(|place| networks[place].clone())
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Input, model_spec};

    #[test]
    fn every_network_of_a_space_can_be_built_and_is_another() {
        let input = Input {
            channels: 3,
            height: 32,
            width: 32,
        };
        for ((name, _), expected) in SPACES.iter().zip([24, 720]) {
            let all = networks(name).unwrap();
            let distinct: std::collections::BTreeSet<&String> = all.iter().collect();
            assert_eq!((all.len(), distinct.len()), (expected, expected));
            for spec in &all {
                model_spec(spec, input).unwrap().build(input, 10).unwrap();
            }
        }
        let some = sample(networks("convnet-720").unwrap(), 30, 1);
        assert_eq!(some.len(), 30);
        assert_eq!(some, sample(networks("convnet-720").unwrap(), 30, 1));
        assert_ne!(some, sample(networks("convnet-720").unwrap(), 30, 2));
        assert!(networks("convnet-7").is_err());
    }
}
