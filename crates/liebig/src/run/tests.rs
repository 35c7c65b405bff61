#![allow(clippy::unwrap_used)]
use std::path::Path;

use super::*;
use crate::artefact::DatasetId;

fn manifest(hash: &str) -> Manifest {
    Manifest {
        version: "0".into(),
        preset: None,
        seed: 0,
        dataset: DatasetId {
            name: "tiny".into(),
            hash: hash.into(),
        },
        data_source: "tiny".into(),
        attempts: vec![Attempt {
            started: String::new(),
            command_line: Vec::new(),
            machine: Machine::this(),
            device: "cpu".into(),
            threads: 1,
            from_iteration: 0,
            to_iteration: 0,
            seconds: 0.0,
            peak_rss_bytes: None,
            finished: false,
        }],
    }
}

fn open(path: &Path, resume: bool) -> Result<RunFolder, Error> {
    RunFolder::open(path, "seed = 0\nipc = 1\n", manifest("aa"), resume)
}

fn checkpoint(iteration: u64) -> Checkpoint {
    let array = |name: &str, value| Array {
        name: name.into(),
        shape: vec![2, 1],
        values: vec![value, -0.0],
    };
    Checkpoint {
        iteration,
        arrays: vec![array("images", 1.5), array("momentum", f32::MIN_POSITIVE)],
        counts: [("steps".to_string(), u64::MAX), ("buffers".to_string(), 0)].into(),
    }
}

#[test]
fn a_second_run_is_refused_unless_it_resumes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new");
    drop(open(&path, false).unwrap());
    assert!(matches!(open(&path, false), Err(Error::Exists(_))));
    let resumed = open(&path, true).unwrap();
    assert_eq!(resumed.manifest().attempts.len(), 2);
}

#[test]
fn two_processes_cannot_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let _first = open(folder.path(), false).unwrap();
    assert!(matches!(open(folder.path(), true), Err(Error::Locked(_))));
}

#[test]
fn somebody_elses_folder_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.tex"), "").unwrap();
    assert!(matches!(open(folder.path(), false), Err(Error::NotARun(_))));
}

#[test]
fn resuming_asks_for_the_same_settings_and_data() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path(), false).unwrap());
    let error =
        RunFolder::open(folder.path(), "seed = 0\nipc = 2\n", manifest("aa"), true).unwrap_err();
    assert!(
        matches!(&error, Error::OtherConfig { difference, .. } if difference == "- ipc = 1\n+ ipc = 2"),
        "{error}"
    );
    let error =
        RunFolder::open(folder.path(), "seed = 0\nipc = 1\n", manifest("bb"), true).unwrap_err();
    assert!(matches!(error, Error::OtherData { .. }), "{error}");
}

#[test]
fn the_last_checkpoint_comes_back_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = open(folder.path(), false).unwrap();
    assert_eq!(run.last_checkpoint().unwrap(), None);
    run.checkpoint(&checkpoint(1), 0.5).unwrap();
    run.checkpoint(&checkpoint(2), 1.0).unwrap();
    assert_eq!(run.last_checkpoint().unwrap(), Some(checkpoint(2)));
    let attempt = &run.manifest().attempts[0];
    assert_eq!((attempt.to_iteration, attempt.seconds), (2, 1.0));
}

#[test]
fn metrics_after_the_checkpoint_are_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = open(folder.path(), false).unwrap();
    for iteration in 1..=3 {
        run.record(&Metric {
            iteration,
            loss: 0.5,
            seconds: 1.0,
            parts: [("features".to_string(), 0.25)].into(),
        })
        .unwrap();
    }
    run.checkpoint(&checkpoint(2), 1.0).unwrap();
    let path = folder.path().join("metrics.jsonl");
    let mut text = std::fs::read_to_string(&path).unwrap();
    text.push_str("{\"iteration\":1,\"lo");
    std::fs::write(&path, text).unwrap();
    run.last_checkpoint().unwrap();
    let kept = std::fs::read_to_string(&path).unwrap();
    assert_eq!(kept.lines().count(), 2, "{kept}");
    let last: Metric = serde_json::from_str(kept.lines().last().unwrap()).unwrap();
    assert_eq!((last.iteration, last.parts["features"]), (2, 0.25));
}

#[test]
fn damaged_checkpoints_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let run = open(folder.path(), false).unwrap();
    std::fs::write(run.checkpoint_path(), b"nonsense").unwrap();
    let message = run.last_checkpoint().unwrap_err().to_string();
    assert!(
        message.contains("last.safetensors") && message.contains("hint:"),
        "{message}"
    );
}

#[test]
fn a_checkpoint_of_another_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("last.safetensors");
    let entry = (
        "liebig-checkpoint".to_string(),
        r#"{"schema_version":1,"iteration":4}"#.to_string(),
    );
    let none: [(&str, safetensors::tensor::TensorView<'_>); 0] = [];
    let bytes = safetensors::serialize(none, Some([entry].into())).unwrap();
    std::fs::write(&path, bytes).unwrap();
    let message = Checkpoint::read(&path).unwrap_err().to_string();
    assert!(
        message.contains("schema_version is 1, expected 2"),
        "{message}"
    );
}
