#![allow(clippy::unwrap_used, missing_docs)]
//! Classes and datasets that arrive in steps.

mod common;

use std::path::Path;
use std::process::Command;

use common::{finish, liebig};

/// Two steps of the built-in set, with a tiny network and few epochs.
fn continual(output: &Path, more: &[&str]) -> Command {
    let mut command = with_tiny_networks(output);
    command.args(["--steps", "2"]).args(more);
    command
}

fn with_tiny_networks(output: &Path) -> Command {
    let mut command = liebig();
    let flags = [
        "continual",
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
    command.args(flags).arg(output);
    command
}

/// A folder of ten classes of 8x8 images in IDX files, each with a bright row or column.
fn second_source(folder: &Path, classes: u8) {
    for (name, each) in [("train", 6_u8), ("t10k", 3)] {
        let count = classes * each;
        let mut images = vec![0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 8, 0, 0, 0, 8];
        let mut labels = vec![0, 0, 8, 1, 0, 0, 0, count];
        for sample in 0..count {
            let class = sample % classes;
            labels.push(class);
            let bright = |place: u8| match class {
                0..5 => place / 8 == class,
                _ => place % 8 == class - 5,
            };
            images.extend((0..64).map(|place| if bright(place) { 250 } else { sample }));
        }
        std::fs::write(folder.join(format!("{name}-images-idx3-ubyte")), images).unwrap();
        std::fs::write(folder.join(format!("{name}-labels-idx1-ubyte")), labels).unwrap();
    }
}

#[test]
fn methods_fill_the_memory_step_by_step_and_nothing_is_done_twice() {
    let folder = tempfile::tempdir().unwrap();
    let summary = finish(&mut continual(folder.path(), &[]));
    assert_eq!(summary["sequence"], "classes");
    let lines = &summary["rows"];
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
    assert!(again["rows"][1]["accuracy"] == lines[1]["accuracy"]);
    assert_eq!(std::fs::read(&lost).unwrap(), before);
    assert_eq!(std::fs::metadata(&joint).unwrap().modified().unwrap(), kept);
    let svg = std::fs::read_to_string(folder.path().join("continual-dark.svg")).unwrap();
    assert!(svg.contains("dm, in bytes") && svg.contains("<polygon"));
}

#[test]
fn datasets_follow_one_another_and_the_memory_grows() {
    let folder = tempfile::tempdir().unwrap();
    let second = folder.path().join("second");
    std::fs::create_dir(&second).unwrap();
    second_source(&second, 10);
    let run = |output: &str, threads: &str| {
        let mut command = with_tiny_networks(&folder.path().join(output));
        let domains = format!("strokes,{}", second.display());
        command.args(["--domains", &domains, "--threads", threads]);
        command
    };
    let summary = finish(&mut run("a", "1"));
    assert_eq!(summary["sequence"], "domains");
    assert_eq!(summary["data"].as_array().unwrap().len(), 2);
    for row in summary["rows"].as_array().unwrap() {
        let number = |value: &serde_json::Value| value["mean"].as_f64().unwrap();
        let (first, both) = (&row["by_step"][0], &row["by_step"][1]);
        assert_eq!(
            (
                first.as_array().unwrap().len(),
                both.as_array().unwrap().len()
            ),
            (1, 2)
        );
        let mean = (number(&both[0]) + number(&both[1])) / 2.0;
        assert!((number(&row["last"]) - mean).abs() < 1e-12, "{row}");
        assert_eq!(number(&row["accuracy"][0]), number(&first[0]));
    }
    // Two datasets of ten images, of 28x28 pixels both.
    assert_eq!(summary["rows"][0]["bytes"], 2 * 7845 - 1);
    // The same bytes with another number of threads, and nothing is done twice.
    finish(&mut run("b", "2"));
    let file = |output: &str, name: &str| {
        let path = folder.path().join(output).join("order0").join(name);
        std::fs::read(path).unwrap()
    };
    for name in [
        "dm-step0.safetensors",
        "dm-step1.safetensors",
        "random-step1.safetensors",
    ] {
        assert_eq!(file("a", name), file("b", name), "{name}");
    }
    let kept = folder.path().join("b/order0/joint.json");
    let time = || std::fs::metadata(&kept).unwrap().modified().unwrap();
    let before = time();
    let again = finish(&mut run("b", "2"));
    for (row, other) in [0, 1, 2, 3, 4].map(|row| (&again["rows"][row], &summary["rows"][row])) {
        assert_eq!(row["by_step"], other["by_step"]);
    }
    assert_eq!(time(), before);
    let svg = std::fs::read_to_string(folder.path().join("b/continual-light.svg")).unwrap();
    assert!(svg.contains("<polygon"));
    // The report has the same numbers.
    let page = folder.path().join("page.html");
    let mut report = liebig();
    report
        .args(["report", "--json", "--html"])
        .arg(&page)
        .arg(folder.path().join("b"));
    let facts = finish(&mut report);
    assert_eq!(
        (&facts[0]["kind"], &facts[0]["rows"]),
        (&"continual".into(), &again["rows"])
    );
    let html = std::fs::read_to_string(&page).unwrap();
    for part in [
        "continual learning on strokes, then second",
        "on second",
        "dm, in bytes",
        "<polygon",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    let markdown = liebig()
        .args(["report", "--markdown"])
        .arg(folder.path().join("b"))
        .output()
        .unwrap();
    let markdown = String::from_utf8(markdown.stdout).unwrap();
    for part in [
        "## continual learning on strokes",
        "| finetune | 2 |",
        "- repetitions: 1",
    ] {
        assert!(markdown.contains(part), "{markdown}");
    }
    std::fs::remove_file(folder.path().join("b/continual.json")).unwrap();
    let output = liebig()
        .arg("report")
        .arg(folder.path().join("b"))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(1) && said.contains("`liebig continual` goes on"),
        "{said}"
    );
}

#[test]
fn datasets_that_cannot_follow_one_another_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    second_source(folder.path(), 9);
    let refused = |flags: &[&str]| {
        let output = liebig().arg("continual").args(flags).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("hint:"), "{said}");
        (output.status.code().unwrap(), said)
    };
    let nine = format!("strokes,{}", folder.path().display());
    let (code, said) = refused(&["--domains", &nine]);
    assert!(code == 1 && said.contains("only strokes has 9"), "{said}");
    let (code, said) = refused(&["--domains", "strokes"]);
    assert!(code == 2 && said.contains("at least two"), "{said}");
    let (code, said) = refused(&["--domains", "strokes,strokes", "--steps", "2"]);
    assert!(code == 2 && said.contains("--steps"), "{said}");
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
