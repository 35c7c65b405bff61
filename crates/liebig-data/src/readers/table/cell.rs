//! What the text of one cell is.

use super::date;
use super::source::Kind;

/// Marks of missing cells, in lower case.
const MISSING: &[&str] = &["na", "n/a", "#n/a", "nan", "null", "?"];
/// Words that mark a missing cell among numbers and dates, but may be a category among texts.
const MISSING_NUMBER: &[&str] = &["-", "--", "none"];

/// Whether a cell of a text or label column is missing.
pub(crate) fn is_missing(cell: &str) -> bool {
    cell.is_empty() || is_one_of(cell, MISSING)
}

/// Whether a cell of a column of numbers or dates is missing.
pub(crate) fn is_missing_number(cell: &str) -> bool {
    is_missing(cell) || is_one_of(cell, MISSING_NUMBER)
}

fn is_one_of(cell: &str, words: &[&str]) -> bool {
    cell.len() <= 4 && words.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// A finite number; with `comma`, its decimal point may be a comma.
pub(crate) fn number(cell: &str, comma: bool) -> Option<f32> {
    if let Some(digits) = digits(cell) {
        return Some(digits as f32);
    }
    let plain = cell.parse::<f32>().ok();
    let value = plain.or_else(|| with_point(cell, comma)?.parse().ok());
    value.filter(|value| value.is_finite())
}

/// A few digits, which are much faster to read than numbers of every kind.
fn digits(cell: &str) -> Option<u32> {
    if !(1..=7).contains(&cell.len()) {
        return None;
    }
    cell.bytes().try_fold(0, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| value * 10 + u32::from(digit))
    })
}

/// The same with more digits, for comparisons.
pub(crate) fn precise(cell: &str, comma: bool) -> Option<f64> {
    let plain = cell.parse::<f64>().ok();
    plain.or_else(|| with_point(cell, comma)?.parse().ok())
}

/// The cell with its only comma, a decimal one, as a point.
fn with_point(cell: &str, comma: bool) -> Option<String> {
    let is_decimal = comma && cell.matches(',').count() == 1 && !cell.contains('.');
    is_decimal.then(|| cell.replace(',', "."))
}

/// `true` and `false` in any case.
pub(crate) fn boolean(cell: &str) -> Option<bool> {
    match () {
        () if cell.eq_ignore_ascii_case("true") => Some(true),
        () if cell.eq_ignore_ascii_case("false") => Some(false),
        () => None,
    }
}

/// Whether a cell is a number written with separators between groups of digits, such as `1,234.5` or `1 234`.
pub(crate) fn is_grouped(cell: &str) -> bool {
    let digits = cell.trim_start_matches(['+', '-']);
    let is_separator = |c: char| matches!(c, ',' | '.' | ' ' | '\'' | '\u{a0}' | '\u{202f}');
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && digits.contains(is_separator)
        && digits.chars().all(|c| c.is_ascii_digit() || is_separator(c))
        // A version or an address has more points; a date too.
        && (digits.matches('.').count() < 2 || digits.contains(','))
}

/// How many cells of a column are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub numbers: usize,
    /// Cells of another kind; the next fields count some of these.
    pub words: usize,
    pub booleans: usize,
    pub dates: usize,
    pub unclear_dates: usize,
    pub grouped: usize,
    /// Numbers with a decimal comma, and those of them that could also be thousands.
    pub commas: usize,
    pub thousands: usize,
    /// Numbers with a decimal point.
    pub points: usize,
}

impl Counts {
    /// Counts one more cell.
    pub fn add(&mut self, cell: &str, comma: bool) {
        if digits(cell).is_some() {
            self.numbers += 1;
        } else if is_missing(cell) {
        } else if number(cell, comma).is_some() {
            self.numbers += 1;
            if cell.contains(',') {
                self.commas += 1;
                self.thousands += usize::from(could_be_thousands(cell));
            } else if comma && cell.contains('.') {
                self.points += 1;
            }
        } else if !is_missing_number(cell) {
            self.words += 1;
            self.booleans += usize::from(boolean(cell).is_some());
            self.grouped += usize::from(is_grouped(cell));
            match date::parse(cell) {
                Some(_) => self.dates += 1,
                None => self.unclear_dates += usize::from(date::is_unclear(cell)),
            }
        }
    }

