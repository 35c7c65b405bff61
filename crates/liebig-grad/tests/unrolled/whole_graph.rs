//! The sweep against one graph of the whole training, built by our own operations.

use liebig_grad::{
    InnerOptimizer, InnerRule, InnerState, Result, Tensor, Trajectory, TrajectoryGradient, grad,
};

use crate::steps::*;

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

#[test]
fn the_sweep_equals_the_whole_graph() {
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
