#![allow(clippy::unwrap_used, missing_docs)]
//! Networks ranked by small sets.

mod common;

use std::path::Path;
use std::process::Command;

use common::{finish, liebig};

/// Four tiny networks on the built-in set, with very little training.
fn search(folder: &Path, more: &[&str]) -> Command {
    let space = folder.join("space.txt");
    let networks = "# tiny\nconvnet:width=2:depth=2\nconvnet:width=4:depth=2\n\nconvnet:width=2:depth=1\nmlp\n";
    std::fs::write(&space, networks).unwrap();
    let mut command = liebig();
    let flags = [
        "search",
        "--data",
        "strokes",
        "--baseline",
        "random,class-mean",
        "--ipc",
        "2",
        "--epochs",
        "3",
        "--truth-epochs",
        "1",
        "--json",
    ];
    command
        .args(flags)
        .arg("--space")
        .arg(&space)
        .arg("-o")
        .arg(folder.join("out"))
        .args(more);
    command
}

#[test]
fn rankings_stand_beside_each_other_and_nothing_is_trained_twice() {
    let folder = tempfile::tempdir().unwrap();
    let found = finish(&mut search(folder.path(), &[]));
    assert_eq!(found["networks"].as_array().unwrap().len(), 4);
    let lines = found["lines"].as_array().unwrap();
    let names: Vec<&str> = lines
        .iter()
        .map(|line| line["proxy"].as_str().unwrap())
        .collect();
    let expected = [
        "random",
        "class-mean",
        "early stopping",
        "number of parameters",
        "everything, another seed",
    ];
    assert_eq!(names, expected);
    for line in lines {
        let agreement = &line["agreement"];
        assert!((-1.0..=1.0).contains(&agreement["spearman"].as_f64().unwrap()));
        let regret = agreement["regret"].as_array().unwrap();
        assert_eq!((regret.len(), regret[3].as_f64()), (4, Some(0.0)));
    }
    assert!(lines[0]["seconds"].as_f64().unwrap() > 0.0);
    let out = folder.path().join("out");
    let count = || std::fs::read_dir(out.join("networks")).unwrap().count();
    assert_eq!(count(), 8);
    let truth = std::fs::metadata(out.join("truth.json"))
        .unwrap()
        .modified()
        .unwrap();
    let again = finish(&mut search(folder.path(), &[]));
    for key in ["agreement", "scores", "seconds"] {
        assert!(again["lines"][0][key] == found["lines"][0][key], "{key}");
    }
    assert_eq!(count(), 8);
    assert_eq!(
        std::fs::metadata(out.join("truth.json"))
            .unwrap()
            .modified()
            .unwrap(),
        truth
    );
    let svg = std::fs::read_to_string(out.join("scatter-light.svg")).unwrap();
    assert!(svg.matches("<circle").count() >= 20, "{svg}");
    let page = folder.path().join("page.html");
    let facts = finish(
        liebig()
            .args(["report", "--json", "--html"])
            .arg(&page)
            .arg(&out),
    );
    assert_eq!(
        (&facts[0]["kind"], &facts[0]["lines"]),
        (&"search".into(), &again["lines"])
    );
    let html = std::fs::read_to_string(&page).unwrap();
    for part in [
        "search among 4 networks",
        "Only 4 networks",
        "<circle",
        "early stopping",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
}

#[test]
fn what_has_no_ranking_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |command: &mut Command| {
        let output = command.output().unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, said) = refused(&mut search(folder.path(), &["--sample", "2"]));
    assert!(
        code == 1 && said.contains("2 network(s) have no ranking") && said.contains("hint:"),
        "{said}"
    );
    let mut other = liebig();
    let (code, said) = refused(other.args(["search", "--data", "strokes", "--space", "nothing"]));
    assert!(
        code == 2 && said.contains("convnet-24, convnet-720") && said.contains("hint:"),
        "{said}"
    );
    let (code, said) = refused(liebig().arg("search"));
    assert!(
        code == 1 && said.contains("there is no data") && said.contains("hint:"),
        "{said}"
    );
    std::fs::create_dir(folder.path().join("out")).unwrap();
    let truth = "{\"dataset\":\"x\",\"epochs\":1,\"lr\":0.01,\"networks\":{}}";
    std::fs::write(folder.path().join("out/truth.json"), truth).unwrap();
    let (code, said) = refused(&mut search(folder.path(), &[]));
    assert!(
        code == 1 && said.contains("the truth there is of other data"),
        "{said}"
    );
}
