//! The reverse sweep against the gradient of the whole unrolled graph, and the memory it takes.
#![allow(clippy::unwrap_used)]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use common::random;
use liebig_grad::{
    Error, InnerOptimizer, InnerRule, InnerState, Keep, RecordedStep, Result, StepGradient,
    StepVjp, Targets, Tensor, Trajectory, TrajectoryGradient, UnrollSize, grad, vjp,
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
#[derive(Clone)]
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

/// Every rule, with and without its options.
const RULES: &[InnerRule] = &[
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

fn optimizer(rule: &InnerRule) -> InnerOptimizer {
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

fn one(value: f64) -> Tensor {
    Tensor::from_vec_f64(vec![value], &[1], &liebig_grad::cpu()).unwrap()
}

/// The weights after each step, the start's included, on one graph that leads back to everything.
fn follow(
    steps: &Steps,
    rule: &InnerRule,
    lr: &[Tensor],
    start: &InnerState,
    inputs: &[Tensor],
) -> Result<Vec<Vec<Tensor>>> {
    let mut weights = start.weights.clone();
    let mut buffers = start.buffers.clone();
    let mut all = vec![weights.clone()];
    for (index, lr) in lr.iter().enumerate() {
        let step = start.steps + index;
        let loss = steps.loss(step, &weights, inputs)?;
        let variables = match weights[0].is_tracked() {
            true => references(&weights),
            false => unreachable!("the start is tracked"),
        };
        let gradient = grad(&loss, &variables, true)?;
        let count = weights.len();
        let fresh = buffers.is_empty();
        let mut next = Vec::new();
        for (i, gradient) in gradient.iter().enumerate() {
            match *rule {
                InnerRule::Sgd {
                    momentum,
                    weight_decay,
                } => {
                    let mut d = gradient.add(&weights[i].mul_scalar(weight_decay)?)?;
                    if !fresh {
                        d = d.add(&buffers[i].mul_scalar(momentum)?)?;
                    }
                    weights[i] = weights[i].sub(&d.mul(lr)?)?;
                    if momentum != 0.0 {
                        next.push(d);
                    }
                }
                InnerRule::Adam {
                    betas: (beta1, beta2),
                    eps,
                    weight_decay,
                } => {
                    let d = gradient.add(&weights[i].mul_scalar(weight_decay)?)?;
                    let mut m = d.mul_scalar(1.0 - beta1)?;
                    let mut v = d.mul(&d)?.mul_scalar(1.0 - beta2)?;
                    if !fresh {
                        m = m.add(&buffers[i].mul_scalar(beta1)?)?;
                        v = v.add(&buffers[count + i].mul_scalar(beta2)?)?;
                    }
                    let corrected = |x: &Tensor, beta: f64| {
                        x.mul_scalar(1.0 / (1.0 - beta.powi(step as i32 + 1)))
                    };
                    let root = corrected(&v, beta2)?.sqrt()?.add_scalar(eps)?;
                    let update = corrected(&m, beta1)?.div(&root)?;
                    weights[i] = weights[i].sub(&update.mul(lr)?)?;
                    next.push(m);
                    next.push(v);
                }
            }
        }
        // Adam's moments come in pairs here, and as two lists in a state.
        buffers = match rule {
            InnerRule::Sgd { .. } => next,
            InnerRule::Adam { .. } => {
                let (first, second) = (next.iter().step_by(2), next.iter().skip(1).step_by(2));
                first.chain(second).cloned().collect()
            }
        };
        all.push(weights.clone());
    }
    Ok(all)
}

/// Gradients of `outer` of the weights after some steps (counted from the start) by differentiating the
/// graph of all steps.
fn whole_graph(
    steps: &Steps,
    optimizer: &InnerOptimizer,
    start: &InnerState,
    after: &[usize],
) -> TrajectoryGradient {
    let lr: Vec<Tensor> = optimizer.lr.iter().map(|&lr| one(lr)).collect();
    let (lr, inputs) = (tracked(&lr), tracked(&steps.inputs));
    let start = InnerState {
        weights: tracked(&start.weights),
        buffers: tracked(&start.buffers),
        steps: start.steps,
    };
    let all = follow(steps, &optimizer.rule, &lr, &start, &inputs).unwrap();
    let outers = after.iter().map(|&after| outer(&all[after]).unwrap());
    let total = outers.reduce(|a, b| a.add(&b).unwrap()).unwrap();
    let sources = inputs.iter().chain(&lr).chain(&start.weights);
    let sources: Vec<&Tensor> = sources.chain(&start.buffers).collect();
    let mut inputs_ = grad(&total, &sources, false).unwrap();
    let mut of_lr = inputs_.split_off(inputs.len());
    let mut weights = of_lr.split_off(lr.len());
    let buffers = weights.split_off(start.weights.len());
    TrajectoryGradient {
        inputs: inputs_,
        lr: of_lr.iter().map(|lr| lr.item().unwrap()).collect(),
        weights,
        buffers,
    }
}

/// Some way into a training, with buffers where the rule has any.
fn underway(steps: &Steps, rule: &InnerRule) -> InnerState {
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

#[track_caller]
fn assert_same(what: &str, ours: &TrajectoryGradient, whole: &TrajectoryGradient) {
    let lr = |gradient: &TrajectoryGradient| -> Vec<Tensor> {
        gradient.lr.iter().map(|&lr| one(lr)).collect()
    };
    for (list, ours, whole) in [
        ("inputs", &ours.inputs, &whole.inputs),
        ("weights", &ours.weights, &whole.weights),
        ("buffers", &ours.buffers, &whole.buffers),
        ("step sizes", &lr(ours), &lr(whole)),
    ] {
        assert_eq!(ours.len(), whole.len(), "{what}, {list}");
        for (ours, whole) in ours.iter().zip(whole) {
            assert!(!ours.is_tracked());
            let (ours, whole) = (ours.to_vec_f64().unwrap(), whole.to_vec_f64().unwrap());
            let scale = whole
                .iter()
                .fold(0.0f64, |most, value| most.max(value.abs()));
            assert!(
                scale > 0.0 || list == "step sizes",
                "{what}, {list}: nothing to compare"
            );
            for (ours, whole) in ours.iter().zip(&whole) {
                assert!(
                    (ours - whole).abs() < 1e-11 * scale.max(1.0),
                    "{what}, {list}: {ours}, but the whole graph says {whole}"
                );
            }
        }
    }
}

/// Trains and runs the reverse sweep.
fn unroll(
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

fn keeps() -> impl Iterator<Item = Keep> {
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

fn alone() -> std::sync::MutexGuard<'static, ()> {
    ALONE
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[test]
fn the_sweep_equals_the_whole_graph() {
    let _alone = alone();
    let (steps, forgetful) = (Steps::new(4), Forgetful(Steps::new(4)));
    for rule in RULES {
        for start in [InnerState::new(&steps.start()), underway(&steps, rule)] {
            let optimizer = optimizer(rule);
            let whole = whole_graph(&steps, &optimizer, &start, &[5]);
            for keep in keeps() {
                let what = format!("{rule:?} from step {}, {keep:?}", start.steps);
                assert_same(&what, &unroll(&steps, &start, &optimizer, keep), &whole);
                assert_same(&what, &unroll(&forgetful, &start, &optimizer, keep), &whole);
            }
        }
    }
}

#[test]
fn cotangents_may_enter_after_any_step() {
    let _alone = alone();
    let steps = Steps::new(4);
    for rule in RULES {
        let start = underway(&steps, rule);
        let optimizer = optimizer(rule);
        for after in [&[2, 5][..], &[0, 1, 4], &[3], &[0]] {
            let whole = whole_graph(&steps, &optimizer, &start, after);
            for keep in keeps() {
                let what = format!("{rule:?} after {after:?}, {keep:?}");
                let trajectory =
                    Trajectory::train(&steps, &start, optimizer.clone(), keep).unwrap();
                let mut seen = Vec::new();
                let ours = trajectory.backward_with(|state| {
                    let index = state.steps - start.steps;
                    seen.push(index);
                    Ok(after
                        .contains(&index)
                        .then(|| outer_gradient(&state.weights)))
                });
                let mut ours = ours.unwrap();
                assert_eq!(seen, [5, 4, 3, 2, 1, 0], "{what}");
                if after == [0] {
                    // No step lies behind: only the start has a gradient.
                    assert!(ours.inputs.is_empty());
                    assert!(whole.inputs.iter().all(|input| {
                        input
                            .to_vec_f64()
                            .unwrap()
                            .iter()
                            .all(|&value| value == 0.0)
                    }));
                    assert_eq!(bits(&ours.weights), bits(&outer_gradient(&start.weights)));
                    continue;
                }
                assert_eq!(ours.lr[after[after.len() - 1]..].iter().sum::<f64>(), 0.0);
                ours.lr.iter_mut().for_each(|lr| *lr += 0.0);
                assert_same(&what, &ours, &whole);
            }
        }
    }
}

fn bits(tensors: &[Tensor]) -> Vec<Vec<u64>> {
    let bits = |tensor: &Tensor| {
        let values = tensor.to_vec_f64().unwrap();
        values.into_iter().map(f64::to_bits).collect()
    };
    tensors.iter().map(bits).collect()
}

#[test]
fn what_is_kept_does_not_change_a_bit() {
    let _alone = alone();
    let steps = Steps::new(4);
    for rule in RULES {
        let start = underway(&steps, rule);
        let optimizer = optimizer(rule);
        let all = |gradient: &TrajectoryGradient| {
            let lr: Vec<u64> = gradient.lr.iter().map(|lr| lr.to_bits()).collect();
            let lists = [&gradient.inputs, &gradient.weights, &gradient.buffers];
            (lists.map(|list| bits(list)), lr)
        };
        let expected = all(&unroll(&steps, &start, &optimizer, Keep::default()));
        for keep in keeps() {
            let found = all(&unroll(&steps, &start, &optimizer, keep));
            assert_eq!(found, expected, "{rule:?}, {keep:?}");
        }
    }
}

/// The outer function after a training, as a number.
fn value(steps: &Steps, start: &InnerState, optimizer: &InnerOptimizer) -> f64 {
    let last = optimizer.train(steps, start).unwrap();
    outer(&last.weights).unwrap().item().unwrap()
}

#[test]
fn the_sweep_equals_finite_differences() {
    let _alone = alone();
    const STEP: f64 = 1e-6;
    let steps = Steps::new(3);
    for rule in RULES {
        let (start, optimizer) = (underway(&steps, rule), optimizer(rule));
        let found = unroll(&steps, &start, &optimizer, Keep::default());
        let scale = found.inputs.iter().chain(&found.weights);
        let scale = scale.flat_map(|tensor| tensor.to_vec_f64().unwrap());
        let scale = scale.fold(1.0f64, |most, value| most.max(value.abs()));
        let check = |what: &str, found: f64, step: f64, at: &dyn Fn(f64) -> f64| {
            let expected = (at(step) - at(-step)) / (2.0 * step);
            assert!(
                (found - expected).abs() < 1e-6 * scale.max(expected.abs()),
                "{rule:?}, {what}: {found}, but differences say {expected}"
            );
        };
        for (i, &found) in found.lr.iter().enumerate() {
            check("step size", found, STEP, &|shift| {
                let mut optimizer = optimizer.clone();
                optimizer.lr[i] += shift;
                value(&steps, &start, &optimizer)
            });
        }
        let moved = |tensors: &[Tensor], i: usize, j: usize, shift: f64| {
            let mut tensors = tensors.to_vec();
            let mut values = tensors[i].to_vec_f64().unwrap();
            values[j] += shift;
            let shape = tensors[i].shape().to_vec();
            tensors[i] = Tensor::from_vec_f64(values, &shape, &liebig_grad::cpu()).unwrap();
            tensors
        };
        let lists = [
            ("input", &found.inputs),
            ("weight", &found.weights),
            ("buffer", &found.buffers),
        ];
        for (what, list) in lists {
            for (i, tensor) in list.iter().enumerate() {
                for (j, &found) in tensor.to_vec_f64().unwrap().iter().enumerate() {
                    // The second moments are small, and must not become negative.
                    let step = match what {
                        "buffer" => 1e-4 * start.buffers[i].to_vec_f64().unwrap()[j].abs(),
                        _ => STEP,
                    };
                    check(what, found, step, &|shift| {
                        let (mut steps, mut start) = (steps.clone(), start.clone());
                        match what {
                            "input" => steps.inputs = moved(&steps.inputs, i, j, shift),
                            "weight" => start.weights = moved(&start.weights, i, j, shift),
                            _ => start.buffers = moved(&start.buffers, i, j, shift),
                        }
                        value(&steps, &start, &optimizer)
                    });
                }
            }
        }
    }
}

#[test]
fn a_training_in_two_parts_is_one_training() {
    let _alone = alone();
    let steps = Steps::new(4);
    let start = InnerState::new(&steps.start());
    for rule in RULES {
        let optimizer = optimizer(rule);
        let whole = optimizer.train(&steps, &start).unwrap();
        for cut in 0..=optimizer.lr.len() {
            let part = |lr: &[f64]| InnerOptimizer {
                rule: rule.clone(),
                lr: lr.to_vec(),
            };
            let (first, second) = optimizer.lr.split_at(cut);
            let middle = part(first).train(&steps, &start).unwrap();
            let trajectory =
                Trajectory::train(&steps, &middle, part(second), Keep::default()).unwrap();
            let last = trajectory.state();
            assert_eq!(last.steps, whole.steps);
            assert_eq!(bits(&last.weights), bits(&whole.weights), "{rule:?}, {cut}");
            assert_eq!(bits(&last.buffers), bits(&whole.buffers), "{rule:?}, {cut}");
        }
    }
}

#[test]
fn a_training_without_steps_changes_nothing() {
    let _alone = alone();
    let steps = Steps::new(4);
    for rule in RULES {
        let start = underway(&steps, rule);
        let optimizer = InnerOptimizer {
            rule: rule.clone(),
            lr: Vec::new(),
        };
        let trajectory = Trajectory::train(&steps, &start, optimizer, Keep::default()).unwrap();
        let cotangents = outer_gradient(trajectory.last());
        let gradient = trajectory.backward(&cotangents).unwrap();
        assert!(gradient.inputs.is_empty() && gradient.lr.is_empty());
        assert_eq!(bits(&gradient.weights), bits(&cotangents));
        assert_eq!(gradient.buffers.len(), start.buffers.len());
        for refused in [
            trajectory.backward(&cotangents[1..]),
            trajectory.backward(&[cotangents[1].clone(), cotangents[0].clone()]),
        ] {
            assert!(matches!(refused, Err(Error::Shapes { .. })));
        }
    }
}

#[test]
fn a_start_that_is_not_the_rules_is_refused() {
    let steps = Steps::new(4);
    let adam = underway(&steps, &InnerRule::adam());
    let momentum = InnerRule::Sgd {
        momentum: 0.9,
        weight_decay: 0.0,
    };
    let mut without = adam.clone();
    without.buffers.clear();
    let mut swapped = underway(&steps, &momentum);
    swapped.buffers.reverse();
    for (rule, start) in [
        (&momentum, &adam),
        (&InnerRule::sgd(), &adam),
        (&InnerRule::adam(), &without),
        (&momentum, &swapped),
    ] {
        let refused = optimizer(rule).train(&steps, start);
        assert!(matches!(refused, Err(Error::Shapes { .. })), "{rule:?}");
    }
    // A momentum may start at any step.
    assert!(optimizer(&momentum).train(&steps, &without).is_ok());
}

/// Steps that fail: the gradient of step 3 is infinite, or its products are.
struct Failing {
    steps: Steps,
    forward: bool,
}

impl StepGradient for Failing {
    type Error = Error;

    fn gradient(&self, step: usize, weights: &[Tensor]) -> Result<Vec<Tensor>> {
        let gradient = self.steps.gradient(step, weights)?;
        let factor = if self.forward && step == 3 {
            1e308 * 10.0
        } else {
            1.0
        };
        gradient
            .iter()
            .map(|gradient| gradient.mul_scalar(factor))
            .collect()
    }

    fn vjp(&self, step: usize, weights: &[Tensor], cotangents: &[Tensor]) -> Result<StepVjp> {
        let mut vjp = self.steps.vjp(step, weights, cotangents)?;
        if !self.forward && step == 3 {
            vjp.inputs[1] = vjp.inputs[1].mul_scalar(f64::NAN)?;
        }
        Ok(vjp)
    }
}

#[test]
fn a_step_that_is_not_finite_is_named() {
    let _alone = alone();
    for rule in RULES {
        let optimizer = InnerOptimizer {
            rule: rule.clone(),
            lr: vec![0.01; 7],
        };
        for keep in keeps() {
            let mut failing = Failing {
                steps: Steps::new(4),
                forward: true,
            };
            let start = InnerState::new(&failing.steps.start());
            let refused = Trajectory::train(&failing, &start, optimizer.clone(), keep).err();
            let what = "state after";
            let expected = Error::NotFinite { what, step: 3 };
            assert_eq!(refused, Some(expected.clone()), "{rule:?}, {keep:?}");
            assert_eq!(optimizer.train(&failing, &start).err(), Some(expected));

            failing.forward = false;
            let trajectory = Trajectory::train(&failing, &start, optimizer.clone(), keep).unwrap();
            let what = "gradient on the way back over";
            let refused = trajectory
                .backward(&outer_gradient(trajectory.last()))
                .err();
            assert_eq!(refused, Some(Error::NotFinite { what, step: 3 }));
            let mut infinite = outer_gradient(trajectory.last());
            infinite[1] = infinite[1].mul_scalar(f64::INFINITY).unwrap();
            let refused = trajectory.backward(&infinite).err();
            assert_eq!(refused, Some(Error::NotFinite { what, step: 6 }));
        }
        let steps = Steps::new(4);
        let mut start = underway(&steps, rule);
        start.weights[0] = start.weights[0].mul_scalar(f64::NAN).unwrap();
        let refused = optimizer.train(&steps, &start).err();
        let what = "state before";
        assert_eq!(refused, Some(Error::NotFinite { what, step: 3 }));
    }
}

#[test]
fn units_without_a_gradient_have_none_under_adam() {
    let _alone = alone();
    let mut steps = Steps::new(4);
    // A feature that is always 0, so that the first row of weights never has a gradient.
    let samples = steps.inputs[0].to_vec_f64().unwrap();
    let dead = samples.iter().enumerate();
    let dead = dead.map(|(i, &x)| if i % FEATURES == 0 { 0.0 } else { x });
    steps.inputs[0] =
        Tensor::from_vec_f64(dead.collect(), &[SAMPLES, FEATURES], &liebig_grad::cpu()).unwrap();
    let start = InnerState::new(&steps.start());
    let found = unroll(
        &steps,
        &start,
        &optimizer(&InnerRule::adam()),
        Keep::default(),
    );
    let rows = found.weights[0].to_vec_f64().unwrap();
    let outer = outer_gradient(&start.weights)[0].to_vec_f64().unwrap();
    assert_eq!(rows[..4], outer[..4]);
    let all = found.inputs.iter().chain(&found.weights);
    assert!(
        all.flat_map(|t| t.to_vec_f64().unwrap())
            .all(f64::is_finite)
    );
}

#[test]
fn memory_grows_with_what_is_kept_and_with_nothing_else() {
    let _alone = alone();
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
