//! Gradients through unrolled training.

use liebig_data::stream;
use liebig_grad::{
    Device, InnerOptimizer, InnerRule, InnerState, Keep, Targets, Tensor, Trajectory, UnrollSize,
};
use liebig_nn::TrainingSteps;
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
