//! The memory that a reverse sweep takes.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "unrolled/steps.rs"]
mod steps;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use liebig_grad::{InnerOptimizer, InnerState, Keep, UnrollSize};
use steps::{RULES, Steps, unroll};

/// Counts the bytes in use, and their peak.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is forwarded to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(
            LIVE.fetch_add(layout.size(), SeqCst) + layout.size(),
            SeqCst,
        );
        // SAFETY: forwarded.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), SeqCst);
        // SAFETY: forwarded.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn memory_grows_with_what_is_kept_and_with_nothing_else() {
    let steps = Steps::new(2_000);
    let start = InnerState::new(&steps.start());
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let alone = alone.unwrap();
    let weights: usize = start.weights.iter().map(|weight| weight.numel() * 8).sum();
    for rule in [&RULES[0], &RULES[3], &RULES[5]] {
        let state = weights * (1 + rule.buffers_per_weight());
        // Adam's sweep also needs the gradient of each step.
        let stored = state
            + if rule.buffers_per_weight() == 2 {
                weights
            } else {
                0
            };
        let peak = |count: usize, weights_every: usize, graphs: usize| {
            let optimizer = InnerOptimizer {
                rule: rule.clone(),
                lr: vec![0.001; count],
            };
            let keep = Keep {
                weights_every,
                graphs,
            };
            let before = LIVE.load(SeqCst);
            PEAK.store(before, SeqCst);
            // On one thread: how much more two hold at once depends on chance.
            let gradient = alone.install(|| unroll(&steps, &start, &optimizer, keep));
            assert!(gradient.inputs.iter().all(|input| !input.is_tracked()));
            PEAK.load(SeqCst) - before
        };
        // The first run also allocates what threads keep permanently, such as the matrix product's
        // workspace.
        peak(4, 1, 0);
        let (few, many) = (peak(4, 1, 0), peak(64, 1, 0));
        let slack = 2 * weights;
        assert!(
            many.abs_diff(few + 60 * stored) < slack,
            "{rule:?}: 4 steps took {few} bytes, 64 took {many}: {} more expected",
            60 * stored
        );
        // 8 checkpoints and the 8 steps after the one at hand, of which the first is the checkpoint.
        let checkpoints = peak(64, 8, 0);
        let saved = 64 * stored - (8 + 7) * state - 8 * (stored - state);
        assert!(
            checkpoints.abs_diff(many - saved) < slack,
            "{rule:?}: {checkpoints} bytes with 8 checkpoints, {many} with 64: {saved} fewer expected"
        );
        let (graphs, more_graphs) = (peak(64, 8, 4), peak(64, 8, 8));
        assert!(
            checkpoints < graphs && graphs < more_graphs,
            "{rule:?}: {checkpoints} bytes without graphs, {graphs} with 4, {more_graphs} with 8"
        );
        // What is said before the run is what it takes, but for the work of one step.
        let graph = (peak(64, 1, 8) - many) / 8 - if stored > state { 0 } else { weights };
        let size = UnrollSize {
            steps: 64,
            weights: weights as u64,
            buffers: rule.buffers_per_weight(),
            inputs: 0,
            graph: graph as u64,
            work: 0,
        };
        for (every, graphs) in [(1, 0), (8, 0), (3, 0), (1, 4), (1, 64), (8, 8)] {
            let keep = Keep {
                weights_every: every,
                graphs,
            };
            let (found, said) = (peak(64, every, graphs), keep.peak_bytes(&size) as usize);
            assert!(
                found.abs_diff(said) < 12 * weights,
                "{rule:?}, {keep:?}: {found} bytes, but {said} were said"
            );
        }
    }
}
