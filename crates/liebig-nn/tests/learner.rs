//! A learner computes what its parts compute one by one, bit for bit.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::bits;
use liebig_grad::{Targets, Tensor, cpu};
use liebig_nn::{
    Adam, ConvNetOptions, Error, Frozen, Input, Learner, Model, ModelChoice, Norm, Optimizer, Sgd,
    SyntheticFeatures, SyntheticGradient, features, initial_statistics, initialize, loss_gradient,
    predict, update_statistics,
};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

const BATCH: usize = 11;

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(17)
}

fn model(norm: Norm) -> Box<dyn Model> {
    let input = Input {
        channels: 2,
        height: 8,
        width: 6,
    };
    let options = ConvNetOptions {
        width: 6,
        depth: 2,
        norm,
        ..ConvNetOptions::default()
    };
    ModelChoice::ConvNet(options).build(input, 3).unwrap()
}

fn batch(seed: u64) -> (Tensor, Targets) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let pixels = (0..BATCH * 96).map(|_| 4.0 * rng.random::<f32>() - 1.0);
    let x = Tensor::from_vec(pixels.collect(), &[BATCH, 2, 8, 6], &cpu()).unwrap();
    let classes = (0..BATCH).map(|_| rng.random_range(0..3));
    (x, Targets::Hard(classes.collect()))
}

fn sgd() -> Sgd {
    Sgd::new(0.05).with_momentum(0.9).with_weight_decay(5e-4)
}

#[track_caller]
fn assert_same(what: &str, found: &[Tensor], expected: &[Tensor]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(bits(found), bits(expected), "{what}");
    }
}

#[test]
fn learning_is_gradient_statistics_and_step() {
    for norm in [Norm::Instance, Norm::Batch] {
        let model = &*model(norm);
        let mut learner = Learner::fresh(model, sgd(), &mut rng(), &cpu()).unwrap();
        let mut weights = initialize(model, &mut rng(), &cpu()).unwrap();
        let mut statistics = initial_statistics(model, &cpu()).unwrap();
        let mut optimizer = sgd();
        assert_same("start", learner.weights(), &weights);
        for seed in 0..3 {
            let (x, y) = batch(seed);
            let expected = loss_gradient(model, &weights, &x, &y).unwrap();
            update_statistics(&mut statistics, &expected.statistics).unwrap();
            optimizer.step(&mut weights, &expected.gradient).unwrap();

            let found = learner.learn(&x, &y).unwrap();
            assert_eq!(found.loss.to_bits(), expected.loss.to_bits());
            assert_eq!(bits(&found.logits), bits(&expected.logits));
            assert_same("gradient", &found.gradient, &expected.gradient);
            assert_same("weights", learner.weights(), &weights);
            assert_same("statistics", learner.statistics(), &statistics);
        }
        assert_eq!(learner.optimizer().state().steps, 3);
        // Lowering the rate and forgetting the momentum is a new optimiser.
        learner.optimizer_mut().set_lr(0.005);
        learner.optimizer_mut().reset();
        let mut optimizer = sgd();
        optimizer.lr = 0.005;
        let (x, y) = batch(3);
        let expected = loss_gradient(model, &weights, &x, &y).unwrap();
        optimizer.step(&mut weights, &expected.gradient).unwrap();
        learner.learn(&x, &y).unwrap();
        assert_same("after the reset", learner.weights(), &weights);
    }
}

