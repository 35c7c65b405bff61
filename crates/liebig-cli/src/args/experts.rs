//! The flags of `liebig experts`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use liebig::augment::Augmentation;
use liebig::config::ImageSize;
use liebig_data::Zca;

use super::Shard;
use super::parse::{below_one, memory, not_negative, positive, threads};

/// `liebig experts`
#[derive(Debug, Args)]
pub struct ExpertsArguments {
    /// What to do.
    #[command(subcommand)]
    pub command: ExpertsCommand,
}

/// What can be done with experts.
#[derive(Debug, Subcommand)]
pub enum ExpertsCommand {
    /// Train experts, a file each
    Train(Box<ExpertsTrainArguments>),
    /// List the finished experts of a pool
    List(PoolArguments),
    /// Read every snapshot of a pool and check it
    Verify(PoolArguments),
}

/// A pool of experts.
#[derive(Debug, Args)]
pub struct PoolArguments {
    /// The folder
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `liebig experts train`
#[derive(Debug, Args)]
#[command(after_help = "\
An expert that is finished is kept, one that was interrupted goes on from its last epoch, so the command can be stopped and
started again, and with --shard run on several machines whose folders are then put together.")]
pub struct ExpertsTrainArguments {
    /// Dataset, by name (see `liebig data list`) or path [default: that of --for]
    #[arg(long, value_name = "NAME|PATH", required_unless_present = "for_config")]
    pub data: Option<String>,
    /// Network, see `liebig models` [default: convnet for images, mlp for tables, or that of --for]
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// Number of experts
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..1 << 20))]
    pub count: u64,
    /// Passes over the training split, after each of which the weights are kept [default: 50, or those that --for reads]
    #[arg(long, value_name = "E", value_parser = clap::value_parser!(u32).range(1..1 << 20))]
    pub epochs: Option<u32>,
    /// The configuration of the run that will read the experts: its data and network, and only the epochs that it reads
    #[arg(long = "for", id = "for_config", value_name = "CONFIG")]
    pub for_config: Option<PathBuf>,
    /// Only the i-th of n parts of the experts, such as 1/4
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// Whiten images, by the convention kornia, kip or frepo, or none [default: none, or as --for says]
    #[arg(long, value_name = "CONVENTION", num_args = 0..=1, default_missing_value = "kornia")]
    pub zca: Option<Zca>,
    /// Plain SGD, or sharpness-aware minimisation (sam, gsam)
    #[arg(long, value_name = "NAME", value_enum, default_value_t = OptimizerName::Sgd)]
    pub optimizer: OptimizerName,
    /// Distance at which sam and gsam take the gradient
    #[arg(long, value_name = "RHO", value_parser = positive, default_value_t = 0.01)]
    pub rho: f64,
    /// Weight of gsam's second term
    #[arg(long, value_name = "ALPHA", value_parser = not_negative, default_value_t = 0.3)]
    pub alpha: f64,
    /// Learning rate
    #[arg(long, value_name = "RATE", value_parser = positive, default_value_t = 0.01)]
    pub lr: f64,
    /// Momentum
    #[arg(long, value_name = "BETA", value_parser = below_one, default_value_t = 0.0)]
    pub momentum: f64,
    /// Weight decay
    #[arg(long, value_name = "LAMBDA", value_parser = not_negative, default_value_t = 0.0)]
    pub weight_decay: f64,
    /// Samples per step
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..1 << 20))]
    pub batch_size: u32,
    /// Augmentation of the batches [default: the strategy of dsa for the data]
    #[arg(long, value_name = "STRATEGY")]
    pub augmentation: Option<Augmentation>,
    /// Seed of everything random
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Resize images to N pixels square, or height x width
    #[arg(long, value_name = "N|HxW")]
    pub image_size: Option<ImageSize>,
    /// A setting of the data or the network, such as model.width=64; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Refuse to read data if more memory would be needed, such as 8G [default: what is free]
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    pub memory: Option<u64>,
    /// Folder of the experts
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
    /// Say what disk and time it would take, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Worker threads; the result does not depend on them [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads())]
    pub threads: Option<u16>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// The optimisers of experts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OptimizerName {
    /// Plain SGD.
    Sgd,
    /// Sharpness-aware minimisation (Foret et al., 2021).
    Sam,
    /// With a narrowed gap (Zhuang et al., 2022), as FTD trains experts.
    Gsam,
}
