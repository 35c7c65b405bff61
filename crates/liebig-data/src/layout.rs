//! What the axes of an array of images are.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Error;

/// What the axes of an array of images are: N samples, H rows, W columns, C channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// `[N, H, W]`
    Nhw,
    /// `[N, H, W, C]`, as TensorFlow and PIL have it.
    Nhwc,
    /// `[N, C, H, W]`, as PyTorch has it.
    Nchw,
}

const ALL: [Layout; 3] = [Layout::Nhw, Layout::Nhwc, Layout::Nchw];

impl fmt::Display for Layout {
    /// `nhw`, `nhwc` or `nchw`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nhw => "nhw",
            Self::Nhwc => "nhwc",
            Self::Nchw => "nchw",
        })
    }
}

impl FromStr for Layout {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let lower = text.to_lowercase();
        let found = ALL.into_iter().find(|layout| layout.to_string() == lower);
        found.ok_or_else(|| Error::Setting {
            setting: "data.layout",
            found: text.into(),
            expected: "nhw, nhwc or nchw",
        })
    }
}
