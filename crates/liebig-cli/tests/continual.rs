#![allow(clippy::unwrap_used, missing_docs)]
//! Classes that arrive in steps.

mod common;

use std::path::Path;
use std::process::Command;

use common::{finish, liebig};

/// Two steps of the built-in set, with a tiny network and few epochs.
fn continual(output: &Path, more: &[&str]) -> Command {
    let mut command = liebig();
    let flags = [
        "continual",
        "--steps",
        "2",
        "--methods",
        "random,dm",
        "--memory",
        "1",
        "--orders",
        "1",
        "--nets",
        "2",
        "--model",
        "convnet:width=4:depth=2",
        "--protocol",
        "plain",
        "--epochs",
        "3",
        "--real-epochs",
        "1",
        "--set",
        "dm:method.iterations=2",
        "--set",
        "dm:method.batch_real=4",
        "--json",
        "-o",
    ];
    command.args(flags).arg(output).args(more);
    command
}

#[test]
fn methods_fill_the_memory_step_by_step_and_nothing_is_done_twice() {
    let folder = tempfile::tempdir().unwrap();
    let lines = finish(&mut continual(folder.path(), &[]));
    let names: Vec<String> = lines
        .as_array()
        .unwrap()
        .iter()
        .map(|line| format!("{} {}", line["method"].as_str().unwrap(), line["form"]))
        .collect();
    let expected = [
        "random \"learnt\"",
        "dm \"learnt\"",
        "dm \"bytes\"",
        "finetune null",
        "joint null",
    ];
    assert_eq!(names, expected);
    for line in lines.as_array().unwrap() {
        assert_eq!(line["accuracy"].as_array().unwrap().len(), 2);
        assert_eq!(
            (line["orders"].as_u64(), line["n"].as_u64()),
            (Some(1), Some(2))
        );
    }
    // Ten real images, learnt ones, and those in bytes.
    let bytes = |line: usize| lines[line]["bytes"].as_u64().unwrap();
    assert_eq!((bytes(0), bytes(1), bytes(2)), (7845, 31365, 7845));
    // A step that is lost is made again, to the same result; the rest stays.
    let lost = folder.path().join("order0/dm-step1.safetensors");
    let before = std::fs::read(&lost).unwrap();
    std::fs::remove_file(&lost).unwrap();
    let joint = folder.path().join("order0/joint.json");
    let kept = std::fs::metadata(&joint).unwrap().modified().unwrap();
    let again = finish(&mut continual(folder.path(), &[]));
    assert!(again[1]["accuracy"] == lines[1]["accuracy"]);
    assert_eq!(std::fs::read(&lost).unwrap(), before);
    assert_eq!(std::fs::metadata(&joint).unwrap().modified().unwrap(), kept);
    let svg = std::fs::read_to_string(folder.path().join("continual-dark.svg")).unwrap();
    assert!(svg.contains("dm, in bytes") && svg.contains("<polygon"));
}

#[test]
fn what_does_not_fit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |more: &[&str]| {
        let output = continual(&folder.path().join("x"), more).output().unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    std::fs::create_dir(folder.path().join("x")).unwrap();
    let other = "{\"dataset\":\"\",\"steps\":3,\"memory\":1,\"memory_bytes\":null,\"nets\":1,\"recipe\":null}";
    std::fs::write(folder.path().join("x/settings.json"), other).unwrap();
    let (code, said) = refused(&[]);
    assert!(code == 1 && said.contains("settings.json"), "{said}");
    let mut command = liebig();
    let output = command
        .args(["continual", "--steps", "6"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said.contains("must be 1 to 5") && said.contains("hint:"),
        "{said}"
    );
    let output = liebig()
        .args(["continual", "--methods", "magic"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("magic") && said.contains("herding"), "{said}");
}
