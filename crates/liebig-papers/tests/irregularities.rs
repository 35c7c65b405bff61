//! A small made-up list for each kind of irregularity.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::collections::BTreeMap;

use common::{count, import_readme};
use liebig_papers::{Checkout, Import, Kind, import};

const TIDY: &str = "\
## Contents
- [Main](#main)
  - [Kernel-Based Distillation](#kernel)
<a name=\"main\" />

## Main
+ [First Title](https://arxiv.org/abs/2001.00001) (Ada Lee et al., ICML 2020) [:octocat:](https://github.com/a/b) [:book:](./citations/lee2020first.txt)

<a name=\"kernel\" />

### Kernel-Based Distillation
+ [Second Title](https://a.org/2) (Bo Kim & Cy Dee et al., CVPR 2024 Workshop) [:book:](./citations/kim2024second.txt)
";
const FIRST: &str = "@inproceedings{lee2020first,\n title={First Title},\n author={Lee, Ada and Oh, Mi},\n year={2020}\n}\n";
const SECOND: &str = "@inproceedings{kim2024second,\n title={Second Title},\n author={Kim, Bo and Dee, Cy and Eff, Di},\n year={2024}\n}\n";
const RECORDS: &str = r#"{"main": {"base": [
{
"title": "First Title",
"author": "Ada Lee et al., ICML 2020",
"github": "https://github.com/a/b",
"url": "https://arxiv.org/abs/2001.00001",
"cite": "lee2020first",
"website": null
},
{
"title": "Second Title",
"author": "Bo Kim & Cy Dee et al., CVPR 2024 Workshop",
"github": null,
"url": "https://a.org/2",
"cite": "kim2024second",
"website": null
}]}}"#;

fn tidy() -> Checkout {
    let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    Checkout {
        readme: TIDY.into(),
        citations: BTreeMap::from([
            file("lee2020first.txt", FIRST),
            file("kim2024second.txt", SECOND),
        ]),
        data: BTreeMap::from([file("articles.json", RECORDS)]),
    }
}

fn kinds(import: &Import) -> Vec<(Kind, usize)> {
    import
        .diagnostics
        .iter()
        .map(|diagnostic| (diagnostic.kind, diagnostic.line))
        .collect()
}

/// Imports the well-formed list with one text replaced in its README.
fn readme(from: &str, to: &str) -> Import {
    assert!(TIDY.contains(from), "{from}");
    import(&Checkout {
        readme: TIDY.replacen(from, to, 1).into(),
        ..tidy()
    })
    .unwrap()
}

/// Imports the well-formed list with one text replaced in a citation file.
fn citation(name: &str, from: &str, to: &str) -> Import {
    let mut checkout = tidy();
    let bytes = checkout.citations.get_mut(name).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.contains(from), "{from}");
    *bytes = text.replacen(from, to, 1).into_bytes();
    import(&checkout).unwrap()
}

/// Imports the well-formed list with one text replaced in `articles.json`.
fn records(from: &str, to: &str) -> Import {
    assert!(RECORDS.contains(from), "{from}");
    let mut checkout = tidy();
    checkout
        .data
        .insert("articles.json".into(), RECORDS.replacen(from, to, 1).into());
    import(&checkout).unwrap()
}

#[test]
fn a_tidy_list_gives_no_diagnostic() {
    let import = import(&tidy()).unwrap();
    assert_eq!(import.diagnostics, []);
    let second = import.catalogue.get("kim2024second").unwrap();
    assert_eq!(second.authors, ["Bo Kim", "Cy Dee", "Di Eff"]);
    assert_eq!(
        (second.leads, second.when(), second.sections.as_slice()),
        (2, "CVPR 2024 Workshop".into(), &["kernel".to_owned()][..])
    );
}

