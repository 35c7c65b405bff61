//! The reverse sweep against the gradient of the whole unrolled graph, and the memory it takes.
#![allow(clippy::unwrap_used)]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use common::random;
use liebig_grad::{
    Error, InnerSgd, Keep, RecordedStep, Result, StepGradient, StepVjp, Targets, Tensor,
    Trajectory, TrajectoryGradient, grad, vjp,
};

/// Counts the bytes in use, and their peak.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
/// Tests that count or fill memory run one at a time.
static ALONE: Mutex<()> = Mutex::new(());

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

const SAMPLES: usize = 6;
const FEATURES: usize = 5;
const CLASSES: usize = 3;

/// A network of two layers on learnt samples with learnt soft labels; the batch of a step is half of
/// them.
struct Steps {
    inputs: Vec<Tensor>,
    hidden: usize,
}

impl Steps {
    fn new(hidden: usize) -> Self {
        let samples = random(&[SAMPLES, FEATURES], -1.0, 1.0, 1);
        let labels = random(&[SAMPLES, CLASSES], 0.0, 1.0, 2);
        Self {
            inputs: vec![samples, labels],
            hidden,
        }
    }

    fn start(&self) -> Vec<Tensor> {
        let first = random(&[FEATURES, self.hidden], -0.5, 0.5, 3);
        vec![first, random(&[self.hidden, CLASSES], -0.5, 0.5, 4)]
    }

    fn loss(&self, step: usize, weights: &[Tensor], inputs: &[Tensor]) -> Result<Tensor> {
        let half = SAMPLES / 2;
        let start = step % 2 * half;
        let x = inputs[0].slice(0, start, start + half)?;
        let targets = Targets::Soft(inputs[1].slice(0, start, start + half)?);
        x.matmul(&weights[0])?
            .tanh()?
            .matmul(&weights[1])?
            .cross_entropy(&targets)
    }
}

fn tracked(tensors: &[Tensor]) -> Vec<Tensor> {
    tensors.iter().map(Tensor::requires_grad).collect()
}

fn references(tensors: &[Tensor]) -> Vec<&Tensor> {
    tensors.iter().collect()
}

/// One step's gradient on its graph.
struct Graph {
    gradient: Vec<Tensor>,
    weights: Vec<Tensor>,
    inputs: Vec<Tensor>,
}

impl Graph {
    fn new(steps: &Steps, step: usize, weights: &[Tensor]) -> Result<Self> {
        let (weights, inputs) = (tracked(weights), tracked(&steps.inputs));
        let loss = steps.loss(step, &weights, &inputs)?;
        Ok(Self {
            gradient: grad(&loss, &references(&weights), true)?,
            weights,
            inputs,
        })
    }

    fn values(&self) -> Vec<Tensor> {
        self.gradient.iter().map(Tensor::detach).collect()
    }

    fn vjp(&self, cotangents: &[Tensor]) -> Result<StepVjp> {
        let outputs = references(&self.gradient);
        let sources: Vec<&Tensor> = self.weights.iter().chain(&self.inputs).collect();
        let mut weights = vjp(&outputs, &references(cotangents), &sources, false)?;
        let inputs = weights.split_off(self.weights.len());
        Ok(StepVjp {
            gradient: self.values(),
            weights,
            inputs,
        })
    }
}

impl StepGradient for Steps {
    type Error = Error;

    fn gradient(&self, step: usize, weights: &[Tensor]) -> Result<Vec<Tensor>> {
        let weights = tracked(weights);
        let loss = self.loss(step, &weights, &self.inputs)?;
        grad(&loss, &references(&weights), false)
    }

    fn vjp(&self, step: usize, weights: &[Tensor], cotangents: &[Tensor]) -> Result<StepVjp> {
        Graph::new(self, step, weights)?.vjp(cotangents)
    }

    fn record(&self, step: usize, weights: &[Tensor]) -> Result<RecordedStep<'_, Error>> {
        let graph = Graph::new(self, step, weights)?;
        Ok(RecordedStep {
            gradient: graph.values(),
            vjp: Box::new(move |cotangents| graph.vjp(cotangents)),
        })
    }
}

