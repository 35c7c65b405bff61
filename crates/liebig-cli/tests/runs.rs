#![allow(clippy::unwrap_used, missing_docs)]
//! Runs: the same bytes whatever happens to them.

mod common;

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use common::{artefact, finish, liebig, tiny, tiny_with};

/// Starts a run and waits for its first checkpoint.
fn start(method: &str, output: &Path, iterations: &str) -> Child {
    let mut child = tiny_with(method, output, "2", iterations)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while !output.join("checkpoints/last.safetensors").exists() {
        assert!(
            started.elapsed() < Duration::from_secs(120),
            "no checkpoint"
        );
        assert!(child.try_wait().unwrap().is_none(), "the run ended early");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

/// A moment that differs from run to run, below `most` milliseconds.
fn some_time(most: u64) -> Duration {
    Duration::from_millis(u64::from(std::process::id()) * 7919 % most)
}

#[test]
fn threads_do_not_change_the_artefact_but_seeds_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let result = finish(&mut tiny(&path("one"), "1", "5"));
    assert_eq!(result["method"], "dc");
    assert_eq!(result["dataset"], "strokes");
    assert!(result["distilled"].is_null() && result["random"].is_null());
    finish(&mut tiny(&path("two"), "2", "5"));
    assert!(artefact(&path("one")) == artefact(&path("two")));
    let mut other = tiny(&path("seed"), "2", "5");
    other.args(["--seed", "1"]);
    finish(&mut other);
    assert!(artefact(&path("one")) != artefact(&path("seed")));
}

#[test]
fn a_run_folder_explains_itself() {
    let folder = tempfile::tempdir().unwrap();
    finish(&mut tiny(folder.path(), "1", "3"));
    for file in [
        "config.toml",
        "manifest.json",
        "metrics.jsonl",
        "results.json",
        "checkpoints/last.safetensors",
    ] {
        assert!(folder.path().join(file).is_file(), "{file}");
    }
    for step in 0..=3 {
        assert!(
            folder
                .path()
                .join(format!("images/step_{step:06}.png"))
                .is_file()
        );
    }
    let metrics = std::fs::read_to_string(folder.path().join("metrics.jsonl")).unwrap();
    assert_eq!(metrics.lines().count(), 3);
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("manifest.json")).unwrap())
            .unwrap();
    assert_eq!(manifest["attempts"][0]["finished"], true);
    assert_eq!(manifest["attempts"][0]["threads"], 1);
    let png = folder.path().join("grid.png");
    let shown = finish(&mut {
        let mut show = liebig();
        show.arg("show")
            .arg(folder.path())
            .arg("--json")
            .arg("--png")
            .arg(&png);
        show
    });
    assert_eq!(shown["samples"], 10);
    assert_eq!(
        std::fs::read(&png).unwrap(),
        std::fs::read(folder.path().join("images/step_000003.png")).unwrap()
    );
}

#[test]
fn a_second_run_into_a_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    finish(&mut tiny(folder.path(), "1", "2"));
    let before = artefact(folder.path());
    let output = tiny(folder.path(), "1", "2").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.contains("holds a run already") && message.contains("--resume"),
        "{message}"
    );
    assert!(artefact(folder.path()) == before);
    let mut other = tiny(folder.path(), "1", "3");
    other.arg("--resume");
    let output = other.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.contains("- iterations = 2") && message.contains("+ iterations = 3"),
        "{message}"
    );
}

/// Some seconds of work.
const ITERATIONS: &str = "1000";

#[test]
fn a_killed_run_resumes_to_the_same_bytes() {
    let long = [
        ("dsa", "300"),
        ("dm", "300"),
        ("dd", "1200"),
        ("frepo", "300"),
    ];
    for (method, iterations) in [("dc", ITERATIONS)].into_iter().chain(long) {
        killed_and_resumed(method, iterations);
    }
}

fn killed_and_resumed(method: &str, iterations: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (straight, killed) = (folder.path().join("straight"), folder.path().join("killed"));
    let started = Instant::now();
    finish(&mut tiny_with(method, &straight, "2", iterations));
    let whole = u64::try_from(started.elapsed().as_millis()).unwrap();
    let mut child = start(method, &killed, iterations);
    std::thread::sleep(some_time(whole / 2));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        !killed.join("distilled.safetensors").exists(),
        "killed too late"
    );
    let mut resume = tiny_with(method, &killed, "1", iterations);
    resume.arg("--resume");
    finish(&mut resume);
    assert!(artefact(&straight) == artefact(&killed), "{method}");
    let losses = |run: &Path| -> Vec<(u64, f64)> {
        let text = std::fs::read_to_string(run.join("metrics.jsonl")).unwrap();
        let lines = text
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        lines
            .map(|line| {
                (
                    line["iteration"].as_u64().unwrap(),
                    line["loss"].as_f64().unwrap(),
                )
            })
            .collect()
    };
    assert_eq!(losses(&straight), losses(&killed));
}

