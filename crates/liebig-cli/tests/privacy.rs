#![allow(clippy::unwrap_used, missing_docs)]
//! The accountant, private distillation, and attacks.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{finish, liebig};

/// A private distillation of the built-in set in a second.
fn distil(folder: &Path, more: &[&str]) -> Command {
    let mut command = liebig();
    let flags = [
        "distill",
        "--method",
        "dm",
        "--dp",
        "epsilon=2,delta=1e-5,accountant=rdp",
        "--iterations",
        "4",
        "--set",
        "model.width=4",
        "--set",
        "model.depth=2",
        "--eval-repeats",
        "0",
        "--json",
    ];
    command.args(flags).arg("-o").arg(folder).args(more);
    command
}

fn refused(command: &mut Command) -> (i32, String) {
    let output = command.output().unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn the_accountant_answers() {
    let ask = |arguments: &[&str]| finish(liebig().arg("privacy").args(arguments).arg("--json"));
    let steps = ["--rate", "0.01", "--steps", "10000", "--delta", "1e-5"];
    let answer = ask(&[&["epsilon", "--noise", "1.1"], &steps[..]].concat());
    assert!((answer["rdp"].as_f64().unwrap() - 5.6320).abs() < 1e-4);
    assert!((answer["pld"].as_f64().unwrap() - 5.192_62).abs() < 1e-4);
    let answer = ask(&[&["noise", "--epsilon", "5.6320"], &steps[..]].concat());
    assert!((answer["rdp"].as_f64().unwrap() - 1.1).abs() < 1e-4);
    let (code, said) = refused(
        liebig()
            .args(["privacy", "noise", "--epsilon", "0"])
            .args(steps),
    );
    assert!(
        code == 2 && said.contains("epsilon is 0") && said.contains("hint:"),
        "{said}"
    );
    let wrong = [
        "privacy", "epsilon", "--noise", "1", "--rate", "2", "--steps", "5",
    ];
    let (code, said) = refused(liebig().args(wrong));
    assert!(code == 2 && said.contains("sampling rate is 2"), "{said}");
}

#[test]
fn a_private_set_says_what_is_guaranteed() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let report = finish(&mut distil(&run, &[]));
    assert_eq!(report["method"], "ndpdc");
    let epsilon = report["privacy"]["epsilon"].as_f64().unwrap();
    assert!(epsilon <= 2.0 && epsilon > 1.99, "{epsilon}");
    let shown = finish(liebig().args(["show", "--json"]).arg(&run));
    assert_eq!(shown["provenance"]["privacy"], report["privacy"]);
    let told = liebig().arg("show").arg(&run).output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(
        told.contains("one record more or less") && told.contains("does not cover"),
        "{told}"
    );
    // Noise does not come from the seed.
    let other = folder.path().join("other");
    finish(&mut distil(&other, &[]));
    let set = |run: &Path| std::fs::read(run.join("distilled.safetensors")).unwrap();
    assert!(set(&run) != set(&other));
}

#[test]
fn what_cannot_be_private_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    for (more, parts) in [
        (&["--method", "dd"][..], &["dd", "expected dm or dc"][..]),
        (&["--dp", "delta=1e-5"], &["epsilon is missing"]),
        (&["--dp", "epsilon=x"], &["`x` is not a number"]),
        (&["--dp", "epsilon=0"], &["method.epsilon", "0"]),
        (
            &["--dp", "epsilon=1e-9"],
            &["no noise gives epsilon", "hint:"],
        ),
        (&["--init", "real"], &["init"]),
        (&["--set", "model.norm=batch"], &["batch normalisation"]),
        (
            &["--model", "mlp", "--set", "method.batch_real=5000"],
            &["method.batch_real is 5000"],
        ),
    ] {
        let mut command = liebig();
        let mut arguments = vec![
            "distill",
            "--method",
            "dm",
            "--dp",
            "epsilon=1",
            "--iterations",
            "4",
        ];
        for flag in more.iter().step_by(2) {
            if let Some(place) = arguments.iter().position(|known| known == flag) {
                arguments.drain(place..place + 2);
            }
        }
        let (code, said) = refused(command.args(arguments).args(more).arg("-o").arg(&run));
        assert!(matches!(code, 1 | 2), "{more:?} {said}");
        for part in parts {
            assert!(said.contains(part), "{more:?} {said}");
        }
    }
}

