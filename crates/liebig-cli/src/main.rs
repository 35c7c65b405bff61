//! The program `liebig`.

fn main() -> std::process::ExitCode {
    liebig_cli::run(std::env::args_os(), &liebig_cli::Host::default()).into()
}
