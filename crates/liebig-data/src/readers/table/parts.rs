//! From the cells of a table to the parts of a dataset.

use std::sync::Arc;

use super::super::Request;
use super::apply::{self, apply};
use super::classes::{Labels, classes};
use super::column::Column;
use super::fit::fit;
use super::label_column::{choose, wrong};
use super::plan;
use super::rows::{Cells, Good, by_seed, labelled};
use super::source::{Kind, Source};
use super::suspicions::suspicions;
use crate::memory::HINT_SMALLER;
use crate::parts::Parts;
use crate::{ColumnEncoding, Error, SampleShape, Split, TableEncoding};

/// Reads a table: chooses the label column (`asked` is the one that the options name), splits the rows 80/20 by class with
/// a fixed seed if the files do not name splits, and encodes the other columns.
pub(in super::super) fn parts(
    source: &dyn Source,
    asked: Option<&str>,
    request: &Request<'_>,
) -> Result<Parts, Error> {
    let options = request.options;
    let given = options.encoding.as_deref();
    if let Some(encoding) = given {
        encoding.check()?;
    }
    let kinds = source.kinds()?;
    let mut notes = source.notes();
    let asked = asked.or(given.map(|encoding| encoding.label.as_str()));
    let (label, note) = choose(source, &kinds, asked)?;
    notes.push(note);
    let plan = match given {
        Some(encoding) => plan::given(source, encoding, &kinds, label, &mut notes)?,
        None => plan::found(source, &kinds, label, options.strict, &mut notes)?,
    };
    let cells = read(source, label, plan, request)?;
    if options.strict {
        plan::refuse_missing(source, &cells.plan, &cells.columns)?;
    }
    let (named, unlabelled) = labelled(source, &cells.texts, &mut notes);
    let mut good = Good::all_but(source.rows(), &unlabelled);
    notes.extend(good.leave_out(&cells, options.skip_bad)?);
    let rows = good.rows();
    let found = classes(source, label, &cells.texts, &rows)?;
    let Labels {
        class_names,
        labels,
        notes: of_classes,
    } = found;
    notes.extend(of_classes);
    let splits = match named {
        Some(splits) => good.named(&splits),
        None => {
            let (splits, note) = by_seed(&cells, &class_names, &labels, &rows)?;
            notes.push(note);
            splits
        }
    };
    let (encodings, columns) = match given {
        Some(encoding) => (encoding.columns.clone(), cells.columns),
        None => {
            let (fitted, of_fit) = fit(source, &cells.plan, &cells.columns, &splits.train)?;
            notes.extend(of_fit);
            let both = fitted.into_iter().zip(cells.columns);
            let kept = both.filter_map(|(encoding, column)| Some((encoding?, column)));
            let (encodings, columns): (Vec<ColumnEncoding>, Vec<Column>) = kept.unzip();
            notes.extend(suspicions(&encodings, &columns, &splits.train));
            (encodings, columns)
        }
    };
    notes.extend(apply::notes(&encodings, &columns, &splits.all()));
    let encoding = TableEncoding {
        label: source.names()[label].clone(),
        columns: encodings,
    };
    let shape = SampleShape::Table {
        features: encoding.width(),
    };
    check_memory(source, shape.len() + cells.plan.len(), request)?;
    let split = |rows: &[usize]| {
        let features = apply(&encoding.columns, &columns, rows);
        let labels = rows.iter().map(|&row| labels[row]).collect();
        Split::table(shape, features, labels)
    };
    Ok(Parts {
        train: split(&splits.train)?,
        validation: splits.validation.as_deref().map(split).transpose()?,
        test: split(&splits.test)?,
        encoding: Some(Arc::new(encoding)),
        class_names: Some(class_names),
        notes,
    })
}

/// Reads the label column and those of a plan.
fn read<'a>(
    source: &'a dyn Source,
    label: usize,
    plan: Vec<(usize, Kind)>,
    request: &Request<'_>,
) -> Result<Cells<'a>, Error> {
    check_memory(source, plan.len(), request)?;
    let mut read = source.read(&[&[(label, Kind::Text)], &plan[..]].concat())?;
    let columns = read.split_off(1);
    match read.pop() {
        Some(Column::Texts(texts)) => Ok(Cells {
            source,
            label,
            texts,
            plan,
            columns,
        }),
        _ => Err(wrong(source, "the label column cannot be read".into())),
    }
}

/// Four bytes for each cell of so many columns, and for its label.
fn check_memory(source: &dyn Source, columns: usize, request: &Request<'_>) -> Result<(), Error> {
    let rows = source.rows() as u64;
    let needed = rows.saturating_mul(columns as u64 + 2).saturating_mul(4);
    let what = || format!("a table of {rows} rows and {columns} features");
    let path = source.path();
    request.memory.check(&path, needed, what, HINT_SMALLER)
}
