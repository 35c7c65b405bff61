//! A small training, and the rules that it is unrolled by.
#![allow(dead_code)]

use liebig_grad::{
    Error, InnerOptimizer, InnerRule, InnerState, Keep, RecordedStep, Result, StepGradient,
    StepVjp, Targets, Tensor, Trajectory, TrajectoryGradient, grad, vjp,
};

use crate::common::random;

pub const SAMPLES: usize = 6;
pub const FEATURES: usize = 5;
pub const CLASSES: usize = 3;

/// A network of two layers on learnt samples with learnt soft labels; the batch of a step is half of
/// them.
#[derive(Clone)]
pub struct Steps {
    pub inputs: Vec<Tensor>,
    hidden: usize,
}

impl Steps {
    pub fn new(hidden: usize) -> Self {
        let samples = random(&[SAMPLES, FEATURES], -1.0, 1.0, 1);
        let labels = random(&[SAMPLES, CLASSES], 0.0, 1.0, 2);
        Self {
            inputs: vec![samples, labels],
            hidden,
        }
    }

    pub fn start(&self) -> Vec<Tensor> {
        let first = random(&[FEATURES, self.hidden], -0.5, 0.5, 3);
        vec![first, random(&[self.hidden, CLASSES], -0.5, 0.5, 4)]
    }

    pub fn loss(&self, step: usize, weights: &[Tensor], inputs: &[Tensor]) -> Result<Tensor> {
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

pub fn tracked(tensors: &[Tensor]) -> Vec<Tensor> {
    tensors.iter().map(Tensor::requires_grad).collect()
}

pub fn references(tensors: &[Tensor]) -> Vec<&Tensor> {
    tensors.iter().collect()
}

/// One step's gradient on its graph.
pub struct Graph {
    gradient: Vec<Tensor>,
    weights: Vec<Tensor>,
    pub inputs: Vec<Tensor>,
}

impl Graph {
    pub fn new(steps: &Steps, step: usize, weights: &[Tensor]) -> Result<Self> {
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
pub struct Forgetful(pub Steps);

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
pub fn outer(weights: &[Tensor]) -> Result<Tensor> {
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

pub fn outer_gradient(weights: &[Tensor]) -> Vec<Tensor> {
    let weights = tracked(weights);
    grad(&outer(&weights).unwrap(), &references(&weights), false).unwrap()
}

/// Every rule, with and without its options.
pub const RULES: &[InnerRule] = &[
    InnerRule::sgd(),
    InnerRule::Sgd {
        momentum: 0.9,
        weight_decay: 0.0,
    },
    InnerRule::Sgd {
        momentum: 0.0,
        weight_decay: 0.1,
    },
    InnerRule::Sgd {
        momentum: 0.8,
        weight_decay: 0.2,
    },
    InnerRule::adam(),
    InnerRule::Adam {
        betas: (0.7, 0.8),
        eps: 1e-3,
        weight_decay: 0.2,
    },
];

pub fn optimizer(rule: &InnerRule) -> InnerOptimizer {
    let scale = match rule {
        InnerRule::Adam { .. } => 0.2,
        InnerRule::Sgd { .. } => 1.0,
    };
    let lr = [0.3, 0.1, 0.0, 0.2, 0.4].map(|lr| scale * lr);
    InnerOptimizer {
        rule: rule.clone(),
        lr: lr.to_vec(),
    }
}

/// Trains and runs the reverse sweep.
pub fn unroll(
    steps: &impl StepGradient<Error = Error>,
    start: &InnerState,
    optimizer: &InnerOptimizer,
    keep: Keep,
) -> TrajectoryGradient {
    let trajectory = Trajectory::train(steps, start, optimizer.clone(), keep).unwrap();
    trajectory
        .backward(&outer_gradient(trajectory.last()))
        .unwrap()
}

pub fn keeps() -> impl Iterator<Item = Keep> {
    [
        (1, 0),
        (2, 0),
        (3, 0),
        (5, 0),
        (9, 0),
        (0, 1),
        (1, 2),
        (2, 2),
        (3, 5),
        (2, 9),
    ]
    .into_iter()
    .map(|(weights_every, graphs)| Keep {
        weights_every,
        graphs,
    })
}

/// Some way into a training, with buffers where the rule has any.
pub fn underway(steps: &Steps, rule: &InnerRule) -> InnerState {
    let before = InnerOptimizer {
        rule: rule.clone(),
        lr: vec![0.1; 3],
    };
    let state = before
        .train(steps, &InnerState::new(&steps.start()))
        .unwrap();
    assert_eq!(state.steps, 3);
    assert_eq!(state.buffers.len(), 2 * rule.buffers_per_weight());
    state
}

/// The bits of all values.
pub fn bits(tensors: &[Tensor]) -> Vec<Vec<u64>> {
    let bits = |tensor: &Tensor| {
        let values = tensor.to_vec_f64().unwrap();
        values.into_iter().map(f64::to_bits).collect()
    };
    tensors.iter().map(bits).collect()
}
