#![allow(dead_code, clippy::unwrap_used, missing_docs)]
//! What the tests of the command line share.

use std::path::Path;
use std::process::Command;

/// The program, away from any dataset of the machine and without colour.
pub fn liebig() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("liebig"));
    command
        .env_remove("LIEBIG_DATA")
        .env("XDG_CACHE_HOME", "/nonexistent")
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100");
    command
}

/// Exit code, standard output and standard error of a command, as one text.
pub fn transcript(arguments: &[&str]) -> String {
    let output = liebig().args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    format!(
        "exit code: {}\n--- stdout\n{}--- stderr\n{}",
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr)
    )
}

/// What a command that succeeds prints, as JSON.
pub fn finish(command: &mut Command) -> serde_json::Value {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// [`tiny_with`] gradient matching.
pub fn tiny(output: &Path, threads: &str, iterations: &str) -> Command {
    tiny_with("dc", output, threads, iterations)
}

/// A distillation that takes seconds: a small network, few real samples, no evaluation.
pub fn tiny_with(method: &str, output: &Path, threads: &str, iterations: &str) -> Command {
    let mut command = liebig();
    command
        .args([
            "distill",
            "--method",
            method,
            "--iterations",
            iterations,
            "--set",
            "method.batch_real=4",
            "--eval-repeats",
            "0",
            "--json",
        ])
        .args([
            "--set",
            "model.width=4",
            "--set",
            "model.depth=1",
            "--threads",
            threads,
        ])
        .arg("--output")
        .arg(output);
    command
}

/// The artefact's bytes.
pub fn artefact(run: &Path) -> Vec<u8> {
    std::fs::read(run.join("distilled.safetensors")).unwrap()
}
