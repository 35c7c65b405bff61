//! The networks other than the ConvNet: names, shapes, and the sizes and options that they take.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{COLOUR, default, square};
use liebig_grad::{Tensor, cpu};
use liebig_nn::{
    AlexCifarNetOptions, Error, Input, LstmOptions, Model, ModelChoice, Norm, initialize,
    state_dict,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

fn fresh(model: &dyn Model) -> Vec<Tensor> {
    initialize(model, &mut ChaCha8Rng::seed_from_u64(7), &cpu()).unwrap()
}

/// Halving rounds up, so a single pixel suffices; each layer has its published name.
#[test]
fn alexcifarnet_takes_every_size() {
    for (channels, height, width) in [(1, 1, 1), (1, 1, 9), (3, 7, 2), (2, 33, 20)] {
        let input = Input {
            channels,
            height,
            width,
        };
        let options = AlexCifarNetOptions {
            width: 4,
            ..AlexCifarNetOptions::default()
        };
        let choice = ModelChoice::AlexCifarNet(options);
        let model = choice.build(input, 3).unwrap();
        let pixels = (0..2 * input.numel()).map(|i| (i as f32).sin()).collect();
        let x = Tensor::from_vec(pixels, &[2, channels, height, width], &cpu()).unwrap();
        let logits = model.forward(&fresh(&*model), &x).unwrap();
        assert_eq!(logits.shape(), [2, 3]);
        assert!(logits.to_vec().unwrap().iter().all(|x| x.is_finite()));
        let names = [
            "features.0",
            "features.4",
            "classifier.0",
            "classifier.2",
            "classifier.4",
        ];
        let found = model.parameters().chunks(2);
        for (pair, name) in found.zip(names) {
            assert_eq!(pair[0].name, format!("{name}.weight"));
            assert_eq!(pair[1].name, format!("{name}.bias"));
        }
        assert_eq!(model.parameters().len(), 2 * names.len());
    }
}

/// PyTorch's names, shapes and range of fresh weights.
#[test]
fn lstm_has_pytorchs_parameters() {
    let options = LstmOptions {
        hidden: 6,
        layers: 2,
    };
    let choice = ModelChoice::Lstm(options);
    let model = choice.build(square(3, 5), 4).unwrap();
    let entries = state_dict(&*model, &fresh(&*model)).unwrap();
    let expected: [(&str, &[usize]); 10] = [
        ("lstm.weight_ih_l0", &[24, 15]),
        ("lstm.weight_hh_l0", &[24, 6]),
        ("lstm.bias_ih_l0", &[24]),
        ("lstm.bias_hh_l0", &[24]),
        ("lstm.weight_ih_l1", &[24, 6]),
        ("lstm.weight_hh_l1", &[24, 6]),
        ("lstm.bias_ih_l1", &[24]),
        ("lstm.bias_hh_l1", &[24]),
        ("fc.weight", &[4, 6]),
        ("fc.bias", &[4]),
    ];
    assert_eq!(entries.len(), expected.len());
    for ((name, shape, values), expected) in entries.iter().zip(expected) {
        assert_eq!((name.as_str(), &shape[..]), expected);
        let largest = common::largest(values) * 6f32.sqrt();
        assert!(largest <= 1.0 && largest > 0.6, "{name}: {largest}");
    }
}

/// A permutation of the rows is another sequence; of a table, each feature is a step.
#[test]
fn lstm_reads_rows_and_features_in_order() {
    let build = |input| {
        let options = LstmOptions {
            hidden: 5,
            ..LstmOptions::default()
        };
        ModelChoice::Lstm(options).build(input, 2).unwrap()
    };
    let size = |channels, height, width| Input {
        channels,
        height,
        width,
    };
    let steps = |input| {
        let model = build(input);
        (model.parameters()[0].shape[0], model.activations() - 2)
    };
    let (inputs, of_three) = steps(size(2, 3, 4));
    assert_eq!(inputs, 8);
    let (inputs, of_seven) = steps(size(2, 1, 7));
    assert_eq!(inputs, 2);
    assert_eq!(of_three * 7, of_seven * 3);

    // An image of one column and the same values as a table are the same sequence.
    let (rows, columns) = (build(size(1, 4, 1)), build(size(1, 1, 4)));
    let weights = fresh(&*rows);
    let values = |values: [f32; 4], shape: [usize; 4]| {
        Tensor::from_vec(values.to_vec(), &shape, &cpu()).unwrap()
    };
    let logits = |model: &dyn Model, x| common::bits(&model.forward(&weights, &x).unwrap());
    let forwards = [0.1, 0.2, 0.3, 0.9];
    let image = logits(&*rows, values(forwards, [1, 1, 4, 1]));
    assert_eq!(image, logits(&*columns, values(forwards, [1, 1, 1, 4])));
    let backwards = [0.9, 0.3, 0.2, 0.1];
    assert_ne!(image, logits(&*rows, values(backwards, [1, 1, 4, 1])));

    let refused = rows.forward(&weights, &values(forwards, [1, 1, 1, 4]));
    assert!(matches!(refused, Err(Error::Shape { .. })));
}

/// Every norm, on a size that is neither square nor even.
#[test]
fn deep_networks_run_with_every_norm() {
    let input = Input {
        channels: 1,
        height: 37,
        width: 30,
    };
    let x = (0..2 * input.numel()).map(|i| (i as f32).sin()).collect();
    let x = Tensor::from_vec(x, &[2, 1, 37, 30], &cpu()).unwrap();
    for &(norm, kind) in Norm::ALL {
        for name in ["alexnet", "vgg11", "resnet18", "resnet18ap"] {
            let text = format!("name = '{name}'\nwidth = 8\nnorm = '{norm}'\ninit = 'xavier'");
            let choice: ModelChoice = toml::from_str(&text).unwrap();
            let model = choice.build(input, 3).unwrap();
            let logits = model.forward(&fresh(&*model), &x).unwrap();
            assert_eq!(logits.shape(), [2, 3]);
            assert!(logits.to_vec().unwrap().iter().all(|x| x.is_finite()));
            assert_eq!(model.needs_whole_batch(), kind == Norm::Batch);
            let norms = match name {
                "alexnet" => 5,
                "vgg11" => 8,
                _ => 20,
            };
            let statistics = if kind == Norm::Batch { 2 * norms } else { 0 };
            assert_eq!(model.statistics().len(), statistics, "{name}");
        }
    }
}

#[test]
fn residual_networks_have_pytorchs_names() {
    for (name, short) in [("resnet18", 1), ("resnet18ap", 2)] {
        let model = default(name, COLOUR, 10);
        let names: Vec<&str> = model.parameters().iter().map(|p| p.name.as_str()).collect();
        let expected = [
            "conv1.weight",
            "bn1.weight",
            "bn1.bias",
            "layer1.0.conv1.weight",
        ];
        assert_eq!(names[..4], expected);
        let norm = format!("layer2.0.shortcut.{short}");
        let expected = [
            "layer2.0.conv1.weight",
            "layer2.0.bn1.weight",
            "layer2.0.bn1.bias",
            "layer2.0.conv2.weight",
            "layer2.0.bn2.weight",
            "layer2.0.bn2.bias",
            "layer2.0.shortcut.0.weight",
            &format!("{norm}.weight"),
            &format!("{norm}.bias"),
            "layer2.1.conv1.weight",
        ];
        assert_eq!(names[15..25], expected);
        assert_eq!(names[60..], ["classifier.weight", "classifier.bias"]);
    }
}
