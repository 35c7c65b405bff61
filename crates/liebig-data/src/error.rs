//! What can go wrong when a dataset is found, read or made.

use std::path::{Path, PathBuf};

use crate::memory::bytes;

/// A dataset that could not be found, read or made. Every message names the place, says what was found and what was
/// expected, and ends in a hint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be opened or read. The message of the source names it.
    #[error("{0}\nhint: check that it exists and that you may read it")]
    Io(#[from] std::io::Error),

    /// No dataset of this name.
    #[error(
        "no dataset `{name}`: no such path exists, and no dataset of this name was found in {looked_in}\nhint: give a path, or put the dataset into the folder that LIEBIG_DATA names; known names: {known}"
    )]
    NotFound {
        /// What was asked for.
        name: String,
        /// The folders that were searched.
        looked_in: String,
        /// The names that are known.
        known: String,
    },

    /// A path that holds nothing this crate can read.
    #[error(
        "{}: no dataset recognised here: {found}\nhint: expected one of: {expected}", path.display()
    )]
    Unrecognised {
        /// The path.
        path: PathBuf,
        /// What is there instead.
        found: String,
        /// What every format looks like.
        expected: String,
    },

    /// An archive that cannot be read where it is.
    #[error("{}: an archive that cannot be read directly: {reason}\nhint: expected a complete .zip, .tar or .tar.gz; otherwise unpack it (`tar -xf` or `unzip`) and give the folder", path.display())]
    Archive {
        /// The archive.
        path: PathBuf,
        /// Why it cannot be read.
        reason: String,
    },

    /// A dataset without one of its files or folders.
    #[error("{}: missing {expected}\nhint: a dataset of this format needs it; was the download complete?", folder.display())]
    Missing {
        /// Where it should be.
        folder: PathBuf,
        /// The name that was expected.
        expected: String,
    },

    /// A file whose content is not of the kind that its name says.
    #[error("{}: byte 0: expected magic number {expected:#010x}, found {found:#010x}\nhint: {hint}", path.display())]
    WrongMagic {
        /// The file.
        path: PathBuf,
        /// The number that this kind of file starts with.
        expected: u32,
        /// The number that this file starts with.
        found: u32,
        /// What it may be instead.
        hint: &'static str,
    },

    /// A header with an impossible value.
    #[error("{}: {place}: expected {expected}, found {found}\nhint: the file is cut short, its header is damaged, or it is another kind of file", path.display())]
    BadHeader {
        /// The file.
        path: PathBuf,
        /// The byte or the array.
        place: String,
        /// What is possible there.
        expected: String,
        /// What is there.
        found: String,
    },

    /// A file that is too short or too long.
    #[error("{}: ends at byte {found}, expected {expected}\nhint: the file is truncated or damaged; fetch or unpack it again", path.display())]
    Length {
        /// The file (its length after unpacking gzip).
        path: PathBuf,
        /// What the length should be.
        expected: String,
        /// What the length is.
        found: u64,
    },

    /// A gzip stream that cannot be unpacked.
    #[error("{}: gzip data is damaged after {unpacked} unpacked bytes: {reason}\nhint: the file is truncated or damaged; fetch it again", path.display())]
    Gzip {
        /// The file.
        path: PathBuf,
        /// The bytes unpacked before the damage.
        unpacked: u64,
        /// What the unpacker reported.
        reason: String,
    },

    /// A file that unpacks to more than a dataset in memory may have.
    #[error("{}: unpacks to more than {limit} bytes\nhint: the file is damaged, or too large for a dataset that is held in memory", path.display())]
    UnpacksTooLarge {
        /// The file.
        path: PathBuf,
        /// The most bytes it may unpack to.
        limit: u64,
    },

    /// Images that do not fit in memory and cannot be kept in a file either.
    #[error("{}: keeping the images that do not fit in memory: {source}\nhint: set TMPDIR to a folder with more space, ask for smaller images with `data.image_size`, or allow more memory", folder.display())]
    Scratch {
        /// The folder for temporary files.
        folder: PathBuf,
        /// What failed.
        source: std::io::Error,
    },

    /// A dataset that needs more memory than it may take. Nothing of this size was allocated.
    #[error("{place}: {what}: loading needs {} of memory, the limit is {}\nhint: {hint}", bytes(*.needed), bytes(*.limit))]
    TooLarge {
        /// The file, folder or dataset.
        place: String,
        /// What needs the memory, such as `70000 samples of 1x4096x4096`.
        what: String,
        /// The bytes that loading needs.
        needed: u64,
        /// The bytes that it may take: [`LoadOptions::memory_limit`](crate::LoadOptions::memory_limit) or what the machine
        /// has available.
        limit: u64,
        /// What to change.
        hint: &'static str,
    },

    /// Samples and labels that differ in number.
    #[error("{}: {samples} samples, but {} has {labels} labels\nhint: the two files do not belong together", samples_at.display(), labels_at.display())]
    CountMismatch {
        /// Where the samples are.
        samples_at: PathBuf,
        /// How many.
        samples: u64,
        /// Where the labels are.
        labels_at: PathBuf,
        /// How many.
        labels: u64,
    },

    /// A label outside the classes.
    #[error("{}: record {record} (from 0): label {label}, expected 0 to {}\nhint: labels are counted from 0; the labels are damaged, or the name belongs to a dataset with other classes", path.display(), classes.saturating_sub(1))]
    LabelOutOfRange {
        /// The file, or the dataset and the split.
        path: PathBuf,
        /// The record, counted from 0.
        record: u64,
        /// The label found.
        label: i64,
        /// The number of classes.
        classes: u64,
    },

    /// Splits whose samples differ in shape.
    #[error("{}: samples are {found}, expected {expected} as in the training split\nhint: all splits must be of the same dataset", path.display())]
    ShapeMismatch {
        /// The dataset and the split.
        path: PathBuf,
        /// The shape of the training samples.
        expected: String,
        /// The shape found.
        found: String,
    },

    /// A class without samples.
    #[error(
        "{place}: class `{class}` has no {split} samples\nhint: every class needs samples; add some, or remove the class"
    )]
    EmptyClass {
        /// The file or folder.
        place: String,
        /// The class.
        class: String,
        /// The kind of samples that it lacks, such as `training`.
        split: &'static str,
    },

    /// Fewer than two classes.
    #[error(
        "{place}: {found} class(es) found, but at least two classes are needed\nhint: check that the path, the label column or the class names are the right ones"
    )]
    TooFewClasses {
        /// The file, folder or dataset.
        place: String,
        /// The number of classes.
        found: usize,
    },

    /// A class that has too few samples to be divided between two splits.
    #[error(
        "{place}: class `{class}` has {found} sample(s), expected at least 2 to split it\nhint: add samples, remove the class, or give the right column as `data.label_column`"
    )]
    ClassTooSmall {
        /// The file or folder.
        place: String,
        /// The class.
        class: String,
        /// The number of its samples.
        found: usize,
    },

    /// A class folder that the training split does not have.
    #[error("{}: class `{class}` is not in the training split\nhint: every split needs the same class folders; rename, add or remove one", path.display())]
    UnknownClass {
        /// The folder.
        path: PathBuf,
        /// The class.
        class: String,
    },

    /// An image that cannot be decoded or resized.
    #[error("{}: not a readable image: {reason}\nhint: expected a complete JPEG, PNG, GIF, WebP, BMP, TIFF or PNM file; replace or remove it", path.display())]
    Image {
        /// The file.
        path: PathBuf,
        /// What the decoder reported.
        reason: String,
    },

    /// Image files of a dataset that cannot be read: all of them.
    #[error("{}: {} of {of} image files cannot be read:{}\nhint: replace or remove them, or set `data.skip_bad` to leave them out", place.display(), bad.len(), listed(bad))]
    BadImages {
        /// The dataset.
        place: PathBuf,
        /// Each file's name with the reason.
        bad: Vec<String>,
        /// The number of image files.
        of: usize,
    },

    /// An array in a file, or the file, that cannot be used.
    #[error("{}: {reason}\nhint: {hint}", array_at(path, array.as_deref()))]
    ArrayFile {
        /// The file.
        path: PathBuf,
        /// The array, if the file may hold several and it is one of them.
        array: Option<String>,
        /// What is wrong with it.
        reason: String,
        /// What to do.
        hint: String,
    },

    /// Data that only Python can read.
    #[error("{}: {what}: it is a Python pickle, which may hold any program, and is not read\nhint: {hint}", path.display())]
    Pickle {
        /// The file, or the array in it.
        path: PathBuf,
        /// What it is, such as `array of Python objects`.
        what: &'static str,
        /// How to save it so that it can be read.
        hint: &'static str,
    },

    /// A label that no training sample has.
    #[error("{}: record {record} (from 0): label `{label}` is not among those of the training samples: {classes}\nhint: every class needs training samples; leave out these records, or add training samples", path.display())]
    UnknownLabel {
        /// The file or the array.
        path: PathBuf,
        /// The record, counted from 0.
        record: u64,
        /// The label.
        label: String,
        /// The labels of the training samples.
        classes: String,
    },

    /// Labels that are hardly classes.
    #[error("{}: {samples} samples have {classes} different labels, which looks like regression\nhint: check that these are the labels; only classes can be learnt, with several samples each", path.display())]
    TooManyClasses {
        /// The file or the array.
        path: PathBuf,
        /// The number of different labels.
        classes: u64,
        /// The number of training samples.
        samples: u64,
    },

    /// A parquet file that cannot be read.
    #[error("{}: not a readable parquet file: {reason}\nhint: the file is cut short or damaged, or it is another kind of file; fetch it again", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },

    /// A row of a table that cannot be used.
    #[error("{}: {unit} {number}: expected {expected}, found {found}\nhint: every row needs as many cells as the first, and a label; correct the file, or set `data.skip_bad` to leave out rows that cannot be read", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// What is counted: `line` in text, `row` otherwise.
        unit: &'static str,
        /// The line or row, counted from 1.
        number: u64,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },

    /// A column of a table that cannot be used.
    #[error("{}: column `{column}`: {reason}\nhint: {hint}", path.display())]
    Column {
        /// The file or folder.
        path: PathBuf,
        /// The column; `*` for all.
        column: String,
        /// What is wrong with it.
        reason: String,
        /// What to do about it.
        hint: &'static str,
    },

    /// A table in which the label column cannot be told.
    #[error("{}: {reason}; its columns are {columns}\nhint: set `data.label_column` to the column that holds the class: its name, its number from 1, `first` or `last`", path.display())]
    LabelColumn {
        /// The file.
        path: PathBuf,
        /// Why none was chosen.
        reason: String,
        /// All columns.
        columns: String,
    },

    /// Arrays in memory that do not make a dataset.
    #[error(
        "{array}: expected {expected}, found {found}\nhint: check the arrays and the shape that were passed in"
    )]
    Array {
        /// The array or the argument, such as `train pixels`.
        array: String,
        /// What is needed.
        expected: String,
        /// What was passed.
        found: String,
    },

    /// A space, or a part of one, that does not fit the samples or has impossible values.
    #[error(
        "{part}: expected {expected}, found {found}\nhint: normalisation, whitening and encoding must be those of samples of this shape"
    )]
    Space {
        /// The part, such as `whitening matrix`.
        part: &'static str,
        /// What is needed.
        expected: String,
        /// What it is.
        found: String,
    },

    /// A pattern for patients that is not a regular expression.
    #[error(
        "data.patient: `{pattern}` is not a regular expression: {reason}\nhint: give one such as `person\\d+`, as the crate regex has them; it is searched for in the names of image files"
    )]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },

    /// Image files in whose names no patient was found.
    #[error("{}: data.patient: `{pattern}` is not in the names of {} of {of} image files:{}\nhint: it must be in the name, without folder and ending, of every image file; join alternatives with `|`, as in `person\\d+|IM-\\d+`", place.display(), names.len(), listed(names))]
    NoPatient {
        /// The dataset.
        place: PathBuf,
        /// The pattern.
        pattern: String,
        /// The names.
        names: Vec<String>,
        /// The number of image files.
        of: usize,
    },

    /// A class that has too few patients to be divided between two splits.
    #[error(
        "{place}: class `{class}` has {found} patient(s), expected at least 2 to split it without dividing a patient\nhint: add pictures of other patients, or check that `data.patient` finds the right ones"
    )]
    TooFewPatients {
        /// The file or folder.
        place: String,
        /// The class.
        class: String,
        /// The number of patients with samples of it.
        found: usize,
    },

    /// A setting with a value that is not allowed here.
    #[error(
        "{setting}: {found} was given, expected {expected}\nhint: change or leave out this setting"
    )]
    Setting {
        /// The setting's key.
        setting: &'static str,
        /// Its value.
        found: String,
        /// What is allowed.
        expected: &'static str,
    },
}

/// The first of many lines, each on a line of its own.
fn listed(lines: &[String]) -> String {
    const SHOWN: usize = 20;
    let mut text = String::new();
    for line in lines.iter().take(SHOWN) {
        text.push_str("\n  ");
        text.push_str(line);
    }
    if lines.len() > SHOWN {
        text.push_str(&format!("\n  and {} more", lines.len() - SHOWN));
    }
    text
}

/// `set.npz: array `x``, or the file alone.
fn array_at(path: &Path, array: Option<&str>) -> String {
    match array {
        Some(array) => format!("{}: array `{array}`", path.display()),
        None => path.display().to_string(),
    }
}
