//! The flags of `liebig search`.

use std::path::PathBuf;

use clap::Args;

use super::parse::{positive, threads, whole};

/// `liebig search`
#[derive(Debug, Args)]
#[command(after_help = "\
Every result is kept in the output folder, so the command can be stopped and started again. The truth takes longest; a truth.json
of another search with the same networks and data can be given as --truth.")]
pub struct SearchArguments {
    /// Distilled sets, or folders of runs, that rank the networks
    #[arg(long, value_name = "FILE|RUN", value_delimiter = ',', num_args = 1..)]
    pub artefact: Vec<PathBuf>,
    /// Dataset, by name or path [default: that of the first set]
    #[arg(long, value_name = "NAME|PATH")]
    pub data: Option<String>,
    /// Networks: convnet-24, convnet-720, or a file with one on each line
    #[arg(long, value_name = "NAME|FILE", default_value = "convnet-24")]
    pub space: String,
    /// Only so many networks of the space, chosen by the seed
    #[arg(long, value_name = "N")]
    pub sample: Option<usize>,
    /// Coresets that rank them as well, with as many samples per class as the first set
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "random,k-means"
    )]
    pub baseline: Vec<String>,
    /// Samples of each class in the coresets [default: the first set's; 10 without one]
    #[arg(long, value_name = "N", value_parser = whole())]
    pub ipc: Option<i64>,
    /// Epochs on a small set, without augmentation
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..1 << 20))]
    pub epochs: u32,
    /// Networks of each kind that are trained on a small set
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..1 << 20))]
    pub repeats: u32,
    /// Passes over the whole training set, after which a network has its true accuracy
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..1 << 20))]
    pub truth_epochs: u32,
    /// Seeds of the truth; with two or more, how well they agree is the ceiling for every proxy
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..1 << 20))]
    pub truth_seeds: u32,
    /// Where the truth is kept [default: truth.json in the output folder]
    #[arg(long, value_name = "FILE")]
    pub truth: Option<PathBuf>,
    /// Learning rate on the whole training set
    #[arg(long, value_name = "RATE", default_value_t = 0.01, value_parser = positive)]
    pub lr: f64,
    /// Seed of the sample, the coresets and the networks
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Folder of the results, the table and the charts
    #[arg(long, short, value_name = "DIR", default_value = "runs/search")]
    pub output: PathBuf,
    /// Worker threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads())]
    pub threads: Option<u16>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}
