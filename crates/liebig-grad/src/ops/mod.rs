//! The operations, and with each its gradient, written with operations again.

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
mod sample;
mod shape;
mod unary;

pub use index::Indices;
pub use loss::Targets;
