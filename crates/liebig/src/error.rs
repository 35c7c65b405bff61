//! What can go wrong while a set is distilled or evaluated.

/// Why a distillation or an evaluation stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A tensor operation was given what it cannot work on.
    #[error(
        "{0}\nhint: this is a bug, or a model that does not fit the data; please report it with the command line"
    )]
    Grad(#[from] liebig_grad::Error),
    /// The network cannot be built or run.
    #[error(
        "{0}\nhint: --model chooses the network, --set model.KEY=VALUE its options, --image-size the size of the images"
    )]
    Network(#[from] liebig_nn::Error),
    /// A run folder.
    #[error(transparent)]
    Run(#[from] crate::run::Error),
    /// An artefact.
    #[error(transparent)]
    Artefact(#[from] crate::artefact::Error),
    /// A picture.
    #[error(transparent)]
    Picture(#[from] crate::image_grid::Error),
    /// A class without enough training samples.
    #[error(
        "class {class} has {found} training samples, {needed} are needed\nhint: lower --ipc, use --init noise, or give a dataset with more samples of that class"
    )]
    TooFewSamples {
        /// The class's name.
        class: String,
        /// Its training samples.
        found: usize,
        /// How many are needed.
        needed: usize,
    },
    /// An artefact and a test set that do not belong together.
    #[error(
        "the distilled set has {expected}, the test set has {found}\nhint: give the test set of the dataset that was distilled, with --data"
    )]
    OtherKindOfData {
        /// What the distilled set holds.
        expected: String,
        /// What the test set holds.
        found: String,
    },
    /// An augmentation of images on a table.
    #[error(
        "crop_scale_rotate is for images, this is a table\nhint: --set evaluation.augmentation=none"
    )]
    AugmentationOfTable,
    /// Somebody asked to stop.
    #[error("interrupted\nhint: continue with --resume")]
    Interrupted,
}
