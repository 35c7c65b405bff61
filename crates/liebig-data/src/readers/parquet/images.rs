//! Image datasets: a column of encoded images and one of labels.

use super::super::Request;
use super::super::decode::{Batch, decode_all};
use super::super::table::classes::{Labels, classes};
use super::super::table::column::Column;
use super::super::table::joined::Joined;
use super::super::table::label_column::{NAMES, numbered, wrong};
use super::super::table::rows::{self, Good, by_seed, labelled};
use super::super::table::source::{Kind, Source};
use super::file::ParquetFile;
use super::image_files::Cells;
use super::table::ParquetTable;
use crate::files::Place;
use crate::notes::some_of;
use crate::parts::Parts;
use crate::{Error, LoadOptions, Note, NoteKind, Split};

/// Reads all images of the splits that the files name, or splits them 80/20 by class with a fixed seed.
pub(super) fn read(place: &Place, request: &Request<'_>) -> Result<Parts, Error> {
    parts(super::open(place, request)?, request)
}

pub(super) fn parts(joined: Joined<ParquetFile>, request: &Request<'_>) -> Result<Parts, Error> {
    let options = request.options;
    let memory = request.memory;
    let table = ParquetTable { joined, memory };
    let mut notes = table.notes();
    let images = image_column(&table, options, &mut notes)?;
    let label = label_column(&table, images, options, &mut notes)?;
    let mut read = table.read(&[(label, Kind::Text)])?;
    let Some(Column::Texts(texts)) = read.pop() else {
        return Err(wrong(&table, "the label column cannot be read".into()));
    };
    let (named, unlabelled) = labelled(&table, &texts, &mut notes);
    let cells = rows::Cells {
        source: &table,
        label,
        texts,
        plan: Vec::new(),
        columns: Vec::new(),
    };
    let mut good = Good::all_but(table.rows(), &unlabelled);
    notes.extend(good.leave_out(&cells, options.skip_bad)?);
    let found = classes(&table, label, &cells.texts, &good.rows())?;
    let Labels {
        class_names,
        labels,
        notes: of_classes,
    } = found;
    notes.extend(of_classes);
    let splits = match named {
        Some(splits) => good.named(&splits),
        None => {
            let (splits, note) = by_seed(&cells, &class_names, &labels, &good.rows())?;
            notes.push(note);
            splits
        }
    };
    let groups = [
        Some(&splits.train),
        Some(&splits.test),
        splits.validation.as_ref(),
    ];
    let groups: Vec<&Vec<usize>> = groups.into_iter().flatten().collect();
    let counts: Vec<usize> = groups.iter().map(|rows| rows.len()).collect();
    let mut of_group: Vec<Vec<u32>> = groups
        .iter()
        .map(|rows| rows.iter().map(|&row| labels[row]).collect())
        .collect();
    let wanted = groups.into_iter().flatten().copied().collect();
    let files = Cells::read(&table, images, wanted, request.memory)?;
    let batch = decode_all(
        &files,
        &counts,
        0,
        &table.joined.path,
        options,
        request.memory,
    )?;
    let Batch {
        shape,
        pixels,
        bad,
        notes: of_images,
    } = batch;
    notes.extend(of_images);
    remove(&mut of_group, &bad);
    let splits = pixels.into_iter().zip(of_group);
    let splits = splits.map(|(pixels, labels)| Split::of_pixels(shape, pixels, labels));
    let mut splits = splits.collect::<Result<Vec<Split>, Error>>()?.into_iter();
    let (Some(train), Some(test)) = (splits.next(), splits.next()) else {
        return Err(wrong(&table, "no images".into()));
    };
    Ok(Parts {
        encoding: None,
        train,
        validation: splits.next(),
        test,
        class_names: Some(class_names),
        notes,
    })
}

