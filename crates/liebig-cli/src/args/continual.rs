//! The flags of `liebig continual`.

use std::path::PathBuf;

use clap::Args;

use super::parse::{positive, protocols, threads, whole};

/// `liebig continual`
#[derive(Debug, Args)]
#[command(after_help = "\
Every step of every order is a file under the output folder; what is there is kept, so the command can be stopped and started
again. Methods take their quick presets. `learnt` rows have learnt values of four bytes, `bytes` rows the same rounded to the
bytes that real images take. `liebig report DIR` shows the results again.")]
pub struct ContinualArguments {
    /// Dataset whose classes arrive in steps, by name or path
    #[arg(long, value_name = "NAME|PATH", default_value = "strokes")]
    pub data: String,
    /// Steps in which the classes arrive
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    pub steps: u16,
    /// Datasets with the same classes that arrive one after the other, in the place of --data and --steps; images are read in
    /// the size and the colours of the first
    #[arg(long, value_name = "NAMES|PATHS", value_delimiter = ',', conflicts_with_all = ["data", "steps"])]
    pub domains: Vec<String>,
    /// Methods and coresets that fill the memory
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "random,herding,dm,dd"
    )]
    pub methods: Vec<String>,
    /// Samples of each class in the memory, of each dataset with --domains
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = whole())]
    pub memory: i64,
    /// As many samples as fit in so many bytes once everything is there, in the place of --memory: more where they take
    /// one byte a value
    #[arg(long, value_name = "SIZE", value_parser = super::parse::memory, conflicts_with = "memory")]
    pub memory_bytes: Option<u64>,
    /// Orders of the classes, with the seeds 0, 1, ...; with --domains, whose order is given, repetitions
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..1 << 20))]
    pub orders: u32,
    /// Fresh networks after each step
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..1 << 20))]
    pub nets: u32,
    /// How they are trained on the memory, see `liebig evaluate --help`
    #[arg(long, value_name = "NAME", default_value = "dsa", value_parser = protocols(), hide_possible_values = true)]
    pub protocol: String,
    /// Epochs of the protocol [default: the protocol's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..1 << 20))]
    pub epochs: Option<u32>,
    /// Network, with options such as convnet:width=64 [default: convnet for images, mlp for tables]
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// Passes over all data seen so far (joint) and over each step's in turn (finetune), which stand beside; 0 leaves them out
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub real_epochs: u32,
    /// Learning rate of these
    #[arg(long, value_name = "RATE", default_value_t = 0.01, value_parser = positive)]
    pub real_lr: f64,
    /// One setting of how data are read (data.image_size=32) and of every distillation, or of one method's
    /// (dm:method.iterations=100), over its preset; may be repeated
    #[arg(long, value_name = "[METHOD:]KEY=VALUE")]
    pub set: Vec<String>,
    /// Folder of the memories, the results, the table and the chart
    #[arg(long, short, value_name = "DIR", default_value = "runs/continual")]
    pub output: PathBuf,
    /// Worker threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads())]
    pub threads: Option<u16>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}
