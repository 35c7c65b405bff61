//! A transformation with all its parameters drawn.

use liebig_grad::{Error, Tensor};

use super::operation::Step;
use super::{Color, Crop, Cutout, Flip, Operation, Parameters, Rotate, Scale};

/// A transformation with fixed parameters, drawn by [`Strategy::draw`](super::Strategy::draw) or set by hand: a
/// sequence of operations, each with one set of parameters for all images of a batch (Siamese) or one set per
/// image.
///
/// The functions that are named after an operation make a Siamese draw of it; a draw with parameters per image is
/// made `from` its [`Parameters::PerImage`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draw {
    steps: Vec<Step>,
}

impl Draw {
    /// The transformation that changes nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    pub(super) fn of(step: Step) -> Self {
        Self { steps: vec![step] }
    }

    /// Brightness, saturation and contrast; see [`Color`].
    #[must_use]
    pub fn color(brightness: f64, saturation: f64, contrast: f64) -> Self {
        Parameters::Siamese(Color {
            brightness,
            saturation,
            contrast,
        })
        .into()
    }

    /// A shift by whole pixels; see [`Crop`].
    #[must_use]
    pub fn crop(down: i64, right: i64) -> Self {
        Parameters::Siamese(Crop { down, right }).into()
    }

    /// A square set to zero; see [`Cutout`].
    #[must_use]
    pub fn cutout(row: usize, column: usize) -> Self {
        Parameters::Siamese(Cutout { row, column }).into()
    }

    /// Left and right swapped, or not; see [`Flip`].
    #[must_use]
    pub fn flip(mirrored: bool) -> Self {
        Parameters::Siamese(Flip { mirrored }).into()
    }

    /// Width and height stretched or shrunk; see [`Scale`].
    #[must_use]
    pub fn scale(x: f64, y: f64) -> Self {
        Parameters::Siamese(Scale { x, y }).into()
    }

    /// A rotation by degrees; see [`Rotate`].
    #[must_use]
    pub fn rotate(degrees: f64) -> Self {
        Parameters::Siamese(Rotate { degrees }).into()
    }

    /// This transformation followed by another.
    #[must_use]
    pub fn then(mut self, next: Draw) -> Self {
        self.steps.extend(next.steps);
        self
    }

    /// The operations in order.
    #[must_use]
    pub fn operations(&self) -> Vec<Operation> {
        self.steps.iter().map(Step::operation).collect()
    }

    /// Transforms images `[n, c, h, w]` (NCHW, normalised); the shape does not change. Differentiable to any order if `x` is
    /// tracked; without a graph if it is a constant.
    ///
    /// # Errors
    /// [`Error::Rank`] if these are not images, [`Error::Shapes`] if the draw has parameters per image for another
    /// number of images.
    pub fn apply(&self, x: &Tensor) -> Result<Tensor, Error> {
        let &[images, channels, height, width] = x.shape() else {
            return Err(not_images(x));
        };
        if channels * height * width == 0 {
            return Err(not_images(x));
        }
        let mut x = x.clone();
        for step in &self.steps {
            if step.images().is_some_and(|count| count != images) {
                return Err(Error::Shapes {
                    op: "Draw::apply (parameters per image)",
                    left: x.shape().to_vec(),
                    right: step.images().into_iter().collect(),
                });
            }
            x = step.apply(&x)?;
        }
        Ok(x)
    }
}

fn not_images(x: &Tensor) -> Error {
    Error::Rank {
        op: "Draw::apply",
        expected: "images [n, c, h, w] of at least one pixel",
        shape: x.shape().to_vec(),
    }
}
