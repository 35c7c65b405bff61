//! Errors of tensor operations.

/// Why an operation failed; names the operation and the shapes.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two shapes that do not match.
    #[error("{op}: shapes {left:?} and {right:?} do not match")]
    Shapes {
        /// The operation.
        op: &'static str,
        /// Shape of the tensor whose method was called.
        left: Vec<usize>,
        /// Shape of the other tensor, or the requested shape.
        right: Vec<usize>,
    },
    /// A dimension, index or range that the shape does not have.
    #[error("{op}: {what} is out of range for shape {shape:?}")]
    OutOfRange {
        /// The operation.
        op: &'static str,
        /// The offending argument.
        what: String,
        /// The tensor's shape.
        shape: Vec<usize>,
    },
    /// A rank that the operation does not accept.
    #[error("{op}: expected {expected}, but the shape is {shape:?}")]
    Rank {
        /// The operation.
        op: &'static str,
        /// What the operation accepts.
        expected: &'static str,
        /// The tensor's shape.
        shape: Vec<usize>,
    },
    /// A tensor of one element was required.
    #[error("{op}: needs a tensor of one element, but the shape is {shape:?}")]
    NotScalar {
        /// The operation.
        op: &'static str,
        /// The tensor's shape.
        shape: Vec<usize>,
    },
    /// Single and double precision were mixed.
    #[error("{op}: one tensor is {left}, the other is {right}")]
    DTypes {
        /// The operation.
        op: &'static str,
        /// Precision of the tensor whose method was called.
        left: &'static str,
        /// Precision of the other tensor.
        right: &'static str,
    },
    /// The number of values does not match the shape.
    #[error("{op}: {values} values do not match shape {shape:?}")]
    Length {
        /// The operation.
        op: &'static str,
        /// The number of values.
        values: usize,
        /// The requested shape.
        shape: Vec<usize>,
    },
    /// A gradient was requested with respect to a tensor that does not require gradients.
    #[error("{op}: input {index} does not require gradients (call requires_grad on it first)")]
    NotTracked {
        /// The operation.
        op: &'static str,
        /// The index of the input.
        index: usize,
    },
    /// An unrolled training, or the way back through it, left the range of finite numbers.
    #[error(
        "unrolled training: the {what} step {step} is not finite (steps are counted from 0)\n\
         hint: lower the step sizes or the momentum of the inner training, or unroll fewer steps"
    )]
    NotFinite {
        /// What is not finite: the `state before` or the `state after` the step (weights and buffers),
        /// or the `gradient on the way back over` it.
        what: &'static str,
        /// The first such step on the way.
        step: usize,
    },
    /// A system of linear equations whose matrix has no Cholesky factorisation.
    #[error(
        "{op}: the matrix of shape {shape:?} {what}\n\
         hint: add a multiple of the identity to it (more ridge), or look for values that are not finite"
    )]
    NotPositiveDefinite {
        /// The operation.
        op: &'static str,
        /// What is wrong: it is not positive definite, or has values that are not finite.
        what: &'static str,
        /// The matrix's shape.
        shape: Vec<usize>,
    },
    /// A tensor's values could not be read from the device.
    #[error("{op}: cannot read the values from the device: {reason}")]
    Device {
        /// The operation.
        op: &'static str,
        /// The device's error message.
        reason: String,
    },
    /// An internal invariant of the library was violated.
    #[error("{op}: {what}; this is a bug in liebig, please report it")]
    Internal {
        /// The operation.
        op: &'static str,
        /// What was found, and what was expected.
        what: String,
    },
}
