//! What several tests share.

use std::sync::LazyLock;

use liebig_data::{Dataset, LoadOptions};

/// The built-in set, drawn once.
pub fn strokes() -> &'static Dataset {
    static STROKES: LazyLock<Dataset> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "a test without data cannot go on")]
        liebig_data::load("strokes", &LoadOptions::default())
            .expect("the built-in set always loads")
    });
    &STROKES
}
