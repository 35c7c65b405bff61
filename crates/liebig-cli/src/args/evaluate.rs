//! The flags of `liebig evaluate`.

use std::path::PathBuf;

use clap::Args;

use super::parse::{below_one, pools, positive, protocols, threads};

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
