//! Attention among the tokens of a sample.

use liebig_grad::Tensor;

use super::{Builder, Linear, Place};
use crate::{Result, TorchLayout};

/// Sizes of an attention.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heads {
    /// Tokens of a sample.
    pub tokens: usize,
    /// Values of a token.
    pub dim: usize,
    /// Heads.
    pub count: usize,
    /// Values of a head's query, key and value.
    pub size: usize,
}

/// Softmax attention with several heads: each token is replaced by a mean of the values of all tokens of its sample,
/// weighted by how well their keys match its query (Vaswani et al., arXiv 1706.03762).
#[derive(Clone, Debug)]
pub(crate) struct Attention {
    heads: Heads,
    to_qkv: Place<1>,
    to_out: Linear,
}

impl Attention {
    /// With vit-pytorch's names under `name`: `to_qkv` without bias, `to_out.0`.
    pub fn new(builder: &mut Builder, name: &str, heads: Heads) -> Self {
        let inner = heads.count.saturating_mul(heads.size);
        let shape = vec![heads.dim, inner.saturating_mul(3)];
        let to_qkv = builder.weight(&format!("{name}.to_qkv"), shape, TorchLayout::Linear);
        let pairs = heads.tokens.saturating_mul(heads.tokens);
        builder.output(heads.tokens.saturating_mul(inner).saturating_mul(4));
        builder.output(pairs.saturating_mul(2 * heads.count));
        let sizes = [inner, heads.dim];
        let to_out = Linear::on_rows(builder, &format!("{name}.to_out.0"), heads.tokens, sizes);
        Self {
            heads,
            to_qkv,
            to_out,
        }
    }

    /// For tokens `x [n * tokens, dim]`, those of a sample after one another.
    pub fn apply(&self, weights: &[Tensor], x: &Tensor) -> Result<Tensor> {
        let Heads {
            tokens,
            count,
            size,
            ..
        } = self.heads;
        let [to_qkv] = self.to_qkv.of(weights)?;
        let samples = x.shape()[0] / tokens.max(1);
        let qkv = x
            .matmul(to_qkv)?
            .reshape(&[samples, tokens, 3, count, size])?;
        // [n, heads, tokens, size]
        let part = |index: usize| -> Result<Tensor> {
            let part = qkv.slice(2, index, index + 1)?;
            Ok(part
                .reshape(&[samples, tokens, count, size])?
                .permute(&[0, 2, 1, 3])?)
        };
        let (query, key, value) = (part(0)?, part(1)?, part(2)?);
        let scores = query
            .matmul(&key.transpose(2, 3)?)?
            .mul_scalar((size as f64).powf(-0.5))?;
        let mixed = scores.log_softmax(3)?.exp()?.matmul(&value)?;
        let rows = mixed
            .permute(&[0, 2, 1, 3])?
            .reshape(&[samples * tokens, count * size])?;
        self.to_out.apply(weights, &rows)
    }
}
