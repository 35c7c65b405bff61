//! Gradients of a batch take the memory of a few shards, whatever its size.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use std::sync::{LazyLock, Mutex};

use liebig_grad::{
    InnerOptimizer, InnerRule, InnerState, Keep, StepGradient, Targets, Tensor, Trajectory, cpu,
};
use liebig_nn::{ConvNetOptions, Input, ModelChoice, Norm, TrainingSteps, initialize};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rayon::{ThreadPool, ThreadPoolBuilder};

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

/// Tests that count bytes run one at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// Pools that stay: a thread that ends gives back what it kept at a moment of its own.
static POOLS: LazyLock<[ThreadPool; 2]> = LazyLock::new(|| {
    [1, 2].map(|threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap()
    })
});

/// The most bytes in use while `work` runs, beyond those before.
fn most(work: impl FnOnce()) -> usize {
    let before = LIVE.load(SeqCst);
    PEAK.store(before, SeqCst);
    work();
    PEAK.load(SeqCst) - before
}

#[test]
fn memory_follows_the_shard() {
    /// Images in a shard of so small a network.
    const SHARD: usize = 32;
    let _alone = ALONE.lock();
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
        let gradient = most(|| drop(steps.gradient(0, &weights).unwrap()));
        let vjp = most(|| drop(steps.vjp(0, &weights, &weights).unwrap()));
        (gradient, vjp)
    };
    // On one thread, whose first run also fills what it keeps for good.
    let (few, many) = POOLS[0].install(|| {
        peak(SHARD * 4);
        (peak(SHARD * 4), peak(SHARD * 64))
    });
    // What there is of every image: its pixels' products, and once more while two halves are joined.
    let images = 2 * SHARD * 60 * input.numel() * 4;
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

/// What is said before a run, and what it takes.
#[test]
fn the_memory_of_an_unroll_is_known_before() {
    let _alone = ALONE.lock();
    let convnet = |width: usize, norm: Norm| {
        ModelChoice::ConvNet(ConvNetOptions {
            width,
            norm,
            ..ConvNetOptions::default()
        })
    };
    let grey = Input {
        channels: 1,
        height: 16,
        width: 16,
    };
    for (name, choice) in [
        ("width 32", convnet(32, Norm::Instance)),
        ("batch norm", convnet(32, Norm::Batch)),
        ("layer norm", convnet(32, Norm::Layer)),
        ("group norm", convnet(32, Norm::Group)),
        ("no norm", convnet(32, Norm::None)),
        ("lenet", ModelChoice::default_for("lenet", grey).unwrap()),
        ("mlp", ModelChoice::default_for("mlp", grey).unwrap()),
    ] {
        // Batch normalisation has two operations more in evaluation mode than in training, and the sizes are those of both.
        let most_said = if name == "batch norm" { 4 } else { 3 };
        let model = choice.build(grey, 10).unwrap();
        let weights = initialize(&*model, &mut ChaCha8Rng::seed_from_u64(0), &cpu()).unwrap();
        let start = InnerState::new(&weights);
        for images in [3, 20] {
            let pixels = (0..images * grey.numel()).map(|i| (i as f32).sin());
            let pixels = Tensor::from_vec(pixels.collect(), &[images, 1, 16, 16], &cpu()).unwrap();
            let targets = Targets::Hard((0..images).map(|i| i % 10).collect());
            let steps = TrainingSteps::new(&*model, pixels, targets).unwrap();
            let optimizer = InnerOptimizer {
                rule: InnerRule::Sgd {
                    momentum: 0.9,
                    weight_decay: 5e-4,
                },
                lr: vec![0.01; 4],
            };
            for (threads, pool) in (1..).zip(&*POOLS) {
                pool.install(|| {
                    let size = steps.unroll_size(&optimizer);
                    let keep = |weights_every, graphs| Keep {
                        weights_every,
                        graphs,
                    };
                    let budget = keep(1, 3).peak_bytes(&size);
                    let chosen = Keep::within(budget, &size);
                    assert_eq!(chosen, keep(1, 3));
                    for keep in [keep(1, 0), keep(3, 0), keep(1, 2), keep(1, 4), chosen] {
                        let run = || {
                            let optimizer = optimizer.clone();
                            let trajectory =
                                Trajectory::train(&steps, &start, optimizer, keep).unwrap();
                            drop(trajectory.backward(trajectory.last()).unwrap());
                        };
                        run();
                        let (found, said) = (most(run), keep.peak_bytes(&size));
                        let what = format!("{name}, {images} images, {threads} threads, {keep:?}");
                        assert!(
                            found <= said as usize && said as usize <= most_said * found,
                            "{what}: {found} bytes, but {said} were said"
                        );
                    }
                });
            }
        }
    }
}
