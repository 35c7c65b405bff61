//! Imports the real list, at the commit in the shared data: every entry is found and every irregularity reported.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::collections::BTreeSet;

use common::{count, places, upstream};
use liebig_papers::{Catalogue, Checkout, Import, Kind, diff, import};

fn imported() -> Option<Import> {
    upstream().map(|folder| import(&Checkout::read(&folder).unwrap()).unwrap())
}

#[test]
fn every_entry_is_found_or_named() {
    let Some(import) = imported() else { return };
    assert_eq!(
        (
            import.counts.strict,
            import.counts.recovered,
            import.counts.without_link
        ),
        (349, 1, 2)
    );
    assert_eq!(import.catalogue.papers().len(), 350);
    // The expected keys, without using the importer: every line of the README that names a citation file.
    let readme = std::fs::read_to_string(upstream().unwrap().join("README.md")).unwrap();
    let keys: BTreeSet<&str> = readme
        .lines()
        .filter_map(|line| line.split_once("(./citations/")?.1.split_once(".txt)"))
        .map(|(key, _)| key)
        .collect();
    let found: BTreeSet<&str> = import
        .catalogue
        .papers()
        .iter()
        .map(|paper| paper.id.as_str())
        .collect();
    assert_eq!(found, keys);
    assert_eq!(
        places(&import, Kind::MissingBullet),
        [("README.md".to_owned(), 312)]
    );
    assert_eq!(
        places(&import, Kind::NoTitleLink),
        [("README.md".to_owned(), 372), ("README.md".to_owned(), 377)]
    );
    assert!(
        import
            .diagnostics
            .iter()
            .all(|diagnostic| diagnostic.line > 0 && !diagnostic.file.is_empty())
    );
    for kind in [
        Kind::UnreadableEntry,
        Kind::UnreadableBibtex,
        Kind::UnreadableJson,
        Kind::NoYear,
        Kind::NoAuthors,
    ] {
        assert_eq!(count(&import, kind), 0, "{kind:?}");
    }
}

#[test]
fn every_irregularity_of_the_reference_is_named() {
    let Some(import) = imported() else { return };
    let ids = |kind| -> Vec<&str> {
        import
            .diagnostics
            .iter()
            .filter(|d| d.kind == kind)
            .filter_map(|d| d.id.as_deref())
            .collect()
    };
    assert_eq!(ids(Kind::MissingBullet), ["cui2026hard"]);
    assert_eq!(count(&import, Kind::ShiftedAnchor), 2);
    assert!(count(&import, Kind::StraySpace) > 50);
    // A strict parser would find a fourth unused file, that of the entry without a bullet.
    assert_eq!(
        ids(Kind::UnusedCitation),
        ["behrens2025dd", "li2022knowledge", "sucholutsky2021secdd"]
    );
    assert_eq!(
        ids(Kind::UnbalancedBraces),
        [
            "khan2024unlearning",
            "kungurtsev2024first",
            "shao2024edc",
            "yin2024cda",
            "zhao2025long"
        ]
    );
    assert_eq!(ids(Kind::KeyDiffers).len(), 10);
    assert_eq!(
        ids(Kind::DuplicateKey),
        ["kim2022divergence", "yang2024learning"]
    );
    assert_eq!(
        places(&import, Kind::CarriageReturns),
        [("citations/zhou2023dataset.txt".to_owned(), 1)]
    );
    assert_eq!(ids(Kind::AuthorTypo), ["cui2024bias"]);
    let swapped: BTreeSet<&str> = ids(Kind::SwappedFields).into_iter().collect();
    let in_json = [
        "kim2022divergence",
        "lee2022kfs",
        "lu2023pre",
        "du2024diversity",
        "chung2024backdoor",
        "xu2024survey",
        "such2020generative",
    ];
    // wei2024lqm: title and authors of the BibTeX entry.
    assert_eq!(swapped, in_json.into_iter().chain(["wei2024lqm"]).collect());
    assert!(ids(Kind::WrongKey).contains(&"lei2023survey"));
    assert!(ids(Kind::FieldDiffers).contains(&"ma2024trustworthy"));
}

