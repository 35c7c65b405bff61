//! Exported records are the same when they are read again.
#![allow(clippy::unwrap_used, missing_docs)]

use liebig_papers::venue::VenueKind;
use liebig_papers::{Catalogue, Checkout, Code, Paper, diff, export, import, open};
use proptest::prelude::*;

/// A record without our own tags, which the list's format cannot represent.
fn facts(paper: &Paper) -> Paper {
    let mut facts = paper.clone();
    facts.families.clear();
    facts.modalities.clear();
    facts.applications.clear();
    facts.implemented_by.clear();
    facts
}

#[test]
fn our_own_forms_keep_everything() {
    let shipped = Catalogue::shipped().unwrap();
    let folder = tempfile::tempdir().unwrap();
    shipped.save(folder.path()).unwrap();
    assert_eq!(open(folder.path()).unwrap().0, shipped);
    let json = folder.path().join("papers.json");
    std::fs::write(&json, serde_json::to_vec(shipped.papers()).unwrap()).unwrap();
    assert_eq!(open(&json).unwrap().0, shipped);
}

#[test]
fn saving_removes_records_of_emptied_sections_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    Catalogue::shipped().unwrap().save(folder.path()).unwrap();
    let notes = folder.path().join("papers/notes.toml");
    std::fs::write(&notes, "mine = true\n").unwrap();
    Catalogue::default().save(folder.path()).unwrap();
    let left: Vec<_> = std::fs::read_dir(folder.path().join("papers"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(left, [notes]);
}

#[test]
fn saving_writes_the_shipped_files_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    Catalogue::shipped().unwrap().save(folder.path()).unwrap();
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    assert_eq!(
        std::fs::read_to_string(folder.path().join("sections.toml")).unwrap(),
        std::fs::read_to_string(data.join("sections.toml")).unwrap()
    );
    for entry in std::fs::read_dir(data.join("papers")).unwrap() {
        let name = entry.unwrap().file_name();
        let ours = std::fs::read_to_string(data.join("papers").join(&name)).unwrap();
        let saved = std::fs::read_to_string(folder.path().join("papers").join(&name)).unwrap();
        assert_eq!(
            ours, saved,
            "{name:?} is not sorted or not in the format that `papers export --toml` writes"
        );
    }
}

#[test]
fn the_lists_form_keeps_every_fact() {
    let shipped = Catalogue::shipped().unwrap();
    let folder = tempfile::tempdir().unwrap();
    export::write_checkout(&export::checkout(&shipped), folder.path()).unwrap();
    let import = import(&Checkout::read(folder.path()).unwrap()).unwrap();
    assert_eq!(
        import.diagnostics,
        [],
        "the exported list must have no irregularities"
    );
    for (ours, back) in shipped.papers().iter().zip(import.catalogue.papers()) {
        assert_eq!(facts(ours), facts(back));
    }
    assert_eq!(import.catalogue.papers().len(), shipped.papers().len());
    // An update keeps our tags, so it gives the same catalogue again.
    let updated = diff::update(&shipped, &import.catalogue);
    assert_eq!(updated.papers(), shipped.papers());
    assert!(diff::diff(&shipped, &updated).is_empty());
}

fn record() -> impl Strategy<Value = Paper> {
    let title = "[A-Za-zÀ-ž0-9][\\PC&&[^\u{ad}\u{200b}-\u{200f}\u{feff}]]{0,40}[a-z?!)\\]]";
    let name = "[A-ZÀ-Ö][a-zà-öø-ÿ]{1,8}( [A-Z]\\.)? [A-ZÅŁØ][a-zà-öø-ÿ]{1,9}";
    let authors = proptest::collection::btree_set(name, 1..5);
    (
        title,
        authors,
        1_usize..3,
        any::<bool>(),
        1990_u16..2030,
        0_usize..4,
        any::<bool>(),
    )
        .prop_map(|(title, authors, leads, more, year, venue, code)| {
            let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
            let authors: Vec<String> = authors.into_iter().collect();
            let (venue, kind) = [
                ("arXiv", VenueKind::Preprint),
                ("CVPR", VenueKind::Workshop),
                ("TMLR", VenueKind::Journal),
                ("The University of Edinburgh", VenueKind::Thesis),
            ][venue];
            Paper {
                id: "lee2020first".into(),
                leads: leads.min(authors.len()),
                title,
                authors,
                more_authors: more,
                venue: venue.into(),
                kind,
                year,
                paper: "https://arxiv.org/abs/2001.00001".into(),
                arxiv: Some("2001.00001".into()),
                code: code.then(|| Code::new("https://github.com/a/b_(c)")),
                project: None,
                sections: vec!["kernel".into()],
                families: vec![],
                modalities: vec![],
                applications: vec![],
                added: Some("2026-07-08".into()),
                implemented_by: vec![],
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_record_comes_back_from_the_lists_form(paper in record()) {
        let sections = Catalogue::shipped().unwrap().sections().to_vec();
        let catalogue = Catalogue::new(sections, vec![paper.clone()]);
        let back = import(&export::checkout(&catalogue)).unwrap();
        prop_assert_eq!(back.catalogue.papers().len(), 1, "{:?}", back.diagnostics);
        prop_assert_eq!(facts(&back.catalogue.papers()[0]), paper);
    }

    #[test]
    fn any_record_comes_back_from_toml(paper in record(), odd in "\\PC{0,10}[\"\\\\\t\u{7f}]{0,3}") {
        let mut paper = paper;
        paper.title.push_str(&odd);
        let catalogue = Catalogue::new(Catalogue::shipped().unwrap().sections().to_vec(), vec![paper]);
        let folder = tempfile::tempdir().unwrap();
        catalogue.save(folder.path()).unwrap();
        prop_assert_eq!(Catalogue::load(folder.path()).unwrap(), catalogue);
    }
}
