#![allow(clippy::unwrap_used, missing_docs)]
//! Patches of pictures, and patients that are judged by them.

mod common;

use std::path::Path;
use std::process::Output;

use common::liebig;
use serde_json::Value;

/// Four patients in each class and split, with two grey pictures each: bright ones are ill.
fn clinic(folder: &Path) {
    for split in ["train", "test"] {
        for patient in 0..8_u8 {
            for view in 0..2_u8 {
                let class = ["well", "ill"][usize::from(patient % 2)];
                let shade = 60 + 120 * (patient % 2) + 5 * view;
                let pixels = (0..144_u8).map(|place| shade + (place * 7 + patient) % 11);
                let file = format!("{split}/{class}/{split}{patient}-{view}.pgm");
                let path = folder.join(file);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                let bytes: Vec<u8> = b"P5 12 12 255\n".iter().copied().chain(pixels).collect();
                std::fs::write(path, bytes).unwrap();
            }
        }
    }
}

fn distill(data: &Path, run: &Path, settings: &[&str]) -> Output {
    let mut command = liebig();
    command.args([
        "distill",
        "--method",
        "sldd",
        "--iterations",
        "2",
        "--eval-repeats",
        "0",
    ]);
    command.arg("--data").arg(data).arg("--output").arg(run);
    for setting in [
        "method.batch_real=8",
        "model.width=4",
        "model.depth=1",
        "evaluation.epochs=2",
    ]
    .iter()
    .chain(settings)
    {
        command.args(["--set", setting]);
    }
    command.output().unwrap()
}

fn evaluate(run: &Path, arguments: &[&str]) -> Output {
    let mut command = liebig();
    command
        .arg("evaluate")
        .arg(run)
        .args(["--repeats", "2"])
        .args(arguments);
    command.output().unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn patients_are_judged_by_their_patches() {
    let folder = tempfile::tempdir().unwrap();
    let (data, run) = (folder.path().join("clinic"), folder.path().join("run"));
    clinic(&data);
    let made = distill(
        &data,
        &run,
        &[
            "data.patches=8/4",
            r"data.patient=(?:train|test)\d+",
            "data.image_size=16",
        ],
    );
    assert!(made.status.success(), "{}", errors(&made));
    let json = [
        "--patients",
        "--positive",
        "ill",
        "--baseline",
        "random,whole",
        "--json",
    ];
    let found = evaluate(&run, &json);
    assert!(found.status.success(), "{}", errors(&found));
    // The images are resized and cut as for the run: otherwise its hash would be another.
    assert!(
        !errors(&found).contains("hash differs"),
        "{}",
        errors(&found)
    );
    let report: Value = serde_json::from_slice(&found.stdout).unwrap();
    for source in ["distilled", "distilled@common", "random", "whole"] {
        let patients = &report["results"][0][source]["patients"];
        assert_eq!(patients["test"], 8, "{source}: {report}");
        assert_eq!(
            (&patients["train"], &patients["test_positive"]),
            (&8.into(), &4.into())
        );
        assert_eq!(patients["thresholds"].as_array().unwrap().len(), 2);
        let mean = patients["harmonic_mean"]["mean"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&mean), "{patients}");
    }
    let table = evaluate(&run, &["--patients", "--epochs", "3"]);
    let text = String::from_utf8(table.stdout).unwrap();
    // Classes are in the order of their names, and the last is positive.
    assert!(
        text.contains(
            "positive: well, 4 of 8 test patients; thresholds chosen on 8 training patients"
        ),
        "{text}"
    );
    let wrong = evaluate(&run, &["--patients", "--positive", "dead"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(
        errors(&wrong).contains("positive is dead, expected one of the classes ill, well")
            && errors(&wrong).contains("hint: change `--positive`"),
        "{}",
        errors(&wrong)
    );
}

#[test]
fn bad_settings_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let (data, run) = (folder.path().join("clinic"), folder.path().join("run"));
    clinic(&data);
    for (setting, code, expected) in [
        (
            "data.patches=13",
            2,
            "data.patches: 13/13 for pictures of 12x12 was given",
        ),
        (
            "data.patches=8/0",
            2,
            "`8/0` was given, expected SIZE, SIZE/STRIDE or",
        ),
        (
            "data.patient=(x",
            2,
            "data.patient: `(x` is not a regular expression: unclosed group",
        ),
        (
            "data.patient=train",
            1,
            "data.patient: `train` is not in the names of 16 of 32 image files",
        ),
    ] {
        let refused = distill(&data, &run, &[setting]);
        let text = errors(&refused);
        assert_eq!(refused.status.code(), Some(code), "{setting}: {text}");
        assert!(
            text.contains(expected) && text.contains("\nhint: "),
            "{setting}: {text}"
        );
        assert!(!run.exists(), "{setting}");
    }
}
