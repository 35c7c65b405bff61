//! What can go wrong with a network.

use crate::Input;

/// Everything that this crate refuses; each says what was expected and ends in a hint.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A model, norm, activation or pooling that does not exist.
    #[error("there is no {kind} `{name}`; known: {known} (did you mean `{nearest}`?)")]
    Unknown {
        /// What was looked for: `model`, `norm`, `activation` or `pooling`.
        kind: &'static str,
        /// The name as given.
        name: String,
        /// All that exist, separated by commas.
        known: String,
        /// The most similar of them.
        nearest: &'static str,
    },
    /// An option that the model does not have.
    #[error("{model} has no option `{option}`; leave it out or choose another model")]
    NoSuchOption {
        /// The model's name.
        model: &'static str,
        /// The option that was given.
        option: &'static str,
    },
    /// An option or a size whose value is impossible.
    #[error("{model}: {option} is {value}, but must be {expected}; change it")]
    BadOption {
        /// The model's name, or `data` for what it is to classify.
        model: &'static str,
        /// The option.
        option: &'static str,
        /// Its value.
        value: usize,
        /// What it may be.
        expected: &'static str,
    },
    /// Images that vanish before the last layer.
    #[error("{model}: images of {input} are too small; {hint}")]
    TooSmall {
        /// The model's name.
        model: &'static str,
        /// Their size.
        input: Input,
        /// What would fit.
        hint: String,
    },
    /// A list of tensors that does not go with the model.
    #[error(
        "{what}: {found} tensors, but {expected} are expected; take those of `initialize` for the \
         same model and options"
    )]
    Count {
        /// Which list: `weights`, `gradient`, ...
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A tensor of another shape than the model's parameter, or than its partner in another list.
    #[error(
        "`{name}` has shape {found:?}, but {expected:?} is expected; was it made for another model, \
         input size or number of classes?"
    )]
    Shape {
        /// The parameter (PyTorch's name) or the list.
        name: String,
        /// The shape there is.
        found: Vec<usize>,
        /// The shape that fits.
        expected: Vec<usize>,
    },
    /// A state dict without one of the model's parameters.
    #[error("the state dict has no `{name}`; was it saved from another model or other options?")]
    Missing {
        /// PyTorch's name of the parameter.
        name: String,
    },
    /// A state dict with something that the model does not have.
    #[error(
        "the model has no parameter `{name}`; was it saved from another model or other options?"
    )]
    Unexpected {
        /// The name in the state dict.
        name: String,
    },
    /// A state dict entry whose values do not fill its shape.
    #[error("`{name}`: {values} values do not fill shape {shape:?}; is the file damaged?")]
    Length {
        /// The name in the state dict.
        name: String,
        /// How many values there are.
        values: usize,
        /// The shape it states.
        shape: Vec<usize>,
    },
    /// As many images as targets are needed, and at least one.
    #[error(
        "{images} images and {targets} targets; give one target for each of at least one image"
    )]
    Batch {
        /// How many images there are.
        images: usize,
        /// How many targets.
        targets: usize,
    },
    /// A prediction with batch normalisation but no running statistics.
    #[error(
        "{model}: batch normalisation predicts with running statistics; wrap the model in `Frozen`"
    )]
    NeedsStatistics {
        /// The model's name.
        model: String,
    },
    /// A tensor operation that cannot be done.
    #[error(transparent)]
    Grad(#[from] liebig_grad::Error),
}
