//! Errors of augmentations.

use liebig_data::SampleShape;

/// An augmentation that does not exist or cannot be applied to the samples.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A part of the string is not an operation.
    #[error(
        "augmentation {text:?}: there is no operation {operation:?}\nhint: use none, crop_scale_rotate, crop_noise, autoaugment, or operations joined by _ from {known}; did you mean {nearest}?"
    )]
    Unknown {
        /// The whole string.
        text: String,
        /// The part.
        operation: String,
        /// All operations.
        known: String,
        /// The operation with the most similar name.
        nearest: &'static str,
    },
    /// An operation is named twice.
    #[error("augmentation {text:?}: {operation} is named twice\nhint: name each operation once")]
    Repeated {
        /// The whole string.
        text: String,
        /// The operation.
        operation: &'static str,
    },
    /// An augmentation of images was applied to a table.
    #[error(
        "augmentation {augmentation} is for images, but this is a table\nhint: set evaluation.augmentation to none"
    )]
    Table {
        /// The augmentation.
        augmentation: String,
    },
    /// The batch is not a whole number of samples.
    #[error(
        "{values} values are not a whole number of samples of shape {shape}\nhint: this is a bug; please report it"
    )]
    Length {
        /// The number of values.
        values: usize,
        /// The shape of a sample.
        shape: SampleShape,
    },
    /// The space that images are in is not one for them.
    #[error("{0}")]
    Space(String),
    /// A tensor operation failed.
    #[error("{0}\nhint: this is a bug; please report it")]
    Grad(#[from] liebig_grad::Error),
}
