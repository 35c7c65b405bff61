//! The commands and their flags.

mod continual;
mod experts;
mod export;
mod frontier;
mod import;
mod parse;
mod privacy;
mod records;
mod search;

pub use continual::ContinualArguments;
pub use experts::{
    ExpertsArguments, ExpertsCommand, ExpertsTrainArguments, OptimizerName, PoolArguments,
};
pub use export::ExportArguments;
pub use frontier::{FrontierArguments, Shard};
pub use import::ImportArguments;
pub use records::{RecordsArguments, RecordsCommand};
pub use search::SearchArguments;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use liebig::config::ImageSize;
use liebig_data::Zca;

use parse::{below_one, memory, minutes, pools, positive, protocols, threads, whole};
use privacy::privacy_target;
pub use privacy::{AccountantArguments, PrivacyArguments, PrivacyQuestion, PrivacyTarget};

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

/// `liebig distill`
#[derive(Debug, Args)]
#[command(after_help = "\
A method's own settings are reached by --set: `liebig methods NAME` lists them all, `liebig models NAME` the options of
a network. --print-config shows what flags, assignments, file, preset and defaults add up to.")]
pub struct DistillArguments {
    /// Method, see `liebig methods` [default: dc; dd for the quick start, without settings of a method]
    #[arg(long, value_name = "NAME")]
    pub method: Option<String>,
    /// Dataset, by name (see `liebig data list`) or path [default: strokes]
    #[arg(long, value_name = "NAME|PATH")]
    pub data: Option<String>,
    /// Distilled samples per class [default: 1]
    #[arg(long, value_name = "N", value_parser = whole())]
    pub ipc: Option<i64>,
    /// Other numbers of samples for some classes, such as cat=2,dog=5
    #[arg(long, value_name = "CLASS=N,...")]
    pub budget: Option<String>,
    /// Network to distil on, see `liebig models` [default: convnet for images, mlp for tables]
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// Resize images to N pixels square, or height x width
    #[arg(long, value_name = "N|HxW")]
    pub image_size: Option<ImageSize>,
    /// Leave out files of the dataset that cannot be read
    #[arg(long)]
    pub skip_bad: bool,
    /// Refuse a table with missing numbers or text columns
    #[arg(long)]
    pub strict: bool,
    /// Whiten images, by the convention kornia, kip or frepo, or none [default: as published]
    #[arg(long, value_name = "CONVENTION", num_args = 0..=1, default_missing_value = "kornia")]
    pub zca: Option<Zca>,
    /// Iterations of the method [default: as published]
    #[arg(long, value_name = "N", value_parser = whole())]
    pub iterations: Option<i64>,
    /// As many iterations as fit into M minutes, reading the data included and the evaluation not; also chooses the width
    /// of the network if that is the preset's
    #[arg(long, value_name = "M", value_parser = minutes, conflicts_with = "iterations")]
    pub minutes: Option<Duration>,
    /// Where the samples start: noise, real, a coreset, or a distilled set to go on from
    #[arg(long, value_name = "NAME|FILE")]
    pub init: Option<String>,
    /// With differential privacy, by dm (then ndpdc) or dc (then psg); docs/privacy.md says what that covers [default delta:
    /// 1e-5]
    #[arg(long, value_name = "epsilon=E,delta=D", value_parser = privacy_target)]
    pub dp: Option<PrivacyTarget>,
    /// Seed of everything random [default: 0]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    pub seed: Option<i64>,
    /// Worker threads; the result does not depend on them [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads())]
    pub threads: Option<u16>,
    /// Refuse to start if more memory would be needed, such as 8G [default: what is free]
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    pub memory: Option<u64>,
    /// Device to compute on
    #[arg(long, value_name = "NAME", default_value = "cpu", value_parser = ["cpu"])]
    pub device: String,
    /// TOML file of settings, over the preset
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// One setting, over the file; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Folder of the run [default: runs/METHOD-DATASET-ipcN-seedN, numbered if taken]
    #[arg(long, short, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Continue the run in the folder from its last checkpoint
    #[arg(long)]
    pub resume: bool,
    /// Fresh networks to evaluate with, for the distilled set and each baseline; 0 leaves the evaluation out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..1 << 20))]
    pub eval_repeats: Option<i64>,
    /// Evaluate these beside the distilled set: coresets (see `liebig methods`), whole, or all for the usual ones but whole
    /// [default: random]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub baseline: Option<Vec<String>>,
    /// Use the quick variant of the preset
    #[arg(long)]
    pub quick: bool,
    /// Print the plan with memory and time, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print the resolved configuration as TOML, and do nothing
    #[arg(long)]
    pub print_config: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `liebig evaluate`
#[derive(Debug, Args)]
pub struct EvaluateArguments {
    /// A distilled.safetensors, or a run's folder; several, such as seeds, are also gathered into one result
    #[arg(value_name = "FILE|RUN", required = true)]
    pub paths: Vec<PathBuf>,
    /// Networks to train, by name, with options such as convnet:width=64 [default: the recipe's]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub models: Vec<String>,
    /// Pools of networks to train as well: M (kinds), W (widths), D (depths), A (activations), P (poolings) and N
    /// (normalisations) of the ConvNet, transfer (other kinds)
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = pools())]
    pub pool: Vec<String>,
    /// How networks are trained: as the set's recipe says (own), plain, dc, dsa, strong, cutout, autoaugment, soft (a teacher's
    /// labels or the set's), or the groups ddranking and dcbench
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "own", value_parser = protocols(), hide_possible_values = true)]
    pub protocol: Vec<String>,
    /// Trained networks of the recipe's kind, as `liebig train` makes them, that give labels to every set but whole
    #[arg(long, value_name = "DIR|FILE")]
    pub teacher: Option<PathBuf>,
    /// What logits are divided by, the teacher's and those of the networks that learn from it
    #[arg(long, value_name = "T", default_value_t = 1.0, value_parser = positive)]
    pub temperature: f64,
    /// Take away this share of the weights of trained networks, the smallest, and train those on each set
    #[arg(long, value_name = "SHARE", requires = "dense", value_parser = below_one)]
    pub prune: Option<f64>,
    /// The trained networks that are pruned, as `liebig train` makes them: a folder or a file
    #[arg(long, value_name = "DIR|FILE", requires = "prune")]
    pub dense: Option<PathBuf>,
    /// Fresh networks of each kind
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..1 << 20))]
    pub repeats: u32,
    /// Evaluate these beside it: coresets with as many samples per class (see `liebig methods`), whole; random@labels has the
    /// set's soft labels, random@bytes as many bytes; all stands for the usual ones but whole, which may take hours
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub baseline: Vec<String>,
    /// Networks that were trained before, for a set that was made for such: a folder or a file [default: the run's]
    #[arg(long, value_name = "DIR|FILE")]
    pub nets: Option<PathBuf>,
    /// Report the accuracy of each class, too
    #[arg(long)]
    pub per_class: bool,
    /// Report which classes are taken for which, too
    #[arg(long)]
    pub confusion: bool,
    /// Report the accuracy of all networks together, too
    #[arg(long)]
    pub ensemble: bool,
    /// Evaluate the sets that runs kept on their way instead, and write accuracies.jsonl into their folders, for reports
    #[arg(long)]
    pub snapshots: bool,
    /// Keep the results in the runs' folders, where `liebig report` finds them
    #[arg(long, conflicts_with_all = ["teacher", "prune", "snapshots"])]
    pub save: bool,
    /// Keep the result of each network in this folder, and take those that are there: an interrupted evaluation goes on
    #[arg(long, value_name = "DIR")]
    pub resume: Option<PathBuf>,
    /// Judge patients by all their samples, too: sensitivity, specificity and their harmonic mean
    #[arg(long)]
    pub patients: bool,
    /// The class of patients that are positive, by name or label [default: the last]
    #[arg(long, value_name = "CLASS", requires = "patients")]
    pub positive: Option<String>,
    /// Epochs of the common protocol [default: the recipe's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..1 << 20))]
    pub epochs: Option<u32>,
    /// Where the test set is [default: the dataset's name in the file, or the run's data]
    #[arg(long, value_name = "NAME|PATH")]
    pub data: Option<String>,
    /// Seed of the networks
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Worker threads; the result does not depend on them [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads())]
    pub threads: Option<u16>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `liebig report`
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// Folders of runs, of `liebig continual` or of `liebig search`
    #[arg(value_name = "RUN", required = true)]
    pub runs: Vec<PathBuf>,
    /// Write one page that needs nothing else, with pictures and charts
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Print Markdown
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `liebig compare`
#[derive(Debug, Args)]
pub struct CompareArguments {
    /// Folders of runs
    #[arg(value_name = "RUN", required = true)]
    pub runs: Vec<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
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

/// `liebig data`
#[derive(Debug, Args)]
pub struct DataArguments {
    /// What to do.
    #[command(subcommand)]
    pub command: DataCommand,
}

/// The commands of `liebig data`.
#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// List the datasets that are known, and where each was found
    List {
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Read a dataset and describe it: splits, classes, how it is stored, what was converted, skipped or filled in
    Info {
        /// What to read, and how.
        #[command(flatten)]
        reading: ReadingArguments,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Draw samples of each class into a PNG file, to see that a dataset is read rightly
    Show {
        /// What to read, and how.
        #[command(flatten)]
        reading: ReadingArguments,
        /// The file to write
        #[arg(long, value_name = "OUT")]
        png: PathBuf,
        /// Samples of each class
        #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..))]
        per_class: u16,
        /// The split
        #[arg(long, value_name = "NAME", default_value = "train", value_parser = ["train", "validation", "test"])]
        split: String,
        /// Seed that chooses the samples
        #[arg(long, value_name = "N", default_value_t = 0)]
        seed: u64,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

/// A dataset to read.
#[derive(Debug, Args)]
pub struct ReadingArguments {
    /// The dataset, by name or path
    #[arg(value_name = "NAME|PATH")]
    pub data: String,
    /// Resize images to N pixels square, or height x width
    #[arg(long, value_name = "N|HxW")]
    pub image_size: Option<ImageSize>,
    /// Leave out files that cannot be read
    #[arg(long)]
    pub skip_bad: bool,
    /// Refuse a table with missing numbers or text columns
    #[arg(long)]
    pub strict: bool,
    /// Another setting of how data are read, such as data.layout=nchw; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Refuse to read if more memory would be needed, such as 8G [default: what is free]
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    pub memory: Option<u64>,
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
