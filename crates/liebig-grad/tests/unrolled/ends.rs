//! Trainings in parts, without steps, from a wrong start, and with steps that fail.

use liebig_grad::{
    Error, InnerOptimizer, InnerRule, InnerState, Keep, Result, StepGradient, StepVjp, Tensor,
    Trajectory,
};

use crate::steps::*;

#[test]
fn a_training_in_two_parts_is_one_training() {
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
