//! Keys of settings in messages, as the users of a program write them: the library names `ipc`, the command line `--ipc`.

/// A key of a setting in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key<'a> {
    /// The key, such as `method.lr_img`.
    pub name: &'a str,
    /// Whether it stands between backquotes. A key of one word is only one if it does: `seed` is also a word.
    pub quoted: bool,
    /// Whether a value follows, after `=`.
    pub assigned: bool,
}

/// Replaces the keys in the hints of a message by what `write` makes of them; it returns `None` for what is no key.
#[must_use]
pub fn in_hints(message: &str, write: impl Fn(Key<'_>) -> Option<String>) -> String {
    let lines: Vec<String> = message
        .split('\n')
        .map(|line| match line.strip_prefix("hint: ") {
            Some(hint) => format!("hint: {}", in_text(hint, &write)),
            None => line.into(),
        })
        .collect();
    lines.join("\n")
}

/// Replaces the keys in a text.
#[must_use]
pub fn in_text(text: &str, write: impl Fn(Key<'_>) -> Option<String>) -> String {
    let mut result = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let is_key = |letter: char| letter.is_ascii_lowercase() || "._".contains(letter);
        let end = rest.find(|letter| !is_key(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        // A full stop ends a sentence.
        let name = word.trim_end_matches('.');
        let quoted = result.ends_with('`') && (after.starts_with('`') || after.starts_with('='));
        let key = Key {
            name,
            quoted,
            assigned: after.starts_with('='),
        };
        let written = match name.contains('.') || quoted {
            true => write(key),
            false => None,
        };
        match written {
            Some(written) => {
                result.push_str(&written);
                result.push_str(&word[name.len()..]);
            }
            None => result.push_str(word),
        }
        let mut letters = after.chars();
        if let Some(letter) = letters.next() {
            result.push(letter);
        }
        rest = letters.as_str();
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_and_words_are_left() {
        let write = |key: Key<'_>| match key.name {
            "ipc" | "model.width" => Some(format!("<{}{}>", key.name, u8::from(key.assigned))),
            _ => None,
        };
        for (text, expected) in [
            (
                "lower `ipc` or model.width.",
                "lower `<ipc0>` or <model.width0>.",
            ),
            (
                "`model.width=64`, e.g. ipc",
                "`<model.width1>=64`, e.g. ipc",
            ),
            ("`seed` a.b größer", "`seed` a.b größer"),
        ] {
            assert_eq!(in_text(text, write), expected);
        }
        assert_eq!(
            in_hints("`ipc`\nhint: `ipc`\n`ipc`", write),
            "`ipc`\nhint: `<ipc0>`\n`ipc`"
        );
    }
}
