//! The six operations by name, and the steps of a draw that they make.

use liebig_grad::{Error, Tensor};
use rand::Rng;

use super::parameters::Transform;
use super::{Color, Crop, Cutout, Draw, Flip, Parameters, Rotate, Scale, Sharing};

macro_rules! operations {
    ($($(#[$doc:meta])+ $name:literal => $operation:ident),+ $(,)?) => {
        /// An operation of differentiable Siamese augmentation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Operation {
            $($(#[$doc])+ $operation),+
        }

        impl Operation {
            /// All operations, in the order of the default strategy.
            pub const ALL: &[Self] = &[$(Self::$operation),+];

            /// The name, as used in strategies.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$operation => $name),+ }
            }

            /// A draw of this operation alone, for images of `(height, width)` pixels.
            pub(super) fn draw(self, sharing: Sharing, size: (usize, usize), rng: &mut impl Rng) -> Draw {
                match self {
                    $(Self::$operation => {
                        Draw::from(Parameters::draw(sharing, || $operation::draw(size, rng)))
                    })+
                }
            }
        }

        /// An operation with its parameters.
        #[derive(Clone, Debug, PartialEq)]
        pub(super) enum Step {
            $($operation(Parameters<$operation>)),+
        }

        impl Step {
            pub(super) fn operation(&self) -> Operation {
                match self { $(Self::$operation(_) => Operation::$operation),+ }
            }

            /// The number of images that there are parameters for; `None` if any number.
            pub(super) fn images(&self) -> Option<usize> {
                match self { $(Self::$operation(parameters) => parameters.images()),+ }
            }

            pub(super) fn apply(&self, x: &Tensor) -> Result<Tensor, Error> {
                match self { $(Self::$operation(parameters) => $operation::apply(parameters, x)),+ }
            }
        }

        $(impl From<Parameters<$operation>> for Draw {
            fn from(parameters: Parameters<$operation>) -> Draw {
                Draw::of(Step::$operation(parameters))
            }
        })+
    };
}

operations! {
    /// Brightness, saturation and contrast: [`Color`](struct@Color).
    "color" => Color,
    /// A shift by whole pixels: [`Crop`](struct@Crop).
    "crop" => Crop,
    /// A square set to zero: [`Cutout`](struct@Cutout).
    "cutout" => Cutout,
    /// Left and right swapped: [`Flip`](struct@Flip).
    "flip" => Flip,
    /// Height and width stretched or shrunk: [`Scale`](struct@Scale).
    "scale" => Scale,
    /// A rotation around the middle: [`Rotate`](struct@Rotate).
    "rotate" => Rotate,
}