/// Steps with the default [`StepGradient::record`].
struct Forgetful(Steps);

impl StepGradient for Forgetful {
    type Error = Error;

    fn gradient(&self, step: usize, weights: &[Tensor]) -> Result<Vec<Tensor>> {
        self.0.gradient(step, weights)
    }

    fn vjp(&self, step: usize, weights: &[Tensor], cotangents: &[Tensor]) -> Result<StepVjp> {
        self.0.vjp(step, weights, cotangents)
    }
}

/// Half the squared distance of the weights from a fixed point, and its gradient.
fn outer(weights: &[Tensor]) -> Result<Tensor> {
    let mut total = weights[0]
        .sub(&random(weights[0].shape(), -1.0, 1.0, 9))?
        .square()?
        .sum()?;
    for weight in &weights[1..] {
        total = total.add(
            &weight
                .sub(&random(weight.shape(), -1.0, 1.0, 9))?
                .square()?
                .sum()?,
        )?;
    }
    total.mul_scalar(0.5)
}

fn outer_gradient(weights: &[Tensor]) -> Vec<Tensor> {
    let weights = tracked(weights);
    grad(&outer(&weights).unwrap(), &references(&weights), false).unwrap()
}

/// The same gradients by differentiating the graph of all steps: inputs, step sizes, starting weights.
fn whole_graph(steps: &Steps, sgd: &InnerSgd) -> [Vec<Tensor>; 3] {
    let one = |value: f64| Tensor::from_vec_f64(vec![value], &[1], &liebig_grad::cpu()).unwrap();
    let lr = tracked(&sgd.lr.iter().map(|&lr| one(lr)).collect::<Vec<_>>());
    let (inputs, start) = (tracked(&steps.inputs), tracked(&steps.start()));
    let mut weights = start.clone();
    let mut momenta: Option<Vec<Tensor>> = None;
    for (step, lr) in lr.iter().enumerate() {
        let loss = steps.loss(step, &weights, &inputs).unwrap();
        let mut update = grad(&loss, &references(&weights), true).unwrap();
        if let Some(momenta) = momenta {
            for (update, momentum) in update.iter_mut().zip(&momenta) {
                *update = update
                    .add(&momentum.mul_scalar(sgd.momentum).unwrap())
                    .unwrap();
            }
        }
        for (weight, update) in weights.iter_mut().zip(&update) {
            *weight = weight.sub(&update.mul(lr).unwrap()).unwrap();
        }
        momenta = Some(update);
    }
    let sources: Vec<&Tensor> = inputs.iter().chain(&lr).chain(&start).collect();
    let mut all = grad(&outer(&weights).unwrap(), &sources, false).unwrap();
    let of_start = all.split_off(inputs.len() + lr.len());
    let of_lr = all.split_off(inputs.len());
    [all, of_lr, of_start]
}

fn assert_same(what: &str, ours: &[Tensor], whole: &[Tensor]) {
    assert_eq!(ours.len(), whole.len(), "{what}");
    for (ours, whole) in ours.iter().zip(whole) {
        let (ours, whole) = (ours.to_vec_f64().unwrap(), whole.to_vec_f64().unwrap());
        assert!(
            whole.iter().any(|value| *value != 0.0),
            "{what}: nothing to compare"
        );
        for (ours, whole) in ours.iter().zip(&whole) {
            assert!(
                (ours - whole).abs() < 1e-12,
                "{what}: {ours}, but the whole graph says {whole}"
            );
        }
    }
}

/// Trains and runs the reverse sweep.
fn unroll(
    steps: &impl StepGradient<Error = Error>,
    start: &[Tensor],
    sgd: &InnerSgd,
    keep: Keep,
) -> TrajectoryGradient {
    let trajectory = Trajectory::train(steps, start, sgd.clone(), keep).unwrap();
    trajectory
        .backward(&outer_gradient(trajectory.last()))
        .unwrap()
}

