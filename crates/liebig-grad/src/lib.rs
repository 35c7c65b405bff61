//! Gradients of any order over burn's tensors.
//!
//! A [`Tensor`] is a value on a device and, if it depends on a variable, its place in a graph. Every
//! gradient rule is written with the same operations, so [`grad`] with `create_graph` gives tensors
//! that can be differentiated again, any number of times. An operation records only if an input
//! requires gradients; there is no global state and no mode.
//!
//! ```
//! use liebig_grad::{Tensor, cpu, grad};
//!
//! # fn main() -> Result<(), liebig_grad::Error> {
//! let x = Tensor::from_vec(vec![1.0, 2.0, 3.0], &[3], &cpu())?.requires_grad();
//! let y = x.mul(&x)?.mul(&x)?.sum()?;
//! let first = grad(&y, &[&x], true)?; // 3 x²
//! let second = grad(&first[0].sum()?, &[&x], false)?; // 6 x
//! assert_eq!(second[0].to_vec()?, [6.0, 12.0, 18.0]);
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]

mod backward;
mod error;
mod graph;
mod ops;
pub mod shard;
mod tensor;
mod unrolled;

pub use backward::{grad, vjp};
pub use error::Error;
pub use liebig_kernels::{After, Conv2d, Level, UnknownLevel};
pub use ops::{Indices, ResponseNorm, Tap, Taps, Targets};
pub use tensor::{DType, Device, Tensor, cpu};
pub use unrolled::{
    InnerOptimizer, InnerRule, InnerState, Keep, RecordedStep, StepGradient, StepVjp, Trajectory,
    TrajectoryGradient, UnrollSize, VjpFn,
};

/// The result type of every operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;
