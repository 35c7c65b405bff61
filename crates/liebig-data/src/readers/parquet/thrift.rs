//! As much of Thrift's compact protocol as the sizes in a page header need.

use std::io::Read;

/// Structs in structs; more means that the file is damaged.
const MAX_DEPTH: usize = 16;

/// Bytes of a header.
pub(super) struct Compact<R> {
    input: R,
    /// How many were read.
    pub read: u64,
}

impl<R: Read> Compact<R> {
    pub fn new(input: R) -> Self {
        Self { input, read: 0 }
    }

    /// Reads a struct to its end; the values of its whole-number fields 1 to 3. `None` if it is damaged.
    pub fn first_numbers(&mut self) -> Option<[i64; 3]> {
        let mut numbers = [0; 3];
        let mut id = 0_i64;
        loop {
            let byte = self.byte()?;
            let kind = byte & 0x0f;
            if byte == 0 {
                return Some(numbers);
            }
            id = match byte >> 4 {
                0 => self.signed()?,
                delta => id.checked_add(delta.into())?,
            };
            match (
                kind,
                usize::try_from(id.wrapping_sub(1))
                    .ok()
                    .and_then(|at| numbers.get_mut(at)),
            ) {
                (4..=6, Some(number)) => *number = self.signed()?,
                _ => self.skip(kind, 0)?,
            }
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let mut byte = [0];
        self.input.read_exact(&mut byte).ok()?;
        self.read += 1;
        Some(byte[0])
    }

    fn unsigned(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let value = self.unsigned()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        match kind {
            // A boolean's value is its kind.
            1 | 2 => Some(()),
            3 => self.skip_bytes(1),
            4..=6 => self.unsigned().map(drop),
            7 => self.skip_bytes(8),
            8 => {
                let len = self.unsigned()?;
                self.skip_bytes(len)
            }
            9 | 10 => {
                let byte = self.byte()?;
                let len = match byte >> 4 {
                    15 => self.unsigned()?,
                    len => len.into(),
                };
                for _ in 0..len {
                    match byte & 0x0f {
                        // In a list, a boolean has a byte.
                        1 | 2 => self.skip_bytes(1)?,
                        kind => self.skip(kind, depth + 1)?,
                    }
                }
                Some(())
            }
            12 => loop {
                let byte = self.byte()?;
                if byte == 0 {
                    return Some(());
                }
                if byte >> 4 == 0 {
                    self.signed()?;
                }
                self.skip(byte & 0x0f, depth + 1)?;
            },
            // Maps do not occur in page headers.
            _ => None,
        }
    }

    fn skip_bytes(&mut self, count: u64) -> Option<()> {
        let skipped = std::io::copy(&mut self.input.by_ref().take(count), &mut std::io::sink());
        let whole = skipped.ok()? == count;
        self.read += count;
        whole.then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_and_the_rest_is_skipped() {
        // Fields 1 to 3 are 0, 300 and -2; then a struct with a text and a list of two bytes, and a field with a far id.
        let header = [
            0x15, 0x00, 0x15, 0xd8, 0x04, 0x15, 0x03, 0x2c, 0x18, 0x02, b'a', b'b', 0x19, 0x23, 7,
            8, 0x00, 0x05, 0x80, 0x01, 0x02, 0x11, 0x00, 0xff,
        ];
        let mut compact = Compact::new(&header[..]);
        assert_eq!(compact.first_numbers(), Some([0, 300, -2]));
        assert_eq!(compact.read, header.len() as u64 - 1);
        for cut in 0..header.len() - 1 {
            assert_eq!(Compact::new(&header[..cut]).first_numbers(), None, "{cut}");
        }
        let deep = [0x1c; 100];
        assert_eq!(Compact::new(&deep[..]).first_numbers(), None);
    }
}