/// Ten real samples.
fn random(folder: &Path) -> PathBuf {
    let run = folder.join("random");
    if !run.exists() {
        let flags = [
            "distill",
            "--method",
            "random",
            "--model",
            "mlp",
            "--eval-repeats",
            "0",
        ];
        finish(liebig().args(flags).arg("--json").arg("-o").arg(&run));
    }
    run
}

/// A game of few runs about ten real samples.
fn measure(folder: &Path, more: &[&str]) -> Command {
    let run = random(folder);
    let mut command = liebig();
    let flags = [
        "--candidates",
        "20",
        "--runs",
        "4",
        "--epochs",
        "30",
        "--beside",
        "dm",
        "--set",
        "dm:method.iterations=1",
        "--json",
    ];
    command
        .arg("privacy")
        .arg(&run)
        .args(flags)
        .arg("-o")
        .arg(folder.join("out"))
        .args(more);
    command
}

#[test]
fn real_samples_are_found_out_and_runs_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let found = finish(&mut measure(folder.path(), &["--threads", "1"]));
    assert_eq!(
        (
            found["exact_copies"].as_u64(),
            found["starts_from_real"].as_bool()
        ),
        (Some(10), Some(true))
    );
    assert!(found["guarantee"].is_null());
    assert_eq!(found["copies"].as_array().unwrap().len(), 3);
    let attacks = found["attacks"].as_array().unwrap();
    assert_eq!(attacks.len(), 10);
    let nearest = attacks
        .iter()
        .find(|line| line["method"] == "random" && line["attack"] == "nearest")
        .unwrap();
    assert_eq!(
        (nearest["auc"].as_f64(), nearest["against"].as_str()),
        (Some(1.0), Some("set"))
    );
    assert_eq!(nearest["tpr_at_0_1_percent"]["value"].as_f64(), Some(1.0));
    let out = folder.path().join("out");
    assert!(out.join("pairs.png").exists() && out.join("privacy.json").exists());
    let page = folder.path().join("report.html");
    let told = liebig()
        .arg("report")
        .arg(&out)
        .arg("--html")
        .arg(&page)
        .output()
        .unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(
        told.contains("lira-nearest") && told.contains("10 samples of the set"),
        "{told}"
    );
    let page = std::fs::read_to_string(&page).unwrap();
    assert!(page.contains("Triples: a sample of the set") && page.contains("lira-nearest"));
    // A run that is missing is made again, to the same bytes, with any number of threads.
    let lost = out.join("dm/run2.json");
    let observed = |path: &Path| -> serde_json::Value {
        let mut seen: serde_json::Value =
            serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        seen["seconds"].take();
        seen
    };
    let before = observed(&lost);
    std::fs::remove_file(&lost).unwrap();
    let again = finish(&mut measure(folder.path(), &["--threads", "2"]));
    assert!(observed(&lost) == before);
    assert!(again["attacks"] == found["attacks"]);
    let (code, said) = refused(&mut measure(folder.path(), &["--canaries", "3"]));
    assert!(
        code == 1 && said.contains("by other settings") && said.contains("hint:"),
        "{said}"
    );
}

#[test]
fn impossible_questions_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let run = random(folder.path());
    for (more, part) in [
        (&["--runs", "3"][..], "runs is 3"),
        (&["--candidates", "15"], "candidates is 15"),
        (&["--beside", "magic"], "unknown method `magic`"),
        (&["--attacks", "magic"], "magic"),
        (&["--set", "method.magic=1"], "magic"),
    ] {
        let mut command = liebig();
        command
            .arg("privacy")
            .arg(&run)
            .arg("-o")
            .arg(folder.path().join("none"));
        let (code, said) = refused(command.args(more));
        assert!(code == 2 && said.contains(part), "{more:?} {code} {said}");
    }
    let (code, said) = refused(liebig().arg("privacy"));
    assert!(code == 2 && said.contains("FILE|RUN"), "{said}");
}
