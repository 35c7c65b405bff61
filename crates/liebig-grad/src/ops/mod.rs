//! The operations, each with its gradient rule, which is written with operations as well.

mod arithmetic;
mod broadcast;
mod compare;
mod composed;
mod conv;
mod index;
mod loss;
mod lstm_cell;
mod matmul;
mod max_pool;
mod norm_block;
mod pool;
mod real;
mod reduce;
mod resample;
mod response_norm;
mod sample;
mod shape;
mod softmax;
mod solve;
mod unary;

pub use index::Indices;
pub use loss::Targets;
pub use resample::{Tap, Taps};
pub use response_norm::ResponseNorm;