#[test]
fn irregularities_of_the_readme() {
    for (from, to, expected) in [
        ("+ [First", "[First", vec![(Kind::MissingBullet, 7)]),
        ("abs/2001.00001)", "abs/2001.00001 )", vec![]),
        (
            "https://arxiv.org/abs/2001",
            "http:www.arxiv.org/abs/2001",
            vec![(Kind::MalformedUrl, 7), (Kind::FieldDiffers, 3)],
        ),
        ("2020) [:octo", "2020)  [:octo", vec![(Kind::StraySpace, 7)]),
        ("first.txt)", "first.txt) ", vec![(Kind::StraySpace, 7)]),
        (
            "name=\"kernel\"",
            "name=\"main\"",
            vec![(Kind::ShiftedAnchor, 9)],
        ),
        ("<a name=\"kernel\" />", "", vec![(Kind::ShiftedAnchor, 11)]),
        (
            "### Kernel-Based Distillation",
            "### New Ideas",
            vec![(Kind::NewSection, 11)],
        ),
        (
            "### Kernel",
            "### Survey\n\n### Kernel",
            vec![(Kind::EmptyHeading, 11), (Kind::ShiftedAnchor, 13)],
        ),
        (
            "citations/kim2024second",
            "citations/kim2024other",
            vec![
                (Kind::MissingCitation, 12),
                (Kind::UnusedCitation, 1),
                (Kind::WrongKey, 11),
            ],
        ),
        (
            "2024 Workshop",
            "soon",
            vec![
                (Kind::NoYear, 12),
                (Kind::UnusedCitation, 1),
                (Kind::UnknownRecord, 11),
            ],
        ),
        ("Ada Lee", "Ida Lee", vec![(Kind::AuthorsDiffer, 1)]),
        ("ICML 2020", "ICML 2021", vec![(Kind::YearDiffers, 1)]),
        (
            "[First Title]",
            "[1st Title]",
            vec![(Kind::TitleDiffers, 1), (Kind::FieldDiffers, 3)],
        ),
        (
            "+ [Second",
            "+ (Second",
            vec![
                (Kind::UnreadableEntry, 12),
                (Kind::UnusedCitation, 1),
                (Kind::UnknownRecord, 11),
            ],
        ),
        (
            "## Contents",
            "Number%20of%20Items-9-x\n## Contents",
            vec![(Kind::CountDiffers, 1)],
        ),
    ] {
        let import = readme(from, to);
        let mut found = kinds(&import);
        found.sort();
        let mut expected = expected;
        expected.sort();
        assert_eq!(found, expected, "{from} -> {to}: {:?}", import.diagnostics);
    }
}

#[test]
fn entries_listed_twice() {
    let again = "+ [First Title](https://arxiv.org/abs/2001.00001) (Ada Lee et al., ICML 2020) [:octocat:](https://github.com/a/b) [:book:](./citations/lee2020first.txt)\n";
    let import = readme(
        "### Kernel-Based Distillation\n",
        &format!("### Kernel-Based Distillation\n{again}"),
    );
    assert_eq!(kinds(&import), [(Kind::RepeatedEntry, 12)]);
    assert_eq!(
        import.catalogue.get("lee2020first").unwrap().sections,
        ["main", "kernel"]
    );
    let import = readme("kim2024second.txt", "lee2020first.txt");
    assert_eq!(count(&import, Kind::KeyClash), 1);
    assert_eq!(import.catalogue.papers().len(), 2);
}