    /// Counts so many equal cells, whose numbers have a point.
    pub fn add_many(&mut self, cell: &str, count: usize) {
        let mut one = Self::default();
        one.add(cell, false);
        for (own, one) in [
            (&mut self.numbers, one.numbers),
            (&mut self.words, one.words),
            (&mut self.booleans, one.booleans),
            (&mut self.dates, one.dates),
            (&mut self.unclear_dates, one.unclear_dates),
            (&mut self.grouped, one.grouped),
        ] {
            *own += one * count;
        }
    }

    /// What a column with these cells holds.
    pub fn kind(&self) -> Kind {
        let filled = self.numbers + self.words;
        let most = |count: usize| 2 * count > filled;
        match () {
            () if filled == 0 => Kind::Unusable("it is empty".into()),
            () if self.booleans == filled => Kind::Boolean,
            () if most(self.dates) => Kind::Date,
            () if most(self.unclear_dates) => Kind::Unusable(
                "dates that do not say which number is the month; write 2024-12-31".into(),
            ),
            () if most(self.words) => Kind::Text,
            () => Kind::Number,
        }
    }

    /// Counts what another part of the column has.
    pub fn merge(mut self, other: Self) -> Self {
        for (own, other) in [
            (&mut self.numbers, other.numbers),
            (&mut self.words, other.words),
            (&mut self.booleans, other.booleans),
            (&mut self.dates, other.dates),
            (&mut self.unclear_dates, other.unclear_dates),
            (&mut self.grouped, other.grouped),
            (&mut self.commas, other.commas),
            (&mut self.thousands, other.thousands),
            (&mut self.points, other.points),
        ] {
            *own += other;
        }
        self
    }
}

/// `1,234` but not `0,234` or `1,2`.
fn could_be_thousands(cell: &str) -> bool {
    let digits = cell.trim_start_matches(['+', '-']);
    digits.split_once(',').is_some_and(|(before, after)| {
        (1..=3).contains(&before.len()) && !before.starts_with('0') && after.len() == 3
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn marks_of_missing_cells() {
        for cell in ["", "NA", "n/a", "NaN", "null", "NULL", "?", "#N/A"] {
            assert!(is_missing(cell) && is_missing_number(cell), "{cell}");
        }
        for cell in ["-", "None", "--"] {
            assert!(!is_missing(cell) && is_missing_number(cell), "{cell}");
        }
        for cell in ["0", "nano", "nan.", "x", "+", "none at all"] {
            assert!(!is_missing(cell) && !is_missing_number(cell), "{cell}");
        }
    }

    #[test]
    fn numbers_with_points_and_commas() {
        assert_eq!(number("1.5", false), Some(1.5));
        assert_eq!(number("9999999", false), Some(9_999_999.0));
        assert_eq!(number("16777217", false), Some(16_777_216.0));
        assert_eq!(number("-1e3", true), Some(-1000.0));
        assert_eq!(number("1,5", true), Some(1.5));
        assert_eq!(number("-,5", true), Some(-0.5));
        for cell in ["1,5", "inf", "nan", "1e99", "1.5.2", "x", ""] {
            assert_eq!(number(cell, false), None, "{cell}");
        }
        for cell in ["1.234,5", "1,2,3", "a,b"] {
            assert_eq!(number(cell, true), None, "{cell}");
        }
        assert_eq!(precise("16777217", false), Some(16_777_217.0));
    }

    #[test]
    fn groups_of_digits_are_told_from_other_texts() {
        for cell in ["1,234", "1.234,5", "1 234", "-1'234'567", "1,234.5"] {
            assert!(is_grouped(cell), "{cell}");
        }
        for cell in [
            "1.2.3",
            "a,b",
            "12%",
            "192.168.0.1",
            "1,",
            ",1",
            "12",
            "1-2",
        ] {
            assert!(!is_grouped(cell), "{cell}");
        }
    }

    #[test]
    fn cells_are_counted_by_kind() {
        let mut counts = Counts::default();
        let cells = [
            "1",
            "2.5",
            "1,234",
            "0,234",
            "",
            "-",
            "true",
            "x",
            "2024-01-02",
            "1/2/2024",
            "1.2.3,4",
        ];
        for cell in cells {
            counts.add(cell, true);
        }
        let expected = Counts {
            numbers: 4,
            words: 5,
            booleans: 1,
            dates: 1,
            unclear_dates: 1,
            grouped: 1,
            commas: 2,
            thousands: 1,
            points: 1,
        };
        assert_eq!(counts, expected);
        assert_eq!(counts.merge(counts).words, 10);
    }
}
