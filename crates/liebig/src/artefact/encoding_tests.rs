#![allow(clippy::unwrap_used)]
//! The encoding of a table in an artefact.

use std::path::Path;
use std::sync::Arc;

use liebig_data::{ColumnEncoding, SampleShape, TableEncoding};
use liebig_nn::{MlpOptions, ModelChoice};

use super::tests::small;
use super::{Artefact, Error};

fn encoding() -> TableEncoding {
    TableEncoding {
        label: "kind".into(),
        columns: vec![ColumnEncoding::Categories {
            name: "colour".into(),
            categories: vec!["blue".into(), "red".into()],
        }],
    }
}

/// Two samples of two features.
fn table() -> Artefact {
    let mut artefact = small();
    artefact.set.shape = SampleShape::Table { features: 2 };
    artefact.set.space.normalization.mean = vec![0.5, 0.5];
    artefact.set.space.normalization.std = vec![0.5, 0.5];
    artefact.set.space.encoding = Some(Arc::new(encoding()));
    artefact.recipe.model = ModelChoice::Mlp(MlpOptions::default());
    artefact
}

fn read(bytes: &[u8]) -> Result<Artefact, Error> {
    Artefact::from_bytes(bytes, Path::new("a"))
}

/// The file of [`table`] with other text in its metadata; `from` and `to` are of the same length.
fn changed(from: &str, to: &str) -> Result<Artefact, Error> {
    assert_eq!(from.len(), to.len());
    let mut bytes = table().to_bytes().unwrap();
    let at = bytes
        .windows(from.len())
        .position(|window| window == from.as_bytes());
    bytes[at.unwrap()..][..from.len()].copy_from_slice(to.as_bytes());
    read(&bytes)
}

#[test]
fn an_encoding_is_written_and_read() {
    let table = table();
    assert_eq!(read(&table.to_bytes().unwrap()).unwrap(), table);
    let mut without = table.clone();
    without.set.space.encoding = None;
    let bytes = without.to_bytes().unwrap();
    assert!(
        !bytes.windows(8).any(|window| window == b"encoding"),
        "as before encodings"
    );
    assert_eq!(read(&bytes).unwrap(), without);
}

#[test]
fn an_encoding_of_other_samples_is_refused() {
    let field = |artefact: &Artefact| match artefact.to_bytes() {
        Err(Error::Field { field, .. }) => field,
        other => unreachable!("{other:?}"),
    };
    let mut image = small();
    image.set.space.encoding = Some(Arc::new(encoding()));
    assert_eq!(field(&image), "space.encoding");
    let mut wide = table();
    let mut three = encoding();
    three.columns.push(ColumnEncoding::Number {
        name: "age".into(),
        fill: 1.0,
    });
    wide.set.space.encoding = Some(Arc::new(three));
    assert_eq!(field(&wide), "space.encoding");
}

#[test]
fn a_damaged_encoding_is_refused() {
    for (from, to) in [
        (r#"\"red\"]"#, r#"\"re\",]"#),
        (r#"\"blue\",\"red\""#, r#"\"red\" ,\"red\""#),
        (r#"\"label\""#, r#"\"lable\""#),
        (r#"\"categories\",\"name\""#, r#"\"categorys!\",\"name\""#),
    ] {
        let error = changed(from, to).unwrap_err().to_string();
        assert!(
            error.contains("space.encoding") || error.contains("metadata"),
            "{error}"
        );
    }
}
