//! Which dataset, and how it is read.

use liebig_data::{Constants, Layout, LoadOptions, Patches, Rgb, Zca};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ImageSize;

/// The dataset and how it is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// The dataset: a name that `liebig data list` shows, or a path. Default `strokes`.
    #[schemars(extend("x-range" = "a name or a path"))]
    pub source: String,
    /// Size to which images are resized, such as `32` or `32x48` (height x width). Default: their original size.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("x-range" = "1 to 4096 pixels"))]
    pub image_size: Option<ImageSize>,
    /// Whether images are read in grey (true) or in colour (false). Default: as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grayscale: Option<bool>,
    /// The colour behind transparent pixels. Default `white`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("x-range" = "white, grey, black or #rrggbb"))]
    pub background: Option<Rgb>,
    /// Whether to exchange height and width of images in IDX and NumPy files, as EMNIST needs it. Default false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transpose: Option<bool>,
    /// What the axes of image arrays in NumPy files are. Default: told from their lengths.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("x-range" = "nhw, nhwc, nchw"))]
    pub layout: Option<Layout>,
    /// The array (NumPy) or column (parquet) that holds the images. Default: found by its usual names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images: Option<String>,
    /// The array (NumPy) or column (parquet) that holds the labels; `fine` or `coarse` for CIFAR-100. Default: found by
    /// its usual names; `fine`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<String>,
    /// The column of a table that holds the class: its name, its number from 1, `first` or `last`. Default: detected by
    /// its name or position.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_column: Option<String>,
    /// Whether to leave out files that cannot be read. Default false: they are listed in an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_bad: Option<bool>,
    /// Whether to refuse a table with missing numbers or text columns. Default false: numbers are filled in with the
    /// training split's median and text is one-hot encoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
    /// Patches that images are cut into after they are resized: their size, the distance from one to the next, and the share
    /// of their pixels that must be brighter than a tenth of white, such as `32/16/0.2`. `32` is `32/32/0`. Default: images
    /// stay whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("x-range" = "SIZE/STRIDE/CONTENT: 1 to 4096 pixels, 0 to 1"))]
    pub patches: Option<Patches>,
    /// What the name of an image file, without folder and ending, has of the patient: a regular expression, such as
    /// `person\d+`. A patient is not divided between two splits. Default: every image is a patient.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-range" = "a regular expression"))]
    pub patient: Option<String>,
    /// Whether to test on validation samples instead of the test split, so that settings can be chosen without it: the
    /// dataset's own, or a tenth of every class's training samples, which then are not trained on. Default false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation: Option<bool>,
    /// Where the constants come from with which images are normalised: `usual` (the literature for a known dataset, otherwise
    /// the training split) or `half` (mean and standard deviation 0.5). Default `usual`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("x-range" = "usual, half"))]
    pub normalization: Option<Constants>,
    /// How images are whitened: `kornia` (MTT and its descendants), `kip` (KIP, RaT-BPTT) or `frepo` (FRePo, RCIG).
    /// Default `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("x-range" = "none, kornia, kip, frepo"))]
    pub zca: Option<Zca>,
}

impl Default for DataConfig {
    /// The built-in set.
    fn default() -> Self {
        Self {
            source: "strokes".into(),
            image_size: None,
            grayscale: None,
            background: None,
            transpose: None,
            layout: None,
            images: None,
            labels: None,
            label_column: None,
            skip_bad: None,
            strict: None,
            patches: None,
            patient: None,
            validation: None,
            normalization: None,
            zca: None,
        }
    }
}

impl DataConfig {
    /// The settings that a run recorded under `data`, or the defaults where it recorded none.
    #[must_use]
    pub fn recorded(config: &Value) -> Self {
        let mut settings = serde_json::to_value(Self::default()).unwrap_or_default();
        if let (Some(settings), Some(recorded)) = (
            settings.as_object_mut(),
            config.get("data").and_then(Value::as_object),
        ) {
            settings.extend(recorded.clone());
        }
        serde_json::from_value(settings).unwrap_or_default()
    }

    /// As options of [`liebig_data::load`]; `memory_limit` is in bytes.
    #[must_use]
    pub fn options(&self, memory_limit: Option<u64>) -> LoadOptions {
        LoadOptions {
            image_size: self.image_size.map(|size| (size.height, size.width)),
            grayscale: self.grayscale,
            background: self.background.unwrap_or_default(),
            transpose: self.transpose.unwrap_or(false),
            layout: self.layout,
            images: self.images.clone(),
            labels: self.labels.clone(),
            label_column: self.label_column.clone(),
            skip_bad: self.skip_bad.unwrap_or(false),
            strict: self.strict.unwrap_or(false),
            patches: self.patches,
            patient: self.patient.clone(),
            validation: self.validation.unwrap_or(false),
            constants: self.normalization.unwrap_or_default(),
            zca: self.zca.unwrap_or_default(),
            encoding: None,
            memory_limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_run_recorded_is_read_again() {
        let config = DataConfig {
            source: "x.npz".into(),
            image_size: Some(ImageSize {
                height: 8,
                width: 9,
            }),
            background: Some(Rgb([1, 2, 3])),
            layout: Some(Layout::Nchw),
            labels: Some("coarse".into()),
            skip_bad: Some(true),
            patches: Some(Patches {
                size: 8,
                stride: 4,
                min_content: 0.25,
            }),
            patient: Some("p[0-9]+".into()),
            validation: Some(true),
            normalization: Some(Constants::Half),
            zca: Some(Zca::Kip),
            ..DataConfig::default()
        };
        assert_eq!(DataConfig::recorded(&json!({ "data": config })), config);
        let without_source = json!({"data": {"label_column": "kind"}});
        let recorded = DataConfig::recorded(&without_source);
        assert_eq!(recorded.label_column.as_deref(), Some("kind"));
        assert_eq!(recorded.source, "strokes");
        for nothing in [json!({}), json!({"data": {"strange": 1}}), json!(null)] {
            assert_eq!(DataConfig::recorded(&nothing), DataConfig::default());
        }
    }
}
