//! Gradients of a batch take the memory of a few shards, whatever its size.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use common::with_threads;
use liebig_grad::{StepGradient, Targets, Tensor, cpu};
use liebig_nn::{ConvNetOptions, Input, ModelChoice, TrainingSteps, initialize};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Counts the bytes in use, and the most there ever were.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), SeqCst) + layout.size();
        PEAK.fetch_max(live, SeqCst);
        // SAFETY: passed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), SeqCst);
        // SAFETY: passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn memory_follows_the_shard() {
    let input = Input {
        channels: 1,
        height: 16,
        width: 16,
    };
    let options = ConvNetOptions {
        width: 16,
        depth: 2,
        ..ConvNetOptions::default()
    };
    let model = ModelChoice::ConvNet(options).build(input, 4).unwrap();
    let weights = initialize(&*model, &mut ChaCha8Rng::seed_from_u64(0), &cpu()).unwrap();
    let peak = |batch: usize| {
        let pixels = (0..batch * input.numel()).map(|i| (i as f32).sin());
        let images = Tensor::from_vec(pixels.collect(), &[batch, 1, 16, 16], &cpu()).unwrap();
        let targets = Targets::Hard((0..batch).map(|i| i % 4).collect());
        let steps = TrainingSteps::new(&*model, images, targets).unwrap();
        let most = |work: &dyn Fn()| {
            let before = LIVE.load(SeqCst);
            PEAK.store(before, SeqCst);
            work();
            PEAK.load(SeqCst) - before
        };
        let gradient = most(&|| drop(steps.gradient(0, &weights).unwrap()));
        let vjp = most(&|| drop(steps.vjp(0, &weights, &weights).unwrap()));
        (gradient, vjp)
    };
    // On one thread, whose first run also fills what it keeps for good.
    let (few, many) = with_threads(1, || {
        peak(8 * 4);
        (peak(8 * 4), peak(8 * 64))
    });
    // What there is of every image: its pixels' products, and once more while two halves are joined.
    let images = 2 * 8 * 60 * input.numel() * 4;
    assert!(
        many.0 < few.0 * 3 / 2,
        "gradient: {} bytes, then {}",
        few.0,
        many.0
    );
    assert!(
        many.1 < few.1 * 3 / 2 + images,
        "product: {} bytes, then {}",
        few.1,
        many.1
    );
}
