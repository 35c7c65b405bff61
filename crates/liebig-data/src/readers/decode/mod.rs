//! Decodes image files: told by their content, upright, without transparency, 8 bits a channel.

mod flat;
mod jpeg;
mod kind;
mod many;
mod opened;
mod plan;
mod stored;
mod tally;
mod tiff;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub(crate) use kind::{Content, HEAD};
pub(crate) use many::{Batch, ImageFiles, decode_all};
use opened::Opened;
use stored::Stored;

use crate::Rgb;
use crate::picture::Picture;

/// A decoded image, and what it was.
pub(crate) struct Decoded {
    pub picture: Picture,
    pub facts: Facts,
}

/// What an image file was before it was decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub stored: Stored,
    /// Height and width when upright.
    pub size: (usize, usize),
    /// Whether any pixel was transparent.
    pub transparent: bool,
    /// Whether the metadata said that it had to be turned or mirrored.
    pub turned: bool,
}

/// Decodes an image file. It is stretched to `size` (height, width) if one is given. Transparent pixels are put on
/// `background`. The error is the reason why the file cannot be read.
pub(crate) fn decode(
    bytes: &[u8],
    size: Option<(usize, usize)>,
    background: Rgb,
) -> Result<Decoded, String> {
    guarded(|| Opened::new(bytes)?.decode(size, background))
}

/// Height and width of the upright image in a file of which `bytes` are the first.
pub(crate) fn size_of(bytes: &[u8]) -> Result<(usize, usize), String> {
    guarded(|| Ok(Opened::new(bytes)?.size()))
}

/// A decoder that panics on a damaged file must not end the program.
fn guarded<T>(decode: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    let outcome = catch_unwind(AssertUnwindSafe(decode));
    outcome.unwrap_or_else(|_| Err("damaged in a way that the decoder does not expect".into()))
}

#[cfg(test)]
mod tests;
