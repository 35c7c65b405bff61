//! Which character separates the cells.

/// Those that are tried; of equally good ones, the first is taken.
const DELIMITERS: [u8; 4] = [b'\t', b'|', b';', b','];
/// Lines that are looked at.
const LINES: usize = 50;

/// The delimiter that gives the most lines the same number of cells, at least two, as the first line has; of equally
/// good ones, the one with more cells. `None` if no delimiter is in the first line.
pub(super) fn delimiter(text: &str, name: &str) -> Option<u8> {
    let lower = name.to_lowercase();
    let by_name = match () {
        () if lower.contains(".tsv") || lower.contains(".tab") => Some(b'\t'),
        () if lower.contains(".psv") => Some(b'|'),
        () => None,
    };
    let score = |delimiter: &u8| {
        let (lines, cells) = try_out(text, *delimiter)?;
        Some((*delimiter, (by_name == Some(*delimiter), lines, cells)))
    };
    let tried = DELIMITERS.iter().rev().filter_map(score);
    tried
        .max_by_key(|(_, score)| *score)
        .map(|(delimiter, _)| delimiter)
}

/// How many of the first lines have as many cells as the first one, and how many that are.
fn try_out(text: &str, delimiter: u8) -> Option<(usize, usize)> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = csv::ByteRecord::new();
    let mut first = None;
    let mut same = 0;
    for _ in 0..LINES {
        if !reader.read_byte_record(&mut record).ok()? {
            break;
        }
        same += usize::from(*first.get_or_insert(record.len()) == record.len());
    }
    first.filter(|&cells| cells > 1).map(|cells| (same, cells))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_found_by_its_regularity() {
        for (text, expected) in [
            ("a,b,c\n1,2,3\n", Some(b',')),
            ("a;b\n0,1;0,2\n", Some(b';')),
            ("0,1;0,2;x\n0,3;0,4;y\n", Some(b';')),
            ("a\tb, c\n1\tx\n", Some(b'\t')),
            ("a|b\n1|2\n", Some(b'|')),
            ("a,b\n\"x;y;z\",1\n\"x;y\",2\n", Some(b',')),
            ("\"a;b\",c\n\"d;e\",f\n", Some(b',')),
            ("a\n1\n", None),
            ("", None),
        ] {
            assert_eq!(delimiter(text, "t.csv"), expected, "{text}");
        }
        let both = "a, b\tc\n1, 2\t3\n";
        assert_eq!(delimiter("a,b,c\td\n1,2,3\t4\n", "t.csv"), Some(b','));
        assert_eq!(delimiter(both, "t.TSV.gz"), Some(b'\t'));
        assert_eq!(delimiter("a,b|c\n1,2|3\n", "t.psv"), Some(b'|'));
    }
}
