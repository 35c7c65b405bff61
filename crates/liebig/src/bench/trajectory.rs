//! Gradients through unrolled training.

use liebig_data::stream;
use liebig_grad::{
    Device, InnerOptimizer, InnerRule, InnerState, Keep, Targets, Tensor, Trajectory, UnrollSize,
};
use liebig_nn::{Adam, Optimizer, TrainingSteps, loss_gradient};
use rand_distr::{Distribution, StandardNormal};

use super::network::{Bench, CLASSES, Sizes};
use super::workloads::Unit;
use crate::{Error, cost};

/// Step size of the unrolled training; it is learnt, so a gradient is computed for it.
const LR: f64 = 0.01;

/// Total number of images whose steps keep their graphs, at 1.9 MB per image.
const GRAPHS_OF_IMAGES: usize = 400;

/// Keeps as many graphs of the last steps as the memory limit allows.
pub(super) fn trajectory_step(steps: usize, ipc: usize, device: &Device) -> Result<Unit, Error> {
    let keep = Keep {
        graphs: GRAPHS_OF_IMAGES / (ipc * CLASSES),
        ..Keep::default()
    };
    unrolled(&Unrolled::new(steps, ipc), |_| keep, device)
}

/// Bytes that the training on large images may take, an estimate from above: the process then has less than a tenth of what
/// PyTorch's graph takes (`bench/README.md`).
const MEMORY: u64 = 1700 << 20;

/// The same for images of 128 pixels, with the graphs that fit into [`MEMORY`].
pub(super) fn large_trajectory_step(device: &Device) -> Result<Unit, Error> {
    let sizes = Sizes {
        depth: 5,
        side: 128,
        ..Sizes::default()
    };
    let work = Unrolled {
        sizes,
        ..Unrolled::new(20, 1)
    };
    unrolled(&work, |size| Keep::within(MEMORY, size), device)
}

/// An unrolled training and its gradient.
pub(super) struct Unrolled {
    pub steps: usize,
    pub ipc: usize,
    pub sizes: Sizes,
    pub rule: InnerRule,
}

impl Unrolled {
    /// Plain gradient descent with the network that all workloads use.
    pub fn new(steps: usize, ipc: usize) -> Self {
        Self {
            steps,
            ipc,
            sizes: Sizes::default(),
            rule: InnerRule::sgd(),
        }
    }
}

pub(super) fn unrolled(
    work: &Unrolled,
    keep: impl FnOnce(&UnrollSize) -> Keep,
    device: &Device,
) -> Result<Unit, Error> {
    let bench = Bench::new(work.sizes, device)?;
    let images = bench.images(work.ipc * CLASSES, 0)?;
    let optimizer = InnerOptimizer {
        rule: work.rule.clone(),
        lr: vec![LR; work.steps],
    };
    let labels = (0..CLASSES * work.ipc).map(|image| image / work.ipc);
    let targets = Targets::Hard(labels.collect());
    let size = TrainingSteps::new(bench.model.as_ref(), images.clone(), targets.clone())?
        .unroll_size(&optimizer);
    let keep = keep(&size);
    cost::check(keep.peak_bytes(&size), None)?;
    let target = nearby(&bench.weights)?;
    let scale = 1.0 / squared_distance(&bench.weights, &target)?;
    Ok(Box::new(move || {
        let training = TrainingSteps::new(bench.model.as_ref(), images.clone(), targets.clone())?;
        let start = InnerState::new(&bench.weights);
        let trajectory = Trajectory::train(&training, &start, optimizer.clone(), keep)?;
        // The gradient of the squared distance from the target, relative to that of the start.
        let cotangents = trajectory
            .last()
            .iter()
            .zip(&target)
            .map(|(weight, target)| weight.sub(target)?.mul_scalar(2.0 * scale))
            .collect::<Result<Vec<_>, _>>()?;
        let gradient = trajectory.backward(&cotangents)?;
        // The gradient of a step size for all steps is the sum over the steps.
        std::hint::black_box(gradient.lr.iter().sum::<f64>());
        Ok(())
    }))
}

/// One image update of dataset distillation: `steps` steps with momentum on grey images of 28 pixels by a ConvNet of width
/// 32, the loss on 512 real images, its gradient through all steps, and a step of Adam.
pub(super) fn dd_iteration(steps: usize, ipc: usize, device: &Device) -> Result<Unit, Error> {
    const REAL: usize = 512;
    let sizes = Sizes {
        width: 32,
        channels: 1,
        side: 28,
        ..Sizes::default()
    };
    let bench = Bench::new(sizes, device)?;
    let real = bench.images(REAL, 1)?;
    let of_real = Targets::Hard((0..REAL).map(|image| image % CLASSES).collect());
    let targets = Targets::Hard((0..CLASSES * ipc).map(|image| image / ipc).collect());
    let mut images = bench.images(ipc * CLASSES, 0)?;
    let mut adam = Optimizer::from(Adam::new(0.1));
    let optimizer = InnerOptimizer {
        rule: InnerRule::Sgd {
            momentum: 0.9,
            weight_decay: 0.0,
        },
        lr: vec![LR; steps],
    };
    Ok(Box::new(move || {
        let model = bench.model.as_ref();
        let training = TrainingSteps::new(model, images.clone(), targets.clone())?;
        let keep = Keep::within(cost::limit(None) / 2, &training.unroll_size(&optimizer));
        let start = InnerState::new(&bench.weights);
        let trajectory = Trajectory::train(&training, &start, optimizer.clone(), keep)?;
        let outer = loss_gradient(model, trajectory.last(), &real, &of_real)?;
        let gradient = trajectory.backward(&outer.gradient)?;
        let mut updated = [images.clone()];
        adam.step(&mut updated, &gradient.inputs[..1])?;
        [images] = updated;
        Ok(())
    }))
}

/// Weights a little away from the given ones.
fn nearby(weights: &[Tensor]) -> Result<Vec<Tensor>, Error> {
    let mut rng = stream(0, "bench/target", 0);
    let move_away = |weight: &Tensor| {
        let noise = StandardNormal.sample_iter(&mut rng).take(weight.numel());
        let noise = Tensor::from_vec(noise.collect(), weight.shape(), &weight.device())?;
        Ok(weight.add(&noise.mul_scalar(0.01)?)?)
    };
    weights.iter().map(move_away).collect()
}

fn squared_distance(a: &[Tensor], b: &[Tensor]) -> Result<f64, Error> {
    a.iter().zip(b).try_fold(0.0, |sum, (a, b)| {
        Ok(sum + a.sub(b)?.square()?.sum()?.item()?)
    })
}
