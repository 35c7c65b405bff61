//! Counts lines; the csv crate's own count is one too low after `\r\n` and blank lines.

/// Finds the line of ascending places in a text.
pub(super) struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    /// `first` is the number of the text's first line.
    pub fn new(text: &'a str, first: u64) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            line: first,
        }
    }

    /// The line of the first text at or after byte `at`, which never decreases from call to call.
    pub fn line_of(&mut self, at: u64) -> u64 {
        let is_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let to = usize::try_from(at)
            .unwrap_or(usize::MAX)
            .clamp(self.at, self.text.len());
        let breaks = self.text[to..]
            .iter()
            .take_while(|&byte| is_break(byte))
            .count();
        let end = to + breaks;
        // A break is `\n`, `\r\n` or a lone `\r`.
        let ends_line = |&at: &usize| match self.text[at] {
            b'\n' => true,
            b'\r' => self.text.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        self.line += (self.at..end).filter(ends_line).count() as u64;
        self.at = end;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_break_is_one() {
        let text = "a\nb\r\nc\rd\n\n\r\ne";
        let mut lines = Lines::new(text, 1);
        let found: Vec<u64> = ["a", "b", "c", "d", "e"]
            .iter()
            .filter_map(|letter| Some(lines.line_of(text.find(letter)? as u64)))
            .collect();
        assert_eq!(found, [1, 2, 3, 4, 7]);
        assert_eq!(
            Lines::new("\n\nx", 2).line_of(0),
            4,
            "blank lines come first"
        );
    }
}
