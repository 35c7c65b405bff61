//! Fields of the metadata that are wrong, missing or unknown.
#![allow(clippy::unwrap_used)]

use super::*;

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