#[test]
fn latest_updates() {
    let update = |entry: &str| {
        readme(
            "## Contents",
            &format!("## Latest Updates\n+ [2026/07/08] {entry}\n## Contents"),
        )
    };
    let same = "[First Title](https://arxiv.org/abs/2001.00001) (Ada Lee et al., ICML 2020) [:octocat:](https://github.com/a/b) [:book:](./citations/lee2020first.txt)";
    let import = update(same);
    assert_eq!(import.diagnostics, []);
    assert_eq!(
        import
            .catalogue
            .get("lee2020first")
            .unwrap()
            .added
            .as_deref(),
        Some("2026-07-08")
    );
    let import = update(&same.replace("[:octo", "[:globe_with_meridians:](https://p.org) [:octo"));
    assert_eq!(kinds(&import), [(Kind::LatestDiffers, 2)]);
    assert_eq!(
        import
            .catalogue
            .get("lee2020first")
            .unwrap()
            .project
            .as_deref(),
        Some("https://p.org")
    );
    assert_eq!(
        kinds(&update(&same.replace("lee2020first", "lee2020other"))),
        [(Kind::LatestOnly, 2)]
    );
}

#[test]
fn lines_without_link_key_or_section() {
    let import = readme(
        "### Kernel",
        "### Workshop\n+ 1st Workshop (Ada Lee et al., CVPR 2024) [:octocat:](https://a.org/b/c)\n### Kernel",
    );
    assert_eq!(count(&import, Kind::NoTitleLink), 1);
    assert_eq!(
        (import.counts.without_link, import.catalogue.papers().len()),
        (1, 2)
    );
    let import = readme(" [:book:](./citations/kim2024second.txt)", "");
    assert_eq!(count(&import, Kind::NoCitation), 1);
    assert!(
        import.catalogue.get("kim2024second").is_ok(),
        "an id made from the fields of the entry"
    );
    let import = readme(
        "## Main",
        "## Media Coverage\n+ [News](https://a.org)\n## Main",
    );
    assert_eq!(count(&import, Kind::NotASection), 1);
    let import = readme("citations/kim2024second.txt", "citations/../../.kim.txt");
    assert_eq!(count(&import, Kind::NoCitation), 1);
    let import = readme(
        "[:book:](./citations/kim",
        "[pdf](https://a.org/x.pdf) [:book:](./citations/kim",
    );
    assert_eq!(kinds(&import), [(Kind::UnknownLink, 12)]);
}

#[test]
fn an_entry_without_authors_takes_those_of_its_citation_file() {
    let import = readme("Bo Kim & Cy Dee et al., CVPR 2024 Workshop", "2024");
    assert_eq!(kinds(&import), [(Kind::NoAuthors, 12)]);
    assert_eq!(
        import.catalogue.get("kim2024second").unwrap().authors.len(),
        3
    );
}

#[test]
fn irregularities_of_citation_files() {
    for (from, to, kind) in [
        ("First Title},", "First Title, ", Kind::UnbalancedBraces),
        ("{lee2020first", "{lee2020other", Kind::KeyDiffers),
        ("{lee2020first", "{kim2024second", Kind::DuplicateKey),
        ("\n", "\r\n", Kind::CarriageReturns),
        (" and ", " andg ", Kind::AuthorTypo),
        ("Oh, Mi", "Oh Mi", Kind::OddAuthor),
        (
            "Lee, Ada and Oh, Mi",
            "Oh, Mi and Lee, Ada",
            Kind::AuthorsDiffer,
        ),
        ("First Title", "Another Title", Kind::TitleDiffers),
        ("year={2020}", "year={2019}", Kind::YearDiffers),
        (
            "year={2020}",
            "journal={arXiv preprint arXiv:2001.00002},\n year={2020}",
            Kind::ArxivDiffers,
        ),
        ("First Title},", "First Title}", Kind::MissingComma),
        ("@inproceedings{", "{", Kind::UnreadableBibtex),
    ] {
        let import = citation("lee2020first.txt", from, to);
        assert_eq!(
            count(&import, kind),
            1,
            "{from} -> {to}: {:?}",
            import.diagnostics
        );
        assert_eq!(import.catalogue.papers().len(), 2);
        assert_eq!(
            import.catalogue.get("lee2020first").unwrap().authors[0],
            "Ada Lee"
        );
    }
    let mut checkout = tidy();
    checkout.citations.insert(
        "unused.txt".into(),
        FIRST.replace("lee2020first", "unused").into(),
    );
    assert_eq!(
        kinds(&import(&checkout).unwrap()),
        [(Kind::UnusedCitation, 1)]
    );
}

