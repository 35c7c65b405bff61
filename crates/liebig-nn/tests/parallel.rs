//! Shards: the same bits for every number of threads, the same numbers as without.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{assert_all_close, assert_close, bits, with_threads};
use liebig_grad::{Targets, Tensor, cpu, grad, vjp};
use liebig_nn::{
    ConvNetOptions, Error, Input, Model, ModelChoice, Norm, SyntheticFeatures, SyntheticGradient,
    features, initialize, loss_gradient, predict,
};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

struct Problem {
    model: Box<dyn Model>,
    weights: Vec<Tensor>,
    x: Tensor,
    targets: Targets,
}

const INPUT: Input = Input {
    channels: 3,
    height: 20,
    width: 16,
};

fn convnet(norm: Norm, batch: usize) -> Problem {
    let options = ConvNetOptions {
        norm,
        width: 16,
        ..ConvNetOptions::default()
    };
    problem(&ModelChoice::ConvNet(options), batch)
}

fn default(name: &str, batch: usize) -> Problem {
    problem(&ModelChoice::default_for(name, INPUT).unwrap(), batch)
}

fn narrow(name: &str, norm: &str, batch: usize) -> Problem {
    let text = format!("name = '{name}'\nwidth = 4\nnorm = '{norm}'");
    problem(&toml::from_str(&text).unwrap(), batch)
}

fn problem(choice: &ModelChoice, batch: usize) -> Problem {
    let model = choice.build(INPUT, 5).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let weights = initialize(&*model, &mut rng, &cpu()).unwrap();
    let pixels = (0..batch * INPUT.numel()).map(|_| rng.random::<f32>() - 0.5);
    let x = Tensor::from_vec(pixels.collect(), &[batch, 3, 20, 16], &cpu()).unwrap();
    let targets = Targets::Hard((0..batch).map(|_| rng.random_range(0..5)).collect());
    Problem {
        model,
        weights,
        x,
        targets,
    }
}

/// Everything that is computed in shards, one tensor after the other.
fn compute(problem: &Problem) -> Vec<Tensor> {
    let Problem {
        model,
        weights,
        x,
        targets,
    } = problem;
    let real = loss_gradient(&**model, weights, x, targets).unwrap();
    let synthetic = SyntheticGradient::new(&**model, weights, x, targets).unwrap();
    let cotangents = cotangents(weights);
    let mut results = real.gradient;
    results.push(real.logits);
    results.extend(real.statistics);
    results.push(Tensor::full(&[1], real.loss, x.dtype(), &cpu()));
    results.extend(synthetic.gradient().iter().cloned());
    let all: Vec<_> = cotangents.iter().cloned().map(Some).collect();
    results.push(synthetic.vjp_images(&all).unwrap());
    let synthetic = SyntheticFeatures::new(&**model, weights, x).unwrap();
    let cotangent = synthetic.features().sin().unwrap();
    results.push(synthetic.vjp_images(&cotangent).unwrap());
    results.push(features(&**model, weights, x).unwrap());
    if !model.needs_whole_batch() {
        results.push(predict(&**model, weights, x).unwrap());
    }
    results
}

fn cotangents(weights: &[Tensor]) -> Vec<Tensor> {
    weights
        .iter()
        .map(|w| w.mul_scalar(3.0).unwrap().sin().unwrap())
        .collect()
}

#[test]
fn threads_do_not_change_a_bit() {
    let cases = [
        convnet(Norm::Instance, 21),
        convnet(Norm::Instance, 3),
        convnet(Norm::Layer, 9),
        convnet(Norm::Batch, 9),
        default("lenet", 17),
        default("alexcifarnet", 9),
        default("lstm", 11),
        narrow("alexnet", "none", 9),
        narrow("resnet18", "instance", 6),
        narrow("resnet18", "batch", 6),
        narrow("resnet18ap", "instance", 6),
        default("mlp", 70),
    ];
    for problem in cases {
        let one = with_threads(1, || compute(&problem));
        for threads in [2, 3] {
            let many = with_threads(threads, || compute(&problem));
            assert_eq!(one.len(), many.len());
            for (one, many) in one.iter().zip(&many) {
                assert_eq!(bits(one), bits(many), "{}", problem.model.name());
            }
        }
    }
}

