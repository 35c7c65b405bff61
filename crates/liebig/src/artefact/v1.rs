//! Version 1 of the metadata, which can be read but is no longer written.

use liebig_data::{Normalization, SampleShape, Space};
use liebig_nn::{ConvNetOptions, LeNetOptions, MlpOptions, ModelChoice};
use serde::Deserialize;

use super::Provenance;
use super::v2::{Header, LabelKind};
use crate::augment::Augmentation;
use crate::protocol::{Loss, LrDrop, OptimizerChoice, Protocol, Recipe};
use crate::synthetic::Parameterization;

/// The name in version 1 of a field of version 2.
pub(super) fn name(field: &str) -> String {
    let starts = [
        ("space.", ""),
        ("recipe.protocol.optimizer.", "recipe."),
        ("recipe.protocol.", "recipe."),
        ("step_sizes", "learned_lr"),
    ];
    let own = starts
        .iter()
        .find_map(|(start, own)| Some(format!("{own}{}", field.strip_prefix(start)?)));
    own.unwrap_or_else(|| field.into())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Metadata {
    #[expect(dead_code, reason = "read before the rest to choose the version")]
    schema_version: u32,
    shape: SampleShape,
    class_names: Vec<String>,
    labels: Labels,
    normalization: Normalization,
    #[expect(dead_code, reason = "version 1 has no value except none")]
    whitening: Whitening,
    recipe: Version1Recipe,
    provenance: Provenance,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Labels {
    Hard,
    /// Scores that a softmax turns into probabilities.
    Soft,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Whitening {
    None,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Version1Recipe {
    model: Model,
    #[expect(dead_code, reason = "version 1 has no optimiser except SGD")]
    optimizer: Optimizer,
    lr: f64,
    momentum: f64,
    weight_decay: f64,
    batch_size: usize,
    epochs: usize,
    lr_drops: Vec<LrDrop>,
    augmentation: Augmentation,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Optimizer {
    Sgd,
}

/// Every option is present, including those that the network does not have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Model {
    name: String,
    width: usize,
    depth: usize,
    norm: String,
    activation: String,
    pooling: String,
}

impl Model {
    /// The network, or the invalid field and the reason.
    fn choice(&self) -> Result<ModelChoice, (String, String)> {
        let wrong = |option: &str, error: &dyn std::fmt::Display| {
            (format!("recipe.model.{option}"), error.to_string())
        };
        Ok(match self.name.as_str() {
            "convnet" => ModelChoice::ConvNet(ConvNetOptions {
                width: self.width,
                widen: 1,
                depth: self.depth,
                norm: self.norm.parse().map_err(|error| wrong("norm", &error))?,
                activation: self
                    .activation
                    .parse()
                    .map_err(|error| wrong("activation", &error))?,
                pooling: self
                    .pooling
                    .parse()
                    .map_err(|error| wrong("pooling", &error))?,
            }),
            "mlp" => ModelChoice::Mlp(MlpOptions { width: self.width }),
            "lenet" => ModelChoice::LeNet(LeNetOptions::default()),
            name => return Err(wrong("name", &format!("there is no network `{name}`"))),
        })
    }
}

impl TryFrom<Metadata> for Header {
    type Error = (String, String);

    fn try_from(metadata: Metadata) -> Result<Self, Self::Error> {
        let recipe = metadata.recipe;
        Ok(Self {
            shape: metadata.shape,
            class_names: metadata.class_names,
            labels: match metadata.labels {
                Labels::Hard => LabelKind::Hard,
                Labels::Soft => LabelKind::Logits,
            },
            space: Space::from(metadata.normalization),
            whitening: None,
            parameterization: Parameterization::Pixels,
            recipe: Recipe {
                unroll: None,
                model: recipe.model.choice()?,
                protocol: Protocol {
                    loss: Loss::CrossEntropy,
                    optimizer: OptimizerChoice::Sgd {
                        momentum: recipe.momentum,
                        weight_decay: recipe.weight_decay,
                    },
                    lr: recipe.lr,
                    lr_drops: recipe.lr_drops,
                    batch_size: recipe.batch_size,
                    epochs: recipe.epochs,
                    augmentation: recipe.augmentation,
                },
            },
            provenance: metadata.provenance,
        })
    }
}
