//! The flags that are about privacy.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::parse::{positive, threads};

/// The value of `--dp`.
#[derive(Clone, Debug, PartialEq)]
pub struct PrivacyTarget {
    pub epsilon: f64,
    pub delta: Option<f64>,
    pub accountant: Option<String>,
}

/// `epsilon=1,delta=1e-5,accountant=rdp`; only epsilon must be there.
pub(super) fn privacy_target(text: &str) -> Result<PrivacyTarget, String> {
    let (mut epsilon, mut delta, mut accountant) = (None, None, None);
    for part in text.split(',') {
        let (key, value) = part
            .split_once('=')
            .ok_or_else(|| format!("`{part}` has no `=`, expected epsilon=1,delta=1e-5"))?;
        let number = || {
            let number: Option<f64> = value.trim().parse().ok();
            number.ok_or_else(|| format!("`{value}` is not a number"))
        };
        match key.trim() {
            "epsilon" => epsilon = Some(number()?),
            "delta" => delta = Some(number()?),
            "accountant" => accountant = Some(value.trim().to_owned()),
            other => {
                return Err(format!(
                    "`{other}` is unknown, expected epsilon, delta or accountant"
                ));
            }
        }
    }
    Ok(PrivacyTarget {
        epsilon: epsilon.ok_or("epsilon is missing, expected such as epsilon=1,delta=1e-5")?,
        delta,
        accountant,
    })
}

/// `liebig privacy`
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "\
The set is compared with real samples and attacked as it is. Then its distillation is repeated: half of some candidates are the
training data of each run, and attacks guess which. Every run is kept in the output folder, so the command can be stopped and
started again. docs/privacy.md explains what is measured and what it does not show."
)]
pub struct PrivacyArguments {
    /// A question to the accountant, without a set.
    #[command(subcommand)]
    pub question: Option<PrivacyQuestion>,
    /// A distilled.safetensors, or a run's folder
    #[arg(value_name = "FILE|RUN", required = true)]
    pub artefact: Option<PathBuf>,
    /// Where the data is [default: the dataset's name in the file, or the run's data]
    #[arg(long, value_name = "NAME|PATH")]
    pub data: Option<String>,
    /// Attacks: loss, shadow and lira on a network trained on the set, nearest and lira-nearest on the set itself [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = attacks(), hide_possible_values = true)]
    pub attacks: Vec<String>,
    /// Training samples that are members in half of the runs
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..))]
    pub candidates: u32,
    /// More candidates with a wrong label, which only memorising can learn
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub canaries: u32,
    /// Distillations, each with its own members; 0 leaves the game out
    #[arg(long, value_name = "N", default_value_t = 16)]
    pub runs: u32,
    /// Methods that play the same game beside the set's
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "random,ndpdc"
    )]
    pub beside: Vec<String>,
    /// One setting of every distillation, or of one method's (dm:method.iterations=100); may be repeated
    #[arg(long, value_name = "[METHOD:]KEY=VALUE")]
    pub set: Vec<String>,
    /// Epochs of the networks that are attacked [default: the recipe's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..1 << 20))]
    pub epochs: Option<u32>,
    /// δ of the empirical epsilon
    #[arg(long, value_name = "D", default_value_t = 1e-5, value_parser = positive)]
    pub delta: f64,
    /// Seed of the candidates, the runs and the networks
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Folder of the runs, the results and the picture of nearest pairs
    #[arg(long, short, value_name = "DIR", default_value = "runs/privacy")]
    pub output: PathBuf,
    /// Worker threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads())]
    pub threads: Option<u16>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// A question to the accountant.
#[derive(Debug, Subcommand)]
pub enum PrivacyQuestion {
    /// The epsilon of some steps with noise
    Epsilon {
        /// Standard deviation of the noise, in units of the clipping norm
        #[arg(long, value_name = "SIGMA")]
        noise: f64,
        /// The steps.
        #[command(flatten)]
        steps: AccountantArguments,
    },
    /// The smallest noise for an epsilon
    Noise {
        /// Epsilon of all steps together
        #[arg(long, value_name = "E")]
        epsilon: f64,
        /// The steps.
        #[command(flatten)]
        steps: AccountantArguments,
    },
}

impl PrivacyQuestion {
    /// Whether JSON is asked for.
    pub fn json(&self) -> bool {
        match self {
            Self::Epsilon { steps, .. } | Self::Noise { steps, .. } => steps.json,
        }
    }
}

/// Steps that are to be accounted for.
#[derive(Debug, Args)]
pub struct AccountantArguments {
    /// Probability with which a record enters a step
    #[arg(long, value_name = "Q")]
    pub rate: f64,
    /// Number of steps
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u64).range(1..1 << 40))]
    pub steps: u64,
    /// δ
    #[arg(long, value_name = "D", default_value_t = 1e-5)]
    pub delta: f64,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

fn attacks() -> clap::builder::PossibleValuesParser {
    liebig::privacy::Attack::ALL
        .map(liebig::privacy::Attack::name)
        .into()
}
