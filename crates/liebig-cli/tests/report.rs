#![allow(clippy::unwrap_used, missing_docs)]
//! Reports on runs.

mod common;

use common::{finish, liebig};

#[test]
fn a_page_has_everything_and_asks_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (run, page) = (folder.path().join("run"), folder.path().join("a.html"));
    let mut distil = liebig();
    distil
        .args([
            "distill",
            "--method",
            "dc",
            "--iterations",
            "4",
            "--eval-repeats",
            "2",
            "--json",
            "-o",
        ])
        .arg(&run);
    for setting in [
        "method.batch_real=4",
        "model.width=4",
        "model.depth=1",
        "evaluation.epochs=3",
    ] {
        distil.args(["--set", setting]);
    }
    finish(&mut distil);
    let mut report = liebig();
    report
        .args(["report", "--json", "--html"])
        .arg(&page)
        .arg(&run);
    let facts = finish(&mut report);
    assert_eq!(facts[0]["method"], "dc");
    assert_eq!(facts[0]["scores"].as_array().unwrap().len(), 2);
    assert_eq!(facts[0]["losses"].as_array().unwrap().len(), 4);
    let caveats = facts[0]["caveats"].to_string();
    assert!(caveats.contains("Only 2 network(s)") && caveats.contains("hides who is in the data"));
    let html = std::fs::read_to_string(&page).unwrap();
    for part in [
        "dc on strokes, 1 per class",
        "random real",
        "data:image/png;base64,",
        "<svg",
        "[method]",
        "aria-sort",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(
        !html.contains("http:")
            || html.matches("http:").count() == html.matches("http://www.w3.org").count()
    );
    assert!(!html.contains("https:") && !html.contains("{{"));
    // Runs that have the same name are told apart by their folders.
    let both = liebig().arg("report").args([&run, &run]).output().unwrap();
    let both = String::from_utf8(both.stdout).unwrap();
    let title = format!("dc on strokes, 1 per class ({})  distilled", run.display());
    assert_eq!(both.matches(&title).count(), 2, "{both}");
    let markdown = liebig()
        .args(["report", "--markdown"])
        .arg(&run)
        .output()
        .unwrap();
    let markdown = String::from_utf8(markdown.stdout).unwrap();
    for part in [
        "## dc on strokes",
        "| random real | 2 |",
        "Not evaluated beside the set: random real, as many bytes, k-means",
        "--save` adds what is missing",
        "```toml",
        "- seed: 0",
    ] {
        assert!(markdown.contains(part), "{markdown}");
    }
}

#[test]
fn a_report_says_which_baselines_are_missing_until_they_are_saved() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let mut distil = liebig();
    distil.args([
        "distill",
        "--method",
        "dc",
        "--iterations",
        "1",
        "--eval-repeats",
        "2",
        "--seed",
        "3",
    ]);
    for setting in [
        "method.batch_real=4",
        "model.width=4",
        "model.depth=2",
        "evaluation.epochs=2",
    ] {
        distil.args(["--set", setting]);
    }
    finish(distil.args(["--json", "-o"]).arg(&run));
    let report = || finish(liebig().args(["report", "--json"]).arg(&run))[0].clone();
    let before = report();
    let missing = &before["missing"];
    let names = [
        "random@bytes",
        "k-means",
        "herding",
        "class-mean",
        "label-solve",
        "whole",
    ];
    assert_eq!(missing["baselines"], serde_json::json!(names));
    // The command that it names adds all but the whole dataset.
    let command = missing["command"].as_str().unwrap();
    let words: Vec<&str> = command.split(' ').collect();
    let expected = ["--seed", "3", "--repeats", "2", "--save"];
    assert_eq!(
        (words[0], &words[words.len() - 5..]),
        ("liebig", &expected[..])
    );
    assert!(!command.contains("whole"), "{command}");
    finish(liebig().args(&words[1..]).arg("--json"));
    let after = report();
    assert_eq!(after["missing"]["baselines"], serde_json::json!(["whole"]));
    let sources = |report: &serde_json::Value| -> Vec<String> {
        let scores = report["scores"].as_array().unwrap().iter();
        scores
            .map(|score| score["label"].as_str().unwrap().to_owned())
            .collect()
    };
    let expected = [
        "distilled",
        "random real",
        "random real, as many bytes",
        "k-means",
        "herding",
        "class-mean",
        "label-solve",
    ];
    assert_eq!(sources(&after), expected);
    assert_eq!(after["scores"][0], before["scores"][0]);
    // Other networks and protocols stand beside them under names of their own; a second time takes the place of the first.
    for repeats in ["1", "2"] {
        let mut other = liebig();
        other.args([
            "evaluate",
            "--models",
            "mlp",
            "--protocol",
            "plain",
            "--epochs",
            "1",
            "--save",
        ]);
        finish(other.args(["--json", "--repeats", repeats]).arg(&run));
    }
    let all = report();
    assert_eq!(sources(&all)[7..], ["distilled (plain, mlp, 1 epochs)"]);
    assert_eq!(all["scores"][7]["n"], 2);
    let output = liebig()
        .args(["evaluate", "--save"])
        .arg(run.join("distilled.safetensors"))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("needs the folder of a run") && said.contains("hint:"),
        "{said}"
    );
}

#[test]
fn all_baselines_stand_beside_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let mut distil = liebig();
    distil.args([
        "distill",
        "--method",
        "random",
        "--eval-repeats",
        "1",
        "--baseline",
        "all",
    ]);
    for setting in ["model.width=4", "model.depth=2", "evaluation.epochs=1"] {
        distil.args(["--set", setting]);
    }
    let result = finish(distil.args(["--json", "-o"]).arg(&run));
    for name in [
        "random",
        "random@bytes",
        "k-means",
        "herding",
        "class-mean",
        "label-solve",
    ] {
        assert_eq!(result[name]["n"], 1, "{name}: {result}");
    }
    let report = finish(liebig().args(["report", "--json"]).arg(&run));
    let command = report[0]["missing"]["command"].as_str().unwrap();
    assert!(command.contains("--baseline whole"), "{command}");
}

#[test]
fn what_is_no_finished_run_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |part: &str| {
        let output = liebig().arg("report").arg(folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            message.contains(part) && message.contains("hint: "),
            "{message}"
        );
    };
    refused("no results.json");
    std::fs::write(folder.path().join("config.toml"), "").unwrap();
    refused("not finished");
    std::fs::write(folder.path().join("results.json"), "{").unwrap();
    refused("damaged");
}
