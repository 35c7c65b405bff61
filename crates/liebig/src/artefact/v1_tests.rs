#![allow(clippy::unwrap_used)]
use std::collections::HashMap;

use liebig_nn::{ConvNetOptions, LeNetOptions, MlpOptions, ModelChoice, Norm};
use proptest::prelude::*;
use safetensors::tensor::Dtype;
use serde_json::{Value, json};

use super::tests::{bytes_of, labels, read, refuses, small};
use crate::augment::Augmentation;
use crate::{Labels, Published};

/// The metadata of [`small`] as version 1 wrote it.
fn metadata() -> Value {
    json!({
        "schema_version": 1,
        "shape": {"kind": "image", "channels": 1, "height": 1, "width": 2},
        "class_names": ["left", "right"],
        "labels": "hard",
        "normalization": {"mean": [0.5], "std": [0.25]},
        "whitening": "none",
        "recipe": {
            "model": {
                "name": "convnet",
                "width": 128,
                "depth": 3,
                "norm": "instance",
                "activation": "relu",
                "pooling": "avg"
            },
            "optimizer": "sgd",
            "lr": 0.01,
            "momentum": 0.9,
            "weight_decay": 5e-4,
            "batch_size": 256,
            "epochs": 301,
            "lr_drops": [{"after_epochs": 152, "factor": 0.1}],
            "augmentation": "none"
        },
        "provenance": {
            "method": "dc",
            "ipc": 1,
            "iterations": 10,
            "seed": 3,
            "version": "0.1.0",
            "dataset": {"name": "tiny", "hash": "00"},
            "config": {"ipc": 1},
            "published": null
        }
    })
}

type Entry<'a> = (&'a str, Dtype, &'a [usize], Vec<u8>);

fn floats(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// The images of [`small`].
fn images() -> Entry<'static> {
    (
        "images",
        Dtype::F32,
        &[2, 1, 1, 2],
        floats(&[0.5, -1.0, 2.0, 0.25]),
    )
}

fn file(metadata: &Value, tensors: &[Entry<'_>]) -> Vec<u8> {
    bytes_of(
        tensors,
        Some(HashMap::from([(
            "liebig".to_string(),
            metadata.to_string(),
        )])),
    )
}

fn with_metadata(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut value = metadata();
    change(&mut value);
    file(&value, &[images(), labels(&[0, 1])])
}

#[test]
fn hard_labels_are_read() {
    assert_eq!(read(&with_metadata(|_| ())).unwrap(), small());
}

#[test]
fn scores_learned_lr_and_everything_else_are_read() {
    let mut value = metadata();
    value["labels"] = json!("soft");
    value["recipe"]["augmentation"] = json!("crop_scale_rotate");
    value["recipe"]["lr_drops"] = json!([]);
    value["provenance"]["published"] =
        json!({"mean": 0.9, "std": 0.01, "whole": null, "source": "a paper"});
    let bytes = file(
        &value,
        &[
            images(),
            (
                "labels",
                Dtype::F32,
                &[2, 2],
                floats(&[0.9, 0.1, -2.0, 3.0]),
            ),
            ("learned_lr", Dtype::F32, &[1], floats(&[0.02])),
        ],
    );
    let mut expected = small();
    expected.set.labels = Labels::Logits(vec![0.9, 0.1, -2.0, 3.0]);
    expected.set.step_sizes = vec![0.02];
    expected.recipe.protocol.augmentation = Augmentation::CropScaleRotate;
    expected.recipe.protocol.lr_drops.clear();
    expected.provenance.published = Some(Published {
        mean: 0.9,
        std: Some(0.01),
        whole: None,
        source: "a paper".into(),
    });
    assert_eq!(read(&bytes).unwrap(), expected);
}

#[test]
fn a_table_is_read() {
    let mut value = metadata();
    value["shape"] = json!({"kind": "table", "features": 2});
    value["normalization"] = json!({"mean": [1.0, 2.0], "std": [0.5, 3.0]});
    let table = (
        "images",
        Dtype::F32,
        &[2, 2][..],
        floats(&[0.5, -1.0, 2.0, 0.25]),
    );
    let set = read(&file(&value, &[table, labels(&[0, 1])])).unwrap().set;
    assert_eq!(set.shape, liebig_data::SampleShape::Table { features: 2 });
    assert_eq!(set.values, [0.5, -1.0, 2.0, 0.25]);
    assert_eq!(set.space.normalization.std, [0.5, 3.0]);
}

#[test]
fn every_network_is_read_and_takes_the_options_that_it_has() {
    let of = |model: Value| {
        let bytes = with_metadata(|value| value["recipe"]["model"] = model);
        read(&bytes).unwrap().recipe.model
    };
    let with = |name: &str, norm: &str| {
        json!({
            "name": name, "width": 32, "depth": 2, "norm": norm, "activation": "relu", "pooling": "avg"
        })
    };
    let convnet = ConvNetOptions {
        width: 32,
        depth: 2,
        norm: Norm::Batch,
        ..ConvNetOptions::default()
    };
    assert_eq!(of(with("convnet", "batch")), ModelChoice::ConvNet(convnet));
    assert_eq!(
        of(with("mlp", "none")),
        ModelChoice::Mlp(MlpOptions { width: 32 })
    );
    assert_eq!(
        of(with("lenet", "none")),
        ModelChoice::LeNet(LeNetOptions::default())
    );
}

#[test]
fn what_is_read_is_written_as_the_present_version() {
    let artefact = read(&with_metadata(|_| ())).unwrap();
    let bytes = artefact.to_bytes().unwrap();
    let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    let json = header.metadata().as_ref().unwrap()["liebig"].clone();
    let value: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["schema_version"], 2);
    assert_eq!(read(&bytes).unwrap(), artefact);
}

