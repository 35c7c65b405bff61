#![allow(clippy::unwrap_used, missing_docs)]
//! Experts and trajectory matching from the command line.

mod common;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{artefact, finish, liebig};

/// A network and images that take seconds.
const SMALL: &[&str] = &["--set", "model.width=4", "--image-size", "12"];

fn experts(folder: &Path, more: &[&str]) -> Command {
    let mut command = liebig();
    command
        .args(["experts", "train", "--data", "strokes", "--epochs", "3"])
        .args(["--count", "3", "--json", "-o"])
        .arg(folder)
        .args(SMALL)
        .args(more);
    command
}

fn distil(experts: &Path, output: &Path, more: &[&str]) -> Command {
    let mut command = liebig();
    command
        .args(["distill", "--method", "mtt", "--data", "strokes", "--json"])
        .args(["--iterations", "6", "--eval-repeats", "0"])
        .args(["--set", "method.syn_steps=4", "--set", "method.lr_img=10"])
        .args(["--set", "method.max_start_epoch=2"])
        .args(["--set", "method.expert_epochs=2"])
        .arg("--set")
        .arg(format!("method.experts={}", experts.display()))
        .arg("-o")
        .arg(output)
        .args(SMALL)
        .args(more);
    command
}

fn bytes(folder: &Path) -> Vec<Vec<u8>> {
    let read =
        |index| std::fs::read(folder.join(format!("expert-{index:04}.safetensors"))).unwrap();
    (0..3).map(read).collect()
}

#[test]
fn a_pool_from_parts_and_after_a_kill_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let units = finish(&mut experts(&path("whole"), &[]));
    assert!(
        units
            .as_array()
            .unwrap()
            .iter()
            .all(|unit| unit["kept"] == false)
    );
    for shard in ["1/2", "2/2"] {
        let mut part = experts(&path("parts"), &["--shard", shard, "--threads", "1"]);
        finish(&mut part);
    }
    assert!(bytes(&path("parts")) == bytes(&path("whole")));
    // Killed somewhere, then started again.
    for moment in [200, 500, 900] {
        let mut child = experts(&path("killed"), &[])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(moment));
        let _ = child.kill();
        child.wait().unwrap();
    }
    finish(&mut experts(&path("killed"), &[]));
    assert!(bytes(&path("killed")) == bytes(&path("whole")));
    let listed = finish(
        liebig()
            .args(["experts", "list", "--json"])
            .arg(path("whole")),
    );
    assert_eq!(listed["experts"].as_array().unwrap().len(), 3);
    let other = experts(&path("whole"), &["--lr", "0.5"]).output().unwrap();
    assert_eq!(other.status.code(), Some(2));
    let message = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(message.contains("lr is 0.01, expected 0.5"), "{message}");
}

#[test]
fn a_run_that_cannot_start_leaves_no_folder_behind() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let mut command = distil(&folder.path().join("nothing"), &run, &[]);
    for _ in 0..2 {
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && said.contains("nothing"),
            "{said}"
        );
        assert!(!run.exists());
    }
}

#[test]
fn experts_are_trained_for_a_configuration_and_matched() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let zca = ["--zca", "kip"];
    let mut print = distil(&path("pool"), &path("run"), &zca);
    let config = print.arg("--print-config").output().unwrap();
    let value: serde_json::Value = serde_json::from_slice(&config.stdout).unwrap();
    std::fs::write(path("run.toml"), toml::to_string(&value).unwrap()).unwrap();
    let mut train = liebig();
    train
        .args(["experts", "train", "--count", "2", "--json", "--for"])
        .arg(path("run.toml"))
        .arg("-o")
        .arg(path("pool"));
    finish(&mut train);
    let listed = finish(
        liebig()
            .args(["experts", "list", "--json"])
            .arg(path("pool")),
    );
    // Two starts, and two epochs more after the last.
    assert_eq!(listed["pool"]["settings"]["epochs"], 3);
    let whole = finish(&mut distil(&path("pool"), &path("run"), &zca));
    assert_eq!(whole["method"], "mtt");
    // Stopped half way, and from another place.
    std::fs::rename(path("pool"), path("moved")).unwrap();
    let other = distil(&path("moved"), &path("other"), &zca)
        .output()
        .unwrap();
    assert!(other.status.success());
    assert!(artefact(&path("run")) == artefact(&path("other")));
    let shown = finish(liebig().args(["show", "--json"]).arg(path("run")));
    assert_eq!(shown["whitening"], "kip");
    // A picture, and the evaluation in the whitened space.
    let mut evaluate = liebig();
    evaluate
        .args([
            "evaluate",
            "--json",
            "--repeats",
            "1",
            "--epochs",
            "5",
            "--baseline",
            "random",
        ])
        .arg(path("run"));
    let report = finish(&mut evaluate);
    assert!(report["results"][0]["distilled"]["mean"].as_f64().unwrap() > 0.0);
    // Without whitening, the experts are others.
    let plain = distil(&path("moved"), &path("plain"), &[])
        .output()
        .unwrap();
    assert_eq!(plain.status.code(), Some(2));
    let message = String::from_utf8_lossy(&plain.stderr).into_owned();
    assert!(message.contains("space is"), "{message}");
    let verified = liebig()
        .args(["experts", "verify"])
        .arg(path("moved"))
        .output()
        .unwrap();
    assert!(verified.status.success());
    let damaged = path("moved").join("expert-0001.safetensors");
    let mut content = std::fs::read(&damaged).unwrap();
    let at = content.len() - 2;
    content[at] ^= 1;
    std::fs::write(&damaged, content).unwrap();
    let verified = liebig()
        .args(["experts", "verify"])
        .arg(path("moved"))
        .output()
        .unwrap();
    assert_eq!(verified.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&verified.stdout).contains("expert-0001"));
}
