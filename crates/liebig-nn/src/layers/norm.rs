//! The normalisations to choose from.

use crate::choice::named;

/// The normalisation after a convolution. Variances are biased, 1e-5 is added to them, and all but
/// `None` have a trainable scale and shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Norm {
    /// No normalisation.
    None,
    /// Over the batch and all pixels, for each channel (PyTorch's `BatchNorm2d`).
    Batch,
    /// Over all channels and pixels of an image, with a scale and shift for each (`LayerNorm`).
    Layer,
    /// Over the pixels of an image, for each channel (`GroupNorm` with as many groups as channels).
    #[default]
    Instance,
    /// Over the pixels of an image and a quarter of its channels (`GroupNorm` with 4 groups).
    Group,
}

named!(
    Norm,
    "norm",
    [
        ("none", Norm::None),
        ("batch", Norm::Batch),
        ("layer", Norm::Layer),
        ("instance", Norm::Instance),
        ("group", Norm::Group),
    ]
);
