//! Stored values as numbers.

use parquet::data_type::Int96;

/// The most decimal digits behind the point that a double can hold anything of.
const MAX_SCALE: u32 = 308;

/// A whole number divided by ten to the power of `scale`.
pub(super) fn decimal(value: f64, scale: u32) -> f64 {
    value / 10_f64.powi(scale.min(MAX_SCALE) as i32)
}

/// A big-endian number in two's complement, as the nearest double.
pub(super) fn big_endian(bytes: &[u8]) -> f64 {
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    let flip = if negative { 0xff } else { 0 };
    let value = bytes
        .iter()
        .fold(0.0, |value, byte| value * 256.0 + f64::from(byte ^ flip));
    if negative { -(value + 1.0) } else { value }
}

/// Half precision, little-endian.
pub(super) fn half(bytes: &[u8]) -> f64 {
    let &[low, high] = bytes else { return f64::NAN };
    let bits = u16::from_le_bytes([low, high]);
    let (exponent, fraction) = ((bits >> 10) & 0x1f, f64::from(bits & 0x3ff));
    let size = match exponent {
        0 => fraction * 2_f64.powi(-24),
        0x1f if fraction == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        _ => (1.0 + fraction / 1024.0) * 2_f64.powi(i32::from(exponent) - 15),
    };
    if bits & 0x8000 == 0 { size } else { -size }
}

/// Days since 1970.
pub(super) fn instant96(value: &Int96) -> f64 {
    const JULIAN_1970: f64 = 2_440_588.0;
    let &[low, high, day] = value.data() else {
        return f64::NAN;
    };
    let nanoseconds = (u64::from(high) << 32 | u64::from(low)) as f64;
    f64::from(day) - JULIAN_1970 + nanoseconds / 86_400e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_values_become_numbers() {
        assert_eq!(decimal(12345.0, 2), 123.45);
        for (bytes, expected) in [
            (&[][..], 0.0),
            (&[1, 0], 256.0),
            (&[0xff], -1.0),
            (&[0xfe, 0xff], -257.0),
            (&[0x80, 0, 0], -8_388_608.0),
        ] {
            assert_eq!(big_endian(bytes), expected, "{bytes:?}");
        }
        for (bits, expected) in [
            (0x3c00_u16, 1.0),
            (0xc000, -2.0),
            (0x0001, 5.960_464_477_539_063e-8),
            (0x7bff, 65504.0),
            (0x7c00, f64::INFINITY),
        ] {
            assert_eq!(half(&bits.to_le_bytes()), expected, "{bits:x}");
        }
        assert!(half(&0x7e00_u16.to_le_bytes()).is_nan() && half(&[1]).is_nan());
        let mut noon = Int96::new();
        noon.set_data(0xac71_6000_u32.wrapping_add(0), 0x2753, 2_440_589);
        let days = instant96(&noon);
        assert!((1.0..2.0).contains(&days), "{days}");
    }
}
