#![allow(clippy::unwrap_used, missing_docs)]
//! What the program says, word for word.

mod common;

use common::{liebig, transcript};
use insta::assert_snapshot;

#[test]
fn help() {
    assert_snapshot!("help", transcript(&["--help"]));
    assert_snapshot!("help_distill", transcript(&["distill", "--help"]));
    assert_snapshot!("help_evaluate", transcript(&["evaluate", "--help"]));
    assert_snapshot!("help_show", transcript(&["show", "--help"]));
    assert_snapshot!("help_data", transcript(&["data", "--help"]));
    assert_snapshot!("help_bench", transcript(&["bench", "--help"]));
}

#[test]
fn the_configuration_of_the_quick_start() {
    assert_snapshot!("print_config", transcript(&["distill", "--print-config"]));
}

#[test]
fn flags_win_over_assignments_over_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my.toml");
    std::fs::write(
        &file,
        "seed = 1\n[method]\niterations = 1\nbatch_real = 1\n",
    )
    .unwrap();
    let output = liebig()
        .args(["distill", "--print-config", "--json", "--config"])
        .arg(&file)
        .args([
            "--set",
            "method.iterations=2",
            "--set",
            "seed=2",
            "--seed",
            "3",
        ])
        .output()
        .unwrap();
    let config: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(config["seed"], 3);
    assert_eq!(config["method"]["iterations"], 2);
    assert_eq!(config["method"]["batch_real"], 1);
}

#[test]
fn mistakes_are_explained() {
    for (name, arguments) in [
        ("no_command", &[][..]),
        ("unknown_command", &["destill"]),
        ("unknown_flag", &["distill", "--icp", "1"]),
        ("bad_number", &["distill", "--ipc", "none"]),
        ("zero_ipc", &["distill", "--ipc", "0"]),
        ("bad_image_size", &["distill", "--image-size", "32x"]),
        ("bad_device", &["distill", "--device", "gpu"]),
        ("unknown_key", &["distill", "--set", "method.distanc=mse"]),
        ("unknown_method", &["distill", "--method", "magic"]),
        (
            "unknown_model",
            &[
                "distill",
                "--model",
                "convent",
                "--output",
                "/nonexistent/x",
            ],
        ),
        ("unknown_data", &["distill", "--data", "nowhere"]),
        ("no_assignment", &["distill", "--set", "seed"]),
        (
            "value_out_of_range",
            &["distill", "--set", "method.lr_img=-1.0"],
        ),
        ("missing_config", &["distill", "--config", "nowhere.toml"]),
        ("missing_artefact", &["evaluate", "nowhere.safetensors"]),
        ("not_an_artefact", &["show", "Cargo.toml"]),
        ("unknown_data_info", &["data", "info", "nowhere"]),
        ("unknown_workload", &["bench", "--only", "nowhere"]),
        ("unknown_axis", &["bench", "--scaling", "colour"]),
        ("impossible_point", &["bench", "--only", "depth=9"]),
    ] {
        let text = transcript(arguments);
        assert!(text.contains("hint: ") || name == "no_command", "{text}");
        assert_snapshot!(name, text);
    }
}

#[test]
fn an_instruction_set_that_does_not_exist_is_refused() {
    let output = liebig()
        .args(["bench", "--list"])
        .env("LIEBIG_SIMD", "sse9")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("LIEBIG_SIMD is `sse9`"), "{text}");
    assert!(
        text.contains("hint: ") && text.contains("portable"),
        "{text}"
    );
}

#[test]
fn datasets_are_listed() {
    let output = liebig().args(["data", "list", "--json"]).output().unwrap();
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let strokes = list
        .as_array()
        .unwrap()
        .iter()
        .find(|set| set["name"] == "strokes")
        .unwrap();
    assert_eq!(strokes["found"], true);
    assert_eq!(strokes["shape"], "1x28x28");
}

#[test]
fn the_built_in_set_is_described() {
    let output = liebig()
        .args(["data", "info", "strokes", "--json"])
        .output()
        .unwrap();
    let info: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(info["classes"].as_array().unwrap().len(), 10);
    let sum = |split: &str| {
        info[split]
            .as_array()
            .unwrap()
            .iter()
            .map(|n| n.as_u64().unwrap())
            .sum::<u64>()
    };
    assert_eq!((sum("train"), sum("test")), (10_000, 2_000));
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_failure() {
    use std::process::Stdio;
    let mut child = liebig()
        .args(["data", "list"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
