//! Liebig's fused operations, as a burn backend extension.
//!
//! [`KernelBackend`] adds them to burn's backends: hand-tuned for the Flex CPU device, composed of
//! burn's own operations for every other device. Call them on [`burn::backend::Dispatch`], which
//! selects the device of its inputs. Images are NHWC and convolution weights HWIO throughout. The
//! caller must check shapes (`liebig-grad` does); a wrong shape may panic.
#![deny(missing_docs)]

mod allocator;
mod backend;
mod block;
mod composed;
mod conv;
mod flex;
mod output;
mod scratch;
mod simd;
#[cfg(test)]
mod tests;

pub use allocator::keep_memory;
pub use backend::KernelBackend;
pub use block::After;
pub use conv::{Conv2d, ConvShapes};
pub use output::split_operations;
pub use simd::{Level, UnknownLevel};
