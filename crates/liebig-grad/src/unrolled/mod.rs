//! Exact gradients through many steps of SGD or Adam in the memory of one step.
//!
//! Differentiating the graph of the whole training needs all its steps at once. But the reverse sweep
//! needs, at each step, only the state before it: [`Trajectory::train`] stores those and nothing
//! else, and [`Trajectory::backward`] computes one vector-Jacobian product per step, through a graph
//! that is built for the step and dropped. No term is omitted, so the result is the gradient of the
//! whole graph up to rounding (TESLA, arXiv 2211.10586, needs as little memory by dropping the weights'
//! dependence on earlier batches). This is how Wang et al. (arXiv 1811.10959) differentiate.
//!
//! A training starts from an [`InnerState`] and ends in one, so that a part of a longer training can
//! be differentiated alone: [`InnerOptimizer::train`] takes the steps before it and stores nothing
//! (random truncated backpropagation, Feng et al., arXiv 2310.13213).
//!
//! [`Keep`] trades memory for time in both directions: checkpoints some steps apart (Chen et al.,
//! arXiv 1604.06174) store fewer states and repeat the steps between them; graphs that are kept do
//! not have to be rebuilt. The choice does not change a bit of the result.

mod adam;
mod finite;
mod keep;
mod lists;
mod optimizer;
mod sgd;
mod state;
mod step;
mod sweep;
mod trajectory;

pub use keep::{Keep, UnrollSize};
pub use optimizer::{InnerOptimizer, InnerRule};
pub use state::InnerState;
pub use step::{RecordedStep, StepGradient, StepVjp, VjpFn};
pub use trajectory::{Trajectory, TrajectoryGradient};
