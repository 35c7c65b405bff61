//! From a file's bytes to text.

use crate::{Note, NoteKind};

/// The text of a file, without a byte order mark: UTF-8, or UTF-16 with such a mark, or Windows' Western European
/// encoding, which has a character for every byte. `Err` says why it is no text.
pub(super) fn decode(bytes: Vec<u8>) -> Result<(String, Option<Note>), String> {
    let note = |text: &str| Some(NoteKind::Converted.note(text));
    match &bytes[..] {
        [0xef, 0xbb, 0xbf, ..] => {}
        [0xff, 0xfe, rest @ ..] => {
            return Ok((
                utf16(rest, u16::from_le_bytes)?,
                note("text read as UTF-16"),
            ));
        }
        [0xfe, 0xff, rest @ ..] => {
            return Ok((
                utf16(rest, u16::from_be_bytes)?,
                note("text read as UTF-16"),
            ));
        }
        _ => {}
    }
    if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
        return Err(format!("byte {at} is zero"));
    }
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            Ok((text, None))
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            let text = bytes.iter().map(|&byte| western(byte)).collect();
            let why =
                format!("text read as Windows-1252 (Western European), as byte {at} is not UTF-8");
            Ok((text, note(&why)))
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    match text {
        Ok(text) if rest.is_empty() => Ok(text),
        Ok(_) => Err("UTF-16 text with an odd number of bytes".into()),
        Err(error) => Err(format!("UTF-16 text with an {error}")),
    }
}

/// The character of a byte in Windows-1252; those that it does not assign are control characters, as in Latin-1.
fn western(byte: u8) -> char {
    const FROM_0X80: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..0xa0 => FROM_0X80[usize::from(byte) - 0x80],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        for (bytes, expected, noted) in [
            ("a,ä\n".as_bytes().to_vec(), "a,ä\n", false),
            ("\u{feff}a,b".as_bytes().to_vec(), "a,b", false),
            (vec![0xff, 0xfe, b'a', 0, 0xe4, 0], "aä", true),
            (vec![0xfe, 0xff, 0, b'a', 0, 0xe4], "aä", true),
            (vec![b'a', 0xe4, 0x80], "aä€", true),
        ] {
            let (text, note) = decode(bytes).unwrap();
            assert_eq!((text.as_str(), note.is_some()), (expected, noted));
        }
        for (bytes, expected) in [
            (vec![b'a', 0, b'b'], "byte 1 is zero"),
            (vec![0xff, 0xfe, b'a'], "odd number of bytes"),
            (vec![0xff, 0xfe, 0, 0xd8], "unpaired surrogate"),
        ] {
            let error = decode(bytes).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
