//! Numbers of any type as bytes 0 to 255.

use std::fmt;

use super::{Element, Kind};

/// What the numbers of images are multiplied by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// 0 to 255, as they are.
    Bytes,
    /// 0 to 65535.
    Sixteen,
    /// 0 to 1.
    Unit,
}

impl Scale {
    /// The scales that numbers of a type may have, in the order in which they are tried: each holds larger numbers than
    /// the one before.
    pub const fn of(kind: Kind) -> &'static [Self] {
        match kind {
            Kind::Bool => &[Self::Unit],
            Kind::U16 => &[Self::Bytes, Self::Sixteen],
            Kind::F16 | Kind::F32 | Kind::F64 => &[Self::Unit, Self::Bytes],
            _ => &[Self::Bytes],
        }
    }

    /// The number that becomes 255.
    pub const fn most(self) -> f64 {
        match self {
            Self::Bytes => 255.0,
            Self::Sixteen => 65_535.0,
            Self::Unit => 1.0,
        }
    }

    fn factor(self) -> f64 {
        255.0 / self.most()
    }
}

/// The smallest and the largest of some numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    pub min: f64,
    pub max: f64,
}

impl Default for Range {
    /// That of no numbers.
    fn default() -> Self {
        Self {
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
        }
    }
}

impl Range {
    pub fn of(numbers: &[f64]) -> Self {
        numbers.iter().fold(Self::default(), |range, &number| Self {
            min: if number < range.min {
                number
            } else {
                range.min
            },
            max: if number > range.max {
                number
            } else {
                range.max
            },
        })
    }

    /// The range of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }
}

impl fmt::Display for Range {
    /// `-2.1 to 2.6`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = |number: f64| (number * 1e4).round() / 1e4;
        write!(f, "{} to {}", rounded(self.min), rounded(self.max))
    }
}

/// Why a number does not become a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It is beyond the largest of this scale, but may be within another.
    Beyond,
    /// It is negative.
    Negative,
    NotFinite,
}

/// Converts blocks of numbers by one scale.
pub(crate) struct Quantiser {
    pub element: Element,
    pub scale: Scale,
    /// Of all numbers so far.
    pub range: Range,
    numbers: Vec<f64>,
}

impl Quantiser {
    pub fn new(element: Element, scale: Scale) -> Self {
        Self {
            element,
            scale,
            range: Range::default(),
            numbers: Vec::new(),
        }
    }

    /// Appends a block's numbers as bytes, each rounded to the nearest.
    pub fn convert(&mut self, block: &[u8], bytes: &mut Vec<u8>) -> Result<(), Unfit> {
        if self.element.kind == Kind::U8 {
            let most = block.iter().copied().max().unwrap_or(0);
            self.range = self.range.and(Range {
                min: 0.0,
                max: f64::from(most),
            });
            bytes.extend_from_slice(block);
            return Ok(());
        }
        self.numbers.clear();
        self.element.decode(block, &mut self.numbers);
        if !self.numbers.iter().all(|number| number.is_finite()) {
            return Err(Unfit::NotFinite);
        }
        let range = Range::of(&self.numbers);
        self.range = self.range.and(range);
        // What rounds to a byte is one: numbers that were computed may miss 0 and 1 by a little.
        let factor = self.scale.factor();
        if range.min * factor < -0.5 {
            return Err(Unfit::Negative);
        }
        if range.max * factor >= 255.5 {
            return Err(Unfit::Beyond);
        }
        // The cast brings what is below 0 to 0.
        bytes.extend(
            self.numbers
                .iter()
                .map(|number| (number * factor + 0.5) as u8),
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn f64s(numbers: &[f64]) -> Vec<u8> {
        numbers
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect()
    }

    fn converted(kind: Kind, scale: Scale, block: &[u8]) -> Result<Vec<u8>, Unfit> {
        let element = Element {
            kind,
            big_endian: false,
        };
        let mut bytes = Vec::new();
        Quantiser::new(element, scale).convert(block, &mut bytes)?;
        Ok(bytes)
    }

    #[test]
    fn numbers_are_scaled_and_rounded() {
        let float = |scale, numbers: &[f64]| converted(Kind::F64, scale, &f64s(numbers));
        let unit = float(Scale::Unit, &[0.0, 0.001, 0.002, 0.5, 1.0, -0.001, 1.001]);
        assert_eq!(unit, Ok(vec![0, 0, 1, 128, 255, 0, 255]));
        let bytes = float(Scale::Bytes, &[0.4, 0.5, 254.6, 255.4, -0.4]);
        assert_eq!(bytes, Ok(vec![0, 1, 255, 255, 0]));
        let sixteen = [0_u16, 128, 129, 257, 65_535]
            .map(u16::to_le_bytes)
            .concat();
        let sixteen = converted(Kind::U16, Scale::Sixteen, &sixteen);
        assert_eq!(sixteen, Ok(vec![0, 0, 1, 1, 255]));
        assert_eq!(
            converted(Kind::Bool, Scale::Unit, &[0, 1]),
            Ok(vec![0, 255])
        );
        assert_eq!(
            converted(Kind::U8, Scale::Bytes, &[0, 1, 200]),
            Ok(vec![0, 1, 200])
        );
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        let float = |scale, number| converted(Kind::F64, scale, &f64s(&[0.5, number]));
        assert_eq!(float(Scale::Unit, 1.01), Err(Unfit::Beyond));
        assert_eq!(float(Scale::Bytes, 256.0), Err(Unfit::Beyond));
        assert_eq!(float(Scale::Unit, -0.01), Err(Unfit::Negative));
        assert_eq!(float(Scale::Bytes, -1.0), Err(Unfit::Negative));
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(float(Scale::Unit, number), Err(Unfit::NotFinite));
        }
    }

    #[test]
    fn a_range_is_written_for_people() {
        let range = Range::of(&[0.5, -2.117_904, 2.64, -0.0]);
        assert_eq!(range.to_string(), "-2.1179 to 2.64");
        let both = range.and(Range::of(&[7.0]));
        assert_eq!((both.min, both.max), (-2.117_904, 7.0));
    }

    proptest! {
        #[test]
        fn bytes_divided_by_255_come_back(bytes in any::<Vec<u8>>()) {
            let singles: Vec<u8> = bytes.iter().flat_map(|&byte| (f32::from(byte) / 255.0).to_le_bytes()).collect();
            prop_assert_eq!(converted(Kind::F32, Scale::Unit, &singles), Ok(bytes.clone()));
            let halves: Vec<u8> = bytes.iter().flat_map(|&byte| half::f16::from_f32(f32::from(byte) / 255.0).to_le_bytes()).collect();
            prop_assert_eq!(converted(Kind::F16, Scale::Unit, &halves), Ok(bytes));
        }
    }
}
