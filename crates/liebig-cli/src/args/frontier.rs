//! The flags of `liebig frontier`.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;

use super::parse::{minutes, threads, whole};

/// `liebig frontier`
#[derive(Debug, Args)]
#[command(after_help = "\
Every run is a folder under the output folder, as `liebig distill` makes it; finished ones are kept, so the command can be
stopped and started again, and with --shard run on several machines. All runs come before all tests, which need no quiet
machine. Methods without iterations, such as random, run once per seed. For mtt, experts are trained in 60 % of the time,
unless --set method.experts=FOLDER names some. The table and the chart have all runs of the folder.")]
pub struct FrontierArguments {
    /// Datasets, by name or path
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "strokes"
    )]
    pub data: Vec<String>,
    /// Distilled samples per class
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_value = "1", value_parser = whole())]
    pub ipc: Vec<i64>,
    /// Methods, each with its quick preset
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "dd,sldd,frepo,dm,dsa,random,k-means,label-solve"
    )]
    pub methods: Vec<String>,
    /// Minutes of each run, reading the data included and the evaluation not
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_value = "0.5,2,10", value_parser = minutes)]
    pub minutes: Vec<Duration>,
    /// Runs of each, with the seeds 0, 1, ...
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..1 << 20))]
    pub seeds: u32,
    /// Fresh networks that test each run, by the protocol that is common for the dataset, and by the method's own if that is
    /// another; 0 leaves the tests for later
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(..1 << 20))]
    pub repeats: u32,
    /// Networks that are trained for the test, by name, with options such as convnet:width=64; finished runs are tested on
    /// those that are new
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "convnet:width=128"
    )]
    pub models: Vec<String>,
    /// Epochs of the protocol [default: the protocol's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..1 << 20))]
    pub epochs: Option<u32>,
    /// One setting of every run, over its preset; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Only the i-th of n parts of the runs, such as 1/4
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// Folder of the runs, the table and the chart
    #[arg(long, short, value_name = "DIR", default_value = "runs/frontier")]
    pub output: PathBuf,
    /// List the runs, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Worker threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads())]
    pub threads: Option<u16>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// A part of several, such as `1/4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Counted from 0.
    index: usize,
    count: usize,
}

impl Shard {
    /// Whether the unit of work with this index belongs to the part.
    pub const fn has(self, unit: usize) -> bool {
        unit % self.count == self.index
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/');
        let numbers = parts.and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((i, count @ 1..)) if (1..=count).contains(&i) => Ok(Self {
                index: i - 1,
                count,
            }),
            _ => Err(format!("`{text}` is not a part, expected one such as 1/4")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_everything_once() {
        let parts = ["1/3", "2/3", "3/3"].map(|text| text.parse::<Shard>());
        for unit in 0..9 {
            let having = parts.iter().flatten().filter(|shard| shard.has(unit));
            assert_eq!(having.count(), 1);
        }
        for text in ["0/3", "4/3", "1/0", "1", "a/b", "-1/2"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
