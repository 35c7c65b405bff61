//! Cutting a batch into shards, each processed by one thread.
//!
//! The loss of a network without batch statistics is a sum over samples. So the forward and backward
//! passes of a few samples run on one thread while the data stays in its cache, and the gradients of
//! neighbouring shards are added. How a batch is cut, and the order in which shards are added, depend
//! on shapes alone: results are bit-identical for every number of threads.

use std::ops::Range;

use crate::{Error, Result, Tensor};

/// Usual number of samples in a shard. Four to sixteen images of 32 pixels are equally fast.
const SHARD: usize = 8;

/// Number of samples in a shard if eight have fewer than twice as many activations as the network has
/// parameters: its filters are transformed and its gradient is added for every shard.
const OF_MANY_PARAMETERS: usize = 2 * SHARD;

/// Most samples in a shard of a small network, see [`FEW_ACTIVATIONS`].
const OF_SMALL_NETWORK: usize = 4 * SHARD;

/// As many as 16 or 32 samples are a shard if they have no more activations than this, two megabytes: with
/// fewer, the fixed cost of an operation counts.
const FEW_ACTIVATIONS: usize = 1 << 19;

/// Maximum number of elements in a shard (eight 64x64 colour images), unless a single sample has
/// more. Larger shards do not fit in the caches.
const ELEMENTS: usize = 8 * 3 * 64 * 64;

/// Minimum number of shards that a batch is cut into, if it has that many samples and they are worth
/// it. Each shard costs work on whole weights: with four shards instead of two, ten images take 16 %
/// longer on one thread. More threads find work in networks and classes side by side.
const LEAST: usize = 2;

/// So many samples are worth a shard whatever the number of parameters.
const WORTH: usize = 128;

/// The sizes that decide how a batch is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Values of a sample.
    pub sample: usize,
    /// Values of all layers for a sample.
    pub activations: usize,
    /// Trainable values of the network.
    pub parameters: usize,
}

/// The shards of `batch` samples, in order and as even as possible.
///
/// A shard usually has at most eight samples, fewer if they are large, and more if the network is small
/// or has many parameters. As every shard computes and adds gradients of all parameters, where samples
/// have few activations in comparison (a network of dense layers), there are only as many shards as
/// have as many activations as the network has parameters, or one for every 128 samples.
pub fn ranges(batch: usize, sizes: Sizes) -> Vec<Range<usize>> {
    let shard = (ELEMENTS / sizes.sample.max(1)).clamp(1, most(sizes));
    let activations = batch.saturating_mul(sizes.activations);
    let worth = activations.div_ceil(sizes.parameters.max(1));
    let worth = worth.max(batch / WORTH).max(1);
    let count = batch.div_ceil(shard).max(LEAST).min(worth).min(batch);
    let bound = |i: usize| i * batch / count.max(1);
    (0..count).map(|i| bound(i)..bound(i + 1)).collect()
}

/// The most samples of a shard, whatever their size: a power of two, so that the usual batches are cut evenly.
fn most(sizes: Sizes) -> usize {
    let fits = |&samples: &usize| samples.saturating_mul(sizes.activations) <= FEW_ACTIVATIONS;
    let usual = match SHARD.saturating_mul(sizes.activations) {
        activations if activations < sizes.parameters.saturating_mul(2) => OF_MANY_PARAMETERS,
        _ => SHARD,
    };
    [OF_SMALL_NETWORK, 2 * SHARD]
        .into_iter()
        .find(fits)
        .unwrap_or(SHARD)
        .max(usual)
}

/// Runs `body` on every item in parallel, and `join`s neighbouring results until one is left; `None`
/// if there are no items.
///
/// The order of the joins depends on the number of items alone, and a thread keeps at most as many
/// results as the tree of joins has levels: the memory of a sum over shards does not grow with the
/// batch.
///
/// # Errors
/// The error of the first item that fails, in item order, or that of a join.
pub fn reduce<T, R, E>(
    items: &[T],
    body: impl Fn(&T) -> Result<R, E> + Sync,
    join: impl Fn(R, R) -> Result<R, E> + Sync,
) -> Result<Option<R>, E>
where
    T: Sync,
    R: Send,
    E: Send,
{
    match items {
        [] => Ok(None),
        [item] => alone(|| body(item)).map(Some),
        _ => tree(items, &body, &join).map(Some),
    }
}

