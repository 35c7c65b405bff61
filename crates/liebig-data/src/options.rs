//! What may be chosen when a dataset is loaded.

use std::sync::Arc;

use crate::patient_pattern::PatientPattern;
use crate::{Constants, Error, Layout, Patches, Rgb, TableEncoding, Zca};

/// The largest height and width that may be asked for, in pixels.
const MAX_SIDE: usize = 4096;

/// What may be chosen when a dataset is loaded. The default leaves everything to the data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoadOptions {
    /// Height and width, 1 to 4096 pixels, that every image is stretched to. Default: the size that the images have, or
    /// 32x32 for an image folder whose images differ in size.
    pub image_size: Option<(usize, usize)>,
    /// One channel (`true`) or three (`false`). Default: as stored; for image files RGB, unless every image is grey.
    pub grayscale: Option<bool>,
    /// The colour behind transparent pixels. Default: white.
    pub background: Rgb,
    /// Whether height and width of images in IDX and NumPy files are exchanged, as EMNIST's need it. Default: no.
    pub transpose: bool,
    /// What the axes of image arrays in NumPy and IDX files are. Default: told from their lengths.
    pub layout: Option<Layout>,
    /// The array (NumPy) or the column (parquet) that holds the images. Default: found by its usual names.
    pub images: Option<String>,
    /// The array (NumPy) or the column (parquet) that holds the labels; `fine` or `coarse` for CIFAR-100. Default: found
    /// by its usual names; `fine`.
    pub labels: Option<String>,
    /// The column of a table that holds the class: its name, its number from 1, `first` or `last`. Default: the one with a
    /// usual name (`class`, `label`, `target`, `species`, ...), otherwise the only one that does not hold numbers, otherwise
    /// the first or the last, if exactly one of them holds a few whole numbers again and again.
    pub label_column: Option<String>,
    /// Whether files that cannot be read are left out, and rows of a table that have another number of cells, no label or
    /// words among numbers. Default: no, they are listed in an error.
    pub skip_bad: bool,
    /// Whether a table with missing cells or with columns of texts or dates is refused. Default: no, numbers are filled in
    /// with the training split's median, text is one-hot encoded and dates become days.
    pub strict: bool,
    /// The patches that every image is cut into, once it has its size; they have the image's label and patient. Default:
    /// images stay whole.
    pub patches: Option<Patches>,
    /// A regular expression (of the crate `regex`) for the names of image files without folder and ending: what it matches,
    /// or its first group if it has one, is the patient that the image is of. Default: every image is a patient.
    pub patient: Option<String>,
    /// Whether the validation split takes the place of the test split, so that settings can be chosen without a look at the
    /// test samples: the dataset's own, or, if it has none, a tenth of every class's training samples, which then are not
    /// trained on. Default: no.
    pub validation: bool,
    /// Where the constants come from with which images are normalised. Default: the literature, otherwise the training split.
    pub constants: Constants,
    /// How images are whitened, by the training split's covariance. Default: not at all.
    pub zca: Zca,
    /// How the columns of a table become features, such as the [`Space`](crate::Space) of the set that a distilled set was
    /// made from has it. Columns are matched by name. Default: found on the training split.
    pub encoding: Option<Arc<TableEncoding>>,
    /// The most memory that loading may take, in bytes. It is compared with what loading needs before that is allocated:
    /// the samples as stored and as converted, not the program's other memory. Default: what
    /// [`available_memory`](crate::available_memory) says when loading starts; no limit where that is unknown.
    pub memory_limit: Option<u64>,
}

impl LoadOptions {
    /// Refuses values that are out of range for every dataset.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let allowed = 1..=MAX_SIDE;
        match self.image_size {
            Some((height, width)) if !allowed.contains(&height) || !allowed.contains(&width) => {
                Err(Error::Setting {
                    setting: "data.image_size",
                    found: format!("{height}x{width}"),
                    expected: "a height and a width from 1 to 4096 pixels",
                })
            }
            _ => Ok(()),
        }?;
        if let Some(patches) = &self.patches {
            patches.check()?;
        }
        if let Some(pattern) = &self.patient {
            PatientPattern::new(pattern)?;
        }
        Ok(())
    }
}
