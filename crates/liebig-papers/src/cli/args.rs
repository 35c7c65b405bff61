//! The arguments of `liebig papers`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Search papers on dataset distillation and their code, offline
#[derive(Debug, Args)]
pub struct PapersArgs {
    /// Catalogue to use instead of the shipped one: a folder with `papers/*.toml`, a checkout of the list, or a JSON file
    #[arg(long, global = true, value_name = "PATH")]
    pub catalogue: Option<PathBuf>,
    /// What to do
    #[command(subcommand)]
    pub command: PapersCommand,
}

/// The commands below `liebig papers`.
#[derive(Debug, Subcommand)]
pub enum PapersCommand {
    /// Find papers by words, phrases and fields, best match first
    #[command(after_help = QUERIES)]
    Search(SearchArgs),
    /// Show all facts of a paper
    Show(ShowArgs),
    /// List every paper
    List(ListArgs),
    /// Count papers by year, section, venue, family and first author
    #[command(after_help = QUERIES)]
    Stats(StatsArgs),
    /// Print BibTeX
    Bibtex(BibtexArgs),
    /// Read a checkout of the upstream list and report every irregularity
    Import(ImportArgs),
    /// Check every record and, with --links, every link
    Check(CheckArgs),
    /// Show which papers are new, changed or gone between two catalogues
    Diff(DiffArgs),
    /// Write the whole catalogue
    Export(ExportArgs),
    /// Compare published results with Liebig's own
    Results(ResultsArgs),
}

/// The syntax of queries.
const QUERIES: &str = "\
Queries:
  gradient matching        both words, anywhere; case and accents are ignored
  \"gradient matching\"      the phrase
  condens*                 every word that begins with condens
  author:zhao title:soft*  only in this field
  year:2024.. year:2021..2023 venue:CVPR,ICLR kind:workshop section:privacy
  family:trajectory modality:graph application:medical tag:video
  has:code has:project has:arxiv has:implementation owner:NUS-HPC-AI-Lab host:github.com id:ID
  -has:code -survey        exclude matches (put `--` before a query that begins with a hyphen)";

/// Output formats for papers.
#[derive(Debug, Args, Clone, Copy)]
#[group(multiple = false)]
pub struct FormatArgs {
    /// Print a JSON array of records
    #[arg(long)]
    pub json: bool,
    /// Print BibTeX
    #[arg(long)]
    pub bibtex: bool,
    /// Print Markdown in the entry format of the list
    #[arg(long)]
    pub markdown: bool,
    /// Print CSV
    #[arg(long)]
    pub csv: bool,
}

/// `liebig papers search`
#[derive(Debug, Args)]
pub struct SearchArgs {
    /// The query; several arguments are joined with spaces
    #[arg(required = true, value_name = "QUERY")]
    pub query: Vec<String>,
    /// The format of the output.
    #[command(flatten)]
    pub format: FormatArgs,
    /// Print at most this many papers
    #[arg(short = 'n', long, value_name = "N")]
    pub limit: Option<usize>,
    /// Print how many of the papers found have each year, section, venue, kind, family, modality and application
    #[arg(long, conflicts_with_all = ["bibtex", "markdown", "csv", "limit"])]
    pub facets: bool,
}

/// `liebig papers show`
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Ids of the papers
    #[arg(required = true, value_name = "ID")]
    pub ids: Vec<String>,
    /// Print a JSON array of records
    #[arg(long)]
    pub json: bool,
}

/// `liebig papers list`
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The format of the output.
    #[command(flatten)]
    pub format: FormatArgs,
}

/// `liebig papers stats`
#[derive(Debug, Args)]
pub struct StatsArgs {
    /// Count only the papers that match this query
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Write a chart to this file
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
}

/// `liebig papers bibtex`
#[derive(Debug, Args)]
pub struct BibtexArgs {
    /// Ids of the papers [default: all papers]
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
}

/// `liebig papers import`
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Folder with the `README.md`, `citations/` and `data/` of the list
    #[arg(value_name = "CHECKOUT")]
    pub checkout: PathBuf,
    /// Write the catalogue to this folder
    #[arg(short, long, value_name = "DIR", conflicts_with = "update")]
    pub output: Option<PathBuf>,
    /// Merge into the catalogue in this folder, keeping its tags
    #[arg(long, value_name = "DIR")]
    pub update: Option<PathBuf>,
    /// Exit with code 1 if something could not be read
    #[arg(long)]
    pub strict: bool,
    /// Print one JSON object: counts and diagnostics
    #[arg(long)]
    pub json: bool,
}

/// `liebig papers check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Also print notes (papers without code)
    #[arg(short, long)]
    pub verbose: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Also request every link over HTTP
    #[arg(long)]
    pub links: bool,
    /// File that caches the answers [default: liebig/links.json in the user's cache folder]
    #[arg(long, value_name = "FILE", requires = "links")]
    pub cache: Option<PathBuf>,
    /// Seconds between two requests to the same host
    #[arg(long, value_name = "S", default_value_t = 3.0, requires = "links", value_parser = seconds)]
    pub delay: f64,
    /// Number of times to repeat a failed request
    #[arg(long, value_name = "N", default_value_t = 2, requires = "links")]
    pub retries: u32,
}

/// `liebig papers diff`
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The older catalogue: a folder with `papers/*.toml`, a checkout of the list, a JSON file, or `shipped`
    #[arg(value_name = "A")]
    pub before: PathBuf,
    /// The newer catalogue, in any of the same forms
    #[arg(value_name = "B")]
    pub after: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `liebig papers export`
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("form").required(true)))]
pub struct ExportArgs {
    /// Write the whole list as Markdown, with its table of contents
    #[arg(long, group = "form")]
    pub markdown: bool,
    /// Write a JSON array of records
    #[arg(long, group = "form")]
    pub json: bool,
    /// Write CSV
    #[arg(long, group = "form")]
    pub csv: bool,
    /// Write BibTeX
    #[arg(long, group = "form")]
    pub bibtex: bool,
    /// Write the upstream list's format to this folder: `README.md`, `citations/`, `data/`
    #[arg(long, group = "form", value_name = "DIR", conflicts_with = "output")]
    pub checkout: Option<PathBuf>,
    /// Write Liebig's own format to this folder: `sections.toml`, `papers/*.toml`
    #[arg(long, group = "form", value_name = "DIR", conflicts_with = "output")]
    pub toml: Option<PathBuf>,
    /// Write to this file [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `liebig papers results`
#[derive(Debug, Args)]
pub struct ResultsArgs {
    /// Show only this dataset, e.g. cifar10
    #[arg(long, value_name = "NAME")]
    pub dataset: Option<String>,
    /// Show only this number of images per class (and the whole dataset)
    #[arg(long, value_name = "N", value_parser = above_zero)]
    pub ipc: Option<f64>,
    /// Show only this method
    #[arg(long, value_name = "NAME")]
    pub method: Option<String>,
    /// Show only results tested on this network, e.g. ConvNet-3
    #[arg(long, value_name = "NAME")]
    pub network: Option<String>,
    /// Folder of Liebig's own results
    #[arg(long, value_name = "DIR", default_value = "records")]
    pub records: PathBuf,
    /// Print a JSON array
    #[arg(long)]
    pub json: bool,
}

fn seconds(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|s| (0.0..=3600.0).contains(s))
        .ok_or_else(|| "expected a number of seconds from 0 to 3600".to_owned())
}

fn above_zero(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|n: &f64| *n > 0.0 && n.is_finite())
        .ok_or_else(|| "expected a number above 0".to_owned())
}
