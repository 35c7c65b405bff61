//! Cutting a batch into shards, each processed by one thread.
//!
//! The loss of a network without batch statistics is a sum over samples. So the forward and backward
//! passes of a few samples run on one thread while the data stays in its cache, and the gradients of
//! neighbouring shards are added. How a batch is cut, and the order in which shards are added, depend
//! on its shape alone: results are bit-identical for every number of threads.

use std::ops::Range;

use crate::{Error, Result, Tensor};

/// Maximum number of samples in a shard. Four to sixteen images of 32 pixels are equally fast.
const SHARD: usize = 8;

/// Maximum number of elements in a shard (eight 64x64 colour images), unless a single sample has
/// more. Larger shards do not fit in the caches.
const ELEMENTS: usize = 8 * 3 * 64 * 64;

/// Minimum number of shards that a batch is cut into, if it has that many samples: enough to keep a
/// few threads busy with small batches.
const LEAST: usize = 4;

/// The shards of `batch` samples with `elements` elements each, in order and as even as possible.
pub fn ranges(batch: usize, elements: usize) -> Vec<Range<usize>> {
    let shard = (ELEMENTS / elements.max(1)).clamp(1, SHARD);
    let count = batch.div_ceil(shard).max(LEAST.min(batch));
    let bound = |i: usize| i * batch / count.max(1);
    (0..count).map(|i| bound(i)..bound(i + 1)).collect()
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
    use super::{ranges, reduce};

    #[test]
    fn shards_cover_the_batch_in_order() {
        for (elements, most) in [
            (0, 8),
            (4, 8),
            (3072, 8),
            (12288, 8),
            (49152, 2),
            (150_528, 1),
        ] {
            for batch in 0..300 {
                let mut next = 0;
                for shard in ranges(batch, elements) {
                    assert_eq!(shard.start, next);
                    assert!(shard.len() <= most && !shard.is_empty());
                    next = shard.end;
                }
                assert_eq!(next, batch);
            }
        }
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
