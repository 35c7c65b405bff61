//! The flags of `liebig distill`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use liebig::config::ImageSize;
use liebig_data::Zca;

use super::parse::{memory, minutes, threads, whole};
use super::privacy::{PrivacyTarget, privacy_target};

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
    /// of the network if that is the preset's, and trains experts for mtt in 60 % of the time if none are named
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
