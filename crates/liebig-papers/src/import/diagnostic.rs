//! Diagnostics: the irregularities found by an import, each with its kind, file and line.

use std::fmt;

use serde::Serialize;

/// How serious a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// For information; no facts were changed.
    Note,
    /// Something was irregular and has been repaired, or sources disagree.
    Warning,
    /// Something could not be read.
    Error,
}

macro_rules! kinds {
    ($($kind:ident $code:literal $severity:ident $doc:literal;)*) => {
        /// The kinds of irregularity.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Kind { $(#[doc = $doc] $kind,)* }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Kind] = &[$(Kind::$kind,)*];

            /// The name printed with a diagnostic, e.g. `missing-bullet`.
            pub fn code(self) -> &'static str {
                match self { $(Kind::$kind => $code,)* }
            }

            /// How serious it is.
            pub fn severity(self) -> Severity {
                match self { $(Kind::$kind => Severity::$severity,)* }
            }
        }
    };
}

kinds! {
    InvalidUtf8 "invalid-utf8" Error "Bytes that are not valid UTF-8; they were replaced.";
    LineTooLong "line-too-long" Error "A line too long to be an entry; it was not read.";
    CarriageReturns "carriage-returns" Note "Lines end in CR LF.";
    MissingBullet "missing-bullet" Warning "An entry without a bullet; it was read anyway.";
    NoTitleLink "no-title-link" Warning "An entry whose title has no link (a workshop, a challenge); it is not a paper and was left out.";
    NoCitation "no-citation" Warning "An entry without a usable BibTeX link; its id was made from its fields.";
    UnreadableEntry "unreadable-entry" Error "A line that looks like an entry but cannot be read.";
    NoAuthors "no-authors" Error "An entry without authors.";
    NoYear "no-year" Error "An entry without a year; it was left out.";
    ShiftedAnchor "shifted-anchor" Warning "The anchor of a section is not the one in the table of contents.";
    NewSection "new-section" Note "A section that the catalogue does not have yet.";
    EmptyHeading "empty-heading" Note "A heading without entries.";
    NotASection "not-a-section" Note "A part of the list that contains no papers; its lines were not read.";
    MalformedUrl "malformed-url" Warning "A mistyped link; it was repaired if possible.";
    StraySpace "stray-space" Note "An extra space, or a space at the end of a link or line.";
    UnknownLink "unknown-link" Warning "A link in an entry that is neither project page, code nor BibTeX.";
    RepeatedEntry "repeated-entry" Note "A paper listed in more than one section.";
    KeyClash "key-clash" Warning "Two different papers with the same key; the second one was given another.";
    LatestDiffers "latest-differs" Warning "A paper under \"Latest Updates\" differs from its entry in a section.";
    LatestOnly "latest-only" Warning "A paper under \"Latest Updates\" is not in any section.";
    CountDiffers "count-differs" Note "The number of items stated by the list is not the number found.";
    UnusedCitation "unused-citation" Note "A citation file that no entry names.";
    MissingCitation "missing-citation" Warning "An entry names a citation file that does not exist.";
    UnbalancedBraces "unbalanced-braces" Warning "A BibTeX field or entry with unclosed braces; they were closed at its end.";
    MissingComma "missing-comma" Warning "No comma between two BibTeX fields; it was inserted.";
    UnreadableBibtex "unreadable-bibtex" Error "BibTeX that cannot be read; only the facts in the README were used.";
    KeyDiffers "key-differs" Note "The BibTeX key is not the name of its file.";
    DuplicateKey "duplicate-key" Warning "Two citation files have the same BibTeX key.";
    AuthorTypo "author-typo" Warning "An `and` between authors is mistyped; it was repaired.";
    OddAuthor "odd-author" Note "A name in BibTeX that is not `Family, Given`.";
    AuthorsDiffer "authors-differ" Warning "The leading authors in the list are not those in the BibTeX file.";
    TitleDiffers "title-differs" Note "The BibTeX title differs from the title in the list.";
    YearDiffers "year-differs" Warning "The BibTeX year differs from the year in the list.";
    ArxivDiffers "arxiv-differs" Warning "The BibTeX arXiv id differs from the arXiv id in the list's link.";
    UnreadableJson "unreadable-json" Error "JSON that cannot be read.";
    SwappedFields "swapped-fields" Warning "Two fields are swapped: `url` and `cite` of a record, or title and authors of a BibTeX entry.";
    WrongKey "wrong-key" Warning "A record has the key of another paper.";
    FieldDiffers "field-differs" Note "A field of a record differs from the list.";
    MissingRecord "missing-record" Warning "The list has a paper that is missing from `articles.json`.";
    UnknownRecord "unknown-record" Warning "A data file names a paper that is not in the list.";
}

/// One irregularity: where it is, what it is, and what was done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The file, relative to the checkout.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The kind of irregularity.
    pub kind: Kind,
    /// How serious it is.
    pub severity: Severity,
    /// The id of the paper concerned, if known.
    pub id: Option<String>,
    /// What was found and what was done about it.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {}: {}",
            self.file,
            self.line,
            self.kind.code(),
            self.message
        )
    }
}

/// A collector of diagnostics.
#[derive(Debug, Default)]
pub(crate) struct Report(pub Vec<Diagnostic>);

impl Report {
    /// Adds a diagnostic about a line.
    pub fn add(
        &mut self,
        kind: Kind,
        file: &str,
        line: usize,
        id: Option<&str>,
        message: impl Into<String>,
    ) {
        let message = shorten(&message.into());
        let id = id.map(str::to_owned);
        self.0.push(Diagnostic {
            file: file.into(),
            line,
            kind,
            severity: kind.severity(),
            id,
            message,
        });
    }
}

/// Makes a message safe to print even if it quotes malicious input: one line, at most 300 characters.
fn shorten(message: &str) -> String {
    let mut short: String = message
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(300)
        .collect();
    if message.chars().nth(300).is_some() {
        short.push('…');
    }
    short
}