#[test]
fn everything_else_leaves_the_weights_alone() {
    for norm in [Norm::Instance, Norm::Batch] {
        let model = &*model(norm);
        let mut learner = Learner::fresh(model, sgd(), &mut rng(), &cpu()).unwrap();
        let (x, y) = batch(0);
        let weights = initialize(model, &mut rng(), &cpu()).unwrap();
        let mut statistics = initial_statistics(model, &cpu()).unwrap();
        let seen = loss_gradient(model, &weights, &x, &y).unwrap();
        update_statistics(&mut statistics, &seen.statistics).unwrap();
        learner.observe(&x, &y).unwrap();
        assert_same("weights", learner.weights(), &weights);
        assert_same("statistics", learner.statistics(), &statistics);
        assert_eq!(learner.optimizer().state().steps, 0);

        let (x, y) = batch(1);
        let frozen = Frozen::new(model, &statistics).unwrap();
        let expected = loss_gradient(&frozen, &weights, &x, &y).unwrap().gradient;
        assert_same("gradient", &learner.gradient(&x, &y).unwrap(), &expected);
        let synthetic = learner.synthetic_gradient(&x, &y).unwrap();
        let expected = SyntheticGradient::new(&frozen, &weights, &x, &y).unwrap();
        assert_same("synthetic", synthetic.gradient(), expected.gradient());
        let cotangents: Vec<_> = weights.iter().cloned().map(Some).collect();
        let [found, expected] =
            [&synthetic, &expected].map(|graph| graph.vjp_images(&cotangents).unwrap());
        assert_eq!(bits(&found), bits(&expected));

        let found = learner.features(&x).unwrap();
        let expected = features(model, &weights, &x).unwrap();
        assert_eq!(bits(&found), bits(&expected));
        let synthetic = learner.synthetic_features(&x).unwrap();
        let graph = SyntheticFeatures::new(model, &weights, &x).unwrap();
        let [found, expected] =
            [&synthetic, &graph].map(|graph| graph.vjp_images(&expected).unwrap());
        assert_eq!(bits(&found), bits(&expected));

        let expected = predict(&frozen, &weights, &x).unwrap();
        assert_eq!(bits(&learner.predict(&x).unwrap()), bits(&expected));
        assert_same("weights", learner.weights(), &weights);
        assert_same("statistics", learner.statistics(), &statistics);
    }
}

/// With batch normalisation, running statistics and the batch's own are not the same thing.
#[test]
fn gradients_and_predictions_use_the_running_statistics() {
    let model = &*model(Norm::Batch);
    let mut learner = Learner::fresh(model, sgd(), &mut rng(), &cpu()).unwrap();
    let (x, y) = batch(0);
    let before = learner.gradient(&x, &y).unwrap();
    let logits = learner.predict(&x).unwrap();
    let in_training = learner.features(&x).unwrap();
    learner.observe(&x, &y).unwrap();
    assert_ne!(
        bits(&learner.gradient(&x, &y).unwrap()[0]),
        bits(&before[0])
    );
    assert_ne!(bits(&learner.predict(&x).unwrap()), bits(&logits));
    assert_eq!(bits(&learner.features(&x).unwrap()), bits(&in_training));
}

#[test]
fn a_saved_learner_goes_on_bit_for_bit() {
    let model = &*model(Norm::Batch);
    let optimizers: [fn() -> Optimizer; 2] = [|| sgd().into(), || Adam::new(0.01).into()];
    for optimizer in optimizers {
        let mut learner = Learner::fresh(model, optimizer(), &mut rng(), &cpu()).unwrap();
        for seed in 0..3 {
            let (x, y) = batch(seed);
            learner.learn(&x, &y).unwrap();
        }
        let (weights, statistics) = (learner.weights().to_vec(), learner.statistics().to_vec());
        let mut again = Learner::with_weights(model, weights, statistics, optimizer()).unwrap();
        let state = learner.optimizer().state();
        again.optimizer_mut().restore(state).unwrap();
        for seed in 3..6 {
            let (x, y) = batch(seed);
            learner.learn(&x, &y).unwrap();
            again.learn(&x, &y).unwrap();
        }
        assert_same("weights", again.weights(), learner.weights());
        assert_same("statistics", again.statistics(), learner.statistics());
    }
}

#[test]
fn tensors_of_another_network_are_refused() {
    let model = &*model(Norm::Batch);
    let weights = initialize(model, &mut rng(), &cpu()).unwrap();
    let statistics = initial_statistics(model, &cpu()).unwrap();
    let make = |weights: &[Tensor], statistics: &[Tensor]| {
        let learner = Learner::with_weights(model, weights.to_vec(), statistics.to_vec(), sgd());
        learner.err()
    };
    assert_eq!(make(&weights, &statistics), None);
    assert!(matches!(
        make(&weights[1..], &statistics),
        Some(Error::Count {
            what: "weights",
            ..
        })
    ));
    assert!(matches!(
        make(&weights, &weights[..4]),
        Some(Error::Shape { .. })
    ));
    assert!(matches!(
        make(&weights, &[]),
        Some(Error::Count {
            what: "running statistics",
            ..
        })
    ));
}
