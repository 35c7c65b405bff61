//! Sums of shortened gradients of single samples.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{assert_all_close, assert_close, bits, with_threads};
use liebig_grad::{Targets, Tensor, cpu};
use liebig_nn::{Error, Input, Learner, Model, ModelChoice, Sgd};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

const INPUT: Input = Input {
    channels: 1,
    height: 8,
    width: 8,
};

fn model() -> Box<dyn Model> {
    let text = "name = 'convnet'\nwidth = 8\ndepth = 2";
    let choice: ModelChoice = toml::from_str(text).unwrap();
    choice.build(INPUT, 4).unwrap()
}

fn learner(model: &dyn Model) -> Learner<'_> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    Learner::fresh(model, Sgd::new(0.1), &mut rng, &cpu()).unwrap()
}

fn batch(count: usize) -> (Tensor, Targets) {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    // Samples of different size, so that some gradients are long and some are not.
    let pixels = (0..count * INPUT.numel())
        .map(|place| (place / INPUT.numel() % 3) as f32 * (rng.random::<f32>() - 0.5));
    let x = Tensor::from_vec(pixels.collect(), &[count, 1, 8, 8], &cpu()).unwrap();
    (x, Targets::Hard((0..count).map(|i| i % 4).collect()))
}

/// The gradient of each sample by itself, as one list of values for each weight, and its length.
fn apart(learner: &Learner<'_>, x: &Tensor, targets: &Targets) -> Vec<(Vec<Vec<f32>>, f64)> {
    let one = |sample: usize| {
        let x = x.slice(0, sample, sample + 1).unwrap();
        let target = targets.slice(sample..sample + 1).unwrap();
        let gradient = learner.gradient(&x, &target).unwrap();
        let gradient: Vec<Vec<f32>> = gradient.iter().map(|g| g.to_vec().unwrap()).collect();
        let values = gradient.iter().flatten();
        let square: f64 = values.map(|&value| f64::from(value).powi(2)).sum();
        (gradient, square.sqrt())
    };
    (0..targets.len()).map(one).collect()
}

/// Their sum, each scaled to `max_norm` if it is longer.
fn sum(apart: &[(Vec<Vec<f32>>, f64)], max_norm: f64, like: &[Tensor]) -> Vec<Tensor> {
    let of_weight = |(place, like): (usize, &Tensor)| {
        let mut sum = vec![0.0; like.numel()];
        for (gradient, length) in apart {
            let scale = (max_norm / length).min(1.0);
            for (sum, &value) in sum.iter_mut().zip(&gradient[place]) {
                *sum += scale * f64::from(value);
            }
        }
        let sum = sum.into_iter().map(|value| value as f32).collect();
        Tensor::from_vec(sum, like.shape(), &cpu()).unwrap()
    };
    like.iter().enumerate().map(of_weight).collect()
}

#[test]
fn each_gradient_is_shortened_by_itself() {
    let model = model();
    let learner = learner(model.as_ref());
    let (x, targets) = batch(21);
    let apart = apart(&learner, &x, &targets);
    let mut lengths: Vec<f64> = apart.iter().map(|(_, length)| *length).collect();
    lengths.sort_by(f64::total_cmp);
    // All are longer, half of them, none.
    for max_norm in [0.5 * lengths[0], lengths[10], 2.0 * lengths[20]] {
        let found = learner.clipped_gradients(&x, &targets, max_norm).unwrap();
        let expected = sum(&apart, max_norm, learner.weights());
        assert_all_close(
            &max_norm.to_string(),
            model.as_ref(),
            &found,
            &expected,
            1e-4,
        );
    }
    // Without a limit, it is the gradient of the mean times the number of samples. (Biases before a norm have none.)
    let sum = learner.clipped_gradients(&x, &targets, 1e9).unwrap();
    let mean = learner.gradient(&x, &targets).unwrap();
    for (sum, mean) in sum.iter().zip(&mean) {
        if sum.shape().len() > 1 {
            assert_close("mean", sum, &mean.mul_scalar(21.0).unwrap(), 1e-4, 0.0);
        }
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let model = model();
    let learner = learner(model.as_ref());
    let (x, targets) = batch(37);
    let run = |threads| {
        with_threads(threads, || {
            let sum = learner.clipped_gradients(&x, &targets, 1.0).unwrap();
            sum.iter().map(bits).collect::<Vec<_>>()
        })
    };
    assert_eq!(run(1), run(2));
}

#[test]
fn a_batch_of_nothing_is_refused() {
    let model = model();
    let learner = learner(model.as_ref());
    let (x, _) = batch(3);
    let error = learner.clipped_gradients(&x, &Targets::Hard(vec![0]), 1.0);
    assert!(matches!(
        error,
        Err(Error::Batch {
            samples: 3,
            targets: 1
        })
    ));
}
