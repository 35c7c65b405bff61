//! Errors of distillation and evaluation.

use crate::cost::bytes;

/// Why a distillation or an evaluation failed or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An error of the configuration.
    #[error(transparent)]
    Config(#[from] crate::config::Error),
    /// An error of the dataset.
    #[error(transparent)]
    Data(#[from] liebig_data::Error),
    /// A tensor operation was given what it cannot work on.
    #[error(
        "{0}\nhint: this is a bug, or a network that does not fit the data; please report it with the command line"
    )]
    Grad(#[from] liebig_grad::Error),
    /// The network cannot be built or run.
    #[error(transparent)]
    Network(#[from] liebig_nn::Error),
    /// An error of an augmentation.
    #[error(transparent)]
    Augment(#[from] crate::augment::Error),
    /// An error of a run folder.
    #[error(transparent)]
    Run(#[from] crate::run::Error),
    /// An error of an artefact.
    #[error(transparent)]
    Artefact(#[from] crate::artefact::Error),
    /// Datasets that cannot follow one another.
    #[error(transparent)]
    Domains(#[from] crate::continual::DomainError),
    /// An error of files of networks.
    #[error(transparent)]
    Networks(#[from] crate::networks::Error),
    /// An error of a pool of experts.
    #[error(transparent)]
    Experts(#[from] crate::experts::Error),
    /// An error of an export.
    #[error(transparent)]
    Export(#[from] crate::export::Error),
    /// Numbers that no privacy can be computed from.
    #[error(transparent)]
    Accountant(#[from] liebig_accountant::Error),
    /// The operating system gives no random numbers.
    #[error(
        "the operating system gives no random numbers: {reason}\nhint: private distillation needs its source of randomness, such as /dev/urandom"
    )]
    Randomness {
        /// What it says.
        reason: String,
    },
    /// An error of a picture.
    #[error(transparent)]
    Picture(#[from] crate::image_grid::Error),
    /// The run needs more memory than is available or allowed.
    #[error(
        "this run would need about {} of memory, but only {} may be used\nhint: lower `ipc`, `model.width` or `data.image_size`, or allow more with `memory`",
        bytes(*needed),
        bytes(*limit)
    )]
    Memory {
        /// Bytes that the run would need.
        needed: u64,
        /// Bytes that are available or allowed.
        limit: u64,
    },
    /// A distilled set and a dataset that do not match.
    #[error(
        "the distilled set has {found}, but the dataset has {expected}\nhint: set `data.source` to the dataset that was distilled"
    )]
    OtherKindOfData {
        /// What the dataset holds.
        expected: String,
        /// What the distilled set holds.
        found: String,
    },
    /// An evaluation on a dataset without test samples.
    #[error(
        "the dataset has no test samples\nhint: give it a test split, or set `evaluation.repeats` to 0"
    )]
    NoTestSet,
    /// Patients of one kind only, of whom no sensitivity or no specificity can be measured.
    #[error(
        "none of the {split} patients is {missing}, if class {positive} (counted from 0) is positive\nhint: name another class as `positive`, or give data with patients of both kinds"
    )]
    OneSided {
        /// The split, `training` or `test`.
        split: &'static str,
        /// The kind that it lacks, `positive` or `negative`.
        missing: &'static str,
        /// The positive class.
        positive: u32,
    },
    /// A set without a training of its own that is to be evaluated by it.
    #[error(
        "the set was not made for a training of its own\nhint: leave out `@own` and `@tuned` in `evaluation.baselines`"
    )]
    NoUnroll,
    /// Labels or bytes of a distilled set where there is none.
    #[error(
        "no distilled set is evaluated, so none has labels or bytes for a baseline\nhint: leave out `@labels` and `@bytes`"
    )]
    NoSet,
    /// Trained networks whose running statistics would be needed.
    #[error(
        "{model} normalises over batches, and the running statistics are not in the files\nhint: take a network without batch normalisation"
    )]
    NoStatistics {
        /// The network's name.
        model: String,
    },
    /// A protocol for soft labels and a set without.
    #[error(
        "the set has hard labels, but the protocol `soft` needs soft ones\nhint: give trained networks as --teacher, such as those of `liebig train`"
    )]
    NoSoftLabels,
    /// A set that was made for trained networks, without any.
    #[error(
        "the set was made for networks that were trained before, but none are given\nhint: give their folder or file as `method.nets`"
    )]
    NoNetworks,
    /// A time for a method that does not iterate.
    #[error(
        "{method} has no iterations that could fill a time\nhint: leave the time out; it takes what it takes"
    )]
    NoIterations {
        /// The method's name.
        method: String,
    },
    /// A loss or a gradient that is not a finite number any more. The state before the iteration is kept.
    #[error(
        "iteration {iteration}: {what} is not a finite number\nhint: lower the learning rates: `method.lr_img`, and that of the networks (`method.distill_lr`, `method.momentum`, `method.online_lr`)"
    )]
    Diverged {
        /// The iteration, counted from 0.
        iteration: u64,
        /// What is not finite.
        what: String,
    },
    /// A stop was requested.
    #[error("interrupted")]
    Interrupted,
}

/// The kind of an error, from which the command line derives its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request is invalid: a setting, a folder that already holds a run, too much memory.
    Usage,
    /// The data cannot be read or used.
    Data,
    /// Something failed: the file system, the device, a bug.
    Failure,
    /// A stop was requested; the run can be continued.
    Interrupted,
}

impl Error {
    /// The kind of this error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        use crate::run::Error as Run;
        use liebig_nn::Error as Network;
        match self {
            Self::Config(_)
            | Self::Accountant(_)
            | Self::Augment(crate::augment::Error::Table { .. })
            | Self::Memory { .. } => ErrorKind::Usage,
            Self::Network(
                Network::Unknown { .. }
                | Network::BadOption { .. }
                | Network::TooSmall { .. }
                | Network::TooLarge { .. },
            ) => ErrorKind::Usage,
            Self::Run(
                Run::Exists(_) | Run::NotARun(_) | Run::OtherConfig { .. } | Run::OtherData { .. },
            ) => ErrorKind::Usage,
            Self::Export(
                crate::export::Error::NotEmpty(_)
                | crate::export::Error::Shape { .. }
                | crate::export::Error::Unknown(_),
            ) => ErrorKind::Usage,
            Self::NoUnroll
            | Self::NoNetworks
            | Self::NoSet
            | Self::NoSoftLabels
            | Self::NoStatistics { .. }
            | Self::NoIterations { .. } => ErrorKind::Usage,
            Self::Data(liebig_data::Error::Setting { .. } | liebig_data::Error::Pattern { .. }) => {
                ErrorKind::Usage
            }
            Self::Experts(
                crate::experts::Error::Other { .. } | crate::experts::Error::TooShort { .. },
            ) => ErrorKind::Usage,
            Self::Data(_)
            | Self::Artefact(_)
            | Self::Experts(_)
            | Self::Networks(_)
            | Self::Domains(_)
            | Self::OtherKindOfData { .. }
            | Self::OneSided { .. }
            | Self::NoTestSet => ErrorKind::Data,
            Self::Interrupted => ErrorKind::Interrupted,
            Self::Augment(_)
            | Self::Grad(_)
            | Self::Network(_)
            | Self::Run(_)
            | Self::Diverged { .. }
            | Self::Export(_)
            | Self::Randomness { .. }
            | Self::Picture(_) => ErrorKind::Failure,
        }
    }
}
