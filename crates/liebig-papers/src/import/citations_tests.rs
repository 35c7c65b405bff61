//! Well-formed and irregular citation files.
#![allow(clippy::unwrap_used)]

use super::*;

fn one(name: &str, text: &[u8]) -> (Option<Citation>, Vec<Kind>) {
    let mut report = Report::default();
    let citation = read(name, text, &mut report);
    (citation, report.0.into_iter().map(|d| d.kind).collect())
}

#[test]
fn a_tidy_file() {
    let text = br#"@inproceedings{lee2020a,
  title={{DREAM+}: A {Title}},
  author={Lee, Ada and Capelo, B{\'a}rbara and {\L}ukasz, J.},
  journal={arXiv preprint arXiv:2301.00001},
  year={2020}
}"#;
    let (citation, kinds) = one("lee2020a.txt", text);
    let citation = citation.unwrap();
    assert_eq!(kinds, []);
    assert_eq!(citation.title, "DREAM+: A Title");
    assert_eq!(citation.authors, ["Ada Lee", "Bárbara Capelo", "J. Łukasz"]);
    assert_eq!(
        (citation.year, citation.arxiv.as_deref()),
        (Some(2020), Some("2301.00001"))
    );
}

#[test]
fn an_open_brace_is_closed_at_the_end_of_its_field() {
    let text = b"@article{k,\n  title={{An} Open Title, \n  author={Lee, Ada},\n  year={2024}\n}\n";
    let (citation, kinds) = one("k.txt", text);
    assert_eq!(kinds, [Kind::UnbalancedBraces]);
    assert_eq!(citation.unwrap().title, "An Open Title");
    let (citation, kinds) = one(
        "k.txt",
        b"@article{k,\n title={T},\n author={Lee, Ada},\n year={2024}\n",
    );
    assert_eq!(
        (citation.unwrap().year, kinds),
        (Some(2024), vec![Kind::UnbalancedBraces])
    );
}

#[test]
fn a_missing_comma_is_set() {
    let (citation, kinds) = one(
        "k.txt",
        b"@article{k,\n title={T},\n pages={1--2}\n year={2024}\n}\n",
    );
    assert_eq!(
        (citation.unwrap().year, kinds),
        (Some(2024), vec![Kind::MissingComma])
    );
}

#[test]
fn swapped_title_and_authors_are_read_the_other_way_round() {
    let text = b"@article{k,\n author={A Title of Some Words},\n title={Lee, Ada and De Kim, Bo},\n year={2024}\n}\n";
    let (citation, kinds) = one("k.txt", text);
    let citation = citation.unwrap();
    assert_eq!(
        (citation.title.as_str(), kinds),
        ("A Title of Some Words", vec![Kind::SwappedFields])
    );
    assert_eq!(citation.authors, ["Ada Lee", "Bo De Kim"]);
}

#[test]
fn what_cannot_be_read_is_named() {
    assert_eq!(one("k.txt", b"").1, [Kind::UnreadableBibtex]);
    assert_eq!(
        one("k.txt", b"@article{k, title=}").1,
        [Kind::UnreadableBibtex]
    );
    assert_eq!(one("k.txt", &[b'{'; 5000]).1, [Kind::UnreadableBibtex]);
    assert!(
        one("k.txt", b"@article{k,\r\n title={T}}\r\n")
            .1
            .contains(&Kind::CarriageReturns)
    );
    assert!(
        one("k.txt", b"@article{k,\n title={\xFF}}\n")
            .1
            .contains(&Kind::InvalidUtf8)
    );
}

proptest::proptest! {
    #[test]
    fn no_file_panics(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        one("x.txt", &bytes);
    }

    #[test]
    fn no_bibtex_panics(text in "@(article|string|comment)\\{([a-z]{1,3},?|[{}\"=,#\\\\'`~^@ \n]|title=|author=|year=|and ){0,40}") {
        one("x.txt", text.as_bytes());
    }
}
