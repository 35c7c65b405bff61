//! The types of the numbers in an array.

use std::fmt;

use half::f16;

/// The type of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F16,
    F32,
    F64,
}

/// How a number is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub kind: Kind,
    pub big_endian: bool,
}

impl Kind {
    /// In bytes.
    pub const fn size(self) -> usize {
        match self {
            Self::Bool | Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 | Self::F16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }
}

impl fmt::Display for Kind {
    /// NumPy's name, such as `uint8`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "bool",
            Self::U8 => "uint8",
            Self::I8 => "int8",
            Self::U16 => "uint16",
            Self::I16 => "int16",
            Self::U32 => "uint32",
            Self::I32 => "int32",
            Self::U64 => "uint64",
            Self::I64 => "int64",
            Self::F16 => "float16",
            Self::F32 => "float32",
            Self::F64 => "float64",
        })
    }
}

impl Element {
    /// Appends the numbers in `bytes`, whose length is a multiple of [`Kind::size`], to `numbers`. Integers beyond 2^53
    /// are rounded.
    pub fn decode(self, bytes: &[u8], numbers: &mut Vec<f64>) {
        macro_rules! decode {
            ($type:ty, $number:expr) => {{
                let (stored, _) = bytes.as_chunks::<{ size_of::<$type>() }>();
                if self.big_endian {
                    numbers.extend(
                        stored
                            .iter()
                            .map(|&bytes| $number(<$type>::from_be_bytes(bytes))),
                    );
                } else {
                    numbers.extend(
                        stored
                            .iter()
                            .map(|&bytes| $number(<$type>::from_le_bytes(bytes))),
                    );
                }
            }};
            ($type:ty) => {
                decode!($type, |number: $type| number as f64)
            };
        }
        match self.kind {
            Kind::Bool => decode!(u8, |byte: u8| f64::from(u8::from(byte != 0))),
            Kind::U8 => decode!(u8),
            Kind::I8 => decode!(i8),
            Kind::U16 => decode!(u16),
            Kind::I16 => decode!(i16),
            Kind::U32 => decode!(u32),
            Kind::I32 => decode!(i32),
            Kind::U64 => decode!(u64),
            Kind::I64 => decode!(i64),
            Kind::F16 => decode!(f16, |number: f16| number.to_f64()),
            Kind::F32 => decode!(f32),
            Kind::F64 => decode!(f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(kind: Kind, big_endian: bool, bytes: &[u8]) -> Vec<f64> {
        let mut numbers = vec![7.0];
        Element { kind, big_endian }.decode(bytes, &mut numbers);
        assert_eq!(numbers.remove(0), 7.0, "what was there stays");
        numbers
    }

    #[test]
    fn every_type_is_read_in_either_byte_order() {
        // A value of each type, as big-endian bytes.
        let cases: [(Kind, &[u8], f64); 12] = [
            (Kind::Bool, &[2], 1.0),
            (Kind::U8, &[200], 200.0),
            (Kind::I8, &[200], -56.0),
            (Kind::U16, &[1, 2], 258.0),
            (Kind::I16, &[0xff, 0xfe], -2.0),
            (Kind::U32, &[0x80, 0, 0, 1], 2_147_483_649.0),
            (Kind::I32, &[0x80, 0, 0, 1], -2_147_483_647.0),
            (Kind::U64, &[0, 0, 1, 0, 0, 0, 0, 3], 1_099_511_627_779.0),
            (
                Kind::I64,
                &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfd],
                -3.0,
            ),
            (Kind::F16, &[0x3e, 0x00], 1.5),
            (Kind::F32, &[0x40, 0x20, 0, 0], 2.5),
            (Kind::F64, &[0xc0, 0x0c, 0, 0, 0, 0, 0, 0], -3.5),
        ];
        for (kind, big, value) in cases {
            assert_eq!(kind.size(), big.len(), "{kind}");
            let mut little = big.to_vec();
            little.reverse();
            assert_eq!(
                decoded(kind, true, &big.repeat(2)),
                [value, value],
                "{kind}"
            );
            assert_eq!(decoded(kind, false, &little), [value], "{kind}");
        }
    }
}
