//! What may be chosen when a dataset is loaded.

use crate::Error;

/// The largest height and width that may be asked for, in pixels.
const MAX_SIDE: usize = 4096;

/// What may be chosen when a dataset is loaded. The default leaves everything to the data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Height and width, 1 to 4096 pixels, that every image is stretched to. Default: the size that the images have, or
    /// 32x32 for an image folder whose images differ in size.
    pub image_size: Option<(usize, usize)>,
    /// One channel (`true`) or three (`false`). Default: as stored; for an image folder RGB, unless every image is grey.
    pub grayscale: Option<bool>,
    /// The column of a table that holds the class. Default: the one with a usual name (`class`, `label`, `target`,
    /// `species`, ...), otherwise the only one that does not hold numbers.
    pub label_column: Option<String>,
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
        }
    }
}
