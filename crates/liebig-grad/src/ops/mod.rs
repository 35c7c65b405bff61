//! The operations, each with its gradient rule, which is written with operations as well.

mod arithmetic;
mod broadcast;
mod compare;
mod conv;
mod index;
mod loss;
mod matmul;
mod norm_relu_pool;
mod pool;
mod reduce;
mod resample;
mod sample;
mod shape;
mod unary;

pub use index::Indices;
pub use loss::Targets;
pub use resample::{Tap, Taps};
