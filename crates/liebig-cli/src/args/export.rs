//! Arguments of `liebig export`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

/// `liebig export`
#[derive(Debug, Args)]
#[command(after_help = "\
Formats:
  hf            a dataset repository of the Hugging Face hub: parquet with images, a dataset card, and the set itself
  npz           NumPy arrays in MedMNIST's layout; tables as x_train and y_train
  image-folder  train/CLASS/NNNN.png
  webdataset    train-000000.tar

What an export does not have of the set is said on standard error.")]
pub struct ExportArguments {
    /// A distilled.safetensors, or a run's folder, whose results go into the card
    #[arg(value_name = "FILE|RUN")]
    pub path: PathBuf,
    /// The format
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    pub to: String,
    /// The folder to write; new or empty
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Licence of the set for the card, as the hub names it, such as cc-by-4.0 [default: unknown]
    #[arg(long, value_name = "ID")]
    pub license: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(liebig::export::FORMATS.iter().map(|format| format.name))
}
