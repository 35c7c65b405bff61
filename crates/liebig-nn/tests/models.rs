//! Networks with all their options, and the tensors that they refuse.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{COLOUR, GREY, assert_all_close, assert_close, convnet, default, depth, square};
use liebig_grad::{Targets, Tensor, cpu};
use liebig_nn::{
    Activation, ConvNetOptions, Error, Frozen, Input, LeNetOptions, Model, ModelChoice, Norm,
    Pooling, SyntheticGradient, WeightInit, initialize, load_state_dict, loss_gradient, predict,
    state_dict,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

#[test]
fn norms_change_names_and_counts() {
    let of = |norm, pooling| {
        let options = ConvNetOptions {
            norm,
            pooling,
            width: 4,
            ..depth(2)
        };
        let model = convnet(square(3, 8), 2, options);
        let names = model.parameters().iter().map(|p| p.name.clone());
        (names.collect::<Vec<_>>(), model.parameter_count())
    };
    let (names, count) = of(Norm::Instance, Pooling::Avg);
    let expected = [
        "features.0.weight",
        "features.0.bias",
        "features.1.weight",
        "features.1.bias",
        "features.4.weight",
        "features.4.bias",
        "features.5.weight",
        "features.5.bias",
        "classifier.weight",
        "classifier.bias",
    ];
    assert_eq!(names, expected);
    // Two convolutions, two norms, a classifier on 2x2 pixels.
    assert_eq!(count, (27 * 4 + 4) + (36 * 4 + 4) + 2 * 8 + (16 * 2 + 2));
    let (names, count) = of(Norm::None, Pooling::None);
    assert_eq!(names[2], "features.2.weight");
    assert_eq!(count, (27 * 4 + 4) + (36 * 4 + 4) + (256 * 2 + 2));
    let (_, count) = of(Norm::Layer, Pooling::Max);
    let scales = 2 * 4 * (64 + 16);
    assert_eq!(count, (27 * 4 + 4) + (36 * 4 + 4) + scales + (16 * 2 + 2));
}

/// Every option on a size that is neither square nor even.
#[test]
fn every_combination_runs() {
    let input = Input {
        channels: 2,
        height: 9,
        width: 7,
    };
    let pixels = (0..2 * 126).map(|i| (i as f32).sin()).collect();
    let x = Tensor::from_vec(pixels, &[2, 2, 9, 7], &cpu()).unwrap();
    for &(_, norm) in Norm::ALL {
        for &(_, activation) in Activation::ALL {
            for &(_, pooling) in Pooling::ALL {
                let options = ConvNetOptions {
                    width: 4,
                    depth: 2,
                    norm,
                    activation,
                    pooling,
                    ..ConvNetOptions::default()
                };
                let model = convnet(input, 3, options);
                let weights = fresh(&*model);
                let logits = model.forward(&weights, &x).unwrap();
                assert_eq!(logits.shape(), [2, 3]);
                assert!(logits.to_vec().unwrap().iter().all(|x| x.is_finite()));
                assert_eq!(model.needs_whole_batch(), norm == Norm::Batch);
                assert_eq!(norm.to_string().parse(), Ok(norm));
            }
        }
    }
}

fn fresh(model: &dyn Model) -> Vec<Tensor> {
    initialize(model, &mut ChaCha8Rng::seed_from_u64(7), &cpu()).unwrap()
}

/// Instance norm with ReLU and average pooling is one operation; group norm is composed, and with as
/// many channels as groups it is the same function.
#[test]
fn fused_and_composed_agree() {
    let of = |norm| {
        let options = ConvNetOptions {
            width: 4,
            norm,
            ..depth(2)
        };
        convnet(square(3, 11), 3, options)
    };
    let (fused, composed) = (of(Norm::Instance), of(Norm::Group));
    let weights = fresh(&*fused);
    let wave = |shape: &[usize]| {
        let values = (0..shape.iter().product()).map(|i: usize| (i as f32 * 1.7).sin());
        Tensor::from_vec(values.collect(), shape, &cpu()).unwrap()
    };
    let x = wave(&[5, 3, 11, 11]);
    let targets = Targets::Hard(vec![0, 1, 2, 0, 1]);

    let [one, two] = [&fused, &composed].map(|model| model.forward(&weights, &x).unwrap());
    assert_close("logits", &one, &two, 1e-5, 0.0);
    let [one, two] = [&fused, &composed].map(|model| {
        loss_gradient(&**model, &weights, &x, &targets)
            .unwrap()
            .gradient
    });
    assert_all_close("gradient", &*fused, &one, &two, 1e-4);
    let cotangents: Vec<_> = weights.iter().map(|w| Some(wave(w.shape()))).collect();
    let [one, two] = [&fused, &composed].map(|model| {
        let gradient = SyntheticGradient::new(&**model, &weights, &x, &targets).unwrap();
        gradient.vjp_images(&cotangents).unwrap()
    });
    assert_close("images", &one, &two, 1e-4, 0.0);
}

#[test]
fn initial_weights_fill_their_range() {
    let model = default("convnet", COLOUR, 10);
    let weights = fresh(&*model);
    for (parameter, weight) in model.parameters().iter().zip(&weights) {
        assert_eq!(parameter.shape, weight.shape());
        let values = weight.to_vec().unwrap();
        let largest = common::largest(&values);
        match parameter.init {
            liebig_nn::Init::Constant(value) => assert!(values.iter().all(|&x| x == value)),
            liebig_nn::Init::Normal { .. } => panic!("{} is uniform by default", parameter.name),
            liebig_nn::Init::Uniform { fan_in } => {
                let bound = 1.0 / (fan_in as f32).sqrt();
                assert!(
                    largest <= bound && largest > 0.7 * bound,
                    "{}",
                    parameter.name
                );
                let mean = values.iter().sum::<f32>() / values.len() as f32;
                let deviation = bound / (3.0 * values.len() as f32).sqrt();
                assert!(mean.abs() < 5.0 * deviation, "{}: {mean}", parameter.name);
            }
        }
    }
    let fan_in = |name: &str| {
        let parameter = model.parameters().iter().find(|p| p.name == name);
        parameter.unwrap().init
    };
    for (name, inputs) in [("features.4.bias", 9 * 128), ("classifier.weight", 2048)] {
        assert_eq!(fan_in(name), liebig_nn::Init::Uniform { fan_in: inputs });
    }
    let again = fresh(&*model);
    assert_eq!(common::bits(&weights[0]), common::bits(&again[0]));
}

/// PyTorch's `xavier_normal_` with gain 1; a filter's pixels count on both sides.
#[test]
fn xavier_weights_are_normal_and_biases_zero() {
    let options = LeNetOptions {
        init: WeightInit::Xavier,
        ..LeNetOptions::default()
    };
    let model = ModelChoice::LeNet(options).build(COLOUR, 10).unwrap();
    let fans = [
        ("features.0.weight", 3 * 25, 6 * 25),
        ("features.3.weight", 6 * 25, 16 * 25),
        ("fc_1.weight", 400, 120),
        ("fc_2.weight", 120, 84),
        ("fc_3.weight", 84, 10),
    ];
    let mut weights = model.parameters().iter().zip(fresh(&*model));
    for (name, fan_in, fan_out) in fans {
        let (parameter, weight) = weights.next().unwrap();
        assert_eq!(parameter.name, name);
        let deviation = (2.0 / f64::from(fan_in + fan_out)).sqrt() as f32;
        assert_eq!(parameter.init, liebig_nn::Init::Normal { deviation });
        let values = weight.to_vec().unwrap();
        let count = values.len() as f32;
        let mean = values.iter().sum::<f32>() / count;
        assert!(
            mean.abs() < 4.0 * deviation / count.sqrt(),
            "{name}: {mean}"
        );
        let variance = values.iter().map(|x| x * x).sum::<f32>() / count;
        let ratio = variance / (deviation * deviation);
        assert!(
            (ratio - 1.0).abs() < 4.0 * (2.0 / count).sqrt(),
            "{name}: {ratio}"
        );
        // A uniform distribution of the same variance ends at 1.73 deviations.
        assert!(common::largest(&values) > 2.0 * deviation, "{name}");

        let (bias, values) = weights.next().unwrap();
        assert_eq!(bias.init, liebig_nn::Init::Constant(0.0));
        assert!(values.to_vec().unwrap().iter().all(|&x| x == 0.0));
    }
    assert!(weights.next().is_none());
}

#[test]
fn predictions_do_not_depend_on_the_batch() {
    let model = default("lenet", GREY, 10);
    let weights = fresh(&*model);
    let pixels = (0..20 * 784).map(|i| (i as f32 * 0.7).sin()).collect();
    let x = Tensor::from_vec(pixels, &[20, 1, 28, 28], &cpu()).unwrap();
    let all = predict(&*model, &weights, &x).unwrap();
    let last = predict(&*model, &weights, &x.slice(0, 17, 20).unwrap()).unwrap();
    assert_close("last", &last, &all.slice(0, 17, 20).unwrap(), 1e-5, 0.0);
}

#[test]
fn foreign_weights_are_refused() {
    let model = default("mlp", square(1, 4), 2);
    let weights = fresh(&*model);
    let x = Tensor::from_vec(vec![0.0; 16], &[1, 1, 4, 4], &cpu()).unwrap();
    let few = model.forward(&weights[..5], &x);
    assert!(matches!(
        few,
        Err(Error::Count {
            found: 5,
            expected: 6,
            ..
        })
    ));
    let mut swapped = weights.clone();
    swapped.swap(0, 2);
    let error = model.forward(&swapped, &x).unwrap_err();
    assert!(error.to_string().contains("`fc_1.weight`"), "{error}");
    let wide = Tensor::from_vec(vec![0.0; 25], &[1, 1, 5, 5], &cpu()).unwrap();
    assert!(matches!(
        model.forward(&weights, &wide),
        Err(Error::Grad(_))
    ));
}

#[test]
fn foreign_state_dicts_are_refused() {
    let model = default("mlp", square(1, 4), 2);
    let good = state_dict(&*model, &fresh(&*model)).unwrap();
    let load = |entries: &[_]| load_state_dict(&*model, entries, &cpu());

    let missing = load(&good[1..]).unwrap_err();
    let name = "fc_1.weight".to_string();
    assert_eq!(missing, Error::Missing { name: name.clone() });

    let mut renamed = good.clone();
    renamed[0].0 = "fc1.weight".to_string();
    let unexpected = load(&renamed).unwrap_err();
    assert!(matches!(unexpected, Error::Unexpected { name } if name == "fc1.weight"));

    let mut twice = good.clone();
    twice.push(good[0].clone());
    assert_eq!(load(&twice).unwrap_err(), Error::Unexpected { name });

    let mut turned = good.clone();
    turned[0].1.reverse();
    assert!(matches!(load(&turned), Err(Error::Shape { .. })));

    let mut short = good.clone();
    short[0].2.pop();
    assert!(matches!(
        load(&short),
        Err(Error::Length { values: 2047, .. })
    ));
}

#[test]
fn batch_norm_predicts_only_when_frozen() {
    let options = ConvNetOptions {
        norm: Norm::Batch,
        ..depth(1)
    };
    let model = convnet(square(3, 4), 2, options);
    let x = Tensor::from_vec(vec![0.0; 48], &[1, 3, 4, 4], &cpu()).unwrap();
    let error = predict(&*model, &fresh(&*model), &x).unwrap_err();
    assert!(error.to_string().contains("Frozen"), "{error}");
    assert!(matches!(
        Frozen::new(&*model, &[]),
        Err(Error::Count { .. })
    ));
    let wrong = vec![x.clone(), x];
    assert!(matches!(
        Frozen::new(&*model, &wrong),
        Err(Error::Shape { .. })
    ));
}
