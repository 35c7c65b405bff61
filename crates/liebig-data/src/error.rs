//! What can go wrong when a dataset is found and read.

use std::path::PathBuf;

/// A dataset that could not be found or read. Every message names the place, says what was expected there, and ends in
/// a hint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be opened or read. The message of the source names it.
    #[error("{0}\nhint: check that it is there and may be read")]
    Io(#[from] std::io::Error),

    /// No dataset of this name.
    #[error(
        "no dataset `{name}`: it is no path, and not found by name in {looked_in}\nhint: give a path, or put it under the folder that LIEBIG_DATA names; known names: {known}"
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
        "{}: no dataset recognised here: {found}\nhint: expected IDX files (train-images-idx3-ubyte[.gz], ...), CIFAR binary batches, one .npz, one .csv, or train/CLASS/*.jpg with test/CLASS/*.jpg", path.display()
    )]
    Unrecognised {
        /// The path.
        path: PathBuf,
        /// What lies there instead.
        found: String,
    },

    /// A packed archive.
    #[error("{}: a packed archive, which is not read in place\nhint: unpack it (`tar -xf` or `unzip`) and give the folder", path.display())]
    Archive {
        /// The archive.
        path: PathBuf,
    },

    /// A dataset without one of its files or folders.
    #[error("{}: missing {expected}\nhint: a dataset of this format needs it; was the download complete?", folder.display())]
    Missing {
        /// Where it should lie.
        folder: PathBuf,
        /// The name that was expected.
        expected: String,
    },

    /// A file of another kind than its name says.
    #[error("{}: byte 0: expected magic number {expected:#010x}, found {found:#010x}\nhint: {hint}", path.display())]
    WrongMagic {
        /// The file.
        path: PathBuf,
        /// The number that this kind of file starts with.
        expected: u32,
        /// The number it starts with.
        found: u32,
        /// What it may be instead.
        hint: &'static str,
    },

    /// A header whose sizes cannot be true.
    #[error("{}: {place}: expected {expected}, found {found}\nhint: the file is cut short, its header is damaged, or it is another kind of file", path.display())]
    BadHeader {
        /// The file.
        path: PathBuf,
        /// The byte or the array.
        place: String,
        /// What is possible there.
        expected: String,
        /// What stands there.
        found: String,
    },

    /// A file that ends too early or too late.
    #[error("{}: ends at byte {found}, expected {expected}\nhint: the file is truncated or damaged; fetch or unpack it again", path.display())]
    Length {
        /// The file (its length after unpacking gzip).
        path: PathBuf,
        /// What the length should be.
        expected: String,
        /// What the length is.
        found: u64,
    },

    /// A gzip stream that does not unpack.
    #[error("{}: gzip data is damaged after {unpacked} unpacked bytes: {reason}\nhint: the file is truncated or damaged; fetch it again", path.display())]
    Gzip {
        /// The file.
        path: PathBuf,
        /// How far unpacking came.
        unpacked: u64,
        /// The unpacker's words.
        reason: String,
    },

    /// A file that would unpack to more than is sensible.
    #[error("{}: unpacks to more than {limit} bytes\nhint: it is damaged, or too large for a dataset that is held in memory", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The cap.
        limit: u64,
    },

    /// As many labels as samples are needed.
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
    #[error("{}: record {record} (from 0): label {label}, expected 0 to {}\nhint: the labels are damaged, or the folder's name promises another dataset", path.display(), classes.saturating_sub(1))]
    LabelOutOfRange {
        /// The file.
        path: PathBuf,
        /// The record, counted from 0.
        record: u64,
        /// The label found.
        label: i64,
        /// The number of classes.
        classes: u64,
    },

    /// Splits whose samples differ in shape.
    #[error("{}: samples are {found}, expected {expected} as in the training split\nhint: the splits must come from one dataset", path.display())]
    ShapeMismatch {
        /// The file.
        path: PathBuf,
        /// The shape of the training samples.
        expected: String,
        /// The shape found.
        found: String,
    },

    /// A class without samples.
    #[error(
        "{place}: class `{class}` has no {split} samples\nhint: every class needs samples; remove the class, or fetch what is missing"
    )]
    EmptyClass {
        /// The file or folder.
        place: String,
        /// The class.
        class: String,
        /// The split that lacks it.
        split: &'static str,
    },

    /// A class that cannot be split in two.
    #[error(
        "{place}: class `{class}` has {found} sample(s), expected at least 2 to split it\nhint: add samples, remove the class, or name the right label column"
    )]
    ClassTooSmall {
        /// The file or folder.
        place: String,
        /// The class.
        class: String,
        /// Its samples.
        found: usize,
    },

    /// A class folder that the training split does not have.
    #[error("{}: class `{class}` is not in the training split\nhint: every split needs the same class folders", path.display())]
    UnknownClass {
        /// The folder.
        path: PathBuf,
        /// The class.
        class: String,
    },

    /// An image that cannot be decoded.
    #[error("{}: not a readable image: {reason}\nhint: expected a whole JPEG or PNG file; replace or remove it", path.display())]
    Image {
        /// The file.
        path: PathBuf,
        /// The decoder's words.
        reason: String,
    },

    /// An array of an npz file that cannot be used.
    #[error("{}: array `{array}`: {reason}\nhint: expected MedMNIST's layout: SPLIT_images u8 [N, H, W] or [N, H, W, 1 or 3] and SPLIT_labels integers [N] or [N, 1], SPLIT being train, val or test", path.display())]
    Npz {
        /// The file.
        path: PathBuf,
        /// The array, or `*` for the whole file.
        array: String,
        /// What is wrong with it.
        reason: String,
    },

    /// A line of a table that cannot be used.
    #[error("{}: line {line}: expected {expected}, found {found}\nhint: the first line names the columns; every other line has one number per feature and one label", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// What should stand there.
        expected: String,
        /// What stands there.
        found: String,
    },

    /// A table whose label column is not clear.
    #[error("{}: {reason}; its columns are {columns}\nhint: name the column that holds the class as the label column", path.display())]
    LabelColumn {
        /// The file.
        path: PathBuf,
        /// Why none was chosen.
        reason: String,
        /// All columns.
        columns: String,
    },

    /// A setting that makes no sense here.
    #[error(
        "{setting}: {found} was given, expected {expected}\nhint: change or leave out this setting"
    )]
    Setting {
        /// The setting.
        setting: &'static str,
        /// Its value.
        found: String,
        /// What is allowed.
        expected: &'static str,
    },
}
