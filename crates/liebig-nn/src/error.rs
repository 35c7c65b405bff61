//! What can go wrong with a network.

use crate::Input;

/// Every error of this crate; each says what was found and what was expected, and ends in a hint.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A network, or a choice of one of its options, that does not exist.
    #[error(
        "`{key}`: there is no {kind} `{name}`; choose one of {known} (did you mean `{nearest}`?)"
    )]
    Unknown {
        /// What was looked for: `network`, or the option, such as `norm`.
        kind: &'static str,
        /// The setting that names it.
        key: &'static str,
        /// The name as given.
        name: String,
        /// All that exist, separated by commas.
        known: String,
        /// The most similar of them.
        nearest: &'static str,
    },
    /// An option whose value is impossible.
    #[error("`{key}` is {value}, but {model} needs {expected}; {hint}")]
    BadOption {
        /// The network's name.
        model: &'static str,
        /// The setting.
        key: &'static str,
        /// Its value.
        value: usize,
        /// The values that are possible.
        expected: &'static str,
        /// A value that would do.
        hint: String,
    },
    /// Samples without values, or no classes.
    #[error("the data's {what} is 0, but must be at least 1; check `data.source`")]
    NoData {
        /// What is 0.
        what: &'static str,
    },
    /// Images so small that nothing is left of them before the last layer.
    #[error("{model}: images of size {input} are too small; {hint}")]
    TooSmall {
        /// The network's name.
        model: &'static str,
        /// The size of the images.
        input: Input,
        /// What would fit.
        hint: String,
    },
    /// A network of absurd size.
    #[error(
        "{model} for samples of size {input} would have at least {values} {what}, but {most} is the \
         most; use smaller samples (`data.image_size`), fewer classes or a smaller network"
    )]
    TooLarge {
        /// The network's name.
        model: &'static str,
        /// The size of a sample.
        input: Input,
        /// Of what there would be too many: weights, or outputs of layers for one sample.
        what: &'static str,
        /// How many there would be; `usize::MAX` if there are even more.
        values: usize,
        /// How many it may have.
        most: usize,
    },
    /// A list of tensors of the wrong length.
    #[error(
        "{what}: {found} tensors, but {expected} are expected; take the list that was made for the \
         same network and options"
    )]
    Count {
        /// Which list: `weights`, `gradient`, ...
        what: &'static str,
        /// How many tensors there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A tensor whose shape is not that of the model's parameter, or not that of the tensor at the same
    /// place in another list.
    #[error(
        "`{name}` has shape {found:?}, but {expected:?} is expected; was it made for another network, \
         input size or number of classes?"
    )]
    Shape {
        /// The parameter (PyTorch's name) or the list.
        name: String,
        /// The tensor's shape.
        found: Vec<usize>,
        /// The expected shape.
        expected: Vec<usize>,
    },
    /// A state dict without one of the model's parameters.
    #[error(
        "the state dict has no `{name}`; was it saved from another network or with other options?"
    )]
    Missing {
        /// PyTorch's name of the parameter.
        name: String,
    },
    /// A state dict with an entry that the model has no parameter for, or with one entry twice.
    #[error(
        "the state dict's `{name}` is not a parameter of the model or occurs twice; was it saved from \
         another network or with other options?"
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
        /// The shape that the state dict states.
        shape: Vec<usize>,
    },
    /// An empty batch, or one without exactly one target for each sample.
    #[error(
        "the batch has {samples} samples and {targets} targets; give at least one sample and one \
         target for each"
    )]
    Batch {
        /// How many samples there are.
        samples: usize,
        /// How many targets.
        targets: usize,
    },
    /// A prediction with batch normalisation but without running statistics.
    #[error(
        "{model}: batch normalisation needs running statistics to predict; predict with a `Learner` \
         or wrap the model in `Frozen`"
    )]
    NeedsStatistics {
        /// The network's name.
        model: String,
    },
    /// A tensor operation that cannot be done.
    #[error(transparent)]
    Grad(#[from] liebig_grad::Error),
}
