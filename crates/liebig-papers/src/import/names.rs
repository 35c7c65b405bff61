//! Reads author names in BibTeX, including common mistakes.

use biblatex::Person;

use super::diagnostic::{Kind, Report};
use crate::fold;

/// Repairs a mistyped `and` between two authors, such as `andn`.
pub(crate) fn mend_ands(
    line: &str,
    file: &str,
    number: usize,
    stem: &str,
    report: &mut Report,
) -> String {
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    for word in &mut words {
        let typo = word.len() == 4
            && word.starts_with("and")
            && word.bytes().all(|b| b.is_ascii_lowercase());
        if typo {
            report.add(
                Kind::AuthorTypo,
                file,
                number,
                Some(stem),
                format!("`{word}` between two authors; read as `and`"),
            );
            *word = "and".to_owned();
        }
    }
    words.join(" ")
}

/// Whether a text is a list of at least two names, `Family, Given and Family, Given`.
pub(crate) fn are_names(text: &str) -> bool {
    let names: Vec<&str> = text.split(" and ").collect();
    names.len() > 1 && names.iter().all(|name| name.matches(',').count() == 1)
}

/// The names in order, and whether the list ends in `and others`. `whole` is the text of the whole field.
pub(crate) fn read(
    people: &[Person],
    whole: &str,
    title: &str,
    file: &str,
    line: usize,
    stem: &str,
    report: &mut Report,
) -> (Vec<String>, bool) {
    let mut odd = |message: String| report.add(Kind::OddAuthor, file, line, Some(stem), message);
    if !title.is_empty() && fold::title_key(whole) == fold::title_key(title) {
        odd("the author field contains the title; ignored".into());
        return (Vec::new(), true);
    }
    let mut names = Vec::new();
    let mut others = false;
    for (person, raw) in people.iter().zip(
        whole
            .split(" and ")
            .map(str::trim)
            .chain(std::iter::repeat("")),
    ) {
        let parts: Vec<&str> = raw.split(',').map(str::trim).collect();
        let suffix = matches!(
            person.suffix.trim_end_matches('.'),
            "" | "Jr" | "Sr" | "II" | "III" | "IV"
        );
        if person.name == "others" && person.given_name.is_empty() {
            others = true;
        } else if parts.len() > 3 {
            odd(format!(
                "`{raw}` lists several authors without `and`; split at the commas"
            ));
            names.extend(
                parts
                    .iter()
                    .filter(|part| !part.is_empty())
                    .map(|part| (*part).to_owned()),
            );
        } else if let ([family, middle, given], false) =
            (parts.as_slice(), suffix || raw.ends_with(','))
        {
            // `Zeng, Dan Ge, Shiming`: the middle part ends with the next author's family name.
            let (first_given, next) = middle.rsplit_once(' ').unwrap_or((middle, ""));
            odd(format!("`{raw}` has no `and`; read as two authors"));
            names.push(format!("{first_given} {family}"));
            names.push(format!("{given} {next}"));
        } else {
            if parts.len() != 2 {
                odd(format!("`{raw}` is not `Family, Given`"));
            }
            names.push(full(person, &parts));
        }
    }
    for name in &mut names {
        *name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    names.retain(|name| !name.is_empty());
    (names, others)
}

/// "Given von Family Suffix".
fn full(person: &Person, parts: &[&str]) -> String {
    if let [family, given, ""] = parts {
        return format!("{given} {family}");
    }
    [
        &person.given_name,
        &person.prefix,
        &person.name,
        &person.suffix,
    ]
    .map(String::as_str)
    .join(" ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::import::citations;

    fn authors(field: &str) -> (Vec<String>, bool, Vec<Kind>) {
        let mut report = Report::default();
        let text = format!("@article{{k,\n title={{The Title}},\n author={{{field}}}\n}}");
        let citation = citations::read("k.txt", text.as_bytes(), &mut report).unwrap();
        (
            citation.authors,
            citation.others,
            report.0.into_iter().map(|d| d.kind).collect(),
        )
    }

    #[test]
    fn names_however_written() {
        let names = |field| authors(field).0;
        assert_eq!(names("Lee, Ada and van Dam, Bo"), ["Ada Lee", "Bo van Dam"]);
        assert_eq!(names("Ada Lee and Bo Kim"), ["Ada Lee", "Bo Kim"]);
        assert_eq!(names("Lee, Ada,"), ["Ada Lee"]);
        assert_eq!(names("Lee, Ada andn Kim, Bo"), ["Ada Lee", "Bo Kim"]);
        assert_eq!(
            names("Zeng, Dan Ge, Shiming and Lee, Ada"),
            ["Dan Zeng", "Shiming Ge", "Ada Lee"]
        );
        assert_eq!(
            names("Ada Lee, Bo Kim, Cy Dee, Di Eff"),
            ["Ada Lee", "Bo Kim", "Cy Dee", "Di Eff"]
        );
        assert_eq!(
            authors("Lee, Ada and others"),
            (vec!["Ada Lee".into()], true, vec![])
        );
    }

    #[test]
    fn oddities_are_named() {
        assert_eq!(authors("Lee, Ada andn Kim, Bo").2, [Kind::AuthorTypo]);
        assert_eq!(authors("Ada Lee").2, [Kind::OddAuthor]);
        assert_eq!(authors("Lee, Ada,").2, [Kind::OddAuthor]);
        assert_eq!(authors("The Title"), (vec![], true, vec![Kind::OddAuthor]));
        assert_eq!(authors("Andy, Lee and Anda, Bo").2, []);
    }
}