#[test]
fn recovered_facts_are_right() {
    let Some(import) = imported() else { return };
    let authors = |id: &str| import.catalogue.get(id).unwrap().authors.clone();
    assert_eq!(
        authors("wei2024lqm"),
        ["Wei Wei", "Tom De Schepper", "Kevin Mets"]
    );
    assert_eq!(authors("cui2024bias")[1], "Ruoche Wang");
    assert_eq!(authors("du2024diversity").len(), 5);
    assert_eq!(authors("khan2024unlearning"), ["Junaid Iqbal Khan"]);
    assert_eq!(authors("capelo2026bioimaging")[0], "Bárbara Capelo");
    let hald = import.catalogue.get("cui2026hard").unwrap();
    assert_eq!(
        (hald.sections.as_slice(), hald.venue.as_str()),
        (&["decouple".to_owned()][..], "ICML")
    );
    let fd2 = import.catalogue.get("ma2026fd2").unwrap();
    assert_eq!(fd2.added.as_deref(), Some("2026-07-08"));
    assert!(
        fd2.code.is_some(),
        "the latest updates have a code link that the section does not have"
    );
    // 349 entries have 221 code links and 27 project pages; the one without a bullet adds a code link, and FD2 gets one of
    // each from the latest updates.
    let papers = import.catalogue.papers();
    assert_eq!(
        papers.iter().filter(|paper| paper.code.is_some()).count(),
        223
    );
    assert_eq!(
        papers
            .iter()
            .filter(|paper| paper.project.is_some())
            .count(),
        28
    );
}

#[test]
fn the_shipped_catalogue_holds_the_facts_of_the_list() {
    let Some(import) = imported() else { return };
    let shipped = Catalogue::shipped().unwrap();
    let facts = ["families", "modalities", "applications", "implemented_by"];
    let diff = diff::diff(&shipped, &import.catalogue);
    assert!(diff.new.is_empty(), "not shipped: {:?}", diff.new);
    for change in diff.changed {
        let changed: Vec<_> = change
            .fields
            .iter()
            .filter(|field| !facts.contains(&field.field.as_str()))
            .collect();
        assert!(changed.is_empty(), "{}: {changed:?}", change.id);
    }
    assert_eq!(
        diff::update(&shipped, &import.catalogue),
        shipped,
        "an update must change nothing"
    );
}

/// Every figure in tables C.1 to C.3 of the reference that is not marked "from memory" is among the published results.
#[test]
fn every_confirmed_figure_of_the_reference_is_published() {
    let Some(path) = common::shared("reference/results.md") else {
        eprintln!("skipped: ../shared/reference/results.md is absent");
        return;
    };
    let text = std::fs::read_to_string(path).unwrap();
    let results = liebig_papers::results::published().unwrap();
    let part = |from: &str, to: &str| {
        text.split_once(from)
            .unwrap()
            .1
            .split_once(to)
            .unwrap()
            .0
            .to_owned()
    };
    let tables = [
        (
            part("## C.1", "## C.2"),
            &["cifar10", "cifar100", "tiny-imagenet"][..],
        ),
        (
            part("## C.2", "## C.3"),
            &["mnist", "fashion-mnist", "svhn"][..],
        ),
        (
            part("## C.3", "## C.4"),
            &[
                "imagenette",
                "imagewoof",
                "imagefruit",
                "imagemeow",
                "imagesquawk",
                "imageyellow",
            ][..],
        ),
    ];
    let mut checked = 0;
    for (table, datasets) in tables {
        for line in table
            .lines()
            .filter(|line| line.starts_with("| ") && !line.contains("from memory"))
        {
            for (dataset, cell) in datasets.iter().zip(line.split('|').skip(2)) {
                for figure in cell
                    .split(['/', '(', ')'])
                    .filter_map(|figure| figure.split_whitespace().next())
                {
                    let Ok(figure) = figure.parse::<f64>() else {
                        continue;
                    };
                    let found = results
                        .iter()
                        .any(|r| r.dataset == *dataset && r.accuracy == figure);
                    assert!(found, "{figure} on {dataset} in {line}");
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 300, "{checked}");
}

/// Rows marked "from memory" in the reference must not be published. Checks those that no confirmed row also has.
#[test]
fn no_figure_from_memory_is_published() {
    let results = liebig_papers::results::published().unwrap();
    for (method, dataset) in [
        ("DREAM", "cifar10"),
        ("DREAM", "mnist"),
        ("RaT-BPTT", "cifar10"),
        ("RCIG", "mnist"),
        ("CAFE", "svhn"),
    ] {
        assert!(
            !results
                .iter()
                .any(|r| r.method == method && r.dataset == dataset),
            "{method} on {dataset}"
        );
    }
    let rded: Vec<_> = results
        .iter()
        .filter(|r| r.method == "RDED" && r.source == "RDED#3")
        .map(|r| r.ipc)
        .collect();
    assert_eq!(rded, [Some(10.0); 3]);
    assert!(
        !results
            .iter()
            .any(|r| r.method == "EDC" && r.ipc != Some(50.0))
    );
}
