#![allow(clippy::unwrap_used, missing_docs)]
//! Runs that take a given time, and comparisons of them.

mod common;

use std::path::Path;
use std::time::Instant;

use common::{artefact, finish, liebig, tiny};

#[test]
fn a_time_becomes_a_number_of_iterations_that_repeats_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let timed = |path: &Path, more: &[&str]| {
        let mut command = liebig();
        command
            .args(["distill", "--method", "dd", "--minutes", "0.1", "--json"])
            .args(["--set", "method.batch_real=4", "--set", "method.init=real"])
            .args(["--set", "model.width=4", "--set", "model.depth=1"])
            .args(["--eval-repeats", "0", "--output"])
            .arg(path)
            .args(more);
        command
    };
    let started = Instant::now();
    let result = finish(&mut timed(&path("timed"), &[]));
    let seconds = started.elapsed().as_secs_f64();
    // The machine may be busy, so this is far from what is said to hold on an idle one.
    assert!((1.0..60.0).contains(&seconds), "{seconds}");
    let iterations = result["iterations"].as_u64().unwrap();
    assert!(iterations > 10, "{iterations}");
    let config = path("timed").join("config.toml");
    let mut again = liebig();
    again
        .args(["distill", "--json", "--config"])
        .arg(&config)
        .arg("--output")
        .arg(path("again"));
    assert_eq!(finish(&mut again)["iterations"], iterations);
    assert!(artefact(&path("timed")) == artefact(&path("again")));
    // A run that is continued does not measure anew.
    std::fs::remove_file(path("timed").join("results.json")).unwrap();
    let resumed = finish(&mut timed(&path("timed"), &["--resume"]));
    assert_eq!(resumed["iterations"], iterations);
    // Nothing to measure.
    let mut tiny = tiny(&path("coreset"), "1", "1");
    let output = tiny.args(["--minutes", "1"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_frontier_is_run_in_parts_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let command = |methods: &str, repeats: &str, models: &str, more: &[&str]| {
        let mut command = liebig();
        command
            .args(["frontier", "--methods", methods, "--minutes", "0.02"])
            .args(["--seeds", "2", "--repeats", repeats, "--epochs", "1"])
            .args(["--models", models, "--json", "--output"])
            .arg(folder.path())
            .args(more);
        command
    };
    let frontier = |more: &[&str]| command("dd,random", "2", "mlp", more);
    let cells = finish(&mut frontier(&["--dry-run"]));
    let expected = [
        "strokes-ipc1/random-seed0",
        "strokes-ipc1/random-seed1",
        "strokes-ipc1/dd-0.02min-seed0",
        "strokes-ipc1/dd-0.02min-seed1",
    ];
    assert_eq!(cells, serde_json::json!(expected));
    // The tests may come later.
    let untested = finish(&mut command("random", "0", "mlp", &["--shard", "1/2"]));
    assert_eq!(untested, serde_json::json!([]));
    // The first half has one seed of each.
    let half = finish(&mut frontier(&["--shard", "1/2"]));
    let seeds = |points: &serde_json::Value| -> Vec<(String, u64, u64)> {
        let points = points.as_array().unwrap();
        let of = |point: &serde_json::Value, key: &str| point[key].as_u64().unwrap();
        let method = |point: &serde_json::Value| point["method"].as_str().unwrap().to_owned();
        points
            .iter()
            .map(|point| (method(point), of(point, "seeds"), of(point, "n")))
            .collect()
    };
    let point = |method: &str, seeds, n| (method.to_owned(), seeds, n);
    assert_eq!(seeds(&half), [point("random", 1, 2), point("dd", 1, 2)]);
    let kept = folder.path().join("strokes-ipc1/random-seed0/cell.json");
    let before = std::fs::metadata(&kept).unwrap().modified().unwrap();
    let whole = finish(&mut frontier(&[]));
    assert_eq!(seeds(&whole), [point("random", 2, 4), point("dd", 2, 4)]);
    assert_eq!(
        std::fs::metadata(&kept).unwrap().modified().unwrap(),
        before
    );
    let points = whole.as_array().unwrap();
    assert!(points[0]["own"].is_null() && points[1]["own"].is_number());
    for name in ["frontier.json", "frontier-light.svg", "frontier-dark.svg"] {
        assert!(folder.path().join(name).exists(), "{name}");
    }
    // The table has the runs of earlier commands.
    let all = finish(&mut command("label-solve", "2", "mlp", &[]));
    assert_eq!(seeds(&all)[0], point("label-solve", 2, 4));
    assert_eq!(seeds(&all)[1..], seeds(&whole)[..]);
    // A network more is tested on the runs that there are.
    let both = finish(&mut command("random", "2", "mlp,lenet", &[]));
    let of_random = |point: &&serde_json::Value| point["method"] == "random";
    let models: Vec<_> = both.as_array().unwrap().iter().filter(of_random).collect();
    assert_eq!(models.len(), 2);
    assert!(models.iter().all(|point| point["n"] == 4));
    assert_eq!(
        (&models[0]["model"], &models[1]["model"]),
        (&"mlp".into(), &"lenet".into())
    );
    // No expert fits into the time.
    let output = command("mtt", "2", "mlp", &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.contains("an expert of 6 epochs takes about"),
        "{message}"
    );
}