fn alone() -> std::sync::MutexGuard<'static, ()> {
    ALONE
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[test]
fn the_sweep_equals_the_whole_graph() {
    let _alone = alone();
    for momentum in [0.0, 0.9] {
        let sgd = InnerSgd {
            lr: vec![0.3, 0.1, 0.0, 0.2, 0.4],
            momentum,
        };
        let [inputs, lr, start] = whole_graph(&Steps::new(4), &sgd);
        let lr: Vec<f64> = lr.iter().map(|lr| lr.item().unwrap()).collect();
        for (weights_every, graphs) in [(1, 0), (2, 0), (3, 0), (5, 0), (9, 0)].into_iter().chain([
            (0, 1),
            (1, 2),
            (2, 2),
            (3, 5),
            (2, 9),
        ]) {
            let what = format!("momentum {momentum}, every {weights_every}, graphs {graphs}");
            let keep = Keep {
                weights_every,
                graphs,
            };
            let steps = Steps::new(4);
            let forgetful = Forgetful(Steps::new(4));
            for ours in [
                unroll(&steps, &steps.start(), &sgd, keep),
                unroll(&forgetful, &steps.start(), &sgd, keep),
            ] {
                assert_same(&format!("{what}: inputs"), &ours.inputs, &inputs);
                assert_same(&format!("{what}: start"), &ours.weights, &start);
                assert_eq!(ours.lr.len(), lr.len());
                for (ours, whole) in ours.lr.iter().zip(&lr) {
                    assert!(
                        (ours - whole).abs() < 1e-12,
                        "{what}: step size: {ours}, not {whole}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_training_without_steps_changes_nothing() {
    let _alone = alone();
    let steps = Steps::new(4);
    let sgd = InnerSgd {
        lr: Vec::new(),
        momentum: 0.9,
    };
    let start = steps.start();
    let trajectory = Trajectory::train(&steps, &start, sgd, Keep::default()).unwrap();
    let cotangents = outer_gradient(trajectory.last());
    let gradient = trajectory.backward(&cotangents).unwrap();
    assert!(gradient.inputs.is_empty() && gradient.lr.is_empty());
    assert_same("weights", &gradient.weights, &cotangents);
    let refused = trajectory.backward(&cotangents[1..]);
    assert!(matches!(refused, Err(Error::Shapes { .. })));
}

#[test]
fn memory_grows_with_what_is_kept_and_with_nothing_else() {
    let _alone = alone();
    let steps = Steps::new(2_000);
    let start = steps.start();
    let weight_bytes: usize = start.iter().map(|weight| weight.numel() * 8).sum();
    let peak = |count: usize, weights_every: usize, graphs: usize| {
        let sgd = InnerSgd {
            lr: vec![0.01; count],
            momentum: 0.0,
        };
        let keep = Keep {
            weights_every,
            graphs,
        };
        let before = LIVE.load(SeqCst);
        PEAK.store(before, SeqCst);
        let gradient = unroll(&steps, &start, &sgd, keep);
        assert!(gradient.inputs.iter().all(|input| !input.is_tracked()));
        PEAK.load(SeqCst) - before
    };
    // The first run also allocates what threads keep permanently, such as the matrix product's workspace.
    peak(4, 1, 0);
    let (few, many) = (peak(4, 1, 0), peak(64, 1, 0));
    let stored = 60 * weight_bytes;
    let slack = 2 * weight_bytes;
    assert!(
        many.abs_diff(few + stored) < slack,
        "4 steps took {few} bytes, 64 took {many}, of which {stored} are the 60 more stored weights"
    );
    // 8 checkpoints and the 8 steps after the one at hand, of which the first is the checkpoint.
    let checkpoints = peak(64, 8, 0);
    let saved = (64 - 8 - 7) * weight_bytes;
    assert!(
        checkpoints.abs_diff(many - saved) < slack,
        "64 steps took {checkpoints} bytes with 8 checkpoints, {many} with 64: {saved} fewer expected"
    );
    let (graphs, more_graphs) = (peak(64, 8, 4), peak(64, 8, 8));
    assert!(
        checkpoints < graphs && graphs < more_graphs,
        "{checkpoints} bytes without graphs, {graphs} with 4, {more_graphs} with 8"
    );
}