#[cfg(unix)]
#[test]
fn ctrl_c_writes_a_checkpoint_and_the_run_resumes() {
    let folder = tempfile::tempdir().unwrap();
    let (straight, stopped) = (
        folder.path().join("straight"),
        folder.path().join("stopped"),
    );
    let child = start("dc", &stopped, "100000");
    std::thread::sleep(some_time(500));
    let second = tiny(&stopped, "1", "100000")
        .arg("--resume")
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(
        String::from_utf8(second.stderr)
            .unwrap()
            .contains("in use by another process")
    );
    let killed = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let stopped_output = child.wait_with_output().unwrap();
    assert_eq!(stopped_output.status.code(), Some(130));
    let message = String::from_utf8(stopped_output.stderr).unwrap();
    assert!(
        message.ends_with("interrupted\nhint: continue with --resume\n"),
        "{message}"
    );

    // Cut the stopped run short, so that both come to their end.
    let manifest = std::fs::read_to_string(stopped.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let reached = manifest["attempts"][0]["to_iteration"].as_u64().unwrap();
    let end = (reached + 5).to_string();
    let config = stopped.join("config.toml");
    let text = std::fs::read_to_string(&config)
        .unwrap()
        .replace("iterations = 100000", &format!("iterations = {end}"));
    std::fs::write(&config, text).unwrap();
    finish(&mut {
        let mut resume = tiny(&stopped, "1", &end);
        resume.arg("--resume");
        resume
    });
    finish(&mut tiny(&straight, "2", &end));
    assert!(artefact(&straight) == artefact(&stopped));
}

#[test]
fn an_artefact_is_evaluated_with_nothing_but_itself_and_the_data() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let mut distill = tiny(&run, "2", "3");
    distill.args(["--set", "evaluation.epochs=5"]);
    finish(&mut distill);
    let alone = folder.path().join("alone.safetensors");
    std::fs::rename(run.join("distilled.safetensors"), &alone).unwrap();
    std::fs::remove_dir_all(&run).unwrap();
    let mut evaluate = liebig();
    evaluate.arg("evaluate").arg(&alone).args([
        "--models",
        "convnet,mlp",
        "--repeats",
        "2",
        "--baseline",
        "random",
        "--json",
    ]);
    let result = finish(&mut evaluate);
    for (index, model) in ["convnet", "mlp"].iter().enumerate() {
        let row = &result["results"][index];
        assert_eq!(row["model"], *model);
        for set in ["distilled", "random"] {
            assert_eq!(row[set]["n"], 2);
            let mean = row[set]["mean"].as_f64().unwrap();
            assert!((0.0..=1.0).contains(&mean), "{mean}");
        }
    }
}

#[test]
fn a_table_is_distilled_on_an_mlp() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("points.csv");
    let mut text = String::from("length,weight,class\n");
    for row in 0..60 {
        let (side, jitter) = (f64::from(row % 2), f64::from(row * 37 % 11) / 10.0);
        text.push_str(&format!(
            "{},{},{}\n",
            4.0 * side + jitter,
            jitter - 3.0 * side,
            ["near", "far"][row as usize % 2]
        ));
    }
    std::fs::write(&data, text).unwrap();
    let result = finish(&mut {
        let mut distill = liebig();
        distill
            .args([
                "distill",
                "--iterations",
                "20",
                "--eval-repeats",
                "2",
                "--set",
                "evaluation.epochs=50",
                "--json",
                "--data",
            ])
            .arg(&data)
            .arg("--output")
            .arg(folder.path().join("run"));
        distill
    });
    assert!(
        result["distilled"]["mean"].as_f64().unwrap() > 0.9,
        "{result}"
    );
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let mut dry = tiny(&run, "2", "1000");
    dry.arg("--dry-run");
    let plan = finish(&mut dry);
    assert!(plan["distill_seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(plan["iterations"], 1000);
    assert!(!run.exists());
}