#[test]
fn irregularities_of_the_data_files() {
    for (from, to, expected) in [
        (
            "\"url\": \"https://arxiv.org/abs/2001.00001\",\n\"cite\": \"lee2020first\"",
            "\"url\": \"lee2020first\",\n\"cite\": \"https://arxiv.org/abs/2001.00001\"",
            vec![(Kind::SwappedFields, 3)],
        ),
        (
            "\"kim2024second\"",
            "\"lee2020first\"",
            vec![(Kind::WrongKey, 11)],
        ),
        (
            "\"https://github.com/a/b\"",
            "null",
            vec![(Kind::FieldDiffers, 3)],
        ),
        (
            "\"https://github.com/a/b\"",
            "\"https://github.com/a/b \"",
            vec![(Kind::StraySpace, 3)],
        ),
        (
            "\"Second Title\"",
            "\"Third Title\"",
            vec![(Kind::FieldDiffers, 11)],
        ),
        ("{\"main\"", "{{\"main\"", vec![(Kind::UnreadableJson, 1)]),
    ] {
        assert_eq!(kinds(&records(from, to)), expected, "{from} -> {to}");
    }
    let alone = RECORDS
        .replace("Second Title", "Third")
        .replace("kim2024second", "nobody");
    let mut checkout = tidy();
    checkout.data.insert("articles.json".into(), alone.into());
    assert_eq!(
        kinds(&import(&checkout).unwrap()),
        [(Kind::MissingRecord, 1), (Kind::UnknownRecord, 11)]
    );
    let mut checkout = tidy();
    let names = "{\"date\": \"20260708\", \"title\": \"lee2020first\"}\n{\"date\": \"x\", \"title\": \"lee2020first\"}\n{\"date\": \"20260708\", \"title\": \"nobody\"}\n{\n";
    checkout
        .data
        .insert("latest_names.jsonl".into(), names.into());
    checkout.data.insert(
        "update.txt".into(),
        "a-*-[T](https://a.org) (A B, 2020) [:book:](./citations/nobody.txt)\nb-*-\nc-*-what\n"
            .into(),
    );
    let import = import(&checkout).unwrap();
    assert_eq!(
        kinds(&import),
        [
            (Kind::UnreadableJson, 2),
            (Kind::UnknownRecord, 3),
            (Kind::UnreadableJson, 4),
            (Kind::UnknownRecord, 1),
            (Kind::UnreadableEntry, 3)
        ]
    );
    assert_eq!(
        import
            .catalogue
            .get("lee2020first")
            .unwrap()
            .added
            .as_deref(),
        Some("2026-07-08")
    );
}

#[test]
fn bytes_that_are_no_text() {
    let mut bytes = TIDY.replace("First", "F\u{1}rst").into_bytes();
    let place = bytes.iter().position(|byte| *byte == 1).unwrap();
    bytes[place] = 0xff;
    let import = import_readme(bytes);
    assert_eq!(count(&import, Kind::InvalidUtf8), 1);
    assert_eq!(import.catalogue.papers().len(), 2);
    let import = import_readme(format!(
        "{TIDY}+ [{}](https://a.org) (A B, 2020)\n",
        "x".repeat(10 << 20)
    ));
    assert_eq!(
        (
            count(&import, Kind::LineTooLong),
            import.catalogue.papers().len()
        ),
        (1, 2)
    );
}

#[test]
fn every_kind_has_a_test() {
    // Fails if a kind is added without a test in this file.
    let here = include_str!("irregularities.rs");
    let untested: Vec<_> = Kind::ALL
        .iter()
        .filter(|kind| !here.contains(&format!("Kind::{kind:?}")))
        .collect();
    assert!(untested.is_empty(), "{untested:?}");
}
