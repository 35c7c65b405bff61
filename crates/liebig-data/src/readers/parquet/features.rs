//! What `datasets` writes about the columns into a file's metadata.

use std::collections::BTreeMap;

use parquet::file::metadata::ParquetMetaData;
use serde_json::Value;

/// The key of the file's metadata.
const KEY: &str = "huggingface";

/// The declared kinds of columns. Empty if the file does not say any.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Features {
    /// Columns of class numbers, with the names of the classes in the order of their numbers.
    pub classes: BTreeMap<String, Vec<String>>,
    /// Columns of encoded images.
    pub images: Vec<String>,
}

impl Features {
    /// Read from the JSON under [`KEY`]: `{"info": {"features": {COLUMN: {"_type": "ClassLabel", "names": [...]}}}}`. What
    /// does not look like it is ignored, as the cells can be read without.
    pub fn of(metadata: &ParquetMetaData) -> Self {
        let entries = metadata.file_metadata().key_value_metadata();
        let entry = entries.into_iter().flatten().find(|entry| entry.key == KEY);
        let json = entry.and_then(|entry| entry.value.as_deref());
        json.map(Self::parse).unwrap_or_default()
    }

    fn parse(json: &str) -> Self {
        let mut found = Self::default();
        let Ok(value) = serde_json::from_str::<Value>(json) else {
            return found;
        };
        let features = value.pointer("/info/features").and_then(Value::as_object);
        for (column, feature) in features.into_iter().flatten() {
            match feature.get("_type").and_then(Value::as_str) {
                Some("Image") => found.images.push(column.clone()),
                Some("ClassLabel") => {
                    let names = feature.get("names").and_then(Value::as_array);
                    let names = names
                        .into_iter()
                        .flatten()
                        .map(|name| name.as_str().map(str::to_owned));
                    if let Some(names) = names
                        .collect::<Option<Vec<_>>>()
                        .filter(|names| !names.is_empty())
                    {
                        found.classes.insert(column.clone(), names);
                    }
                }
                _ => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_images_are_declared() {
        let json = r#"{"info": {"features": {"img": {"_type": "Image"}, "label": {"names": ["cat", "dog"], "_type": "ClassLabel"}, "id": {"dtype": "int64", "_type": "Value"}}}}"#;
        let found = Features::parse(json);
        assert_eq!(found.images, ["img"]);
        assert_eq!(found.classes["label"], ["cat", "dog"]);
        assert_eq!(found.classes.len(), 1);
        for other in [
            "",
            "[]",
            "{}",
            r#"{"info": 3}"#,
            r#"{"info": {"features": {"x": {"_type": "ClassLabel", "names": [1]}}}}"#,
        ] {
            assert_eq!(Features::parse(other), Features::default(), "{other}");
        }
    }
}
