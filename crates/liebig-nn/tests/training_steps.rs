//! Unrolled training of networks: equal to the whole graph, the same bits for every number of threads.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{bits, with_threads};
use liebig_grad::{
    DType, InnerOptimizer, InnerRule, InnerState, Keep, StepGradient, Targets, Tensor, Trajectory,
    TrajectoryGradient, cpu, grad,
};
use liebig_nn::{
    ConvNetOptions, Error, Input, Model, ModelChoice, Norm, TrainingSteps, initialize,
};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

const CLASSES: usize = 3;
const IMAGES: usize = 10;

struct Problem {
    model: Box<dyn Model>,
    start: Vec<Tensor>,
    images: Tensor,
    targets: Targets,
    batches: Vec<Vec<usize>>,
    /// Whether the images are transformed at each step.
    transformed: bool,
    optimizer: InnerOptimizer,
}

const MOMENTUM: f64 = 0.5;
const DECAY: f64 = 0.02;

/// Something else at every step, and not linear.
fn transform(step: usize, x: &Tensor) -> liebig_grad::Result<Tensor> {
    let x = if step.is_multiple_of(2) {
        x.flip(3)?
    } else {
        x.clone()
    };
    x.mul_scalar(1.0 + step as f64)?.tanh()
}

fn random(shape: &[usize], dtype: DType, rng: &mut ChaCha8Rng) -> Tensor {
    let values = (0..shape.iter().product()).map(|_| rng.random::<f32>() - 0.5);
    with_dtype(
        &Tensor::from_vec(values.collect(), shape, &cpu()).unwrap(),
        dtype,
    )
}

fn with_dtype(tensor: &Tensor, dtype: DType) -> Tensor {
    match dtype {
        DType::F32 => tensor.clone(),
        DType::F64 => {
            let values = tensor.to_vec_f64().unwrap();
            Tensor::from_vec_f64(values, tensor.shape(), &cpu()).unwrap()
        }
    }
}

fn problem(norm: Norm, dtype: DType, soft: bool, batches: Vec<Vec<usize>>) -> Problem {
    let input = Input {
        channels: 2,
        height: 8,
        width: 12,
    };
    let options = ConvNetOptions {
        width: 5,
        depth: 2,
        norm,
        ..ConvNetOptions::default()
    };
    let model = ModelChoice::ConvNet(options).build(input, CLASSES);
    let model = model.unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let start = initialize(&*model, &mut rng, &cpu()).unwrap();
    let labels = random(&[IMAGES, CLASSES], dtype, &mut rng);
    Problem {
        start: start.iter().map(|w| with_dtype(w, dtype)).collect(),
        images: random(&[IMAGES, 2, 8, 12], dtype, &mut rng),
        targets: if soft {
            Targets::Soft(labels)
        } else {
            Targets::Hard((0..IMAGES).map(|i| i % CLASSES).collect())
        },
        batches,
        transformed: false,
        optimizer: InnerOptimizer {
            rule: InnerRule::Sgd {
                momentum: MOMENTUM,
                weight_decay: DECAY,
            },
            lr: vec![0.1, 0.05, 0.2, 0.1, 0.15],
        },
        model,
    }
}

/// Some images in two batches, one twice in the same, one in none.
fn uneven() -> Vec<Vec<usize>> {
    vec![vec![7, 1, 2, 5, 9, 0], vec![3], vec![4, 6, 4, 1, 7]]
}

