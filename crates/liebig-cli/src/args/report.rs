//! The flags of `liebig report` and `liebig compare`.

use std::path::PathBuf;

use clap::Args;

/// `liebig report`
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// Folders of runs, or of `liebig continual`, `liebig search` or `liebig privacy`
    #[arg(value_name = "RUN", required = true)]
    pub runs: Vec<PathBuf>,
    /// Write one page that needs nothing else, with pictures and charts
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Print Markdown
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `liebig compare`
#[derive(Debug, Args)]
pub struct CompareArguments {
    /// Folders of runs
    #[arg(value_name = "RUN", required = true)]
    pub runs: Vec<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}
