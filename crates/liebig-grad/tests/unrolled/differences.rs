//! The sweep against itself with other memory, and against finite differences.

use liebig_grad::{InnerOptimizer, InnerState, Keep, Tensor, TrajectoryGradient};

use crate::steps::*;

#[test]
fn what_is_kept_does_not_change_a_bit() {
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