impl Problem {
    fn steps(&self) -> TrainingSteps<'_> {
        let (images, targets) = (self.images.clone(), self.targets.clone());
        let steps = TrainingSteps::new(&*self.model, images, targets).unwrap();
        let steps = steps.with_batches(self.batches.clone()).unwrap();
        match self.transformed {
            true => steps.with_transform(transform),
            false => steps,
        }
    }

    /// Of a function of the last weights: images, labels, start.
    fn unroll(&self, keep: Keep) -> TrajectoryGradient {
        let steps = self.steps();
        let (start, optimizer) = (InnerState::new(&self.start), self.optimizer.clone());
        let trajectory = Trajectory::train(&steps, &start, optimizer, keep).unwrap();
        let last: Vec<Tensor> = trajectory
            .last()
            .iter()
            .map(Tensor::requires_grad)
            .collect();
        let cotangents = grad(&outer(&last), &last.iter().collect::<Vec<_>>(), false).unwrap();
        trajectory.backward(&cotangents).unwrap()
    }

    /// The same by differentiating the graph of the whole training.
    fn whole_graph(&self) -> TrajectoryGradient {
        let dtype = self.images.dtype();
        let lr = self.optimizer.lr.iter();
        let lr: Vec<Tensor> = lr
            .map(|&lr| Tensor::full(&[1], lr, dtype, &cpu()).requires_grad())
            .collect();
        let images = self.images.requires_grad();
        let targets = match &self.targets {
            Targets::Soft(labels) => Targets::Soft(labels.requires_grad()),
            hard @ Targets::Hard(_) => hard.clone(),
        };
        let start: Vec<Tensor> = self.start.iter().map(Tensor::requires_grad).collect();
        let mut weights = start.clone();
        let mut momenta: Option<Vec<Tensor>> = None;
        for (step, lr) in lr.iter().enumerate() {
            let all = || (0..IMAGES).collect();
            let batch = self.batches.iter().cycle().nth(step);
            let batch = batch.cloned().unwrap_or_else(all);
            let mut x = images.index_select(0, &batch).unwrap();
            if self.transformed {
                x = transform(step, &x).unwrap();
            }
            let logits = self.model.forward(&weights, &x).unwrap();
            let loss = logits
                .cross_entropy(&targets.select(&batch).unwrap())
                .unwrap();
            let mut update = grad(&loss, &weights.iter().collect::<Vec<_>>(), true).unwrap();
            for (update, weight) in update.iter_mut().zip(&weights) {
                let decayed = weight.mul_scalar(DECAY).unwrap();
                *update = update.add(&decayed).unwrap();
            }
            for (update, momentum) in update.iter_mut().zip(momenta.iter().flatten()) {
                let kept = momentum.mul_scalar(MOMENTUM).unwrap();
                *update = update.add(&kept).unwrap();
            }
            for (weight, update) in weights.iter_mut().zip(&update) {
                *weight = weight.sub(&update.mul(lr).unwrap()).unwrap();
            }
            momenta = Some(update);
        }
        let mut inputs = vec![images];
        if let Targets::Soft(labels) = targets {
            inputs.push(labels);
        }
        let sources: Vec<&Tensor> = inputs.iter().chain(&lr).chain(&start).collect();
        let mut gradients = grad(&outer(&weights), &sources, false).unwrap();
        let weights = gradients.split_off(inputs.len() + lr.len());
        let of_lr = gradients.split_off(inputs.len());
        TrajectoryGradient {
            inputs: gradients,
            lr: of_lr.iter().map(|lr| lr.item().unwrap()).collect(),
            weights,
            buffers: Vec::new(),
        }
    }
}

/// Half the squared distance from a fixed place.
fn outer(weights: &[Tensor]) -> Tensor {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let distances = weights.iter().map(|weight| {
        let target = random(weight.shape(), weight.dtype(), &mut rng);
        weight.sub(&target).unwrap().square().unwrap().sum()
    });
    let total = distances.reduce(|a, b| a?.add(&b?));
    total.unwrap().unwrap().mul_scalar(0.5).unwrap()
}

#[track_caller]
fn assert_same(
    what: &str,
    found: &TrajectoryGradient,
    expected: &TrajectoryGradient,
    tolerance: f64,
) {
    let lists = [
        (&found.inputs, &expected.inputs, "inputs"),
        (&found.weights, &expected.weights, "weights"),
    ];
    for (found, expected, list) in lists {
        assert_eq!(found.len(), expected.len(), "{what}, {list}");
        let values = |tensor: &Tensor| tensor.to_vec_f64().unwrap();
        let largest = |tensor: &Tensor| values(tensor).iter().fold(0.0f64, |m, v| m.max(v.abs()));
        // Biases that a norm cancels have a gradient of rounding noise.
        let floor = 0.01 * expected.iter().map(largest).fold(0.0, f64::max);
        for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
            assert_eq!(found.shape(), expected.shape(), "{what}, {list} {index}");
            assert!(!found.is_tracked());
            let scale = largest(expected).max(floor);
            assert!(scale > 0.0, "{what}, {list} {index}: nothing to compare");
            for (found, expected) in values(found).iter().zip(values(expected)) {
                let error = (found - expected).abs() / scale;
                assert!(error < tolerance, "{what}, {list} {index}: {error:e}");
            }
        }
    }
    assert_eq!(found.lr.len(), expected.lr.len());
    let scale = expected.lr.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    for (found, expected) in found.lr.iter().zip(&expected.lr) {
        let error = (found - expected).abs() / scale;
        assert!(error < tolerance, "{what}, step size: {error:e}");
    }
}

#[test]
fn unrolled_training_equals_the_whole_graph() {
    for (dtype, tolerance) in [(DType::F64, 1e-11), (DType::F32, 2e-4)] {
        for (soft, batches, transformed) in [
            (false, Vec::new(), false),
            (true, Vec::new(), false),
            (true, Vec::new(), true),
            (false, uneven(), false),
            (true, uneven(), false),
            (true, uneven(), true),
        ] {
            let count = batches.len();
            let what = format!("{}, soft {soft}, {count} batches", dtype.name());
            let problem = Problem {
                transformed,
                ..problem(Norm::Instance, dtype, soft, batches)
            };
            let whole = problem.whole_graph();
            assert_eq!(whole.inputs.len(), if soft { 2 } else { 1 });
            for (weights_every, graphs) in [(1, 0), (2, 0), (1, 5), (2, 2)] {
                let keep = Keep {
                    weights_every,
                    graphs,
                };
                assert_same(&what, &problem.unroll(keep), &whole, tolerance);
            }
        }
    }
}

#[test]
fn networks_that_mix_the_samples_of_a_batch_are_unrolled_too() {
    let problem = problem(Norm::Batch, DType::F64, true, Vec::new());
    let found = problem.unroll(Keep::default());
    assert_same("batch norm", &found, &problem.whole_graph(), 1e-11);
}

