//! The first layers of a residual network.

use crate::choice::named;

/// The first layers of a residual network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Stem {
    /// A convolution with filters of 3x3 pixels, which keeps the size of the images: for up to about 64
    /// pixels.
    #[default]
    Cifar,
    /// A convolution with filters of 7x7 pixels, stride 2, and max pooling over 3x3 pixels, stride 2.
    Imagenet,
}

named!(
    Stem,
    "stem",
    [("cifar", Stem::Cifar), ("imagenet", Stem::Imagenet)]
);
