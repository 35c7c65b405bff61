//! Splits arbitrary bytes into lines of text.

use super::diagnostic::{Kind, Report};

/// The longest line that is read, in bytes; the longest entry of the list has fewer than 600.
pub(crate) const MAX_LINE: usize = 64 << 10;

/// A line and its number, from 1.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// The number.
    pub number: usize,
    /// The text, without its line break.
    pub text: String,
}

/// Splits a file into lines. Invalid UTF-8 is replaced, CR LF is reported once, and an overlong line is left out.
pub(crate) fn lines(file: &str, bytes: &[u8], report: &mut Report) -> Vec<Line> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut lines = Vec::new();
    let mut noted_returns = false;
    for (index, raw) in bytes.split(|b| *b == b'\n').enumerate() {
        let number = index + 1;
        let raw = match raw.strip_suffix(b"\r") {
            Some(raw) => {
                if !noted_returns {
                    report.add(
                        Kind::CarriageReturns,
                        file,
                        number,
                        None,
                        "lines end in CR LF",
                    );
                    noted_returns = true;
                }
                raw
            }
            None => raw,
        };
        if raw.len() > MAX_LINE {
            let message = format!(
                "a line of {} bytes was not read; the limit is {MAX_LINE} bytes",
                raw.len()
            );
            report.add(Kind::LineTooLong, file, number, None, message);
            continue;
        }
        let text = match std::str::from_utf8(raw) {
            Ok(text) => text.to_owned(),
            Err(broken) => {
                let message = format!(
                    "invalid UTF-8 at byte {} of the line; replaced",
                    broken.valid_up_to() + 1
                );
                report.add(Kind::InvalidUtf8, file, number, None, message);
                String::from_utf8_lossy(raw).into_owned()
            }
        };
        lines.push(Line { number, text });
    }
    lines
}