#[test]
fn images_in_no_batch_have_no_gradient() {
    let problem = problem(Norm::Instance, DType::F32, true, uneven());
    let found = problem.unroll(Keep::default());
    for input in &found.inputs {
        let absent = input.slice(0, 8, 9).unwrap().to_vec().unwrap();
        assert!(absent.iter().all(|&value| value == 0.0));
    }
}

#[test]
fn neither_threads_nor_what_is_kept_change_a_bit() {
    let adam = InnerOptimizer {
        rule: InnerRule::adam(),
        lr: vec![0.01, 0.02, 0.01, 0.005, 0.03],
    };
    for norm in [Norm::Instance, Norm::Batch] {
        for (batches, transformed) in [(Vec::new(), false), (uneven(), true)] {
            let mut problem = Problem {
                transformed,
                ..problem(norm, DType::F32, true, batches)
            };
            for optimizer in [problem.optimizer.clone(), adam.clone()] {
                problem.optimizer = optimizer;
                let all = |gradient: TrajectoryGradient| {
                    let tensors = gradient.inputs.iter().chain(&gradient.weights);
                    let tensors: Vec<Vec<u32>> = tensors.map(bits).collect();
                    (tensors, gradient.lr)
                };
                let expected = all(with_threads(1, || problem.unroll(Keep::default())));
                for threads in [1, 2, 3] {
                    for (weights_every, graphs) in [(1, 0), (2, 0), (9, 0), (1, 2), (2, 3), (1, 5)]
                    {
                        let keep = Keep {
                            weights_every,
                            graphs,
                        };
                        let found = all(with_threads(threads, || problem.unroll(keep)));
                        let what = format!("{norm:?}, {threads} threads, {keep:?}");
                        assert!(found == expected, "{what}, {:?}", problem.optimizer.rule);
                    }
                }
            }
        }
    }
}

/// The width at which convolutions change their algorithm, and batches of one shard and of many.
#[test]
fn wide_networks_keep_their_bits() {
    let input = Input {
        channels: 1,
        height: 16,
        width: 16,
    };
    let options = ConvNetOptions {
        width: 32,
        depth: 2,
        ..ConvNetOptions::default()
    };
    let model = ModelChoice::ConvNet(options).build(input, CLASSES).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let start = initialize(&*model, &mut rng, &cpu()).unwrap();
    let optimizer = InnerOptimizer {
        rule: InnerRule::Sgd {
            momentum: 0.9,
            weight_decay: 5e-4,
        },
        lr: vec![0.01; 4],
    };
    for images in [1, 3, 10, 40] {
        let labels = random(&[images, CLASSES], DType::F32, &mut rng);
        let pixels = random(&[images, 1, 16, 16], DType::F32, &mut rng);
        let steps = TrainingSteps::new(&*model, pixels, Targets::Soft(labels)).unwrap();
        let run = |threads: usize, keep: Keep| {
            with_threads(threads, || {
                let start = InnerState::new(&start);
                let trajectory =
                    Trajectory::train(&steps, &start, optimizer.clone(), keep).unwrap();
                let gradient = trajectory.backward(trajectory.last()).unwrap();
                let tensors = gradient.inputs.iter().chain(&gradient.weights);
                (tensors.map(bits).collect::<Vec<_>>(), gradient.lr)
            })
        };
        let expected = run(1, Keep::default());
        for threads in [1, 2, 4] {
            for (weights_every, graphs) in [(1, 0), (2, 0), (1, 2), (1, 4)] {
                let keep = Keep {
                    weights_every,
                    graphs,
                };
                assert!(
                    run(threads, keep) == expected,
                    "{images}, {threads}, {keep:?}"
                );
            }
        }
    }
}

#[test]
fn what_does_not_go_together_is_refused() {
    let problem = problem(Norm::Instance, DType::F32, false, Vec::new());
    let steps =
        |targets: Targets| TrainingSteps::new(&*problem.model, problem.images.clone(), targets);
    let few = steps(Targets::Hard(vec![0, 1]));
    let expected = Error::Batch {
        samples: IMAGES,
        targets: 2,
    };
    assert_eq!(few.err(), Some(expected));
    let batches = |batches| {
        steps(problem.targets.clone())
            .unwrap()
            .with_batches(batches)
            .err()
    };
    assert!(matches!(
        batches(vec![vec![0], vec![IMAGES]]),
        Some(Error::Grad(_))
    ));
    assert!(matches!(
        batches(vec![vec![0], vec![]]),
        Some(Error::Batch { .. })
    ));
    let halved = steps(problem.targets.clone())
        .unwrap()
        .with_transform(|_, x| x.slice(0, 0, IMAGES / 2));
    let expected = Error::Batch {
        samples: IMAGES / 2,
        targets: IMAGES,
    };
    assert_eq!(halved.gradient(0, &problem.start).err(), Some(expected));
    let steps = problem.steps();
    let refused = steps.vjp(0, &problem.start, &problem.start[1..]);
    assert!(matches!(refused, Err(Error::Count { .. })));
}
