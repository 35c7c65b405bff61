//! One column of a table in memory.

use std::collections::HashMap;

use super::source::Kind;
use super::{cell, date};

/// The id of a missing text.
pub(crate) const MISSING: u32 = u32::MAX;

/// The cells of one column, in the order of the rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Column {
    Numbers(Numbers),
    Texts(Texts),
}

/// Numbers, or dates as days since 1970-01-01.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Numbers {
    /// NaN where a number is missing.
    pub values: Vec<f32>,
    pub missing: usize,
    /// Whether every number is whole.
    pub whole: bool,
    /// Whether every number is larger than the one before.
    pub rising: bool,
    ends: Option<(f64, f64)>,
    /// Rows whose cell is neither a number nor missing; they count as missing.
    pub bad: Vec<usize>,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            missing: 0,
            whole: true,
            rising: true,
            ends: None,
            bad: Vec::new(),
        }
    }
}

impl Numbers {
    /// Adds a number; `precise` is asked for it only where `f32` may be too coarse.
    pub fn push(&mut self, value: f32, precise: impl FnOnce() -> f64) {
        self.whole &= value.fract() == 0.0;
        if self.rising {
            let value = precise();
            self.rising = self.ends.is_none_or(|(_, last)| last < value);
            self.ends = Some((self.ends.map_or(value, |(first, _)| first), value));
        }
        self.values.push(value);
    }

    pub fn push_missing(&mut self) {
        self.missing += 1;
        self.values.push(f32::NAN);
    }

    pub fn push_bad(&mut self) {
        self.bad.push(self.values.len());
        self.values.push(f32::NAN);
    }

    /// Adds the rows that follow.
    pub fn append(&mut self, other: Self) {
        let shift = self.values.len();
        self.whole &= other.whole;
        self.rising &= other.rising;
        if let (Some((_, last)), Some((first, _))) = (self.ends, other.ends) {
            self.rising &= last < first;
        }
        let first = self.ends.or(other.ends).map(|(first, _)| first);
        let last = other.ends.or(self.ends).map(|(_, last)| last);
        self.ends = first.zip(last);
        self.missing += other.missing;
        self.bad
            .extend(other.bad.into_iter().map(|row| row + shift));
        self.values.extend(other.values);
    }

    /// The first row without a number.
    pub fn first_missing(&self) -> Option<usize> {
        self.values.iter().position(|value| value.is_nan())
    }
}

/// Texts, each distinct one stored once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Texts {
    /// An index into `distinct`, or [`MISSING`].
    pub ids: Vec<u32>,
    pub distinct: Vec<String>,
    pub missing: usize,
    known: HashMap<String, u32>,
}

impl Texts {
    pub fn push(&mut self, text: &str) {
        let id = self.id(text);
        self.ids.push(id);
    }

    fn id(&mut self, text: &str) -> u32 {
        if let Some(&id) = self.known.get(text) {
            return id;
        }
        let id = self.distinct.len() as u32;
        self.known.insert(text.to_owned(), id);
        self.distinct.push(text.to_owned());
        id
    }

    pub fn push_missing(&mut self) {
        self.missing += 1;
        self.ids.push(MISSING);
    }

    /// Adds the rows that follow.
    pub fn append(&mut self, other: Self) {
        let ids: Vec<u32> = other.distinct.iter().map(|text| self.id(text)).collect();
        let of = |id: u32| ids.get(id as usize).copied().unwrap_or(MISSING);
        self.ids.extend(other.ids.into_iter().map(of));
        self.missing += other.missing;
    }

    /// The text of a row; `None` if it is missing.
    pub fn text(&self, row: usize) -> Option<&str> {
        let id = *self.ids.get(row)?;
        self.distinct.get(id as usize).map(String::as_str)
    }

    /// The first row without a text.
    pub fn first_missing(&self) -> Option<usize> {
        self.ids.iter().position(|&id| id == MISSING)
    }

    /// How many of these rows have each text.
    pub fn count(&self, rows: &[usize]) -> Vec<usize> {
        let mut counts = vec![0; self.distinct.len()];
        for &row in rows {
            if let Some(count) = counts.get_mut(self.ids[row] as usize) {
                *count += 1;
            }
        }
        counts
    }
}

