#![allow(clippy::unwrap_used)]
use std::collections::HashMap;
use std::path::Path;

use proptest::prelude::*;
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde_json::{Value, json};

use super::*;

/// Two grey 1x2 images of two classes.
pub(crate) fn small() -> Artefact {
    Artefact {
        images: vec![0.5, -1.0, 2.0, 0.25],
        labels: Labels::Hard(vec![0, 1]),
        learned_lr: None,
        metadata: Metadata {
            schema_version: SCHEMA_VERSION,
            shape: Shape::Image {
                channels: 1,
                height: 1,
                width: 2,
            },
            class_names: vec!["left".into(), "right".into()],
            labels: LabelKind::Hard,
            normalization: Normalization {
                mean: vec![0.5],
                std: vec![0.25],
            },
            whitening: Whitening::None,
            recipe: Recipe {
                model: ModelSpec {
                    name: "convnet".into(),
                    width: 128,
                    depth: 3,
                    norm: "instance".into(),
                    activation: "relu".into(),
                    pooling: "avg".into(),
                },
                optimizer: Optimizer::Sgd,
                lr: 0.01,
                momentum: 0.9,
                weight_decay: 5e-4,
                batch_size: 256,
                epochs: 301,
                lr_drops: vec![LrDrop {
                    after_epochs: 152,
                    factor: 0.1,
                }],
                augmentation: Augmentation::None,
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
            },
        },
    }
}

fn bytes_of(
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
    let mut value = serde_json::to_value(small().metadata).unwrap();
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

fn labels(labels: &[i64]) -> (&'static str, Dtype, &'static [usize], Vec<u8>) {
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
    let json = serde_json::to_string(&small().metadata).unwrap();
    bytes_of(tensors, Some(HashMap::from([("liebig".to_string(), json)])))
}

fn read(bytes: &[u8]) -> Result<Artefact, Error> {
    Artefact::from_bytes(bytes, Path::new("a.safetensors"))
}

#[track_caller]
fn refuses(bytes: &[u8], field: &str) {
    match read(bytes) {
        Err(Error::Field { field: found, .. }) => assert_eq!(found, field),
        other => panic!("expected field {field} to be refused, got {other:?}"),
    }
}

#[test]
fn what_is_written_is_read() {
    let hard = small();
    assert_eq!(read(&hard.to_bytes().unwrap()).unwrap(), hard);
    let mut soft = small();
    soft.labels = Labels::Soft(vec![0.9, 0.1, 0.2, 0.8]);
    soft.metadata.labels = LabelKind::Soft;
    soft.learned_lr = Some(0.02);
    assert_eq!(read(&soft.to_bytes().unwrap()).unwrap(), soft);
    assert_eq!(soft.classes(), [0, 1]);
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
    let found = read(&with_json(json!({"schema_version": 2}).to_string()));
    assert!(matches!(found, Err(Error::SchemaVersion { found, .. }) if found == "2"));
    let found = read(&with_metadata(|value| {
        value["schema_version"] = json!("one")
    }));
    assert!(matches!(found, Err(Error::SchemaVersion { .. })));
    refuses(&with_json("{}".into()), "schema_version");
    refuses(&with_json("{".into()), "metadata");
}

#[test]
fn every_wrong_field_is_refused_by_name() {
    let cases: [(&str, Value, &str); 25] = [
        ("/shape/height", json!(-1), "shape"),
        ("/shape/height", json!(0), "shape"),
        ("/shape/kind", json!("sound"), "shape.kind"),
        ("/class_names", json!(["only"]), "labels"),
        ("/class_names", json!([]), "class_names"),
        ("/class_names/1", json!(7), "class_names[1]"),
        ("/labels", json!("fuzzy"), "labels"),
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
        ("/recipe/optimizer", json!("adamw"), "recipe.optimizer"),
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
}

#[test]
fn a_missing_or_unknown_field_is_refused() {
    refuses(
        &with_metadata(|value| drop(value["recipe"].as_object_mut().unwrap().remove("lr"))),
        "recipe",
    );
    refuses(
        &with_metadata(|value| value["recipe"]["magic"] = json!(1)),
        "recipe.magic",
    );
}

#[test]
fn wrong_tensors_are_refused_by_name() {
    let images = || ("images", Dtype::F32, &[2, 1, 1, 2][..], vec![0; 16]);
    refuses(&with_tensors(&[labels(&[0, 1])]), "images");
    refuses(&with_tensors(&[images()]), "labels");
    refuses(
        &with_tensors(&[
            ("images", Dtype::F32, &[2, 2], vec![0; 16]),
            labels(&[0, 1]),
        ]),
        "images",
    );
    refuses(
        &with_tensors(&[
            ("images", Dtype::F64, &[2, 1, 1, 2], vec![0; 32]),
            labels(&[0, 1]),
        ]),
        "images",
    );
    let nan = f32::NAN.to_le_bytes().repeat(4);
    refuses(
        &with_tensors(&[("images", Dtype::F32, &[2, 1, 1, 2], nan), labels(&[0, 1])]),
        "images",
    );
    refuses(&with_tensors(&[images(), labels(&[0, 2])]), "labels");
    refuses(&with_tensors(&[images(), labels(&[0, -1])]), "labels");
    refuses(
        &with_tensors(&[images(), ("labels", Dtype::I64, &[1], vec![0; 8])]),
        "labels",
    );
    refuses(
        &with_tensors(&[images(), ("labels", Dtype::F32, &[2, 2], vec![0; 16])]),
        "labels",
    );
    let lr = |lr: f32| {
        (
            "learned_lr",
            Dtype::F32,
            &[1][..],
            lr.to_le_bytes().to_vec(),
        )
    };
    refuses(
        &with_tensors(&[images(), labels(&[0, 1]), lr(-1.0)]),
        "learned_lr",
    );
    refuses(
        &with_tensors(&[
            images(),
            labels(&[0, 1]),
            ("extra", Dtype::U8, &[1], vec![0]),
        ]),
        "extra",
    );
    refuses(
        &with_tensors(&[
            ("images", Dtype::F32, &[0, 1, 1, 2], vec![]),
            ("labels", Dtype::I64, &[0], vec![]),
        ]),
        "images",
    );
}

#[test]
fn nothing_is_written_that_cannot_be_read() {
    let mut bad = small();
    bad.images[0] = f32::INFINITY;
    assert!(matches!(bad.to_bytes(), Err(Error::Field { field, .. }) if field == "images"));
    let mut bad = small();
    bad.images.pop();
    assert!(matches!(bad.to_bytes(), Err(Error::Field { field, .. }) if field == "images"));
}

proptest! {
    #[test]
    fn damaged_bytes_never_panic(place in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut bytes = small().to_bytes().unwrap();
        let index = place.index(bytes.len());
        bytes[index] = byte;
        let _ = read(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        prop_assert!(read(&bytes).is_err());
    }

    #[test]
    fn any_values_survive(images in prop::collection::vec(-1e30_f32..1e30, 4), first in 0_u32..2) {
        let artefact = Artefact { images, labels: Labels::Hard(vec![first, 1]), ..small() };
        prop_assert_eq!(read(&artefact.to_bytes().unwrap()).unwrap(), artefact);
    }
}
