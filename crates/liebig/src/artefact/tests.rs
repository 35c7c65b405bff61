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
fn every_wrong_field_is_refused_by_name() {
    let cases = [
        ("/shape/height", json!(-1), "shape"),
        ("/shape/height", json!(0), "shape"),
        ("/shape/height", json!(16_777_217), "shape"),
        ("/shape/channels", json!(1025), "shape"),
        ("/shape/kind", json!("sound"), "shape.kind"),
        ("/class_names", json!(["only"]), "labels"),
        ("/class_names", json!([]), "class_names"),
        ("/class_names/1", json!(7), "class_names[1]"),
        ("/labels", json!("fuzzy"), "labels"),
        ("/labels", json!("soft"), "labels"),
        ("/space", json!(null), "space"),
        (
            "/space/normalization/mean",
            json!([0.5, 0.5]),
            "space.normalization.mean",
        ),
        (
            "/space/normalization/std",
            json!([0.0]),
            "space.normalization.std",
        ),
        (
            "/space/normalization/std/0",
            json!("a"),
            "space.normalization.std[0]",
        ),
        ("/space/whitening", json!("zca"), "space.whitening"),
        (
            "/space/whitening",
            json!({"name": 7}),
            "space.whitening.name",
        ),
        (
            "/space/whitening",
            json!({"name": "kornia"}),
            "whitening.mean",
        ),
        (
            "/parameterization/kind",
            json!("latent"),
            "parameterization.kind",
        ),
        ("/recipe/model/name", json!(""), "recipe.model.name"),
        ("/recipe/model/width", json!(0), "recipe.model.width"),
        ("/recipe/model/depth", json!(65), "recipe.model.depth"),
        ("/recipe/model/norm", json!("magic"), "recipe.model"),
        (
            "/recipe/protocol/loss",
            json!("hinge"),
            "recipe.protocol.loss",
        ),
        (
            "/recipe/protocol/optimizer/name",
            json!("adamw"),
            "recipe.protocol.optimizer.name",
        ),
        (
            "/recipe/protocol/optimizer/momentum",
            json!(1.0),
            "recipe.protocol.optimizer.momentum",
        ),
        (
            "/recipe/protocol/optimizer/weight_decay",
            json!(-1.0),
            "recipe.protocol.optimizer.weight_decay",
        ),
        ("/recipe/protocol/lr", json!(0.0), "recipe.protocol.lr"),
        (
            "/recipe/protocol/batch_size",
            json!(0),
            "recipe.protocol.batch_size",
        ),
        (
            "/recipe/protocol/epochs",
            json!(0),
            "recipe.protocol.epochs",
        ),
        (
            "/recipe/protocol/epochs",
            json!(3.5),
            "recipe.protocol.epochs",
        ),
        (
            "/recipe/protocol/lr_drops/0/factor",
            json!(0.0),
            "recipe.protocol.lr_drops",
        ),
        (
            "/recipe/protocol/lr_drops",
            json!([{"after_epochs": 2, "factor": 0.1}, {"after_epochs": 2, "factor": 0.1}]),
            "recipe.protocol.lr_drops",
        ),
        (
            "/recipe/protocol/augmentation",
            json!("magic"),
            "recipe.protocol.augmentation",
        ),
        ("/provenance/seed", json!("x"), "provenance.seed"),
        (
            "/provenance/dataset/hash",
            json!(1),
            "provenance.dataset.hash",
        ),
        (
            "/provenance/published",
            json!({"mean": 1}),
            "provenance.published",
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
    let all = serde_json::to_value(v2::Metadata::from(&small())).unwrap();
    for field in all.as_object().unwrap().keys() {
        let bytes = with_metadata(|value| drop(value.as_object_mut().unwrap().remove(field)));
        match read(&bytes) {
            Err(Error::Field {
                field: found,
                reason,
                ..
            }) => {
                assert!(
                    found == *field || reason.contains(&format!("`{field}`")),
                    "{found}: {reason}"
                );
            }
            other => panic!("without {field}: {other:?}"),
        }
    }
    refuses(
        &with_metadata(|value| {
            drop(
                value["recipe"]["protocol"]
                    .as_object_mut()
                    .unwrap()
                    .remove("lr"),
            )
        }),
        "recipe.protocol",
    );
    refuses(
        &with_metadata(|value| value["recipe"]["magic"] = json!(1)),
        "recipe.magic",
    );
    refuses(
        &with_metadata(|value| value["normalization"] = json!({"mean": [0.5], "std": [0.25]})),
        "normalization",
    );
    refuses(
        &with_metadata(|value| value["space"]["magic"] = json!(1)),
        "space.magic",
    );
}

type Entry<'a> = (&'a str, Dtype, &'a [usize], Vec<u8>);

fn floats(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

#[test]
fn wrong_tensors_are_refused_by_name() {
    let images = || -> Entry<'_> { ("images", Dtype::F32, &[2, 1, 1, 2], vec![0; 16]) };
    let nan = floats(&[f32::NAN; 4]);
    let cases: [(&[Entry<'_>], &str); 13] = [
        (&[labels(&[0, 1])], "images"),
        (&[images()], "labels"),
        (
            &[
                ("images", Dtype::F32, &[2, 2], vec![0; 16]),
                labels(&[0, 1]),
            ],
            "images",
        ),
        (
            &[
                ("images", Dtype::F64, &[2, 1, 1, 2], vec![0; 32]),
                labels(&[0, 1]),
            ],
            "images",
        ),
        (
            &[("images", Dtype::F32, &[2, 1, 1, 2], nan), labels(&[0, 1])],
            "images",
        ),
        (&[images(), labels(&[0, 2])], "labels"),
        (&[images(), labels(&[0, -1])], "labels"),
        (
            &[images(), ("labels", Dtype::I64, &[1], vec![0; 8])],
            "labels",
        ),
        (
            &[images(), ("labels", Dtype::F32, &[2, 2], vec![0; 16])],
            "labels",
        ),
        (
            &[
                images(),
                labels(&[0, 1]),
                ("step_sizes", Dtype::F32, &[2], floats(&[0.1, -1.0])),
            ],
            "step_sizes",
        ),
        (
            &[
                images(),
                labels(&[0, 1]),
                ("step_sizes", Dtype::F32, &[1, 1], floats(&[0.1])),
            ],
            "step_sizes",
        ),
        (
            &[
                images(),
                labels(&[0, 1]),
                ("extra", Dtype::U8, &[1], vec![0]),
            ],
            "extra",
        ),
        (
            &[
                ("images", Dtype::F32, &[0, 1, 1, 2], vec![]),
                ("labels", Dtype::I64, &[0], vec![]),
            ],
            "images",
        ),
    ];
    for (tensors, field) in cases {
        refuses(&with_tensors(tensors), field);
    }
}

#[test]
fn a_large_whitening_has_a_file_of_its_own() {
    let len = 600;
    let mut artefact = small();
    artefact.set.shape = SampleShape::Image {
        channels: 1,
        height: 20,
        width: 30,
    };
    artefact.set.values = vec![0.5; artefact.len() * len];
    let identity = |factor: f32| -> Vec<f32> {
        let at = |i: usize| {
            if i.is_multiple_of(len + 1) {
                factor
            } else {
                0.0
            }
        };
        (0..len * len).map(at).collect()
    };
    let whitening = Whitening::new("kip", vec![0.0; len], identity(2.0), identity(0.5)).unwrap();
    let name = format!("whitening-{}.safetensors", &whitening.hash()[..16]);
    artefact.set.space.whitening = Some(Arc::new(whitening));
    artefact.set.space.per_sample = Some(PerSample {
        mean: 0.4,
        norm: 9.0,
    });
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("below")).unwrap();
    let paths = ["a.safetensors", "below/b.safetensors"].map(|name| folder.path().join(name));
    for path in &paths {
        artefact.write(path).unwrap();
        assert_eq!(Artefact::read(path).unwrap(), artefact);
        assert!(std::fs::metadata(path).unwrap().len() < 20_000);
    }
    let beside = folder.path().join(&name);
    assert!(beside.exists() && !folder.path().join("below").join(&name).exists());
    // Damaged, foreign and missing.
    let bytes = std::fs::read(&beside).unwrap();
    let mut damaged = bytes.clone();
    *damaged.last_mut().unwrap() ^= 1;
    for (content, part) in [
        (damaged, "not that which the artefact was made with"),
        (bytes[..1000].to_vec(), "not a safetensors file"),
        (b"x".to_vec(), "not a safetensors file"),
    ] {
        std::fs::write(&beside, content).unwrap();
        for path in &paths {
            let message = Artefact::read(path).unwrap_err().to_string();
            assert!(
                message.contains(part) && message.contains(&name),
                "{message}"
            );
        }
    }
    std::fs::remove_file(&beside).unwrap();
    let message = Artefact::read(&paths[0]).unwrap_err().to_string();
    assert!(
        message.contains("is missing") && message.contains(&name),
        "{message}"
    );
    artefact.write(&paths[1]).unwrap();
    assert!(folder.path().join("below").join(&name).exists());
    assert_eq!(Artefact::read(&paths[1]).unwrap(), artefact);
}

#[test]
fn wrong_whitening_is_refused_by_name() {
    let json = serde_json::to_string(&v2::Metadata::from(&whitened())).unwrap();
    let refuses = |whitening: &[Entry<'_>], field: &str| {
        let mut tensors = vec![
            ("images", Dtype::F32, &[2, 1, 1, 2][..], vec![0; 16]),
            labels(&[0, 1]),
        ];
        tensors.extend_from_slice(whitening);
        let entries = HashMap::from([("liebig".to_string(), json.clone())]);
        super::tests::refuses(&bytes_of(&tensors, Some(entries)), field);
    };
    let mean = || -> Entry<'_> { ("whitening.mean", Dtype::F32, &[2], floats(&[0.0; 2])) };
    let matrix = |name| -> Entry<'_> { (name, Dtype::F32, &[2, 2], floats(&[1.0, 0.0, 0.0, 1.0])) };
    let (there, back) = (
        || matrix("whitening.matrix"),
        || matrix("whitening.inverse"),
    );
    refuses(&[there(), back()], "whitening.mean");
    refuses(&[mean(), back()], "whitening.matrix");
    refuses(&[mean(), there()], "whitening.inverse");
    let wrong = ("whitening.matrix", Dtype::F32, &[4][..], floats(&[1.0; 4]));
    refuses(&[mean(), wrong, back()], "whitening.matrix");
    let wrong = (
        "whitening.inverse",
        Dtype::F32,
        &[2, 2][..],
        floats(&[f32::NAN; 4]),
    );
    refuses(&[mean(), there(), wrong], "whitening");
    // Tensors of a whitening that the metadata does not name.
    let images = ("images", Dtype::F32, &[2, 1, 1, 2][..], vec![0; 16]);
    let bytes = with_tensors(&[images, labels(&[0, 1]), mean(), there(), back()]);
    assert!(
        matches!(read(&bytes), Err(Error::Field { field, .. }) if field.starts_with("whitening."))
    );
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
