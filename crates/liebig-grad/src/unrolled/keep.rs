//! Memory for time: what a training run keeps.

use crate::unrolled::InnerRule;

/// What a training run keeps for the reverse sweep. It changes the memory and the time that are needed,
/// and not a bit of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Interval, in steps, at which weights and buffers are stored; the steps between are repeated
    /// on the way back. With `k` about the square root of `n` steps, `n / k + k` states are alive at
    /// once instead of `n`. 1 repeats nothing; 0 counts as 1.
    pub weights_every: usize,
    /// Number of last steps whose graphs are kept, if the steps support it
    /// ([`StepGradient::record`](crate::StepGradient::record)). A graph costs the memory that
    /// differentiating the step as a whole batch would take, and saves computing its gradient a second
    /// time: 15 to 30 % of all for a ConvNet.
    pub graphs: usize,
}

impl Default for Keep {
    /// Keeps the state before every step, and no graphs.
    fn default() -> Self {
        Self {
            weights_every: 1,
            graphs: 0,
        }
    }
}

/// The sizes that decide how much memory a training run and its reverse sweep take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnrollSize {
    /// Number of steps.
    pub steps: usize,
    /// Bytes of the weights.
    pub weights: u64,
    /// Buffers for each weight ([`InnerRule::buffers_per_weight`]).
    pub buffers: usize,
    /// Bytes of the gradient with respect to the inputs.
    pub inputs: u64,
    /// Bytes of the graph of a step, if it is kept.
    pub graph: u64,
    /// Bytes that one step takes while it is computed.
    pub work: u64,
}

impl UnrollSize {
    /// Bytes of a state: weights and buffers.
    pub fn state(&self) -> u64 {
        self.weights.saturating_mul(1 + self.buffers as u64)
    }

    /// Bytes of the gradient that is stored beside a state: Adam's reverse needs it.
    fn gradient(&self) -> u64 {
        let adam = InnerRule::adam().buffers_per_weight();
        if self.buffers == adam {
            self.weights
        } else {
            0
        }
    }
}

impl Keep {
    /// What to keep so that a run takes the least time within `budget` bytes: states as close together
    /// as fit, and with the state before every step, as many graphs as fit.
    ///
    /// More memory never keeps less. If nothing fits, this is what takes the least memory;
    /// [`peak_bytes`](Self::peak_bytes) says how much.
    pub fn within(budget: u64, size: &UnrollSize) -> Self {
        let every = |weights_every: usize| Self {
            weights_every,
            graphs: 0,
        };
        let choices = || (1..=size.steps.max(1)).map(every);
        let fitting = choices().find(|keep| keep.peak_bytes(size) <= budget);
        let Some(keep) = fitting else {
            let least = choices().min_by_key(|keep| keep.peak_bytes(size));
            return least.unwrap_or_default();
        };
        if keep.weights_every > 1 {
            return keep;
        }
        let with_graphs = |graphs: usize| Self { graphs, ..keep };
        // The peak grows with the number of graphs.
        let (mut fits, mut too_many) = (0, size.steps + 1);
        while too_many - fits > 1 {
            let middle = fits + (too_many - fits) / 2;
            if with_graphs(middle).peak_bytes(size) <= budget {
                fits = middle;
            } else {
                too_many = middle;
            }
        }
        with_graphs(fits)
    }

    /// The most bytes that a run and its reverse sweep hold at once: states, kept graphs, cotangents,
    /// and the step at hand.
    pub fn peak_bytes(&self, size: &UnrollSize) -> u64 {
        let graphs = self.graphs.min(size.steps);
        let every = self.weights_every.clamp(1, size.steps.max(1));
        let without = size.steps - graphs;
        let times = |count: usize, bytes: u64| bytes.saturating_mul(count as u64);
        let (state, gradient) = (size.state(), size.gradient());
        let stored = if every == 1 {
            times(without, state.saturating_add(gradient))
        } else {
            // The first state of a stretch that is repeated is its checkpoint.
            let repeated = every.min(without);
            let repeated =
                times(repeated.saturating_sub(1), state).saturating_add(times(repeated, gradient));
            times(without.div_ceil(every), state).saturating_add(repeated)
        };
        // The graph of a step comes with its gradient.
        let graph = state
            .saturating_add(size.graph)
            .saturating_add(size.weights);
        // Cotangents of a state before and after a step, and products and gradient between them; the
        // last state.
        let sweep = times(2, state)
            .saturating_add(times(4, size.weights))
            .saturating_add(times(2, size.inputs))
            .saturating_add(state);
        stored
            .saturating_add(times(graphs, graph))
            .saturating_add(sweep)
            .saturating_add(size.work)
    }
}

#[cfg(test)]
mod tests {
    use super::{Keep, UnrollSize};

    fn size(steps: usize, buffers: usize) -> UnrollSize {
        UnrollSize {
            steps,
            weights: 1_000,
            buffers,
            inputs: 300,
            graph: 9_000,
            work: 5_000,
        }
    }

    #[test]
    fn the_choice_fits_and_more_memory_never_keeps_less() {
        for steps in [0, 1, 2, 7, 30, 300] {
            for buffers in 0..=2 {
                let size = size(steps, buffers);
                let mut before: Option<Keep> = None;
                for budget in (0..5_000_000).step_by(977) {
                    let keep = Keep::within(budget, &size);
                    let peak = keep.peak_bytes(&size);
                    let least = Keep::within(0, &size).peak_bytes(&size);
                    assert!(peak <= budget.max(least), "{keep:?}: {peak} of {budget}");
                    if let Some(before) = before {
                        assert!(keep.weights_every <= before.weights_every || peak > budget);
                        assert!(keep.graphs >= before.graphs);
                    }
                    before = Some(keep);
                }
                assert_eq!(before.map(|keep| keep.graphs), Some(steps));
            }
        }
    }

    #[test]
    fn the_least_memory_is_about_a_checkpoint_every_root() {
        let keep = Keep::within(0, &size(400, 0));
        assert_eq!(
            keep,
            Keep {
                weights_every: 20,
                graphs: 0
            }
        );
        // 20 checkpoints, 19 states between them, the last state, and the sweep's own seven.
        let bytes = 1_000 * (20 + 19) + 3_000 + 4_000 + 600 + 5_000;
        assert_eq!(keep.peak_bytes(&size(400, 0)), bytes);
    }

    #[test]
    fn the_next_graph_would_not_have_fitted() {
        let size = size(100, 1);
        for budget in [260_000, 500_000, 900_000] {
            let keep = Keep::within(budget, &size);
            assert_eq!(keep.weights_every, 1);
            let more = Keep {
                graphs: keep.graphs + 1,
                ..keep
            };
            assert!(more.peak_bytes(&size) > budget && keep.peak_bytes(&size) <= budget);
        }
    }

    #[test]
    fn absurd_sizes_saturate() {
        let size = UnrollSize {
            weights: u64::MAX / 2,
            ..size(3, 2)
        };
        assert_eq!(Keep::default().peak_bytes(&size), u64::MAX);
    }
}
