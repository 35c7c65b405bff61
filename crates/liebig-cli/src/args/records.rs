//! The arguments of `liebig records`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `liebig records`
#[derive(Debug, Args)]
pub struct RecordsArguments {
    /// What to do.
    #[command(subcommand)]
    pub command: RecordsCommand,
}

/// What `liebig records` does.
#[derive(Debug, Subcommand)]
pub enum RecordsCommand {
    /// Refuse records without configuration, seed, machine or number of networks, and a table in the README that is not
    /// theirs
    Check {
        /// The folder of all records
        #[arg(value_name = "DIR", default_value = "records")]
        folder: PathBuf,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Print the table of all records
    Table {
        /// The folder of all records
        #[arg(value_name = "DIR", default_value = "records")]
        folder: PathBuf,
        /// Write it into the folder's README.md, between <!-- records --> and <!-- /records -->
        #[arg(long)]
        write: bool,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}
