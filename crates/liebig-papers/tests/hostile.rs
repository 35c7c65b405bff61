//! Malformed or malicious input ends in a diagnostic or a clear error, never in a panic.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::collections::BTreeMap;

use common::import_readme;
use liebig_papers::{Checkout, Error, Kind, Severity, files, import, open};
use proptest::prelude::*;

/// Fragments of the list's syntax, so that random texts reach deep into the parser.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("+ [T](https://a.org) (A B et al., ICML 2020)".to_owned()),
        Just(" [:book:](./citations/k.txt)".to_owned()),
        Just(" [:octocat:](https://github.com/a/b)".to_owned()),
        Just("\n## Main\n".to_owned()),
        Just("\n### Survey\n".to_owned()),
        Just("\n#### \n".to_owned()),
        Just("\n## Contents\n- [A](#a)\n".to_owned()),
        Just("\n## Latest Updates\n+ [2026/07/08] ".to_owned()),
        Just("<a name=\"x\" />\n".to_owned()),
        Just("```\n".to_owned()),
        "[\\[\\](){}#+&,:/ \n\r\"\\\\-]{0,12}",
        "\\PC{0,12}",
    ];
    proptest::collection::vec(piece, 0..25).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(readme in proptest::collection::vec(any::<u8>(), 0..400), other in proptest::collection::vec(any::<u8>(), 0..200)) {
        let checkout = Checkout {
            readme,
            citations: BTreeMap::from([("k.txt".to_owned(), other.clone())]),
            data: ["articles.json", "latest.json", "latest_names.jsonl", "update.txt"].map(|name| (name.to_owned(), other.clone())).into(),
        };
        import(&checkout).unwrap();
    }

    #[test]
    fn no_readme_panics_and_what_is_imported_can_be_written(text in pieces()) {
        let import = import_readme(text);
        let folder = tempfile::tempdir().unwrap();
        import.catalogue.save(folder.path()).unwrap();
        let (back, _) = open(folder.path()).unwrap();
        prop_assert_eq!(back.papers(), import.catalogue.papers());
    }

    #[test]
    fn no_toml_panics(text in "(\\[\\[paper\\]\\]\n|id = |\"|[a-z =\\[\\]\n]|\\PC){0,60}") {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("papers")).unwrap();
        std::fs::write(folder.path().join("papers/x.toml"), text).unwrap();
        let _ = open(folder.path());
    }
}

#[test]
fn deep_nesting_ends_in_a_diagnostic() {
    let deep = |open: &str| open.repeat(100_000);
    for (name, text) in [
        ("articles.json", deep("[")),
        ("latest.json", deep("{\"a\":")),
        ("latest_names.jsonl", deep("[")),
    ] {
        let data = BTreeMap::from([(name.to_owned(), text.into_bytes())]);
        let import = import(&Checkout {
            data,
            ..Checkout::default()
        })
        .unwrap();
        assert!(
            import
                .diagnostics
                .iter()
                .any(|d| d.severity == Severity::Error),
            "{name}"
        );
    }
    let braces = format!("@article{{k, title={}", deep("{"));
    let citations = BTreeMap::from([(
        "k.txt".to_owned(),
        braces.replace("{{", "{\n{").into_bytes(),
    )]);
    let import = import(&Checkout {
        citations,
        ..Checkout::default()
    })
    .unwrap();
    assert_eq!(import.diagnostics[0].kind, Kind::UnreadableBibtex);
    import_readme(format!("## Main\n+ {}\n", "[".repeat(60_000)));
    import_readme(format!("## Main\n+ {}](\n", "[a](".repeat(15_000)));
    import_readme("#".repeat(60_000));
}

#[test]
fn a_huge_file_is_refused_unread() {
    let folder = tempfile::tempdir().unwrap();
    let readme = folder.path().join("README.md");
    std::fs::File::create(&readme)
        .unwrap()
        .set_len(files::MAX_BYTES + 1)
        .unwrap();
    let error = open(folder.path()).unwrap_err();
    assert!(
        matches!(error, Error::TooLarge { .. }) && error.to_string().contains("hint:"),
        "{error}"
    );
}

#[test]
fn what_is_no_catalogue_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        open(folder.path()),
        Err(Error::NoCatalogue { .. })
    ));
    assert!(matches!(
        open(&folder.path().join("none")),
        Err(Error::NoCatalogue { .. })
    ));
    let json = folder.path().join("records.json");
    std::fs::write(&json, "[{\"id\": 3}]").unwrap();
    let error = open(&json).unwrap_err().to_string();
    assert!(
        error.contains("records.json") && error.contains("line 1") && error.contains("hint:"),
        "{error}"
    );
    std::fs::create_dir(folder.path().join("papers")).unwrap();
    std::fs::write(
        folder.path().join("papers/x.toml"),
        "[[paper]]\nid = \"a\"\ntitel = \"b\"\n",
    )
    .unwrap();
    let error = open(folder.path()).unwrap_err().to_string();
    assert!(
        error.contains("x.toml") && error.contains("titel") && error.contains("hint:"),
        "{error}"
    );
    std::fs::write(folder.path().join("papers/x.toml"), b"\xff\xfe").unwrap();
    assert!(matches!(open(folder.path()), Err(Error::Io { .. })));
}
