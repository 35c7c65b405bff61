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
        let [to_qkv] = self.to_qkv.of(weights)?;
        let tokens = self.heads.tokens;
        let [query, key, value] = self.parts(&x.matmul(to_qkv)?, tokens)?;
        self.attend(weights, &query, &key, &value)
    }

    /// What [`apply`](Self::apply) returns for the first token of each sample, `[n, dim]`, without computing the others.
    pub fn apply_to_first(&self, weights: &[Tensor], x: &Tensor) -> Result<Tensor> {
        let [to_qkv] = self.to_qkv.of(weights)?;
        let Heads {
            tokens,
            count,
            size,
            ..
        } = self.heads;
        let inner = count * size;
        let of_query = to_qkv.slice(1, 0, inner)?;
        let of_others = to_qkv.slice(1, inner, 3 * inner)?;
        let [query] = self.parts(&self.first(x)?.matmul(&of_query)?, 1)?;
        let [key, value] = self.parts(&x.matmul(&of_others)?, tokens)?;
        self.attend(weights, &query, &key, &value)
    }

    /// The first token of each sample, `[n, dim]`.
    pub fn first(&self, x: &Tensor) -> Result<Tensor> {
        let Heads { tokens, dim, .. } = self.heads;
        let samples = x.shape()[0] / tokens.max(1);
        let first = x.reshape(&[samples, tokens, dim])?.slice(1, 0, 1)?;
        Ok(first.reshape(&[samples, dim])?)
    }

    /// Cuts rows `[n * tokens, PARTS * heads * size]` into parts `[n, heads, tokens, size]`.
    fn parts<const PARTS: usize>(&self, rows: &Tensor, tokens: usize) -> Result<[Tensor; PARTS]> {
        let Heads { count, size, .. } = self.heads;
        let samples = rows.shape()[0] / tokens.max(1);
        let rows = rows.reshape(&[samples, tokens, PARTS, count, size])?;
        let mut parts = std::array::from_fn(|_| rows.clone());
        for (index, part) in parts.iter_mut().enumerate() {
            *part = rows
                .slice(2, index, index + 1)?
                .reshape(&[samples, tokens, count, size])?
                .permute(&[0, 2, 1, 3])?;
        }
        Ok(parts)
    }

    /// For each query the mean of the values, as rows `[n * queries, dim]`.
    fn attend(
        &self,
        weights: &[Tensor],
        query: &Tensor,
        key: &Tensor,
        value: &Tensor,
    ) -> Result<Tensor> {
        let Heads { count, size, .. } = self.heads;
        let queries = query.shape()[0] * query.shape()[2];
        let scores = query
            .matmul(&key.transpose(2, 3)?)?
            .mul_scalar((size as f64).powf(-0.5))?;
        let mixed = scores.softmax(3)?.matmul(value)?;
        let rows = mixed
            .permute(&[0, 2, 1, 3])?
            .reshape(&[queries, count * size])?;
        self.to_out.apply(weights, &rows)
    }
}
