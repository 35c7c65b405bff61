//! The header of an npy file: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

use std::path::PathBuf;

use npyz::{DType, Endianness, NpyHeader, Order, TypeChar, TypeStr};

use crate::Error;
use crate::files::Place;
use crate::readers::array::{Array, Content, Element, Kind};
use crate::readers::unpack::Unpacking;

pub(super) const MAGIC: &[u8] = b"\x93NUMPY";
/// NumPy's own headers stay below 200 bytes, unless they are of structured arrays.
const MAX_HEADER: usize = 1 << 14;
/// How deep brackets may nest, as they are parsed recursively.
const MAX_DEPTH: usize = 16;
/// The longest text that can be the name of a class, in characters.
const MAX_TEXT: u64 = 4096;

const HINT_NPY: &str = "expected a file that numpy.save or numpy.savez wrote; save it again";
pub(super) const HINT_OBJECTS: &str = "save images of one size as one array of numbers: np.savez(\"set.npz\", train_images=np.stack(images), train_labels=np.array(labels), ...)";
const HINT_TYPE: &str =
    "save it as one of NumPy's plain types, such as uint8, float32, int64 or str";

/// Reads an npy file's header. In an npz file, the array is `within` that file, under a name.
pub(super) fn read(place: Place, within: Option<(PathBuf, String)>) -> Result<Array, Error> {
    let mut array = Array {
        place,
        within,
        start: 0,
        content: Content::Numbers(Element {
            kind: Kind::U8,
            big_endian: false,
        }),
        dims: Vec::new(),
        fortran: false,
        exact: false,
    };
    let header = parse(&mut array)?;
    array.fortran = header.order() == Order::Fortran;
    let (content, size) = content(&array, &header)?;
    array.content = content;
    let mut values = 1_usize;
    for &len in header.shape() {
        let len = usize::try_from(len).ok().filter(|&len| len > 0);
        let product = len.and_then(|len| Some((len, values.checked_mul(len)?)));
        let Some((len, product)) = product else {
            let reason = format!(
                "its shape is {:?}, which no array of samples has",
                header.shape()
            );
            return Err(array.wrong(reason, HINT_NPY));
        };
        array.dims.push(len);
        values = product;
    }
    check_length(&array, (values as u64).saturating_mul(size))?;
    Ok(array)
}

/// Parses the header and sets where the values start.
fn parse(array: &mut Array) -> Result<NpyHeader, Error> {
    let place = array.place.clone();
    let mut file = Unpacking::open(&place)?;
    let mut header = file.head(12)?;
    if !header.starts_with(MAGIC) {
        return Err(not_npy(array, &header));
    }
    let wrong = |reason: String| array.wrong(reason, HINT_NPY);
    let (prefix, len) = match header[..] {
        [.., 1, _, low, high, _, _] => (10, usize::from(u16::from_le_bytes([low, high]))),
        [.., 2 | 3, _, a, b, c, d] => (12, u32::from_le_bytes([a, b, c, d]) as usize),
        _ if header.len() < 12 => return Err(wrong(cut(header.len()))),
        _ => {
            return Err(wrong(format!(
                "an npy file of version {}, expected 1 to 3",
                header[6]
            )));
        }
    };
    if len > MAX_HEADER {
        return Err(wrong(format!(
            "a header of {len} bytes, expected at most {MAX_HEADER}"
        )));
    }
    let end = prefix + len;
    let rest = file.head(end.saturating_sub(header.len()))?;
    header.extend(rest);
    if header.len() < end {
        return Err(wrong(cut(header.len())));
    }
    let text = plain(&header[prefix..end]).map_err(wrong)?;
    // Version 1 or 2 with the length of this text.
    let len = (text.len() as u32).to_le_bytes();
    let plain = [MAGIC, &[2, 0], &len, text.as_bytes()].concat();
    let parsed = NpyHeader::from_reader(&plain[..]);
    let parsed = parsed.map_err(|error| wrong(format!("its header is damaged: {error}")))?;
    array.start = end as u64;
    Ok(parsed)
}

fn cut(len: usize) -> String {
    format!("the file is cut short: it ends within the header, after {len} bytes")
}

