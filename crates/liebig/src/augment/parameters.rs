//! One set of parameters for all images of a batch, or one for each.

use liebig_grad::{Error, Tensor};
use rand::Rng;

/// Whether all images of a batch are transformed in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// One set of parameters for all images of all batches, for matching losses: both sides are transformed in the same way.
    Siamese,
    /// A separate set for each of the given number of images, for training.
    PerImage(usize),
}

/// An operation's parameters.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameters<P> {
    /// The same parameters for all images of a batch of any size.
    Siamese(P),
    /// Separate parameters for each image of a batch, in order.
    PerImage(Vec<P>),
}

impl<P> Parameters<P> {
    /// Draws as many sets as the sharing needs, in order.
    pub(super) fn draw(sharing: Sharing, mut one: impl FnMut() -> P) -> Self {
        match sharing {
            Sharing::Siamese => Self::Siamese(one()),
            Sharing::PerImage(images) => Self::PerImage((0..images).map(|_| one()).collect()),
        }
    }

    /// Applies a function to each set.
    pub(super) fn map<Q>(&self, f: impl Fn(&P) -> Q) -> Parameters<Q> {
        match self {
            Self::Siamese(one) => Parameters::Siamese(f(one)),
            Self::PerImage(all) => Parameters::PerImage(all.iter().map(f).collect()),
        }
    }

    /// The number of images that these are for; `None` if any number.
    pub(super) fn images(&self) -> Option<usize> {
        match self {
            Self::Siamese(_) => None,
            Self::PerImage(all) => Some(all.len()),
        }
    }
}

/// An operation of differentiable Siamese augmentation, represented by its parameters.
pub(super) trait Transform: Sized {
    /// Draws parameters of the published strength for images of `(height, width)` pixels.
    fn draw(size: (usize, usize), rng: &mut impl Rng) -> Self;

    /// Transforms images `[n, c, h, w]`; there must be one set of parameters for all of them, or one for each.
    fn apply(parameters: &Parameters<Self>, x: &Tensor) -> Result<Tensor, Error>;
}
