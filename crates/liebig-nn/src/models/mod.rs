//! The networks, each as the published results define it.

mod convnet;
mod lenet;
mod mlp;

pub use convnet::ConvNetOptions;
pub use lenet::LeNetOptions;
pub use mlp::MlpOptions;

use crate::{Error, Input, Model, Result};

/// What a network's options do.
pub(crate) trait Options {
    /// The options to use for samples of size `input` where nothing else is said.
    fn default_for(input: Input) -> Self;

    /// Builds the network for at least one class and samples of at least one value.
    ///
    /// # Errors
    /// [`Error::BadOption`], [`Error::TooSmall`], [`Error::TooLarge`].
    fn build(&self, input: Input, classes: usize) -> Result<Box<dyn Model>>;
}

/// The most channels or outputs that a layer may be given by an option.
const MOST_WIDTH: usize = 65536;

/// Refuses a width that is 0 or absurd.
fn check_width(model: &'static str, width: usize) -> Result<()> {
    if (1..=MOST_WIDTH).contains(&width) {
        return Ok(());
    }
    Err(Error::BadOption {
        model,
        key: "model.width",
        value: width,
        expected: "a value from 1 to 65536",
        hint: "the usual value is 128".to_string(),
    })
}
