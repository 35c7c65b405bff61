//! The flags of `liebig data`, and those of everything else that reads a dataset.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use liebig::config::ImageSize;

use super::parse::memory;

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
