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
    let title = format!("dc on strokes, 1 per class ({})", run.display());
    assert_eq!(both.matches(&title).count(), 4, "{both}");
    let markdown = liebig()
        .args(["report", "--markdown"])
        .arg(&run)
        .output()
        .unwrap();
    let markdown = String::from_utf8(markdown.stdout).unwrap();
    for part in [
        "## dc on strokes",
        "| random real | 2 |",
        "```toml",
        "- seed: 0",
    ] {
        assert!(markdown.contains(part), "{markdown}");
    }
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
