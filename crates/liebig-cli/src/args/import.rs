//! Arguments of `liebig import`.

use std::path::PathBuf;

use clap::Args;

/// `liebig import`
#[derive(Debug, Args)]
#[command(after_help = "\
Reads what the reference implementations write: res_METHOD_DATASET_MODEL_Nipc.pt of DC, DSA and DM; images_*.pt of MTT, FTD
and DATM, with labels_*.pt and lr_*.pt beside it. The files are read by PyTorch with weights_only=True, so this command needs
the command that the Python package installs, and PyTorch.")]
pub struct ImportArguments {
    /// The file with the images
    #[arg(value_name = "FILE")]
    pub path: PathBuf,
    /// The dataset that was distilled, by name or path [default: as the file's name says]
    #[arg(long, value_name = "NAME|PATH")]
    pub data: Option<String>,
    /// The method that made it, whose recipe the set gets [default: as the file's name says]
    #[arg(long, value_name = "NAME")]
    pub method: Option<String>,
    /// The network of the recipe [default: as the file's name says, or the method's usual one]
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// The learnt step size, where no file says it
    #[arg(long, value_name = "LR")]
    pub lr: Option<f64>,
    /// Which of several experiments in a file of DC, DSA or DM, counted from 0
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub experiment: usize,
    /// Whiten the dataset, as the set was: kornia, kip, frepo or none [default: none]
    #[arg(long, value_name = "CONVENTION", num_args = 0..=1, default_missing_value = "kornia")]
    pub zca: Option<liebig_data::Zca>,
    /// The file to write
    #[arg(
        long,
        short,
        value_name = "FILE",
        default_value = "distilled.safetensors"
    )]
    pub output: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}
