//! A network's training on a synthetic set, as [`Trajectory`](liebig_grad::Trajectory) unrolls it.

use std::borrow::Cow;
use std::ops::Range;

use liebig_grad::{RecordedStep, StepGradient, StepVjp, Targets, Tensor, shard, vjp};

use crate::check::check_count;
use crate::parallel::{EMPTY, check_batch, reduce_shards};
use crate::shard_gradient::{Products, ShardGradient};
use crate::{Error, Model, Result, SyntheticGradient, loss_gradient};

/// Training steps on the mean cross-entropy of synthetic images, one batch for each step. Trajectory
/// matching (Cazenavette et al., arXiv 2203.11932) and the first dataset distillation (Wang et al.,
/// arXiv 1811.10959) differentiate through them.
///
/// Gradients flow to the images `[n, channels, height, width]` and, if they are soft, to the labels
/// `[n, classes]`. One thread builds a shard's graph, takes its products and drops it before the next
/// shard, so the memory needed depends on the shard, not on the batch. The order of the sum over shards
/// depends on the shape of the batch alone, so results are bit-identical for every number of threads. A
/// graph that is kept ([`Keep::graphs`](liebig_grad::Keep)) is that of the whole batch.
///
/// ```
/// use liebig_grad::{InnerSgd, Keep, Targets, Tensor, Trajectory, cpu};
/// use liebig_nn::{ConvNetOptions, Input, ModelChoice, TrainingSteps, initialize};
/// use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
///
/// # fn main() -> Result<(), liebig_nn::Error> {
/// let input = Input { channels: 1, height: 8, width: 8 };
/// let options = ConvNetOptions { width: 4, depth: 2, ..ConvNetOptions::default() };
/// let model = ModelChoice::ConvNet(options).build(input, 2)?;
/// let start = initialize(&*model, &mut ChaCha8Rng::seed_from_u64(0), &cpu())?;
///
/// let pixels = (0..2 * 64).map(|i| (i as f32).sin()).collect();
/// let images = Tensor::from_vec(pixels, &[2, 1, 8, 8], &cpu())?;
/// let steps = TrainingSteps::new(&*model, images, Targets::Hard(vec![0, 1]))?;
/// let sgd = InnerSgd { lr: vec![0.01; 3], momentum: 0.0 };
/// let trajectory = Trajectory::train(&steps, &start, sgd, Keep::default())?;
///
/// // The gradient of half the squared norm of the last weights.
/// let gradient = trajectory.backward(trajectory.last())?;
/// assert_eq!(gradient.inputs[0].shape(), [2, 1, 8, 8]);
/// assert_eq!(gradient.lr.len(), 3);
/// # Ok(())
/// # }
/// ```
pub struct TrainingSteps<'a> {
    model: &'a dyn Model,
    images: Tensor,
    targets: Targets,
    /// The indices of each step's images; every step takes all images if the list is empty.
    batches: Vec<Vec<usize>>,
}

impl<'a> TrainingSteps<'a> {
    /// Training on all images `[n, channels, height, width]` at each step.
    ///
    /// # Errors
    /// [`Error::Batch`] if there is no image or not one target for each.
    pub fn new(model: &'a dyn Model, images: Tensor, targets: Targets) -> Result<Self> {
        check_batch(&images, &targets)?;
        Ok(Self {
            model,
            images: images.detach(),
            targets,
            batches: Vec::new(),
        })
    }

    /// Training on some of the images at each step: step `i` takes the images with the indices
    /// `batches[i]`, starting again with the first batch after the last. An image may be in many
    /// batches.
    ///
    /// # Errors
    /// [`Error::Batch`] for an empty batch, [`Error::Grad`] for an index without an image.
    pub fn with_batches(mut self, batches: Vec<Vec<usize>>) -> Result<Self> {
        let images = self.targets.len();
        for &index in batches.iter().flatten() {
            if index >= images {
                return Err(Error::Grad(liebig_grad::Error::OutOfRange {
                    op: "TrainingSteps::with_batches",
                    what: format!("image {index}"),
                    shape: self.images.shape().to_vec(),
                }));
            }
        }
        if batches.iter().any(Vec::is_empty) {
            return Err(EMPTY);
        }
        self.batches = batches;
        Ok(self)
    }

    /// Which images a step takes; `None` for all.
    fn indices(&self, step: usize) -> Option<&[usize]> {
        let count = self.batches.len();
        (count > 0).then(|| self.batches[step % count].as_slice())
    }

    fn batch(&self, step: usize) -> Result<(Cow<'_, Tensor>, Cow<'_, Targets>)> {
        let Some(indices) = self.indices(step) else {
            return Ok((Cow::Borrowed(&self.images), Cow::Borrowed(&self.targets)));
        };
        let images = self.images.index_select(0, indices)?;
        let targets = self.targets.select(indices)?;
        Ok((Cow::Owned(images), Cow::Owned(targets)))
    }

    /// From products with respect to a step's batch to those with respect to all images and labels.
    fn whole_inputs(&self, step: usize, of_batch: Vec<Tensor>) -> Result<Vec<Tensor>> {
        let Some(indices) = self.indices(step) else {
            return Ok(of_batch);
        };
        let labels = match &self.targets {
            Targets::Soft(labels) => Some(labels),
            Targets::Hard(_) => None,
        };
        let whole = [&self.images].into_iter().chain(labels);
        whole
            .zip(&of_batch)
            .map(|(whole, of_batch)| {
                // Choosing samples is linear; its own gradient puts them back in their places.
                let whole = whole.requires_grad();
                let chosen = whole.index_select(0, indices)?;
                Ok(vjp(&[&chosen], &[of_batch], &[&whole], false)?.remove(0))
            })
            .collect()
    }
}

impl StepGradient for TrainingSteps<'_> {
    type Error = Error;

    fn gradient(&self, step: usize, weights: &[Tensor]) -> Result<Vec<Tensor>> {
        let (images, targets) = self.batch(step)?;
        Ok(loss_gradient(self.model, weights, &images, &targets)?.gradient)
    }

    fn vjp(&self, step: usize, weights: &[Tensor], cotangents: &[Tensor]) -> Result<StepVjp> {
        check_count("cotangents", cotangents, weights.len())?;
        let (images, targets) = self.batch(step)?;
        let shard = |range: Range<usize>| {
            let shard = ShardGradient::new(self.model, weights, &images, &targets, range)?;
            Ok((shard.values(), shard.vjp(cotangents)?))
        };
        let join = |left: (Vec<Tensor>, Products), right: (Vec<Tensor>, Products)| {
            Ok((shard::add(left.0, &right.0)?, left.1.join(&right.1)?))
        };
        let (gradient, products) = reduce_shards(self.model, &images, shard, join)?;
        Ok(StepVjp {
            gradient,
            weights: products.weights,
            inputs: self.whole_inputs(step, products.inputs)?,
        })
    }

    fn record(&self, step: usize, weights: &[Tensor]) -> Result<RecordedStep<'_, Error>> {
        let (images, targets) = self.batch(step)?;
        let graph = SyntheticGradient::new(self.model, weights, &images, &targets)?;
        Ok(RecordedStep {
            gradient: graph.gradient().to_vec(),
            vjp: Box::new(move |cotangents| {
                let mut products = graph.vjp(cotangents)?;
                products.inputs = self.whole_inputs(step, products.inputs)?;
                Ok(products)
            }),
        })
    }
}
