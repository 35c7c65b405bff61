//! What is learnt, and how samples are decoded from it.

use serde::{Deserialize, Serialize};

/// What the samples are decoded from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Parameterization {
    /// The samples themselves are learnt.
    #[default]
    Pixels,
}
