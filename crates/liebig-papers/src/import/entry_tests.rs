//! Well-formed and irregular lines of the list.
#![allow(clippy::unwrap_used)]

use super::*;

fn one(text: &str) -> (Option<Entry>, Vec<Kind>) {
    let mut report = Report::default();
    let entry = read(
        &Line {
            number: 7,
            text: text.into(),
        },
        &mut report,
    );
    (entry, report.0.into_iter().map(|d| d.kind).collect())
}

#[test]
fn a_whole_entry() {
    let (entry, kinds) = one(
        "+ [A (nested (twice)) Title: \\[sic\\]](https://arxiv.org/abs/1) (Ada L & Bo K et al., CVPR 2024 Workshop) \
         [:globe_with_meridians:](https://a.org) [:octocat:](https://b.org/c/d) [:book:](./citations/ada2024a.txt)",
    );
    let entry = entry.unwrap();
    assert_eq!(kinds, []);
    assert_eq!(entry.title, "A (nested (twice)) Title: [sic]");
    assert_eq!(
        (entry.leads.as_slice(), entry.et_al),
        (&["Ada L".to_owned(), "Bo K".to_owned()][..], true)
    );
    assert_eq!(entry.key.as_deref(), Some("ada2024a"));
    assert_eq!(
        (entry.project.as_deref(), entry.code.as_deref()),
        (Some("https://a.org"), Some("https://b.org/c/d"))
    );
    assert!(entry.bullet && entry.date.is_none());
}

#[test]
fn a_dated_entry() {
    let (entry, _) = one("+ [2026/07/08] [T](https://a.org) (A B, 2026)");
    let entry = entry.unwrap();
    assert_eq!(
        (entry.date.as_deref(), entry.et_al, entry.title.as_str()),
        (Some("2026-07-08"), false, "T")
    );
}

#[test]
fn an_entry_without_a_title_link() {
    let (entry, _) = one(
        "+ 1st Workshop (on T) (A B et al., CVPR 2024) [:globe_with_meridians:](https://a.org)",
    );
    let entry = entry.unwrap();
    assert_eq!(
        (entry.title.as_str(), entry.url),
        ("1st Workshop (on T)", None)
    );
}

#[test]
fn every_slip_is_named() {
    for (text, kind) in [
        (
            "+ [T](http:www.a.org/x) (A B et al., 2020)",
            Kind::MalformedUrl,
        ),
        ("+ [T](https://a.org) (A B et al., 2020) ", Kind::StraySpace),
        ("+ [T](https://a.org)  (A B et al., 2020)", Kind::StraySpace),
        ("+ [T](https://a.org) (A B et al., soon)", Kind::NoYear),
        ("+ [T](https://a.org) (2020)", Kind::NoAuthors),
        (
            "+ [T](https://a.org) A B et al., 2020",
            Kind::UnreadableEntry,
        ),
        (
            "+ [T](https://a.org) (A B, 2020) [pdf](https://a.org)",
            Kind::UnknownLink,
        ),
        (
            "+ [T](https://a.org) (A B, 2020) [:octocat:](https://a.org) [:octocat:](https://b.org)",
            Kind::UnknownLink,
        ),
        (
            "+ [T](https://a.org) (A B, 2020) [:octocat:](https://a.org) and more",
            Kind::UnreadableEntry,
        ),
    ] {
        assert_eq!(one(text).1, [kind], "{text}");
    }
    assert_eq!(
        one("+ [T](http:www.a.org/x) (A B, 2020)")
            .0
            .unwrap()
            .url
            .as_deref(),
        Some("http://www.a.org/x")
    );
}

proptest::proptest! {
    #[test]
    fn no_line_panics(text in "([+\\[\\]() :,&a-z0-9/.]|et al\\.|https://|\\PC){0,80}") {
        one(&text);
    }
}
