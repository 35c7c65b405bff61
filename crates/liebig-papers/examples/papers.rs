//! `liebig papers` on its own: `cargo run -p liebig-papers --release --features cli --example papers -- search privacy`.

use std::process::ExitCode;

use clap::Parser;
use liebig_papers::cli::{self, PapersArgs};

#[derive(Parser)]
#[command(name = "papers", version)]
struct Arguments {
    #[command(flatten)]
    papers: PapersArgs,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match cli::run(&arguments.papers, &mut std::io::stdout().lock()) {
        Ok(outcome) => outcome.into(),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(if cli::is_usage(&error) { 2 } else { 1 })
        }
    }
}

/// Whether the reader of the output has closed the pipe, as in `papers list | head`.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    io.map(std::io::Error::kind)
        .any(|kind| kind == std::io::ErrorKind::BrokenPipe)
}
