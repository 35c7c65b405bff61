//! The memory that a run will need, calculated before anything is allocated.

use liebig_grad::UnrollSize;
use liebig_nn::Model;

use crate::{Budget, Error};

/// The sizes that determine the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Samples of the set.
    pub samples: usize,
    /// The largest number of samples of one class.
    pub largest_class: usize,
    /// Values of one sample.
    pub sample: usize,
    /// Values of the network's parameters.
    pub parameters: usize,
    /// Values that all layers together hold for one sample.
    pub activations: usize,
    /// Threads that run at once.
    pub threads: usize,
    /// Whether the network normalises over the batch, so that a batch has one graph.
    pub whole_batch: bool,
}

/// Bytes of a value.
const VALUE: u64 = 4;
/// A learnt set is held as values, momentum, gradient, update, and copies for a checkpoint and for an artefact.
const COPIES: u64 = 8;
/// Values that a graph through a gradient holds for each activation, approximately. Measured for the ConvNet: 1.9 MB per
/// image with 220,000 activations.
const GRAPH: u64 = 3;
/// Weights, their gradients, the optimiser's buffers, and partial sums.
const WEIGHTS: u64 = 6;
/// Samples of a shard (`liebig_grad::shard`).
const SHARD: u64 = 8;

impl Demand {
    /// The sizes for a budget and a network.
    #[must_use]
    pub fn new(budget: &Budget, sample: usize, model: &dyn Model) -> Self {
        Self {
            samples: budget.total(),
            largest_class: budget.largest(),
            sample,
            parameters: model.parameter_count(),
            activations: model.activations(),
            threads: rayon::current_num_threads(),
            whole_batch: model.needs_whole_batch(),
        }
    }

    /// Bytes of the set itself, with everything that learning it needs.
    #[must_use]
    pub fn set(&self) -> u64 {
        product(&[self.samples as u64, self.sample as u64, VALUE, COPIES])
    }

    /// Bytes of the network's weights on every thread.
    #[must_use]
    pub fn weights(&self) -> u64 {
        product(&[self.parameters as u64, VALUE, WEIGHTS, self.threads as u64])
    }

    /// Bytes of a batch of `samples` samples on every thread, of which one shard at a time has a graph.
    #[must_use]
    pub fn batch(&self, samples: usize) -> u64 {
        let values = product(&[samples as u64, self.sample as u64, 2]);
        let with_graph = if self.whole_batch {
            samples as u64
        } else {
            SHARD
        };
        // With few activations, a shard grows until it has as many as the network has parameters.
        let activations = product(&[with_graph, self.activations as u64]);
        let graph = product(&[activations.max(self.parameters as u64), GRAPH]);
        product(&[values.saturating_add(graph), VALUE, self.threads as u64])
    }

    /// The sizes of a training of `steps` steps on `batch` samples each, with `buffers` values of the optimiser for each
    /// weight.
    #[must_use]
    pub fn unrolled(&self, steps: usize, buffers: usize, batch: usize) -> UnrollSize {
        let weights = product(&[self.parameters as u64, VALUE]);
        let graph = |samples: usize| {
            product(&[samples as u64, self.activations as u64, GRAPH, VALUE])
                .saturating_add(weights)
        };
        UnrollSize {
            steps,
            weights,
            buffers,
            inputs: product(&[self.samples as u64, self.sample as u64, VALUE]),
            graph: graph(batch),
            work: product(&[graph(batch.min(SHARD as usize)), 2, self.threads as u64]),
        }
    }

    /// Bytes for learning the set by gradients through the network, if `with_graph` samples have a graph on each thread.
    #[must_use]
    pub fn learning(&self, with_graph: usize) -> u64 {
        let with_graph = if self.whole_batch {
            self.samples
        } else {
            with_graph
        };
        let graph = product(&[with_graph as u64, self.activations as u64, GRAPH, VALUE]);
        let graphs = product(&[graph, self.threads as u64]);
        self.set()
            .saturating_add(self.weights())
            .saturating_add(graphs)
    }
}

fn product(factors: &[u64]) -> u64 {
    factors
        .iter()
        .fold(1, |product, &factor| product.saturating_mul(factor))
}

/// Refuses a run that needs more memory than `limit`, or without a limit, than is available.
///
/// # Errors
/// [`Error::Memory`].
pub(crate) fn check(needed: u64, limit: Option<u64>) -> Result<(), Error> {
    match limit.or_else(liebig_data::available_memory) {
        Some(limit) if needed > limit => Err(Error::Memory { needed, limit }),
        _ => Ok(()),
    }
}

/// The bytes that a run may use: the limit that was set, otherwise what is available, otherwise 1 GiB.
pub(crate) fn limit(limit: Option<u64>) -> u64 {
    limit
        .or_else(liebig_data::available_memory)
        .unwrap_or(1 << 30)
}

/// A number of bytes for people, such as `512 KiB` or `1.2 GiB`.
#[must_use]
pub fn bytes(bytes: u64) -> String {
    let amount = bytes as f64;
    match bytes {
        0..1_048_576 => format!("{:.0} KiB", amount / 1024.0),
        1_048_576..1_073_741_824 => format!("{:.0} MiB", amount / 1_048_576.0),
        _ => format!("{:.1} GiB", amount / 1_073_741_824.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEMAND: Demand = Demand {
        samples: 9_999_990,
        largest_class: 999_999,
        sample: 784,
        parameters: 300_000,
        activations: 220_000,
        threads: 2,
        whole_batch: false,
    };

    #[test]
    fn an_absurd_set_is_refused_with_what_it_needs() {
        let needed = DEMAND.learning(DEMAND.largest_class);
        assert!(needed > DEMAND.set() && DEMAND.set() > 200 << 30);
        assert!(matches!(
            check(needed, Some(8 << 30)),
            Err(Error::Memory { limit, .. }) if limit == 8 << 30
        ));
        assert!(check(1 << 20, Some(8 << 30)).is_ok());
    }

    #[test]
    fn absurd_sizes_saturate() {
        let demand = Demand {
            samples: usize::MAX,
            activations: usize::MAX,
            ..DEMAND
        };
        assert_eq!(demand.learning(usize::MAX), u64::MAX);
    }

    #[test]
    fn bytes_read_well() {
        assert_eq!(bytes(512 << 10), "512 KiB");
        assert_eq!(bytes(3 << 20), "3 MiB");
        assert_eq!(bytes(3 << 29), "1.5 GiB");
    }
}
