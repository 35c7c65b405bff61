//! A batch cut into shards, each worked on by one thread.
//!
//! The loss of a network without batch statistics is a sum over samples, so forward and backward of a
//! few of them run on one thread while they sit in its cache, and the shards' gradients are added in
//! the order of the batch. How a batch is cut depends on its size alone: results are bit-identical
//! for every number of threads.

use std::ops::Range;

use rayon::prelude::*;

use crate::{Error, Result, Tensor};

/// Samples in a shard at the most.
const SHARD: usize = 8;

/// Shards a batch is cut into at the least, if it has as many samples: enough to keep a few threads
/// busy with small batches.
const LEAST: usize = 4;

/// The shards of a batch, in order; as even as they can be.
pub fn ranges(batch: usize) -> Vec<Range<usize>> {
    let count = batch.div_ceil(SHARD).max(LEAST.min(batch));
    let bound = |i: usize| i * batch / count.max(1);
    (0..count).map(|i| bound(i)..bound(i + 1)).collect()
}

/// Runs `body` on every shard, in parallel; results in the order of the batch.
///
/// # Errors
/// The first shard's error, in the order of the batch.
pub fn map<R, E>(
    batch: usize,
    body: impl Fn(Range<usize>) -> Result<R, E> + Sync + Send,
) -> Result<Vec<R>, E>
where
    R: Send,
    E: Send,
{
    let results: Vec<Result<R, E>> = ranges(batch).into_par_iter().map(body).collect();
    results.into_iter().collect()
}

/// Adds lists of tensors, element by element, in their order.
///
/// # Errors
/// [`Error::Shapes`] if the lists differ in length or shapes.
pub fn sum(lists: Vec<Vec<Tensor>>) -> Result<Vec<Tensor>> {
    let length = lists.first().map_or(0, Vec::len);
    if let Some(other) = lists.iter().find(|list| list.len() != length) {
        let (left, right) = (vec![length], vec![other.len()]);
        return Err(Error::Shapes {
            op: "shard::sum (lengths)",
            left,
            right,
        });
    }
    let mut columns: Vec<Vec<Tensor>> = (0..length).map(|_| Vec::new()).collect();
    for list in lists {
        for (column, tensor) in columns.iter_mut().zip(list) {
            column.push(tensor);
        }
    }
    columns.into_par_iter().map(total).collect()
}

/// The sum of tensors in their order.
fn total(tensors: Vec<Tensor>) -> Result<Tensor> {
    let mut tensors = tensors.into_iter();
    let first = tensors.next().ok_or(Error::Rank {
        op: "shard::sum",
        expected: "at least one list",
        shape: Vec::new(),
    })?;
    tensors.try_fold(first, |sum, tensor| sum.accumulate(&tensor))
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn shards_cover_the_batch_in_order() {
        for batch in 0..300 {
            let shards = ranges(batch);
            let mut next = 0;
            for shard in &shards {
                assert_eq!(shard.start, next);
                assert!(shard.len() <= super::SHARD && !shard.is_empty());
                next = shard.end;
            }
            assert_eq!(next, batch);
        }
    }
}
