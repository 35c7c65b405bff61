//! The program `liebig`.

fn main() -> std::process::ExitCode {
    liebig_cli::run(std::env::args_os(), None).into()
}
