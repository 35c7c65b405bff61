//! The header of an IDX file.

use std::path::PathBuf;

use crate::Error;
use crate::files::Place;
use crate::readers::array::{Array, Content, Element, Kind};
use crate::readers::unpack::Unpacking;

/// What files start with whose numbers are bytes: their type and 3 axes, or 1.
pub(super) const IMAGES: u32 = 0x0000_0803;
/// See [`IMAGES`].
pub(super) const LABELS: u32 = 0x0000_0801;

/// More axes than any file of images has.
const MAX_AXES: usize = 4;

/// Reads a file's header. Its sizes are compared with the file's own, as far as that is known.
pub(super) fn read(place: Place, is_images: bool) -> Result<Array, Error> {
    let opened = place.clone();
    let mut file = Unpacking::open(&opened)?;
    let (path, capacity, is_gzip) = (file.path(), file.capacity(), file.is_gzip());
    let magic = file.head(4)?;
    let cut = |expected: usize, found: usize| Error::Length {
        path: path.clone(),
        expected: format!("at least {expected} (the header)"),
        found: found as u64,
    };
    let [zero, zero_too, kind, axes] = magic[..] else {
        return Err(cut(4 + 4 * if is_images { 3 } else { 1 }, magic.len()));
    };
    let (kind, axes) = match (zero, zero_too, kind_of(kind), usize::from(axes)) {
        (0, 0, Some(kind), axes @ 1..=MAX_AXES) if is_images == (axes > 2) => (kind, axes),
        (0, 0, Some(_), 1..=MAX_AXES) => {
            let hint = match is_images {
                true => "this is a label file under an image file's name",
                false => "this is an image file under a label file's name",
            };
            return Err(wrong_magic(path, &magic, is_images, hint));
        }
        _ => {
            return Err(wrong_magic(
                path,
                &magic,
                is_images,
                "not an IDX file, or damaged",
            ));
        }
    };
    let words = file.head(4 * axes)?;
    if words.len() < 4 * axes {
        return Err(cut(4 + 4 * axes, 4 + words.len()));
    }
    let start = 4 + 4 * axes as u64;
    let (mut dims, mut data) = (Vec::new(), kind.size() as u64);
    for (axis, word) in words.as_chunks::<4>().0.iter().enumerate() {
        let size = u32::from_be_bytes(*word);
        data = data.saturating_mul(u64::from(size));
        if size == 0 {
            return Err(Error::BadHeader {
                path,
                place: format!("byte {}", 4 + 4 * axis),
                expected: "a size from 1".into(),
                found: "0".into(),
            });
        }
        dims.push(size as usize);
    }
    let expected = start.saturating_add(data);
    let meaning = format!("{start} bytes of header and {data} of data");
    if is_gzip && expected > capacity {
        return Err(Error::BadHeader {
            path,
            place: "byte 4".into(),
            expected: format!(
                "sizes that a gzip file can hold that unpacks to {capacity} bytes or fewer"
            ),
            found: format!("{dims:?}, {expected} bytes ({meaning})"),
        });
    }
    if !is_gzip && expected != capacity {
        return Err(Error::Length {
            path,
            expected: format!("{expected} ({meaning})"),
            found: capacity,
        });
    }
    Ok(Array {
        within: None,
        start,
        exact: true,
        content: Content::Numbers(Element {
            kind,
            big_endian: true,
        }),
        dims,
        fortran: false,
        place,
    })
}

/// The magic number of bytes is what most files should have, and what the message names.
fn wrong_magic(path: PathBuf, magic: &[u8], is_images: bool, hint: &'static str) -> Error {
    Error::WrongMagic {
        path,
        expected: if is_images { IMAGES } else { LABELS },
        found: magic
            .iter()
            .fold(0, |number, &byte| number << 8 | u32::from(byte)),
        hint,
    }
}

fn kind_of(code: u8) -> Option<Kind> {
    Some(match code {
        0x08 => Kind::U8,
        0x09 => Kind::I8,
        0x0b => Kind::I16,
        0x0c => Kind::I32,
        0x0d => Kind::F32,
        0x0e => Kind::F64,
        _ => return None,
    })
}
