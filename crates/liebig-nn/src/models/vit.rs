//! A vision transformer.

use liebig_grad::Tensor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Options, check_size};
use crate::check::check_shape;
use crate::layers::{Attention, Builder, Heads, LayerNorm, Linear, Place};
use crate::network::Layers;
use crate::{BatchNorm, Error, Init, Input, Model, Parameter, Result, TorchLayout};

const NAME: &str = "vit";

/// The most layers.
const MOST_LAYERS: usize = 48;

/// Options of the network `vit`: patches of the image and a class token, layers of attention and of a perceptron, each
/// on normalised tokens and beside a shortcut, then a linear classifier on the class token (vit-pytorch's `ViT`). The
/// defaults are those of DC-BENCH (Cui et al., arXiv 2207.09639), without dropout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct VitOptions {
    /// Height and width of a patch in pixels; those of the image must be multiples. Default 4.
    #[schemars(range(min = 1, max = 65536))]
    pub patch: usize,
    /// Values of a token. Default 512.
    #[schemars(range(min = 1, max = 65536))]
    pub dim: usize,
    /// Number of layers. Default 6.
    #[schemars(range(min = 1, max = 48))]
    pub depth: usize,
    /// Heads of an attention. Default 8.
    #[schemars(range(min = 1, max = 65536))]
    pub heads: usize,
    /// Values of a head's query, key and value. Default 64.
    #[schemars(range(min = 1, max = 65536))]
    pub dim_head: usize,
    /// Hidden units of a perceptron. Default 512.
    #[schemars(range(min = 1, max = 65536))]
    pub mlp_dim: usize,
}

impl Default for VitOptions {
    fn default() -> Self {
        Self {
            patch: 4,
            dim: 512,
            depth: 6,
            heads: 8,
            dim_head: 64,
            mlp_dim: 512,
        }
    }
}

impl Options for VitOptions {
    fn default_for(_: Input) -> Self {
        Self::default()
    }

    fn build(&self, input: Input, classes: usize) -> Result<Box<dyn Model>> {
        self.check(input)?;
        let Input {
            channels,
            height,
            width,
        } = input;
        let &Self { patch, dim, .. } = self;
        let patches = (height / patch).saturating_mul(width / patch);
        let tokens = patches.saturating_add(1);
        let mut builder = Builder::default();
        // PyTorch has one output of these, and has it first.
        let token = |name: &str, tokens: usize| Parameter {
            name: name.into(),
            shape: vec![tokens, dim, 1],
            torch: TorchLayout::Image,
            init: Init::Normal { deviation: 1.0 },
        };
        let embedding = builder.parameters([token("pos_embedding", tokens), token("cls_token", 1)]);
        let values = channels.saturating_mul(patch).saturating_mul(patch);
        let to_patch =
            Linear::on_rows(&mut builder, "to_patch_embedding.1", patches, [values, dim]);
        let mut block = |index| Block::new(&mut builder, self, index, tokens);
        let blocks = (0..self.depth - 1).map(&mut block).collect();
        let last = block(self.depth - 1);
        let norm = LayerNorm::new(&mut builder, "mlp_head.0", 1, dim);
        let layers = Vit {
            input,
            patch,
            tokens,
            dim,
            embedding,
            to_patch,
            blocks,
            last,
            norm,
            classifier: Linear::new(&mut builder, "mlp_head.1", dim, classes),
        };
        Ok(Box::new(builder.finish(NAME, input, layers)?))
    }
}

impl VitOptions {
    fn check(&self, input: Input) -> Result<()> {
        let usual = Self::default();
        for (key, value, usual) in [
            ("model.patch", self.patch, usual.patch),
            ("model.dim", self.dim, usual.dim),
            ("model.heads", self.heads, usual.heads),
            ("model.dim_head", self.dim_head, usual.dim_head),
            ("model.mlp_dim", self.mlp_dim, usual.mlp_dim),
        ] {
            check_size(NAME, key, value, usual)?;
        }
        if !(1..=MOST_LAYERS).contains(&self.depth) {
            return Err(Error::BadOption {
                model: NAME,
                key: "model.depth",
                value: self.depth,
                expected: "a value from 1 to 48",
                hint: format!("the usual value is {}", usual.depth),
            });
        }
        let fits = |side: usize| side >= self.patch && side.is_multiple_of(self.patch);
        if fits(input.height) && fits(input.width) {
            return Ok(());
        }
        Err(Error::BadOption {
            model: NAME,
            key: "model.patch",
            value: self.patch,
            expected: "a divisor of the image's height and width",
            hint: format!("images are {input}; resize them with `data.image_size`, or use 1"),
        })
    }
}

/// Attention and a perceptron.
struct Block {
    attention_norm: LayerNorm,
    attention: Attention,
    mlp_norm: LayerNorm,
    mlp: [Linear; 2],
}

