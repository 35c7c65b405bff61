//! The lowest layer: what holds when nothing else was said.

use super::{Config, DataConfig, EvaluationConfig};
use crate::artefact::{Augmentation, ModelSpec, Shape};
use crate::methods::MethodConfig;

/// What the defaults need to know of the dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The shape of one sample as networks see it.
    pub shape: Shape,
}

/// What earlier layers already decided and defaults depend on.
pub(super) struct Decided<'a> {
    pub method: &'a str,
    pub ipc: usize,
    pub model: Option<&'a str>,
    pub augmented: bool,
}

/// The default configuration; `None` if there is no such method.
pub(super) fn config(decided: &Decided<'_>, facts: &Facts) -> Option<Config> {
    let model = decided.model.unwrap_or(match facts.shape {
        Shape::Image { .. } => "convnet",
        Shape::Table { .. } => "mlp",
    });
    Some(Config {
        seed: 0,
        ipc: decided.ipc,
        data: DataConfig {
            source: "strokes".into(),
            image_size: None,
            grayscale: None,
            label_column: None,
        },
        method: MethodConfig::default_for(decided.method, decided.ipc, model)?,
        model: ModelSpec {
            name: model.into(),
            width: 128,
            depth: depth(&facts.shape),
            norm: "instance".into(),
            activation: "relu".into(),
            pooling: "avg".into(),
        },
        evaluation: EvaluationConfig {
            repeats: 5,
            epochs: if decided.augmented { 1000 } else { 300 },
            lr: 0.01,
            momentum: 0.9,
            weight_decay: 5e-4,
            batch_size: 256,
            augmentation: Augmentation::None,
        },
    })
}

/// The depth at which a ConvNet's last map is about 4 pixels wide: 3 at 28 and 32, 4 at 64, 5 at 128.
fn depth(shape: &Shape) -> usize {
    match *shape {
        Shape::Image { height, width, .. } => {
            let mut side = height.min(width);
            let mut depth = 1;
            while side > 12 && depth < 6 {
                side /= 2;
                depth += 1;
            }
            depth
        }
        Shape::Table { .. } => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_follows_the_published_networks() {
        for (side, expected) in [(8, 1), (28, 3), (32, 3), (64, 4), (128, 5), (256, 6)] {
            let shape = Shape::Image {
                channels: 3,
                height: side,
                width: side,
            };
            assert_eq!(depth(&shape), expected, "{side} pixels");
        }
    }
}
