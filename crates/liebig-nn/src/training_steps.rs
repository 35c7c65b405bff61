//! A network's training on a synthetic set, as [`Trajectory`](liebig_grad::Trajectory) unrolls it.

use std::ops::Range;

use liebig_grad::{
    DType, InnerOptimizer, RecordedStep, StepGradient, StepVjp, Targets, Tensor, UnrollSize, shard,
};

use crate::check::check_count;
use crate::parallel::{EMPTY, check_batch, reduce_shards, shards};
use crate::shard_gradient::{Products, ShardGradient};
use crate::step_batch::{StepBatch, Transform};
use crate::{Error, Model, Result, SyntheticGradient, loss_gradient};

/// Training steps on the mean cross-entropy of synthetic images, one batch for each step. Trajectory
/// matching (Cazenavette et al., arXiv 2203.11932) and the first dataset distillation (Wang et al.,
/// arXiv 1811.10959) differentiate through them.
///
/// Gradients flow to the images `[n, channels, height, width]` and, if they are soft, to the labels
/// `[n, classes]`, which may be any numbers: rows need not sum to 1, and are not put through a softmax.
/// One thread builds a shard's graph, takes its products and drops it before the next shard, so the
/// memory needed depends on the shard, not on the batch. The order of the sum over shards depends on
/// the shape of the batch alone, so results are bit-identical for every number of threads, and whether
/// a graph is kept ([`Keep::graphs`](liebig_grad::Keep)), then that of the whole batch, or not.
///
/// ```
/// use liebig_grad::{InnerOptimizer, InnerRule, InnerState, Keep, Targets, Tensor, Trajectory, cpu};
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
/// let adam = |count| InnerOptimizer { rule: InnerRule::adam(), lr: vec![0.001; count] };
///
/// // Two steps that are not differentiated, then three that are, in 16 MiB.
/// let before = adam(2).train(&steps, &InnerState::new(&start))?;
/// let keep = Keep::within(16 << 20, &steps.unroll_size(&adam(3)));
/// let trajectory = Trajectory::train(&steps, &before, adam(3), keep)?;
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
    transform: Option<Box<Transform<'a>>>,
}

/// Values that a step's graph holds for each activation of a sample, at most. Measured: 1.9 with
/// instance normalisation, whose layers are fused, 2.4 with batch, 3.0 with group or layer
/// normalisation.
const GRAPH: f64 = 3.4;

/// The same while the products are taken. Measured: 3.2 with instance normalisation, 6.0 with the others.
const PRODUCTS: f64 = 6.5;

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
            transform: None,
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

    /// Training on transformed images: `transform` gets the number of the step and its batch, and
    /// returns as many images. Gradients flow back through it, so it has to be made of operations on
    /// tensors; a differentiable augmentation is an example. It is called several times for a step and
    /// must return the same images each time, so random parameters come from a stream named after the
    /// step.
    #[must_use]
    pub fn with_transform(
        mut self,
        transform: impl Fn(usize, &Tensor) -> liebig_grad::Result<Tensor> + Send + Sync + 'a,
    ) -> Self {
        self.transform = Some(Box::new(transform));
        self
    }

    /// The sizes that decide how much memory a training by `optimizer` and its reverse sweep take, with
    /// the current number of threads. They are estimates from above, without what `transform` takes.
    pub fn unroll_size(&self, optimizer: &InnerOptimizer) -> UnrollSize {
        let value = match self.images.dtype() {
            DType::F32 => 4,
            DType::F64 => 8,
        };
        let bytes = |values: u64| values.saturating_mul(value);
        let values = |count: usize, each: u64| (count as u64).saturating_mul(each);
        let parameters = self.model.parameter_count() as u64;
        let sample = self.images.numel() / self.targets.len().max(1);
        let of_sample = |factor: f64| {
            let layers = factor * self.model.activations() as f64;
            (layers as u64).saturating_add(values(3, sample as u64))
        };
        let largest = self.batches.iter().map(Vec::len).max();
        let batch = largest.unwrap_or(self.targets.len());
        let shards = shards(self.model, batch, sample);
        // Every shard has a gradient of its own.
        let graph =
            values(batch, of_sample(GRAPH)).saturating_add(values(shards.len(), parameters));
        let shard = shards.iter().map(Range::len).max().unwrap_or(0);
        // A shard's gradient and products, and those that wait for their neighbour.
        let waiting = shards.len().max(1).ilog2() as usize;
        let of_thread = values(shard, of_sample(PRODUCTS))
            .saturating_add(values(2 * (1 + waiting), parameters));
        let threads = rayon::current_num_threads().min(shards.len());
        UnrollSize {
            steps: optimizer.lr.len(),
            weights: bytes(parameters),
            buffers: optimizer.rule.buffers_per_weight(),
            inputs: bytes(self.images.numel() as u64),
            graph: bytes(graph),
            work: bytes(values(threads, of_thread)),
        }
    }

    fn batch(&self, step: usize, tracked: bool) -> Result<StepBatch> {
        let count = self.batches.len();
        let indices = (count > 0).then(|| self.batches[step % count].as_slice());
        let transform = self.transform.as_deref();
        StepBatch::new(
            step,
            &self.images,
            &self.targets,
            indices,
            transform,
            tracked,
        )
    }
}

impl StepGradient for TrainingSteps<'_> {
    type Error = Error;

    fn gradient(&self, step: usize, weights: &[Tensor]) -> Result<Vec<Tensor>> {
        let batch = self.batch(step, false)?;
        Ok(loss_gradient(self.model, weights, &batch.images, &batch.targets)?.gradient)
    }

    fn vjp(&self, step: usize, weights: &[Tensor], cotangents: &[Tensor]) -> Result<StepVjp> {
        check_count("cotangents", cotangents, weights.len())?;
        let batch = self.batch(step, true)?;
        let (images, targets) = (&batch.images, &batch.targets);
        let shard = |range: Range<usize>| {
            let shard = ShardGradient::new(self.model, weights, images, targets, range)?;
            Ok((shard.values(), shard.vjp(cotangents)?))
        };
        let join = |left: (Vec<Tensor>, Products), right: (Vec<Tensor>, Products)| {
            Ok((shard::add(left.0, &right.0)?, left.1.join(&right.1)?))
        };
        let (gradient, products) = reduce_shards(self.model, images, shard, join)?;
        Ok(StepVjp {
            gradient,
            weights: products.weights,
            inputs: batch.of_whole(products.inputs)?,
        })
    }

    fn record(&self, step: usize, weights: &[Tensor]) -> Result<RecordedStep<'_, Error>> {
        let batch = self.batch(step, true)?;
        let graph = SyntheticGradient::new(self.model, weights, &batch.images, &batch.targets)?;
        Ok(RecordedStep {
            gradient: graph.gradient().to_vec(),
            vjp: Box::new(move |cotangents| {
                let mut products = graph.vjp(cotangents)?;
                products.inputs = batch.of_whole(products.inputs)?;
                Ok(products)
            }),
        })
    }
}
