//! Arrays of labels: whole numbers of any type, text, or one-hot rows.

use std::collections::BTreeMap;
use std::io::ErrorKind;

use npyz::{DType, Deserialize, NpyFile, NpyHeader, TypeChar};

use super::stream::Stopped;
use super::{Array, Content, Element, Kind};
use crate::Error;

/// One label a sample, as its file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Labels {
    Numbers(Vec<i64>),
    /// Distinct names, and which of them each sample has.
    Names {
        names: Vec<String>,
        ids: Vec<u32>,
    },
}

/// Beyond this, not every whole number is a number of double precision.
const MOST: f64 = 9_007_199_254_740_992.0;

const HINT: &str =
    "expected one whole number or one name a sample, or one-hot rows with a single 1";

/// Reads one label a sample. Of rows that are not one-hot, `first_column` takes the first number; otherwise they are
/// refused. Notes for people come with the labels.
pub(crate) fn read_labels(
    array: &Array,
    first_column: bool,
) -> Result<(Labels, Option<String>), Error> {
    let total: usize = array.dims.iter().product();
    let is_flat = array.dims.iter().filter(|&&len| len != 1).count() < 2;
    match (&array.content, &array.dims[..]) {
        (Content::Text(header), _) if is_flat => Ok((text(array, header)?, None)),
        (Content::Numbers(element), _) if is_flat => {
            flat(array, *element, total).map(|labels| (labels, None))
        }
        (Content::Numbers(element), &[samples, columns]) => {
            Rows::read(array, *element, samples, columns)?.labels(array, first_column)
        }
        _ => Err(array.wrong(format!("{array}: labels with so many axes"), HINT)),
    }
}

/// One number a sample.
fn flat(array: &Array, element: Element, total: usize) -> Result<Labels, Error> {
    let (mut numbers, mut labels) = (Vec::new(), Vec::new());
    let read = array.blocks(total, element.kind.size(), |first, block| {
        numbers.clear();
        element.decode(block, &mut numbers);
        for (sample, &number) in (first..).zip(&numbers) {
            labels.push(whole(number).ok_or((sample, number))?);
        }
        Ok(())
    });
    match read {
        Err(Stopped::Failed(error)) => Err(error),
        Err(Stopped::Refused((sample, number))) => Err(array.wrong(
            format!("{array}: the label of sample {sample} (from 0) is {number}, expected whole numbers"),
            "if these are values to predict and not classes, this is regression, which is not supported",
        )),
        Ok(()) if element.kind == Kind::Bool => Ok(Labels::Names {
            names: vec!["False".into(), "True".into()],
            ids: labels.into_iter().map(|label| u32::from(label != 0)).collect(),
        }),
        Ok(()) => Ok(Labels::Numbers(labels)),
    }
}

fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= MOST).then_some(number as i64)
}

/// What rows of several numbers hold.
struct Rows {
    columns: usize,
    /// Of each sample: how many of its numbers are 1, the column of the last of them, and the first number.
    ones: Vec<u32>,
    column: Vec<u32>,
    first: Vec<f64>,
    /// Whether every number is 0 or 1.
    binary: bool,
}

impl Rows {
    fn read(
        array: &Array,
        element: Element,
        samples: usize,
        columns: usize,
    ) -> Result<Self, Error> {
        let mut rows = Self {
            columns,
            ones: vec![0; samples],
            column: vec![0; samples],
            first: vec![0.0; samples],
            binary: true,
        };
        let mut numbers = Vec::new();
        let read = array.blocks(samples * columns, element.kind.size(), |first, block| {
            numbers.clear();
            element.decode(block, &mut numbers);
            for (at, &number) in (first..).zip(&numbers) {
                let (sample, column) = match array.fortran {
                    false => (at / columns, at % columns),
                    true => (at % samples, at / samples),
                };
                if number == 1.0 {
                    rows.ones[sample] += 1;
                    rows.column[sample] = column as u32;
                }
                rows.binary &= number == 0.0 || number == 1.0;
                if column == 0 {
                    rows.first[sample] = number;
                }
            }
            Ok::<(), ()>(())
        });
        match read {
            Err(Stopped::Failed(error)) => Err(error),
            _ => Ok(rows),
        }
    }

    fn labels(self, array: &Array, first_column: bool) -> Result<(Labels, Option<String>), Error> {
        let columns = self.columns;
        if self.binary && self.ones.iter().all(|&ones| ones == 1) {
            let labels = self.column.into_iter().map(i64::from).collect();
            let note =
                format!("one-hot labels of {columns} columns: the class is the column's number");
            return Ok((Labels::Numbers(labels), Some(note)));
        }
        if first_column {
            let labels = self.first.iter().map(|&number| whole(number));
            return match labels.collect() {
                Some(labels) => {
                    let note = format!("labels are the first of {columns} columns");
                    Ok((Labels::Numbers(labels), Some(note)))
                }
                None => Err(array.wrong(
                    format!("{array}: its first column holds no whole numbers"),
                    HINT,
                )),
            };
        }
        Err(array.wrong(format!("{array}: {}", self.reason()), self.hint()))
    }

    fn reason(&self) -> String {
        if !self.binary {
            return "rows of numbers other than 0 and 1".into();
        }
        let of =
            |count: &dyn Fn(u32) -> bool| self.ones.iter().filter(|&&ones| count(ones)).count();
        let (several, none) = (of(&|ones| ones > 1), of(&|ones| ones == 0));
        let mut text = format!(
            "multi-label: of {} samples, {several} have several labels and {none} have none",
            self.ones.len()
        );
        if let Some((sample, ones)) = self.ones.iter().enumerate().find(|&(_, &ones)| ones > 1) {
            text += &format!(" (sample {sample} has {ones} of {})", self.columns);
        }
        text
    }

    fn hint(&self) -> &'static str {
        match self.binary {
            true => {
                "every sample needs exactly one class: choose one column, or the samples with a single label, and save them"
            }
            false => HINT,
        }
    }
}

/// One text a sample.
fn text(array: &Array, header: &NpyHeader) -> Result<Labels, Error> {
    match header.dtype() {
        DType::Plain(stored) if stored.type_char() == TypeChar::ByteStr => {
            // Bytes of an old encoding are still names: each is a character.
            let name = |bytes: Vec<u8>| match String::from_utf8(bytes) {
                Ok(name) => name,
                Err(error) => error.into_bytes().into_iter().map(char::from).collect(),
            };
            names(array, header, name)
        }
        _ => names(array, header, |name: String| name),
    }
}

fn names<T: Deserialize>(
    array: &Array,
    header: &NpyHeader,
    name: impl Fn(T) -> String,
) -> Result<Labels, Error> {
    let file = NpyFile::with_header(header.clone(), array.data()?);
    let values = file
        .data::<T>()
        .map_err(|error| array.wrong(error.to_string(), HINT))?;
    let (mut numbers, mut ids) = (BTreeMap::new(), Vec::new());
    for value in values {
        let value = value.map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => {
                array.wrong("its text ends too early", "the file is cut short")
            }
            _ => array.wrong(format!("sample {}: {error}", ids.len()), HINT),
        })?;
        let next = numbers.len() as u32;
        ids.push(*numbers.entry(name(value)).or_insert(next));
    }
    let mut names = vec![String::new(); numbers.len()];
    for (name, id) in numbers {
        names[id as usize] = name;
    }
    Ok(Labels::Names { names, ids })
}

impl Labels {
    /// The number of samples.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(labels) => labels.len(),
            Self::Names { ids, .. } => ids.len(),
        }
    }
}
