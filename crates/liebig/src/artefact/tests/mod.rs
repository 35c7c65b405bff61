#![allow(clippy::unwrap_used)]
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::synthetic::Parameterization;
use liebig_data::{Normalization, PerSample, SampleShape, Space, Whitening};
use liebig_nn::{ConvNetOptions, ModelChoice};
use proptest::prelude::*;
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde_json::{Value, json};

use super::*;
use crate::Labels;
use crate::augment::Augmentation;
use crate::protocol::{Loss, LrDrop, OptimizerChoice, Protocol};

mod fields;
mod tensors;
mod whitened_sets;

type Entry<'a> = (&'a str, Dtype, &'a [usize], Vec<u8>);

/// Two grey 1x2 images of two classes.
pub(crate) fn small() -> Artefact {
    Artefact {
        set: SmallSet {
            shape: SampleShape::Image {
                channels: 1,
                height: 1,
                width: 2,
            },
            classes: 2,
            values: vec![0.5, -1.0, 2.0, 0.25],
            labels: Labels::Hard(vec![0, 1]),
            step_sizes: Vec::new(),
            parameterization: Parameterization::Pixels,
            space: Space::from(Normalization {
                mean: vec![0.5],
                std: vec![0.25],
                known: false,
            }),
        },
        class_names: vec!["left".into(), "right".into()],
        recipe: Recipe {
            unroll: None,
            model: ModelChoice::ConvNet(ConvNetOptions::default()),
            protocol: Protocol {
                loss: Loss::CrossEntropy,
                optimizer: OptimizerChoice::Sgd {
                    momentum: 0.9,
                    weight_decay: 5e-4,
                },
                lr: 0.01,
                lr_drops: vec![LrDrop {
                    after_epochs: 152,
                    factor: 0.1,
                }],
                batch_size: 256,
                epochs: 301,
                augmentation: Augmentation::None,
            },
        },
        provenance: Provenance {
            method: "dc".into(),
            ipc: 1,
            iterations: 10,
            seed: 3,
            version: "0.1.0".into(),
            dataset: DatasetId {
                name: "tiny".into(),
                hash: "00".into(),
            },
            config: json!({"ipc": 1}),
            published: None,
            privacy: None,
        },
    }
}

/// [`small`] whitened: the values are swapped, and the first is doubled.
fn whitened() -> Artefact {
    let mut artefact = small();
    let whitening = Whitening::new(
        "kornia",
        vec![0.5, -0.5],
        vec![0.0, 1.0, 2.0, 0.0],
        vec![0.0, 0.5, 1.0, 0.0],
    );
    artefact.set.space.whitening = Some(Arc::new(whitening.unwrap()));
    artefact
}

pub(super) fn bytes_of(
    tensors: &[(&str, Dtype, &[usize], Vec<u8>)],
    metadata: Option<HashMap<String, String>>,
) -> Vec<u8> {
    let views = tensors.iter().map(|(name, dtype, shape, data)| {
        (
            *name,
            TensorView::new(*dtype, shape.to_vec(), data).unwrap(),
        )
    });
    serialize(views, metadata).unwrap()
}

/// The small set's file with other metadata.
fn with_metadata(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut value = serde_json::to_value(v2::Metadata::from(&small())).unwrap();
    change(&mut value);
    with_json(value.to_string())
}

fn with_json(json: String) -> Vec<u8> {
    let entries = HashMap::from([("liebig".to_string(), json)]);
    bytes_of(
        &[
            ("images", Dtype::F32, &[2, 1, 1, 2], vec![0; 16]),
            labels(&[0, 1]),
        ],
        Some(entries),
    )
}

pub(super) fn labels(labels: &[i64]) -> (&'static str, Dtype, &'static [usize], Vec<u8>) {
    (
        "labels",
        Dtype::I64,
        &[2],
        labels
            .iter()
            .flat_map(|label| label.to_le_bytes())
            .collect(),
    )
}

fn with_tensors(tensors: &[(&str, Dtype, &[usize], Vec<u8>)]) -> Vec<u8> {
    let json = serde_json::to_string(&v2::Metadata::from(&small())).unwrap();
    bytes_of(tensors, Some(HashMap::from([("liebig".to_string(), json)])))
}

pub(super) fn read(bytes: &[u8]) -> Result<Artefact, Error> {
    Artefact::from_bytes(bytes, Path::new("a.safetensors"))
}

#[track_caller]
pub(super) fn refuses(bytes: &[u8], field: &str) {
    match read(bytes) {
        Err(Error::Field { field: found, .. }) => assert_eq!(found, field),
        other => panic!("expected field {field} to be refused, got {other:?}"),
    }
}