impl Column {
    /// One without rows, for cells that are read as this kind.
    pub fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Text => Self::Texts(Texts::default()),
            _ => Self::Numbers(Numbers::default()),
        }
    }

    /// Adds the text of a cell, read as this kind; with `comma`, numbers may have a decimal comma.
    pub fn push(&mut self, kind: &Kind, text: &str, comma: bool) {
        let numbers = match self {
            Self::Texts(texts) if cell::is_missing(text) => return texts.push_missing(),
            Self::Texts(texts) => return texts.push(text),
            Self::Numbers(numbers) => numbers,
        };
        let value = match kind {
            Kind::Boolean => cell::boolean(text).map(|value| (f32::from(u8::from(value)), None)),
            Kind::Date => date::parse(text).map(|days| (days as f32, Some(days))),
            _ => cell::number(text, comma).map(|value| (value, None)),
        };
        match value {
            Some((value, precise)) => numbers.push(value, || {
                let digits = precise.or_else(|| cell::precise(text, comma));
                digits.unwrap_or(value.into())
            }),
            None if cell::is_missing_number(text) => numbers.push_missing(),
            None => numbers.push_bad(),
        }
    }

    /// Adds a number; NaN is missing. As text, a whole one has no fraction.
    pub fn push_number(&mut self, value: f64) {
        match self {
            _ if value.is_nan() => self.push_missing(),
            Self::Numbers(numbers) => match value as f32 {
                single if single.is_finite() => numbers.push(single, || value),
                _ => numbers.push_bad(),
            },
            Self::Texts(texts) => texts.push(&value.to_string()),
        }
    }

    /// Adds a number of single precision, which has a shorter text.
    pub fn push_single(&mut self, value: f32) {
        match self {
            Self::Texts(texts) if !value.is_nan() => texts.push(&value.to_string()),
            _ => self.push_number(value.into()),
        }
    }

    /// Adds a whole number; of class numbers, -1 is missing.
    pub fn push_whole(&mut self, value: i64, is_class: bool) {
        match self {
            _ if is_class && value == -1 => self.push_missing(),
            Self::Numbers(numbers) => numbers.push(value as f32, || value as f64),
            Self::Texts(texts) => texts.push(&value.to_string()),
        }
    }

    /// Adds a truth value: 1 or 0, `true` or `false`.
    pub fn push_truth(&mut self, value: bool) {
        match self {
            Self::Numbers(numbers) => {
                numbers.push(f32::from(u8::from(value)), || f64::from(u8::from(value)))
            }
            Self::Texts(texts) => texts.push(if value { "true" } else { "false" }),
        }
    }

    pub fn push_missing(&mut self) {
        match self {
            Self::Numbers(numbers) => numbers.push_missing(),
            Self::Texts(texts) => texts.push_missing(),
        }
    }

    pub fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::Numbers(own), Self::Numbers(other)) => own.append(other),
            (Self::Texts(own), Self::Texts(other)) => own.append(other),
            // Both are read by the same plan.
            _ => {}
        }
    }

    /// Missing cells, and those that are bad.
    pub fn missing(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.missing,
            Self::Texts(texts) => texts.missing,
        }
    }

    pub fn first_missing(&self) -> Option<usize> {
        match self {
            Self::Numbers(numbers) => numbers.first_missing(),
            Self::Texts(texts) => texts.first_missing(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn numbers(values: &[f64]) -> Numbers {
        let mut numbers = Numbers::default();
        for &value in values {
            numbers.push(value as f32, || value);
        }
        numbers
    }

    #[test]
    fn parts_of_a_column_are_joined_as_if_read_at_once() {
        for (a, b, rising, whole) in [
            (&[1.0, 2.0][..], &[3.0][..], true, true),
            (&[1.0, 2.0], &[2.0], false, true),
            (&[1.0, 2.5], &[3.0], true, false),
            (&[2.0, 1.0], &[3.0], false, true),
            (&[], &[3.0, 2.0], false, true),
            (&[16_777_216.0], &[16_777_217.0], true, true),
        ] {
            let mut joined = numbers(a);
            joined.append(numbers(b));
            assert_eq!(
                (joined.rising, joined.whole),
                (rising, whole),
                "{a:?} {b:?}"
            );
            assert_eq!(joined.values.len(), a.len() + b.len());
        }
        let mut first = numbers(&[1.0]);
        first.push_missing();
        let mut second = numbers(&[2.0]);
        second.push_bad();
        first.append(second);
        assert_eq!(
            (first.missing, first.first_missing(), &first.bad[..]),
            (1, Some(1), &[3][..])
        );
    }

    #[test]
    fn a_text_has_one_id() {
        let mut texts = Texts::default();
        texts.push("b");
        texts.push_missing();
        let mut more = Texts::default();
        more.push("a");
        more.push("b");
        more.push_missing();
        texts.append(more);
        assert_eq!(texts.ids, [0, MISSING, 1, 0, MISSING]);
        assert_eq!((texts.missing, texts.first_missing()), (2, Some(1)));
        assert_eq!((texts.text(2), texts.text(4)), (Some("a"), None));
        assert_eq!(texts.count(&[0, 1, 3]), [2, 0]);
    }
}
