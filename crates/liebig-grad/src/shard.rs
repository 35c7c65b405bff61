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
    let mut lists = lists.into_iter();
    let Some(mut total) = lists.next() else {
        return Ok(Vec::new());
    };
    for list in lists {
        if list.len() != total.len() {
            let (left, right) = (vec![total.len()], vec![list.len()]);
            return Err(Error::Shapes {
                op: "shard::sum (lengths)",
                left,
                right,
            });
        }
        for (total, tensor) in total.iter_mut().zip(&list) {
            *total = total.add(tensor)?;
        }
    }
    Ok(total)
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
