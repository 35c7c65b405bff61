//! IDX files, the format of MNIST: <http://yann.lecun.com/exdb/mnist/>.
//!
//! A big-endian header (two zero bytes, the type of the numbers, the number of axes, then one u32 per axis), then the
//! numbers, big-endian too. Images are `[N, H, W]`, `[N, H, W, C]` or `[N, C, H, W]`, labels `[N]` or `[N, K]`, of which the
//! first column counts (QMNIST) unless the rows are one-hot. Every file may be gzipped, whatever its name.
//!
//! Files are named `PREFIX-SPLIT-images-idx3-ubyte`, the prefix being optional (`emnist-letters-`). EMNIST's images have
//! height and width exchanged, so that letters lie on their side; `data.transpose` undoes that.

mod header;
mod names;

pub(crate) use names::prefix;
use names::{Part, missing, parse_name, sets};

use super::array::{Pair, Set};
use super::{Reader, Request, here_or_inside};
use crate::files::Place;
use crate::notes::some_of;
use crate::parts::Parts;
use crate::{Error, Format, NoteKind};

/// IDX files in a folder.
pub(super) static READER: Reader = Reader {
    format: Format::new("IDX"),
    dataset: None,
    looks_like: "IDX files (train-images-idx3-ubyte[.gz], ...)",
    whole: &[],
    part: &[
        "idx1-ubyte",
        "idx2-ubyte",
        "idx3-ubyte",
        "idx4-ubyte",
        "idx1-int",
        "idx2-int",
        "idx3-short",
        "idx3-int",
        "idx3-float",
        "idx3-double",
        "idx4-float",
        "idx4-double",
        "idx1-ubyte.gz",
        "idx2-ubyte.gz",
        "idx3-ubyte.gz",
        "idx4-ubyte.gz",
        "idx1-int.gz",
        "idx2-int.gz",
        "idx3-short.gz",
        "idx3-int.gz",
        "idx3-float.gz",
        "idx3-double.gz",
        "idx4-float.gz",
        "idx4-double.gz",
    ],
    find,
    read,
};

/// The folder, or one inside it, that holds one dataset. A file stands for its folder, or for itself if it chooses one of
/// several datasets.
fn find(place: &Place) -> Result<Option<Place>, Error> {
    if place.is_file() {
        let folder = place.parent();
        return Ok(Some(match sets(&folder)?.len() {
            0 | 1 => folder,
            _ => place.clone(),
        }));
    }
    let holds = |folder: &Place| sets(folder).is_ok_and(|sets| !sets.is_empty());
    let Some(folder) = here_or_inside(place, holds) else {
        return Ok(None);
    };
    let sets = sets(&folder)?;
    if sets.len() > 1 {
        let names: Vec<&String> = sets.keys().collect();
        return Err(Error::Unrecognised {
            path: folder.shown(),
            found: format!("IDX files of several datasets: {}", some_of(&names)),
            expected: "the path of one of the files, which chooses its dataset".into(),
        });
    }
    Ok(Some(folder))
}

/// Reads `train`, `t10k` or `test`, and `val` if there is one.
fn read(place: &Place, request: &Request<'_>) -> Result<Parts, Error> {
    let (folder, prefix) = match place.is_file() {
        true => (
            place.parent(),
            parse_name(&place.name()).map(|name| name.prefix),
        ),
        false => (place.clone(), None),
    };
    let mut sets = sets(&folder)?;
    let prefix = prefix
        .or_else(|| sets.keys().next().cloned())
        .unwrap_or_default();
    let files = sets.remove(&prefix).unwrap_or_default();
    let open = |part: Part, is_images: bool| {
        let file = files
            .get(&(part, is_images))
            .ok_or_else(|| Error::Missing {
                folder: folder.shown(),
                expected: missing(&prefix, part, is_images),
            })?;
        header::read(file.clone(), is_images)
    };
    let pair = |part: Part| {
        Ok::<_, Error>(Pair {
            samples: open(part, true)?,
            labels: open(part, false)?,
        })
    };
    let has_validation = files.contains_key(&(Part::Validation, true));
    let set = Set {
        train: pair(Part::Train)?,
        test: Some(pair(Part::Test)?),
        validation: has_validation.then(|| pair(Part::Validation)).transpose()?,
        first_column: true,
    };
    let mut parts = set.read(request)?;
    if prefix.starts_with("emnist") && !request.options.transpose {
        let text = "EMNIST's images are stored with height and width exchanged; `data.transpose` exchanges them back";
        parts.notes.push(NoteKind::Warning.note(text));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests;