/// Removes the entries of bad images; `bad` counts through all groups.
fn remove(labels: &mut [Vec<u32>], bad: &[usize]) {
    let (mut index, mut bad) = (0, bad.iter().peekable());
    for group in labels {
        group.retain(|_| {
            let keep = bad.next_if_eq(&&index).is_none();
            index += 1;
            keep
        });
    }
}

/// The column of images: the one asked for, otherwise the only one, otherwise `image` or `img`.
fn image_column(
    table: &ParquetTable,
    options: &LoadOptions,
    notes: &mut Vec<Note>,
) -> Result<usize, Error> {
    let names = table.names();
    let fields = table
        .joined
        .files
        .first()
        .map_or(&[][..], |(file, _)| &file.fields);
    let all: Vec<usize> = (0..fields.len())
        .filter(|&column| fields[column].image.is_some())
        .collect();
    let listed = || {
        let named: Vec<&str> = all.iter().map(|&column| &*names[column]).collect();
        named.join(", ")
    };
    let usual = |wanted: &str| {
        all.iter()
            .copied()
            .find(|&column| names[column].eq_ignore_ascii_case(wanted))
    };
    let found = match (&options.images, &all[..]) {
        (Some(asked), _) => all.iter().copied().find(|&column| names[column] == *asked),
        (None, &[only]) => Some(only),
        (None, _) => usual("image").or_else(|| usual("img")),
    };
    let Some(column) = found else {
        return Err(Error::Column {
            path: table.path(),
            column: options.images.clone().unwrap_or_else(|| "*".into()),
            reason: format!(
                "which column holds the images cannot be told; those that could be are {}",
                listed()
            ),
            hint: "set `data.images` to the column of the images",
        });
    };
    if all.len() > 1 {
        let text = format!("images of column `{}`, of {}", names[column], listed());
        notes.push(NoteKind::Chosen.note(text));
    }
    Ok(column)
}

/// The column of labels: the one asked for, otherwise the one with a usual name, otherwise the only one of declared classes,
/// otherwise the only other one.
fn label_column(
    table: &ParquetTable,
    images: usize,
    options: &LoadOptions,
    notes: &mut Vec<Note>,
) -> Result<usize, Error> {
    let names = table.names();
    let fields = table
        .joined
        .files
        .first()
        .map_or(&[][..], |(file, _)| &file.fields);
    let usable =
        |column: &usize| *column != images && !matches!(fields[*column].kind, Kind::Unusable(_));
    let all: Vec<usize> = (0..fields.len()).filter(usable).collect();
    let named = |wanted: &str| {
        all.iter()
            .copied()
            .find(|&column| names[column].eq_ignore_ascii_case(wanted))
    };
    let declared: Vec<usize> = all
        .iter()
        .copied()
        .filter(|&column| table.class_names(column).is_some())
        .collect();
    let asked = options
        .labels
        .as_deref()
        .or(options.label_column.as_deref());
    let found = match asked {
        Some(asked) => numbered(names, asked).or_else(|| named(&format!("{asked}_label"))),
        None => LABELS
            .iter()
            .chain(NAMES)
            .find_map(|name| named(name))
            .or_else(|| match (&declared[..], &all[..]) {
                (&[only], _) | (_, &[only]) => Some(only),
                _ => None,
            }),
    };
    let Some(column) = found.filter(|column| all.contains(column)) else {
        let reason = asked.map_or("no column looks like a label".into(), |asked| {
            format!("no column `{asked}` of labels")
        });
        return Err(wrong(table, reason));
    };
    notes.push(NoteKind::Chosen.note(format!("label column `{}`", names[column])));
    let others: Vec<String> = all
        .iter()
        .filter(|&&other| other != column)
        .map(|&other| format!("`{}`", names[other]))
        .collect();
    if !others.is_empty() {
        let text = format!(
            "columns that are neither image nor label: {}",
            some_of(&others)
        );
        notes.push(NoteKind::Skipped.note(text));
    }
    Ok(column)
}

/// Names of label columns that come before the usual ones of tables.
const LABELS: &[&str] = &["label", "labels", "fine_label", "fine_labels"];
