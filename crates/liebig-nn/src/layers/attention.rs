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
        self.attend(weights, x, x)
    }

    /// What [`apply`](Self::apply) returns for the first token of each sample, `[n, dim]`, without computing the others.
    pub fn apply_to_first(&self, weights: &[Tensor], x: &Tensor) -> Result<Tensor> {
        self.attend(weights, &self.first(x)?, x)
    }

    /// The first token of each sample, `[n, dim]`.
    pub fn first(&self, x: &Tensor) -> Result<Tensor> {
        let Heads { tokens, dim, .. } = self.heads;
        let first = x.reshape(&[self.samples(x), tokens, dim])?.slice(1, 0, 1)?;
        Ok(first.reshape(&[self.samples(x), dim])?)
    }

    /// The samples of tokens `x [n * tokens, dim]`.
    fn samples(&self, x: &Tensor) -> usize {
        x.shape()[0] / self.heads.tokens.max(1)
    }

    /// For each asking token the mean of the values of all tokens `x [n * tokens, dim]` of its sample, in the order of the asking tokens.
    fn attend(&self, weights: &[Tensor], asking: &Tensor, x: &Tensor) -> Result<Tensor> {
        let Heads { count, size, .. } = self.heads;
        let [to_qkv] = self.to_qkv.of(weights)?;
        let (samples, inner) = (self.samples(x), count * size);
        // [n, heads, tokens, size]. The weights are cut and not the products, which are larger.
        let part = |rows: &Tensor, index: usize| -> Result<Tensor> {
            let weight = to_qkv.slice(1, index * inner, (index + 1) * inner)?;
            let tokens = rows.shape()[0] / samples.max(1);
            Ok(rows
                .matmul(&weight)?
                .reshape(&[samples, tokens, count, size])?
                .permute(&[0, 2, 1, 3])?)
        };
        let (query, key, value) = (part(asking, 0)?, part(x, 1)?, part(x, 2)?);
        let scores = query
            .mul_scalar((size as f64).powf(-0.5))?
            .matmul(&key.transpose(2, 3)?)?;
        let rows = scores
            .softmax(3)?
            .matmul(&value)?
            .permute(&[0, 2, 1, 3])?
            .reshape(&[asking.shape()[0], inner])?;
        self.to_out.apply(weights, &rows)
    }
}