fn floats(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

#[test]
fn what_is_written_is_read() {
    let hard = small();
    assert_eq!(read(&hard.to_bytes().unwrap()).unwrap(), hard);
    let mut soft = small();
    soft.set.labels = Labels::Logits(vec![0.9, 0.1, 0.2, 0.8]);
    soft.set.step_sizes = vec![0.02];
    assert_eq!(read(&soft.to_bytes().unwrap()).unwrap(), soft);
    assert_eq!(soft.classes(), [0, 1]);
    let mut weights = small();
    weights.set.labels = Labels::Values(vec![-0.9, 2.1, 0.2, 0.1]);
    weights.set.step_sizes = vec![0.02, 0.03, 0.5];
    weights.recipe.protocol.optimizer = OptimizerChoice::Adam { weight_decay: 0.0 };
    weights.recipe.protocol.augmentation = "dsa:crop_scale_rotate".parse().unwrap();
    weights.provenance.published = Some(crate::Published {
        mean: 0.9,
        std: None,
        whole: Some(0.99),
        source: "a paper".into(),
    });
    assert_eq!(read(&weights.to_bytes().unwrap()).unwrap(), weights);
    assert_eq!(weights.classes(), [1, 0]);
    assert_eq!(read(&whitened().to_bytes().unwrap()).unwrap(), whitened());
    let mut table = small();
    table.set.shape = SampleShape::Table { features: 2 };
    table.set.space.normalization.mean = vec![1.0, 2.0];
    table.set.space.normalization.std = vec![0.5, 3.0];
    assert_eq!(read(&table.to_bytes().unwrap()).unwrap(), table);
}

#[test]
fn the_same_content_gives_the_same_bytes() {
    let bytes = small().to_bytes().unwrap();
    for _ in 0..20 {
        assert_eq!(small().to_bytes().unwrap(), bytes);
    }
}

#[test]
fn a_file_is_written_and_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("distilled.safetensors");
    small().write(&path).unwrap();
    assert_eq!(Artefact::read(&path).unwrap(), small());
}

#[test]
fn a_missing_file_is_named() {
    let message = Artefact::read(Path::new("nowhere.safetensors"))
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("nowhere.safetensors") && message.contains("hint:"),
        "{message}"
    );
}

#[test]
fn other_files_are_refused() {
    assert!(matches!(read(b""), Err(Error::NotSafetensors { .. })));
    assert!(matches!(
        read(&[0xff; 64]),
        Err(Error::NotSafetensors { .. })
    ));
    assert!(matches!(
        read(&bytes_of(&[], None)),
        Err(Error::NotOurs { .. })
    ));
}

#[test]
fn another_version_is_refused_before_its_fields() {
    let found = read(&with_json(json!({"schema_version": 3}).to_string()));
    assert!(matches!(found, Err(Error::SchemaVersion { found, .. }) if found == "3"));
    let found = read(&with_metadata(|value| {
        value["schema_version"] = json!("one")
    }));
    assert!(matches!(found, Err(Error::SchemaVersion { .. })));
    refuses(&with_json("{}".into()), "schema_version");
    refuses(&with_json("{".into()), "metadata");
}

#[test]
fn nothing_is_written_that_cannot_be_read() {
    type Spoil = fn(&mut Artefact);
    let cases: [(Spoil, &str); 9] = [
        (|bad| bad.set.values[0] = f32::INFINITY, "images"),
        (|bad| bad.set.values.truncate(3), "images"),
        (|bad| bad.set.labels = Labels::Hard(vec![0, 2]), "labels"),
        (
            |bad| bad.set.labels = Labels::Values(vec![0.0, 1.0, f32::NAN, 0.0]),
            "labels",
        ),
        (|bad| bad.set.step_sizes = vec![0.1, 0.0], "step_sizes"),
        (|bad| bad.set.classes = 3, "class_names"),
        (
            |bad| bad.set.space.normalization.std.clear(),
            "space.normalization.std",
        ),
        (
            |bad| bad.recipe.protocol.epochs = 0,
            "recipe.protocol.epochs",
        ),
        (
            |bad| bad.recipe.protocol.optimizer = OptimizerChoice::Adam { weight_decay: -1.0 },
            "recipe.protocol.optimizer.weight_decay",
        ),
    ];
    for (spoil, name) in cases {
        let mut bad = small();
        spoil(&mut bad);
        let result = bad.to_bytes();
        assert!(
            matches!(&result, Err(Error::Field { field, .. }) if field == name),
            "{name}: {result:?}"
        );
    }
    let mut bad = whitened();
    bad.set.shape = SampleShape::Image {
        channels: 1,
        height: 1,
        width: 1,
    };
    bad.set.labels = Labels::Hard(vec![0; 4]);
    let result = bad.to_bytes();
    assert!(matches!(&result, Err(Error::Field { .. })), "{result:?}");
}

proptest! {
    #[test]
    fn damaged_bytes_never_panic(place in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut bytes = whitened().to_bytes().unwrap();
        let index = place.index(bytes.len());
        bytes[index] = byte;
        let _ = read(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        prop_assert!(read(&bytes).is_err());
    }

    #[test]
    fn any_values_survive(images in prop::collection::vec(-1e30_f32..1e30, 4), first in 0_u32..2) {
        let mut artefact = small();
        artefact.set.values = images;
        artefact.set.labels = Labels::Hard(vec![first, 1]);
        prop_assert_eq!(read(&artefact.to_bytes().unwrap()).unwrap(), artefact);
    }
}