fn tree<T, R, E>(
    items: &[T],
    body: &(impl Fn(&T) -> Result<R, E> + Sync),
    join: &(impl Fn(R, R) -> Result<R, E> + Sync),
) -> Result<R, E>
where
    T: Sync,
    R: Send,
    E: Send,
{
    if let [item] = items {
        return body(item);
    }
    let (left, right) = items.split_at(items.len().div_ceil(2));
    let (left, right) = rayon::join(|| tree(left, body, join), || tree(right, body, join));
    join(left?, right?)
}

/// Runs work beside which no other shard runs: its operations may each take several threads.
pub fn alone<R>(work: impl FnOnce() -> R) -> R {
    liebig_kernels::split_operations(work)
}

/// Adds lists of tensors, element by element.
///
/// # Errors
/// [`Error::Shapes`] if the lists differ in length or shapes.
pub fn add(left: Vec<Tensor>, right: &[Tensor]) -> Result<Vec<Tensor>> {
    if left.len() != right.len() {
        let (left, right) = (vec![left.len()], vec![right.len()]);
        return Err(Error::Shapes {
            op: "shard::add (lengths)",
            left,
            right,
        });
    }
    let pairs = left.into_iter().zip(right);
    pairs.map(|(left, right)| left.accumulate(right)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{Sizes, ranges, reduce};

    #[test]
    fn shards_cover_the_batch_in_order() {
        for (sample, activations, parameters, most) in [
            (0, 100, 1, 32),
            (4, 100, 1_000, 32),
            (3072, 220_000, 320_000, 8),
            (12_288, 220_000, 320_000, 8),
            (49_152, 220_000, 320_000, 2),
            (150_528, 220_000, 320_000, 2),
            (150_528, 320_000, 320_000, 1),
            (784, 512, 118_000, 230),
            (3_072, 2_000_000, 11_000_000, 16),
            (3_072, 2_800_000, 11_200_000, 8),
            (3_072, 500_000, 9_200_000, 19),
            (3_072, 14_600, 62_000, 32),
            (usize::MAX, usize::MAX, 1, 1),
        ] {
            let sizes = Sizes {
                sample,
                activations,
                parameters,
            };
            for batch in 0..300 {
                let mut next = 0;
                for shard in ranges(batch, sizes) {
                    assert_eq!(shard.start, next);
                    assert!(!shard.is_empty());
                    assert!(shard.len() <= most, "{sizes:?}, {batch}: {}", shard.len());
                    next = shard.end;
                }
                assert_eq!(next, batch);
            }
        }
    }

    #[test]
    fn small_batches_have_two_shards_if_they_are_worth_it() {
        let count = |batch, activations, parameters| {
            let sizes = Sizes {
                sample: 784,
                activations,
                parameters,
            };
            ranges(batch, sizes).len()
        };
        // A ConvNet, then a network of dense layers.
        let convnet = [1, 2, 10, 16, 17, 100].map(|batch| count(batch, 220_000, 320_000));
        assert_eq!(convnet, [1, 2, 2, 2, 3, 13]);
        let dense = [1, 10, 100, 256, 1024].map(|batch| count(batch, 512, 118_000));
        assert_eq!(dense, [1, 1, 1, 2, 8]);
    }

    #[test]
    fn results_are_joined_in_order() {
        for count in 0..40 {
            let items: Vec<usize> = (0..count).collect();
            let join = |left: Vec<usize>, right: Vec<usize>| Ok([left, right].concat());
            let joined: Result<_, ()> = reduce(&items, |&item| Ok(vec![item]), join);
            assert_eq!(joined.unwrap(), (count > 0).then_some(items));
        }
        let odd = |&item: &usize| if item % 2 == 0 { Ok(()) } else { Err(item) };
        assert_eq!(reduce(&[0, 2, 3, 4, 5], odd, |_, _| Ok(())), Err(3));
    }
}