/// The header's text as it may safely be parsed: without the `L` that Python 2 writes after numbers.
///
/// # Errors
/// What the text has that no header needs, such as deep nesting.
fn plain(header: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(header).map_err(|_| "its header is not text".to_owned())?;
    let (mut depth, mut product) = (0_usize, 1_u64);
    let mut number: Option<u64> = None;
    let mut plain = String::with_capacity(text.len());
    // The space ends a number.
    for letter in text.trim_end().chars().chain([' ']) {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err("its header nests too deep".into());
        }
        match (letter.to_digit(10), number) {
            (Some(digit), before) => {
                let next = before.unwrap_or(0).checked_mul(10);
                let next = next.and_then(|ten| ten.checked_add(u64::from(digit)));
                number = Some(next.ok_or("a number in its header is too large")?);
            }
            (None, Some(value)) => {
                // The product of the axes' lengths is formed without a check.
                let next = product.checked_mul(value.max(1));
                product = next.ok_or("the numbers in its header are too large")?;
                number = None;
                if letter == 'L' {
                    continue;
                }
                if letter.is_alphabetic() || letter == '_' {
                    return Err(format!("its header has the letter {letter} in a number"));
                }
            }
            (None, None) => {}
        }
        plain.push(letter);
    }
    plain.pop();
    Ok(plain)
}

/// What the array holds, and the bytes of one value.
fn content(array: &Array, header: &NpyHeader) -> Result<(Content, u64), Error> {
    if header.uses_pickled_array() {
        return Err(Error::Pickle {
            path: array.shown(),
            what: "an array of Python objects, such as images of different sizes or a dictionary",
            hint: HINT_OBJECTS,
        });
    }
    let DType::Plain(stored) = header.dtype() else {
        return Err(array.wrong(
            "a structured array, expected plain numbers or text",
            HINT_TYPE,
        ));
    };
    let size = stored.num_bytes().unwrap_or(0) as u64;
    if let Some(kind) = kind(&stored) {
        let big_endian = stored.endianness() == Endianness::Big;
        return Ok((Content::Numbers(Element { kind, big_endian }), size));
    }
    match stored.type_char() {
        TypeChar::ByteStr | TypeChar::UnicodeStr
            if (1..=MAX_TEXT).contains(&stored.size_field()) =>
        {
            Ok((Content::Text(header.clone()), size))
        }
        _ => Err(array.wrong(
            format!("its type is {stored}, which is not supported"),
            HINT_TYPE,
        )),
    }
}

fn kind(stored: &TypeStr) -> Option<Kind> {
    Some(match (stored.type_char(), stored.size_field()) {
        (TypeChar::Bool, 1) => Kind::Bool,
        (TypeChar::Uint, 1) => Kind::U8,
        (TypeChar::Int, 1) => Kind::I8,
        (TypeChar::Uint, 2) => Kind::U16,
        (TypeChar::Int, 2) => Kind::I16,
        (TypeChar::Uint, 4) => Kind::U32,
        (TypeChar::Int, 4) => Kind::I32,
        (TypeChar::Uint, 8) => Kind::U64,
        (TypeChar::Int, 8) => Kind::I64,
        (TypeChar::Float, 2) => Kind::F16,
        (TypeChar::Float, 4) => Kind::F32,
        (TypeChar::Float, 8) => Kind::F64,
        _ => return None,
    })
}

/// Refuses a file that cannot hold the values that its header promises.
fn check_length(array: &Array, data: u64) -> Result<(), Error> {
    let file = Unpacking::open(&array.place)?;
    let needed = array.start.saturating_add(data);
    if needed <= file.capacity() {
        return Ok(());
    }
    Err(array.cut(file.capacity().saturating_sub(array.start), data))
}

fn not_npy(array: &Array, head: &[u8]) -> Error {
    if is_pickle(head) {
        return Error::Pickle {
            path: array.shown(),
            what: "not an npy file",
            hint: HINT_OBJECTS,
        };
    }
    let reason = match head.is_empty() {
        true => "an empty file",
        false => "not an npy file",
    };
    array.wrong(reason, HINT_NPY)
}

/// Whether a file that starts like this is a pickle of protocol 2 or later.
pub(in crate::readers) fn is_pickle(head: &[u8]) -> bool {
    matches!(head, [0x80, 2..=5, ..])
}
