//! What an import found to be irregular: named, placed, never silently dropped.

use std::fmt;

use serde::Serialize;

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing was changed.
    Note,
    /// Something was irregular and has been put right, or sources disagree.
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

            /// How much it matters.
            pub fn severity(self) -> Severity {
                match self { $(Kind::$kind => Severity::$severity,)* }
            }
        }
    };
}

kinds! {
    InvalidUtf8 "invalid-utf8" Error "Bytes that are no UTF-8; they were replaced.";
    LineTooLong "line-too-long" Error "A line too long to be an entry; it was not read.";
    CarriageReturns "carriage-returns" Note "Lines end in CR LF.";
    MissingBullet "missing-bullet" Warning "An entry without its bullet; it was read all the same.";
    NoTitleLink "no-title-link" Warning "An entry whose title has no link (a workshop, a challenge); it is no paper.";
    NoCitation "no-citation" Warning "An entry without a BibTeX link; its id was made from its fields.";
    UnreadableEntry "unreadable-entry" Error "A line that looks like an entry and cannot be read.";
    NoAuthors "no-authors" Error "An entry without authors.";
    NoYear "no-year" Error "An entry without a year; it was not taken.";
    ShiftedAnchor "shifted-anchor" Warning "A section's anchor is not the one its table of contents names.";
    NewSection "new-section" Note "A section the catalogue does not know yet.";
    EmptyHeading "empty-heading" Note "A heading with no entry below it.";
    NotASection "not-a-section" Note "A part of the list that holds no papers; its lines were not read.";
    MalformedUrl "malformed-url" Warning "A mistyped link; repaired where that was possible.";
    StraySpace "stray-space" Note "A blank too many, or at the end of a link or line.";
    UnknownLink "unknown-link" Warning "A link of an entry that is neither project, code nor BibTeX.";
    RepeatedEntry "repeated-entry" Note "A paper listed in more than one section.";
    KeyClash "key-clash" Warning "Two different papers with one key; the second got another.";
    LatestDiffers "latest-differs" Warning "A paper under the latest updates differs from its entry.";
    LatestOnly "latest-only" Warning "A paper under the latest updates that stands in no section.";
    CountDiffers "count-differs" Note "The number of items the list states is not the number found.";
    UnusedCitation "unused-citation" Note "A citation file that no entry names.";
    MissingCitation "missing-citation" Warning "An entry names a citation file that does not exist.";
    UnbalancedBraces "unbalanced-braces" Warning "A BibTeX field whose braces do not close; they were closed at its end.";
    MissingComma "missing-comma" Warning "No comma between two BibTeX fields; it was set.";
    UnreadableBibtex "unreadable-bibtex" Error "BibTeX that cannot be read; only the list's own facts were taken.";
    KeyDiffers "key-differs" Note "The BibTeX key is not the name of its file.";
    DuplicateKey "duplicate-key" Warning "Two citation files have one BibTeX key.";
    AuthorTypo "author-typo" Warning "An `and` between authors is mistyped; repaired.";
    OddAuthor "odd-author" Note "A name in BibTeX that is not `Family, Given`.";
    AuthorsDiffer "authors-differ" Warning "The list's leading authors are not those of the BibTeX file.";
    TitleDiffers "title-differs" Note "The BibTeX title is not the list's.";
    YearDiffers "year-differs" Warning "The BibTeX year is not the list's.";
    ArxivDiffers "arxiv-differs" Warning "The BibTeX arXiv id is not that of the list's link.";
    UnreadableJson "unreadable-json" Error "JSON that cannot be read.";
    SwappedFields "swapped-fields" Warning "Two fields are swapped: `url` and `cite` of a record, or title and authors of a BibTeX entry.";
    WrongKey "wrong-key" Warning "A record stands under another paper's key.";
    FieldDiffers "field-differs" Note "A field of a record is not what the list says.";
    MissingRecord "missing-record" Warning "The list has a paper that `articles.json` lacks.";
    UnknownRecord "unknown-record" Warning "A data file names a paper that the list lacks.";
}

/// One irregularity: where, what, and what was done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The file, relative to the checkout.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What kind it is.
    pub kind: Kind,
    /// How much it matters.
    pub severity: Severity,
    /// The paper it concerns, where one is known.
    pub id: Option<String>,
    /// What was found and what was made of it.
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

/// Hostile input must not make hostile messages: one line, at most 300 characters.
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
