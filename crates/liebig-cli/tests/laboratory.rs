#![allow(clippy::unwrap_used, missing_docs)]
//! Evaluation by other protocols, over time and of several sets; files of networks; records.

mod common;

use std::path::Path;

use common::{finish, liebig};

/// A tiny run with an evaluation of three epochs.
fn run(folder: &Path, seed: &str) {
    let mut distil = liebig();
    let flags = [
        "distill",
        "--method",
        "dc",
        "--iterations",
        "4",
        "--eval-repeats",
        "1",
        "--json",
    ];
    distil.args(flags).args(["--seed", seed, "-o"]).arg(folder);
    for setting in [
        "method.batch_real=4",
        "model.width=4",
        "model.depth=1",
        "evaluation.epochs=3",
    ] {
        distil.args(["--set", setting]);
    }
    finish(&mut distil);
}

fn evaluate(arguments: &[&str], runs: &[&Path]) -> serde_json::Value {
    let mut evaluate = liebig();
    evaluate.args(["evaluate", "--json", "--repeats", "1", "--epochs", "2"]);
    finish(evaluate.args(arguments).args(runs))
}

/// The exit code and what is said on standard error.
fn refused(command: &mut std::process::Command) -> (i32, String) {
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), said)
}

#[test]
fn sets_are_evaluated_by_several_protocols_gathered_and_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let [a, b, kept] = ["a", "b", "kept"].map(|name| folder.path().join(name));
    run(&a, "0");
    run(&b, "1");
    let kept_text = kept.display().to_string();
    let asked = [
        "--protocol",
        "plain,strong",
        "--baseline",
        "random@bytes",
        "--ensemble",
        "--confusion",
        "--resume",
        &kept_text,
    ];
    let both = evaluate(&asked, &[&a, &b]);
    let results = both["artefacts"][0]["results"].as_array().unwrap();
    let protocols: Vec<&str> = results
        .iter()
        .map(|result| result["protocol"].as_str().unwrap())
        .collect();
    assert_eq!(protocols, ["plain", "strong"]);
    let row = &results[0]["distilled"];
    assert!(row["ece"].is_number() && row["ensemble"].is_number());
    assert_eq!(row["confusion"].as_array().unwrap().len(), 10);
    let gathered = both["gathered"].as_array().unwrap();
    // Two protocols of two sources; the second distillation has the same real samples.
    assert_eq!(gathered.len(), 4);
    assert_eq!(
        (
            gathered[0]["distillations"].as_u64(),
            gathered[0]["n"].as_u64()
        ),
        (Some(2), Some(2))
    );
    let files = std::fs::read_dir(&kept).unwrap().count();
    assert_eq!(files, 6);
    // Nothing is trained again.
    let again = evaluate(&asked, &[&a, &b]);
    assert!(again["gathered"] == both["gathered"]);
    assert_eq!(std::fs::read_dir(&kept).unwrap().count(), files);
    let (code, said) = refused(liebig().args(["evaluate", "--protocol", "soft"]).arg(&a));
    assert_eq!(code, 2);
    assert!(
        said.contains("the set has hard labels") && said.contains("hint:"),
        "{said}"
    );
}

#[test]
fn accuracy_over_time_is_in_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let (a, page) = (folder.path().join("a"), folder.path().join("a.html"));
    run(&a, "0");
    let all = evaluate(&["--snapshots"], &[&a]);
    let iterations: Vec<u64> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["iteration"].as_u64().unwrap())
        .collect();
    assert_eq!(iterations, [0, 1, 2, 3, 4]);
    let report = finish(
        liebig()
            .args(["report", "--json", "--html"])
            .arg(&page)
            .arg(&a),
    );
    assert_eq!(report[0]["accuracies"].as_array().unwrap().len(), 5);
    assert!(
        std::fs::read_to_string(&page)
            .unwrap()
            .contains("Test accuracy over the iterations")
    );
    assert!(
        std::fs::metadata(a.join("events.out.tfevents.liebig"))
            .unwrap()
            .len()
            > 1000
    );
    let (code, said) = refused(liebig().args(["evaluate", "--snapshots"]).arg(&page));
    assert_eq!(code, 1);
    assert!(
        said.contains("there are no snapshots") && said.contains("hint:"),
        "{said}"
    );
}

#[test]
fn weights_are_written_for_pytorch_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("net.safetensors");
    let models = |arguments: &[&str]| {
        let mut command = liebig();
        command.arg("models").args(arguments).arg(&file);
        command
    };
    assert!(
        models(&["convnet:width=8:norm=batch", "--write"])
            .status()
            .unwrap()
            .success()
    );
    let fits = finish(&mut models(&[
        "convnet:width=8:norm=batch",
        "--json",
        "--check",
    ]));
    assert_eq!(
        (fits["weights"].as_u64(), fits["statistics"].as_u64()),
        (Some(14), Some(6))
    );
    let (code, said) = refused(&mut models(&["convnet:width=9", "--check"]));
    assert_eq!(code, 1);
    assert!(
        said.contains("net.safetensors") && said.contains("hint:"),
        "{said}"
    );
}

#[test]
fn records_without_their_circumstances_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    run(&root.join("first"), "0");
    let readme = root.join("README.md");
    std::fs::write(
        &readme,
        "# Records\n\n<!-- records -->\n<!-- /records -->\n",
    )
    .unwrap();
    let records = |arguments: &[&str]| {
        let mut command = liebig();
        command.arg("records").args(arguments).arg(root);
        command
    };
    let (code, _) = refused(&mut records(&["check"]));
    assert_eq!(code, 1, "the table is not there yet");
    finish(&mut records(&["table", "--write", "--json"]));
    let text = std::fs::read_to_string(&readme).unwrap();
    assert!(
        text.contains("| strokes | 1 | dc | convnet | 1 |"),
        "{text}"
    );
    let checked = finish(&mut records(&["check", "--json"]));
    assert_eq!(checked["records"], 1);
    // A manifest without a machine.
    let manifest = root.join("first/manifest.json");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replace("\"machine\"", "\"engine\"")).unwrap();
    let output = records(&["check"]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("first") && said.contains("missing field `machine`"),
        "{said}"
    );
    std::fs::write(&manifest, text).unwrap();
    std::fs::remove_file(root.join("first/results.json")).unwrap();
    let output = records(&["check"]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("there is no result of any network"), "{said}");
}
