//! What networks are built of. Feature maps are NHWC.

mod activation;
mod dense;
mod norm;
mod pooling;

pub use activation::Activation;
pub(crate) use dense::{conv_parameters, linear, linear_parameters};
pub use norm::{BatchNorm, Norm};
pub(crate) use norm::{EPS, GROUPS};
pub use pooling::Pooling;
