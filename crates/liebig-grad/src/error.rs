//! What can be wrong with an operation's inputs.

/// An operation that cannot be done; names the operation and the shapes.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two shapes that do not go together.
    #[error("{op}: shapes {left:?} and {right:?} do not go together")]
    Shapes {
        /// The operation.
        op: &'static str,
        /// Shape of the tensor whose method was called.
        left: Vec<usize>,
        /// Shape of the other one, or the one asked for.
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
    /// A rank that the operation does not take.
    #[error("{op}: takes {expected}, but the shape is {shape:?}")]
    Rank {
        /// The operation.
        op: &'static str,
        /// What it takes.
        expected: &'static str,
        /// The tensor's shape.
        shape: Vec<usize>,
    },
    /// A tensor of one element was needed.
    #[error("{op}: needs a tensor of one element, but the shape is {shape:?}")]
    NotScalar {
        /// The operation.
        op: &'static str,
        /// The tensor's shape.
        shape: Vec<usize>,
    },
    /// Single and double precision were mixed.
    #[error("{op}: one tensor is {left}, the other {right}")]
    DTypes {
        /// The operation.
        op: &'static str,
        /// Of the tensor whose method was called.
        left: &'static str,
        /// Of the other.
        right: &'static str,
    },
    /// The number of values does not fit the shape.
    #[error("{op}: {values} values do not fill shape {shape:?}")]
    Length {
        /// The operation.
        op: &'static str,
        /// How many there are.
        values: usize,
        /// The shape asked for.
        shape: Vec<usize>,
    },
    /// A gradient was asked for something that requires none.
    #[error("{op}: input {index} does not require gradients (call requires_grad on it first)")]
    NotTracked {
        /// The operation.
        op: &'static str,
        /// Which of the inputs.
        index: usize,
    },
    /// The device could not hand over a tensor's values.
    #[error("{op}: the device did not hand over the values: {reason}")]
    Device {
        /// The operation.
        op: &'static str,
        /// The device's own words.
        reason: String,
    },
}