#[test]
fn every_wrong_field_is_refused_by_the_name_it_has_in_the_file() {
    let cases = [
        ("/shape/height", json!(0), "shape"),
        ("/class_names", json!(["only"]), "labels"),
        ("/class_names", json!([]), "class_names"),
        ("/labels", json!("values"), "labels"),
        (
            "/normalization/mean",
            json!([0.5, 0.5]),
            "normalization.mean",
        ),
        ("/normalization/std", json!([0.0]), "normalization.std"),
        ("/normalization/std/0", json!("a"), "normalization.std[0]"),
        ("/whitening", json!("zca"), "whitening"),
        ("/recipe/model/name", json!(""), "recipe.model.name"),
        ("/recipe/model/width", json!(0), "recipe.model.width"),
        ("/recipe/model/depth", json!(65), "recipe.model.depth"),
        ("/recipe/model/norm", json!("magic"), "recipe.model.norm"),
        (
            "/recipe/model/activation",
            json!("magic"),
            "recipe.model.activation",
        ),
        (
            "/recipe/model/pooling",
            json!("magic"),
            "recipe.model.pooling",
        ),
        ("/recipe/optimizer", json!("adam"), "recipe.optimizer"),
        ("/recipe/lr", json!(0.0), "recipe.lr"),
        ("/recipe/momentum", json!(1.0), "recipe.momentum"),
        ("/recipe/weight_decay", json!(-1.0), "recipe.weight_decay"),
        ("/recipe/batch_size", json!(0), "recipe.batch_size"),
        ("/recipe/epochs", json!(0), "recipe.epochs"),
        ("/recipe/epochs", json!(3.5), "recipe.epochs"),
        ("/recipe/lr_drops/0/factor", json!(0.0), "recipe.lr_drops"),
        (
            "/recipe/augmentation",
            json!("magic"),
            "recipe.augmentation",
        ),
        ("/provenance/seed", json!("x"), "provenance.seed"),
        (
            "/provenance/dataset/hash",
            json!(1),
            "provenance.dataset.hash",
        ),
    ];
    for (pointer, wrong, field) in cases {
        let bytes = with_metadata(|value| *value.pointer_mut(pointer).unwrap() = wrong.clone());
        eprintln!("{pointer} = {wrong}");
        refuses(&bytes, field);
    }
    refuses(
        &with_metadata(|value| value["recipe"]["protocol"] = json!({})),
        "recipe.protocol",
    );
    refuses(&with_metadata(|value| value["space"] = json!({})), "space");
}

#[test]
fn wrong_tensors_are_refused_by_the_name_they_have_in_the_file() {
    let with = |tensor: Entry<'_>| file(&metadata(), &[images(), labels(&[0, 1]), tensor]);
    refuses(
        &with(("learned_lr", Dtype::F32, &[1], floats(&[-1.0]))),
        "learned_lr",
    );
    refuses(
        &with(("learned_lr", Dtype::F32, &[2], floats(&[0.1, 0.1]))),
        "learned_lr",
    );
    refuses(
        &with(("step_sizes", Dtype::F32, &[1], floats(&[0.1]))),
        "step_sizes",
    );
    refuses(
        &with(("whitening.mean", Dtype::F32, &[2], floats(&[0.0; 2]))),
        "whitening.mean",
    );
}

proptest! {
    #[test]
    fn damaged_bytes_never_panic(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = with_metadata(|_| ());
        let index = place.index(bytes.len());
        bytes[index] = byte;
        let _ = read(&bytes);
    }
}