#[test]
fn shards_compute_the_whole_batch() {
    let cases = [
        convnet(Norm::Instance, 21),
        convnet(Norm::Group, 10),
        convnet(Norm::Batch, 10),
        default("lenet", 9),
        default("alexcifarnet", 9),
        default("lstm", 11),
        narrow("alexnet", "none", 9),
        default("mlp", 19),
    ];
    for problem in cases {
        let Problem {
            model,
            weights,
            x,
            targets,
        } = &problem;
        let variables: Vec<Tensor> = weights.iter().map(Tensor::requires_grad).collect();
        let images = x.requires_grad();
        let logits = model.forward(&variables, &images).unwrap();
        let loss = logits.cross_entropy(targets).unwrap();
        let inputs: Vec<&Tensor> = variables.iter().collect();
        let gradient = grad(&loss, &inputs, true).unwrap();

        let real = loss_gradient(&**model, weights, x, targets).unwrap();
        assert!((real.loss / loss.item().unwrap() - 1.0).abs() < 1e-6);
        assert_all_close("real", &**model, &real.gradient, &gradient, 5e-5);
        assert!(real.gradient.iter().all(|tensor| !tensor.is_tracked()));
        assert_eq!(real.statistics.len(), model.statistics().len());
        assert_close("real logits", &real.logits, &logits, 1e-5, 0.0);
        assert!(!real.logits.is_tracked());

        let synthetic = SyntheticGradient::new(&**model, weights, x, targets).unwrap();
        assert!((synthetic.loss() / loss.item().unwrap() - 1.0).abs() < 1e-6);
        assert_all_close("synthetic", &**model, synthetic.gradient(), &gradient, 5e-5);

        let cotangents = cotangents(weights);
        let outputs: Vec<&Tensor> = gradient.iter().collect();
        let seeds: Vec<&Tensor> = cotangents.iter().collect();
        let whole = vjp(&outputs, &seeds, &[&images], false).unwrap();
        let all: Vec<_> = cotangents.iter().cloned().map(Some).collect();
        let found = synthetic.vjp_images(&all).unwrap();
        assert_close(model.name(), &found, &whole[0], 2e-5, 0.0);
        let few = |some: &Tensor| (some.shape().len() > 1).then(|| some.clone());
        let some: Vec<_> = cotangents.iter().map(few).collect();
        let zeros = |some: &Tensor| Some(few(some).unwrap_or_else(|| some.zeros_like()));
        let filled: Vec<_> = cotangents.iter().map(zeros).collect();
        let [some, filled] = [some, filled].map(|list| synthetic.vjp_images(&list).unwrap());
        assert_close("none for zeros", &some, &filled, 1e-6, 0.0);

        let wanted = model.features(weights, &images).unwrap();
        let synthetic = SyntheticFeatures::new(&**model, weights, x).unwrap();
        assert_close("features", synthetic.features(), &wanted, 1e-5, 0.0);
        let found = features(&**model, weights, x).unwrap();
        assert_eq!(bits(&found), bits(synthetic.features()));
        let cotangent = synthetic.features().sin().unwrap();
        let whole = vjp(&[&wanted], &[&cotangent], &[&images], false).unwrap();
        let found = synthetic.vjp_images(&cotangent).unwrap();
        assert_close("features' images", &found, &whole[0], 2e-5, 0.0);

        if !model.needs_whole_batch() {
            let found = predict(&**model, weights, x).unwrap();
            assert_close("logits", &found, &logits, 1e-5, 0.0);
        }
    }
}

#[test]
fn soft_targets_are_cut_like_hard_ones() {
    let mut problem = convnet(Norm::Instance, 11);
    let hard = loss_gradient(
        &*problem.model,
        &problem.weights,
        &problem.x,
        &problem.targets,
    );
    let Targets::Hard(classes) = &problem.targets else {
        panic!("hard");
    };
    let mut rows = vec![0.0; 11 * 5];
    for (row, class) in classes.iter().enumerate() {
        rows[row * 5 + class] = 1.0;
    }
    problem.targets = Targets::Soft(Tensor::from_vec(rows, &[11, 5], &cpu()).unwrap());
    let soft = loss_gradient(
        &*problem.model,
        &problem.weights,
        &problem.x,
        &problem.targets,
    );
    let (hard, soft) = (hard.unwrap(), soft.unwrap());
    assert_eq!(hard.loss, soft.loss);
    for (hard, soft) in hard.gradient.iter().zip(&soft.gradient) {
        assert_eq!(bits(hard), bits(soft));
    }
}

#[test]
fn batches_and_targets_that_do_not_match_are_refused() {
    let problem = default("mlp", 4);
    let few = Targets::Hard(vec![0, 1, 2]);
    let (model, weights, x) = (&*problem.model, &problem.weights, &problem.x);
    let expected = Error::Batch {
        samples: 4,
        targets: 3,
    };
    assert_eq!(
        loss_gradient(model, weights, x, &few).unwrap_err(),
        expected
    );
    let refused = SyntheticGradient::new(model, weights, x, &few);
    assert_eq!(refused.err(), Some(expected));
    let alien = Targets::Hard(vec![0, 1, 2, 9]);
    let refused = loss_gradient(model, weights, x, &alien);
    assert!(matches!(refused, Err(Error::Grad(_))));
    let synthetic = SyntheticGradient::new(model, weights, x, &problem.targets).unwrap();
    let refused = synthetic.vjp_images(&vec![None; weights.len() - 1]);
    assert!(matches!(refused, Err(Error::Count { .. })));
    let none = Tensor::from_vec(Vec::new(), &[0, 3, 20, 16], &cpu()).unwrap();
    let refused = features(model, weights, &none);
    assert!(matches!(refused, Err(Error::Batch { .. })));
    let synthetic = SyntheticFeatures::new(model, weights, x).unwrap();
    let refused = synthetic.vjp_images(&synthetic.features().slice(0, 0, 1).unwrap());
    assert!(matches!(refused, Err(Error::Shape { .. })));
}