impl Block {
    fn new(builder: &mut Builder, options: &VitOptions, index: usize, tokens: usize) -> Self {
        let &VitOptions {
            dim,
            heads,
            dim_head,
            mlp_dim,
            ..
        } = options;
        let [attention, mlp] = [0, 1].map(|part| format!("transformer.layers.{index}.{part}"));
        let heads = Heads {
            tokens,
            dim,
            count: heads,
            size: dim_head,
        };
        Self {
            attention_norm: LayerNorm::new(builder, &format!("{attention}.norm"), tokens, dim),
            attention: Attention::new(builder, &format!("{attention}.fn"), heads),
            mlp_norm: LayerNorm::new(builder, &format!("{mlp}.norm"), tokens, dim),
            mlp: [
                (format!("{mlp}.fn.net.0"), [dim, mlp_dim]),
                (format!("{mlp}.fn.net.3"), [mlp_dim, dim]),
            ]
            .map(|(name, sizes)| Linear::on_rows(builder, &name, tokens, sizes)),
        }
    }

    /// For tokens `x [n * tokens, dim]`.
    fn apply(&self, weights: &[Tensor], x: &Tensor) -> Result<Tensor> {
        let normal = self.attention_norm.apply(weights, x)?;
        let x = x.add(&self.attention.apply(weights, &normal)?)?;
        self.perceptron(weights, &x)
    }

    /// The first token of each sample after the block, `[n, dim]`.
    fn apply_to_first(&self, weights: &[Tensor], x: &Tensor) -> Result<Tensor> {
        let normal = self.attention_norm.apply(weights, x)?;
        let first = self.attention.first(x)?;
        let x = first.add(&self.attention.apply_to_first(weights, &normal)?)?;
        self.perceptron(weights, &x)
    }

    /// For any tokens `x [rows, dim]`.
    fn perceptron(&self, weights: &[Tensor], x: &Tensor) -> Result<Tensor> {
        let normal = self.mlp_norm.apply(weights, x)?;
        let [first, second] = &self.mlp;
        let hidden = first.apply(weights, &normal)?.gelu()?;
        Ok(x.add(&second.apply(weights, &hidden)?)?)
    }
}

struct Vit {
    input: Input,
    patch: usize,
    tokens: usize,
    dim: usize,
    /// Of all places, and the class token.
    embedding: Place<2>,
    to_patch: Linear,
    blocks: Vec<Block>,
    last: Block,
    norm: LayerNorm,
    classifier: Linear,
}

impl Vit {
    /// The patches of samples `[n, channels, height, width]` as rows, channels last.
    fn patches(&self, x: &Tensor) -> Result<Tensor> {
        let Input {
            channels,
            height,
            width,
        } = self.input;
        let (samples, patch) = (x.shape()[0], self.patch);
        check_shape("samples", x, &[samples, channels, height, width])?;
        let (rows, columns) = (height / patch, width / patch);
        Ok(
            x.reshape(&[samples, channels, rows, patch, columns, patch])?
                .permute(&[0, 2, 4, 3, 5, 1])?
                .reshape(&[samples * rows * columns, patch * patch * channels])?,
        )
    }
}

impl Layers for Vit {
    fn features(&self, weights: &[Tensor], x: &Tensor, _: &mut BatchNorm) -> Result<Tensor> {
        let (samples, tokens, dim) = (x.shape()[0], self.tokens, self.dim);
        let [places, class] = self.embedding.of(weights)?;
        let patches = self.to_patch.apply(weights, &self.patches(x)?)?;
        let patches = patches.reshape(&[samples, tokens - 1, dim])?;
        let class = class.reshape(&[1, 1, dim])?;
        let class = Tensor::cat(&vec![&class; samples], 0)?;
        let places = places.reshape(&[1, tokens, dim])?;
        let x = Tensor::cat(&[&class, &patches], 1)?.add(&places)?;
        let mut x = x.reshape(&[samples * tokens, dim])?;
        for block in &self.blocks {
            x = block.apply(weights, &x)?;
        }
        // Of the last block, the classifier needs the class token only.
        self.norm
            .apply(weights, &self.last.apply_to_first(weights, &x)?)
    }

    fn classify(&self, weights: &[Tensor], features: &Tensor) -> Result<Tensor> {
        self.classifier.apply(weights, features)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const INPUT: Input = Input {
        channels: 3,
        height: 32,
        width: 32,
    };

    #[test]
    fn the_size_of_dc_bench() {
        let model = VitOptions::default().build(INPUT, 10).unwrap();
        // Of each layer: two norms, the attention, the perceptron.
        let layer = 4 * 512 + 4 * 512 * 512 + 512 + 2 * 512 * 512 + 2 * 512;
        let rest = 65 * 512 + 512 + 48 * 512 + 512 + 2 * 512 + 512 * 10 + 10;
        assert_eq!(model.parameter_count(), 6 * layer + rest);
    }

    #[test]
    fn patches_must_fit() {
        for (patch, side) in [(5, 32), (64, 32), (0, 32)] {
            let options = VitOptions {
                patch,
                ..VitOptions::default()
            };
            let input = Input {
                height: side,
                ..INPUT
            };
            let message = options.build(input, 10).err().unwrap().to_string();
            assert!(message.contains("model.patch"), "{message}");
        }
    }
}
