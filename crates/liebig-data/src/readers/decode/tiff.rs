//! What the decoder does not tell of a TIFF file: its pages, and a palette, which it cannot read.

use std::borrow::Cow;

/// The number of the tag that says what the values mean, and two of its meanings.
const PHOTOMETRIC: usize = 262;
const BLACK_IS_ZERO: u8 = 1;
const PALETTE: usize = 3;
const BITS_PER_SAMPLE: usize = 258;
const SAMPLES_PER_PIXEL: usize = 277;
const COLOUR_MAP: usize = 320;

/// A colour for each value.
pub(super) type Palette = [[u8; 3]; 256];

/// The first page's directory of tags. BigTIFF has another layout and is not looked into.
struct Directory<'a> {
    bytes: &'a [u8],
    big_endian: bool,
    at: usize,
    entries: usize,
}

impl<'a> Directory<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let big_endian = bytes.starts_with(b"MM");
        let mut directory = Self {
            bytes,
            big_endian,
            at: 0,
            entries: 0,
        };
        if directory.number(2, 2)? != 42 {
            return None;
        }
        directory.at = directory.number(4, 4)?;
        directory.entries = directory.number(directory.at, 2)?;
        Some(directory)
    }

    fn number(&self, at: usize, len: usize) -> Option<usize> {
        let digits = self.bytes.get(at..at.checked_add(len)?)?.iter();
        let join = |value: usize, digit: &u8| value << 8 | usize::from(*digit);
        Some(match self.big_endian {
            true => digits.fold(0, join),
            false => digits.rev().fold(0, join),
        })
    }

    /// Where the value of a tag is, or its offset if the value is longer than 4 bytes.
    fn value_at(&self, tag: usize) -> Option<usize> {
        let mut entries = (0..self.entries).map(|entry| self.at + 2 + 12 * entry);
        let entry = entries.find(|&entry| self.number(entry, 2) == Some(tag))?;
        Some(entry + 8)
    }

    /// The value of a tag of one 16-bit number.
    fn short(&self, tag: usize) -> Option<usize> {
        self.number(self.value_at(tag)?, 2)
    }

    fn next_page(&self) -> Option<usize> {
        self.number(self.at + 2 + 12 * self.entries, 4)
    }
}

/// Whether a page follows the first.
pub(super) fn has_more_pages(bytes: &[u8]) -> bool {
    let next = Directory::of(bytes).and_then(|directory| directory.next_page());
    next.is_some_and(|page| page != 0)
}

/// The type of the pixels: `2 samples of 8 bits a pixel`.
pub(super) fn pixel_type(bytes: &[u8]) -> Option<String> {
    let directory = Directory::of(bytes)?;
    let samples = directory.short(SAMPLES_PER_PIXEL).unwrap_or(1);
    let value = directory.value_at(BITS_PER_SAMPLE)?;
    // Up to two numbers of 16 bits have room in the tag itself.
    let at = match directory.number(value - 4, 4)? {
        0..=2 => value,
        _ => directory.number(value, 4)?,
    };
    let bits = directory.number(at, 2)?;
    Some(format!("{samples} sample(s) of {bits} bits a pixel"))
}

/// The same file with its 8-bit palette taken out, so that it decodes to the numbers in the palette as if they were grey.
pub(super) fn without_palette(bytes: &[u8]) -> Option<(Cow<'static, [u8]>, Box<Palette>)> {
    let directory = Directory::of(bytes)?;
    let samples = directory.short(SAMPLES_PER_PIXEL).unwrap_or(1);
    let is_indexed = directory.short(PHOTOMETRIC)? == PALETTE;
    if !is_indexed || directory.short(BITS_PER_SAMPLE)? != 8 || samples != 1 {
        return None;
    }
    let map = directory.number(directory.value_at(COLOUR_MAP)?, 4)?;
    let mut values = [[0_usize; 3]; 256];
    for (index, colour) in values.iter_mut().enumerate() {
        for (channel, value) in colour.iter_mut().enumerate() {
            *value = directory.number(map + 2 * (256 * channel + index), 2)?;
        }
    }
    // Some programs write bytes where 16 bits are due. Of 16 bits, the upper half is right whether a byte was multiplied by
    // 256 or by 257.
    let are_bytes = values.iter().flatten().all(|&value| value < 256);
    let byte = |value: usize| match are_bytes {
        true => value as u8,
        false => (value >> 8) as u8,
    };
    let at = directory.value_at(PHOTOMETRIC)?;
    let mut grey = bytes.to_vec();
    grey[at..at + 2].copy_from_slice(&match directory.big_endian {
        true => [0, BLACK_IS_ZERO],
        false => [BLACK_IS_ZERO, 0],
    });
    Some((
        Cow::Owned(grey),
        Box::new(values.map(|colour| colour.map(byte))),
    ))
}
