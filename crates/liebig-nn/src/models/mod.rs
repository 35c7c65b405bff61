//! The networks, each as the published results define it.

mod alexcifarnet;
mod alexnet;
mod basic_blocks;
mod conv_stack;
mod convnet;
mod lenet;
mod lstm;
mod mlp;
mod resnet18;
mod resnet18ap;
mod vgg11;
mod vit;

pub use alexcifarnet::AlexCifarNetOptions;
pub use alexnet::AlexNetOptions;
pub use convnet::ConvNetOptions;
pub use lenet::LeNetOptions;
pub use lstm::LstmOptions;
pub use mlp::MlpOptions;
pub use resnet18::ResNet18Options;
pub use resnet18ap::ResNet18ApOptions;
pub use vgg11::Vgg11Options;
pub use vit::VitOptions;

use crate::layers::GROUPS;
use crate::{Error, Input, Model, Norm, Result};

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
fn check_width(model: &'static str, width: usize, usual: usize) -> Result<()> {
    check_size(model, "model.width", width, usual)
}

/// Refuses a width that group norm cannot divide into groups: it needs a multiple of `multiple`.
fn check_groups(model: &'static str, norm: Norm, width: usize, multiple: usize) -> Result<()> {
    if norm != Norm::Group || width.is_multiple_of(multiple) {
        return Ok(());
    }
    let next = width.next_multiple_of(multiple);
    Err(Error::BadOption {
        model,
        key: "model.width",
        value: width,
        expected: match multiple {
            GROUPS => "a multiple of 4 with group norm",
            _ => "a multiple of 8 with group norm",
        },
        hint: format!("use {next}, or another `model.norm`"),
    })
}

/// Refuses a number of channels or outputs that is 0 or absurd.
fn check_size(model: &'static str, key: &'static str, value: usize, usual: usize) -> Result<()> {
    if (1..=MOST_WIDTH).contains(&value) {
        return Ok(());
    }
    Err(Error::BadOption {
        model,
        key,
        value,
        expected: "a value from 1 to 65536",
        hint: format!("the usual value is {usual}"),
    })
}
