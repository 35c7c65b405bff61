//! The commands and their flags.

mod continual;
mod data;
mod distill;
mod evaluate;
mod experts;
mod export;
mod frontier;
mod import;
mod parse;
mod privacy;
mod records;
mod report;
mod search;

pub use continual::ContinualArguments;
pub use data::{DataArguments, DataCommand, ReadingArguments};
pub use distill::DistillArguments;
pub use evaluate::EvaluateArguments;
pub use experts::{
    ExpertsArguments, ExpertsCommand, ExpertsTrainArguments, OptimizerName, PoolArguments,
};
pub use export::ExportArguments;
pub use frontier::{FrontierArguments, Shard};
pub use import::ImportArguments;
pub use privacy::{AccountantArguments, PrivacyArguments, PrivacyQuestion};
pub use records::{RecordsArguments, RecordsCommand};
pub use report::{CompareArguments, ReportArguments};
pub use search::SearchArguments;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use parse::{positive, threads};

/// Dataset distillation: a large dataset in, a very small one out that trains almost as well.
#[derive(Debug, Parser)]
#[command(name = "liebig", version, arg_required_else_help = true, after_help = AFTER_HELP)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Say nothing but errors on standard error
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: where settings come from, each network's result
    #[arg(long, short, global = true)]
    pub verbose: bool,
}

const AFTER_HELP: &str = "\
Exit codes: 0 done, 1 failure, 2 wrong usage, 130 interrupted by Ctrl-C (continue with --resume).

Start with `liebig distill`: it distils the built-in set `strokes` to one image per class, in half a minute.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Distil a dataset and evaluate the result
    Distill(Box<DistillArguments>),
    /// Train fresh networks on a distilled set and test them
    Evaluate(EvaluateArguments),
    /// Train networks on a whole dataset, for methods that start from trained ones
    Train(TrainArguments),
    /// Train, list and verify experts, for methods that match trainings
    Experts(ExpertsArguments),
    /// Compare methods by the accuracy that they reach in some minutes
    Frontier(FrontierArguments),
    /// Learn classes step by step with a memory of small sets
    Continual(ContinualArguments),
    /// Rank networks by small sets, beside what costs as much
    Search(SearchArguments),
    /// What a distilled set gives away: attacks, copies, what differential privacy guarantees
    Privacy(Box<PrivacyArguments>),
    /// Report on runs: scores beside baselines, costs, pictures, losses, settings, what to be careful about
    Report(ReportArguments),
    /// Runs side by side: scores, costs, and the settings in which they differ
    Compare(CompareArguments),
    /// Check and gather folders of runs that are kept as measured results
    Records(RecordsArguments),
    /// Show what is inside a distilled set
    Show(ShowArguments),
    /// Write a distilled set in the format of other programs
    Export(ExportArguments),
    /// Make a distilled set of what reference implementations wrote with torch.save (needs the Python package)
    Import(ImportArguments),
    /// List the methods, or the settings of one
    Methods(MethodsArguments),
    /// List the networks, or the options of one
    Models(ModelsArguments),
    /// List and describe datasets
    Data(DataArguments),
    /// Time units of work, a line of JSON each
    Bench(BenchArguments),
    /// Search the catalogue of the field: papers, code, published results
    #[cfg(feature = "papers")]
    Papers(liebig_papers::cli::PapersArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the manual pages into a folder
    Man {
        /// The folder; made if it is not there
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

/// `liebig train`
#[derive(Debug, Args)]
pub struct TrainArguments {
    /// What to read, and how.
    #[command(flatten)]
    pub reading: ReadingArguments,
    /// Network, see `liebig models` [default: convnet for images, mlp for tables]
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// Folder of the networks, a file each; those that are there are kept
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
    /// Number of networks
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..1 << 20))]
    pub count: u64,
    /// Passes over the training split
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..1 << 20))]
    pub epochs: u32,
    /// Learning rate
    #[arg(long, value_name = "RATE", default_value_t = 0.01, value_parser = positive)]
    pub lr: f64,
    /// Seed of everything random
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Worker threads; the result does not depend on them [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads())]
    pub threads: Option<u16>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `liebig show`
#[derive(Debug, Args)]
pub struct ShowArguments {
    /// A distilled.safetensors, or a run's folder
    #[arg(value_name = "FILE|RUN")]
    pub path: PathBuf,
    /// Write the images to this file, a row per class
    #[arg(long, value_name = "OUT")]
    pub png: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `liebig methods`
#[derive(Debug, Args)]
pub struct MethodsArguments {
    /// The method whose settings are listed [default: list the methods]
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// Samples per class that defaults may depend on
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub ipc: u32,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `liebig models`
#[derive(Debug, Args)]
pub struct ModelsArguments {
    /// The network whose options are listed, with options such as resnet18:norm=batch for files [default: list the
    /// networks]
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// Write fresh weights for 3x32x32 images and 10 classes, as PyTorch's state_dict in a safetensors file
    #[arg(long, value_name = "FILE", requires = "name")]
    pub write: Option<PathBuf>,
    /// Seed of the fresh weights
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Check that a file is a state_dict of the network for 3x32x32 images and 10 classes
    #[arg(long, value_name = "FILE", requires = "name", conflicts_with = "write")]
    pub check: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `liebig bench`
#[derive(Debug, Args)]
pub struct BenchArguments {
    /// A workload, `AXIS=VALUE`, or an unrolled training such as unroll_w128_ipc1_n100_states; may be repeated [default: all workloads]
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,
    /// Change one size at a time instead: threads, batch, width, side, depth, steps, sparse_steps; may be repeated, alone it means all
    #[arg(long, value_name = "AXIS", num_args = 0..=1, default_missing_value = "all", conflicts_with = "only")]
    pub scaling: Vec<String>,
    /// Timed units of each, after one that does not count
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..1 << 20))]
    pub runs: u32,
    /// Worker threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads())]
    pub threads: Option<u16>,
    /// List the workloads
    #[arg(long)]
    pub list: bool,
    /// Time in this process
    #[arg(long, hide = true)]
    pub in_process: bool,
}
