//! Images with labels as a parquet file that Hugging Face's `datasets` reads.

use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, FloatType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use serde_json::{Value, json};

use super::{Error, Job, png};
use crate::Labels;
use crate::artefact::Artefact;

/// The features as `datasets` writes them into its files.
pub(super) fn features(artefact: &Artefact) -> Value {
    let mut features = json!({
        "image": {"_type": "Image"},
        "label": {"names": artefact.class_names, "_type": "ClassLabel"},
    });
    if is_soft(artefact) {
        // The name that all versions of `datasets` know.
        features["soft_label"] =
            json!({"feature": {"dtype": "float32", "_type": "Value"}, "_type": "Sequence"});
    }
    features
}

pub(super) fn is_soft(artefact: &Artefact) -> bool {
    !matches!(artefact.set.labels, Labels::Hard(_))
}

const IMAGE: &str = "optional group image { optional binary bytes; optional binary path (UTF8); }";
const LABEL: &str = "optional int64 label;";
const SOFT: &str =
    "optional group soft_label (LIST) { repeated group list { optional float element; } }";

/// The bytes of the file.
pub(super) fn parquet_file(job: &Job<'_>) -> Result<Vec<u8>, Error> {
    let artefact = job.artefact;
    let soft = is_soft(artefact);
    let schema = format!(
        "message schema {{ {IMAGE} {LABEL} {} }}",
        if soft { SOFT } else { "" }
    );
    let schema = Arc::new(parse_message_type(&schema)?);
    let info = json!({"info": {"features": features(artefact)}});
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("liebig ", env!("CARGO_PKG_VERSION")).into())
        .set_key_value_metadata(Some(vec![KeyValue::new(
            "huggingface".into(),
            info.to_string(),
        )]))
        .build();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties))?;
    let mut rows = writer.next_row_group()?;
    let images = png::files(job.pixels()?)?;
    let count = images.len();
    let names = (0..count).map(|sample| format!("{sample:06}.png").into_bytes());
    texts(&mut rows, images)?;
    texts(&mut rows, names.collect())?;
    let labels: Vec<i64> = artefact.classes().into_iter().map(i64::from).collect();
    column::<Int64Type>(&mut rows, &labels, &vec![1; count], None)?;
    if soft {
        let classes = artefact.class_names.len();
        let weights = artefact.set.labels.weights(classes);
        // A list starts where the level is 0.
        let starts: Vec<i16> = (0..weights.len())
            .map(|place| i16::from(place % classes != 0))
            .collect();
        column::<FloatType>(&mut rows, &weights, &vec![3; weights.len()], Some(&starts))?;
    }
    rows.close()?;
    writer.close()?;
    Ok(bytes)
}

/// A column of the group `image`.
fn texts<W: std::io::Write + Send>(
    rows: &mut SerializedRowGroupWriter<'_, W>,
    values: Vec<Vec<u8>>,
) -> Result<(), Error> {
    let values: Vec<ByteArray> = values.into_iter().map(ByteArray::from).collect();
    column::<ByteArrayType>(rows, &values, &vec![2; values.len()], None)
}

/// The next column, of which no value is missing.
fn column<T: parquet::data_type::DataType>(
    rows: &mut SerializedRowGroupWriter<'_, impl std::io::Write + Send>,
    values: &[T::T],
    levels: &[i16],
    starts: Option<&[i16]>,
) -> Result<(), Error> {
    let missing = || parquet::errors::ParquetError::General("a column is missing".into());
    let mut column = rows.next_column()?.ok_or_else(missing)?;
    column
        .typed::<T>()
        .write_batch(values, Some(levels), starts)?;
    Ok(column.close()?)
}
