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
    assert_snapshot!("help_frontier", transcript(&["frontier", "--help"]));
    assert_snapshot!("help_experts", transcript(&["experts", "--help"]));
    assert_snapshot!(
        "help_experts_train",
        transcript(&["experts", "train", "--help"])
    );
    assert_snapshot!("help_report", transcript(&["report", "--help"]));
    assert_snapshot!("help_export", transcript(&["export", "--help"]));
    assert_snapshot!("help_import", transcript(&["import", "--help"]));
    assert_snapshot!("help_show", transcript(&["show", "--help"]));
    assert_snapshot!("help_data", transcript(&["data", "--help"]));
    assert_snapshot!("help_bench", transcript(&["bench", "--help"]));
    assert_snapshot!("help_methods", transcript(&["methods", "--help"]));
    assert_snapshot!("help_models", transcript(&["models", "--help"]));
}

#[test]
fn methods_and_models_are_listed_with_their_settings() {
    assert_snapshot!("methods", transcript(&["methods"]));
    assert_snapshot!("methods_dm", transcript(&["methods", "dm"]));
    assert_snapshot!("methods_mtt", transcript(&["methods", "mtt"]));
    assert_snapshot!("models", transcript(&["models"]));
    assert_snapshot!("models_convnet", transcript(&["models", "convnet"]));
    assert_snapshot!("models_lenet", transcript(&["models", "lenet"]));
    assert_snapshot!("models_lstm", transcript(&["models", "lstm"]));
    let output = liebig()
        .args(["methods", "dsa", "--ipc", "10", "--json"])
        .output()
        .unwrap();
    let method: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let settings = method["settings"].as_array().unwrap();
    let setting = |key: &str| {
        settings
            .iter()
            .find(|setting| setting["key"] == key)
            .unwrap()
    };
    assert_eq!(setting("method.outer_loops")["default"], 10);
    assert_eq!(setting("method.lr_img")["range"], "a positive number");
    assert!(
        setting("method.init")["range"]
            .as_str()
            .unwrap()
            .contains("herding")
    );
    assert!(settings.iter().all(|setting| setting["source"].is_string()));
}

#[test]
fn completions_and_manual_pages_are_made() {
    for shell in ["bash", "zsh", "fish"] {
        let output = liebig().args(["completions", shell]).output().unwrap();
        assert!(output.status.success());
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(
            script.contains("distill") && script.contains("dry-run"),
            "{shell}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let output = liebig()
        .arg("man")
        .arg(folder.path().join("man"))
        .output()
        .unwrap();
    assert!(output.status.success());
    let page = std::fs::read_to_string(folder.path().join("man/liebig-distill.1")).unwrap();
    assert!(page.contains("budget") && page.contains(".TH"), "{page}");
}

#[test]
fn a_quiet_run_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = common::tiny(&folder.path().join("run"), "1", "1");
    let output = command.arg("--quiet").output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    let mut command = common::tiny(&folder.path().join("again"), "1", "1");
    let output = command.arg("-v").output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("preset: dc/strokes_ipc1"), "{text}");
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
        ("setting_as_flag", &["distill", "--lr-img", "0.1"]),
        ("unknown_init", &["distill", "--init", "zeros"]),
        (
            "unknown_baseline",
            &["distill", "--baseline", "random,best"],
        ),
        ("bad_budget", &["distill", "--budget", "three=0"]),
        ("unknown_class", &["distill", "--budget", "ten=1"]),
        (
            "setting_of_another_method",
            &["distill", "--method", "dm", "--set", "method.outer_loops=2"],
        ),
        (
            "option_of_another_network",
            &["distill", "--model", "mlp", "--set", "model.depth=2"],
        ),
        (
            "iterations_of_a_coreset",
            &["distill", "--method", "random", "--iterations", "2"],
        ),
        ("unknown_format", &["export", "x", "--to", "zarr", "y"]),
        ("import_without_python", &["import", "images_best.pt"]),
        ("unknown_method_name", &["methods", "magic"]),
        ("unknown_model_name", &["models", "convent"]),
        (
            "too_much_memory",
            &["distill", "--ipc", "999999", "--memory", "8GiB"],
        ),
        ("bad_memory", &["distill", "--memory", "much"]),
        ("bad_minutes", &["distill", "--minutes", "0"]),
        (
            "minutes_of_a_coreset",
            &["distill", "--method", "random", "--minutes", "2"],
        ),
        ("bad_shard", &["frontier", "--shard", "5/4"]),
        (
            "unknown_method_of_a_frontier",
            &["frontier", "--methods", "dd,magic"],
        ),
        ("too_many_threads", &["distill", "--threads", "100000"]),
        ("missing_artefact", &["evaluate", "nowhere.safetensors"]),
        ("not_an_artefact", &["show", "Cargo.toml"]),
        ("unknown_data_info", &["data", "info", "nowhere"]),
        ("unknown_workload", &["bench", "--only", "nowhere"]),
        ("unknown_axis", &["bench", "--scaling", "colour"]),
        ("impossible_point", &["bench", "--only", "depth=9"]),
    ] {
        let text = transcript(arguments);
        assert!(
            text.contains("hint: ") || name == "no_command",
            "{name}: {text}"
        );
        assert!(
            text.starts_with("exit code: 2") || text.starts_with("exit code: 1"),
            "{name}: {text}"
        );
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
