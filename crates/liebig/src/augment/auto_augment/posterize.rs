//! Fewer shades.

use super::image::Image;

/// Every value keeps its highest `bits` bits, of 1 to 8; the others are 0.
pub(super) fn apply(image: &mut Image<'_>, bits: u32) {
    let mask = u8::MAX << 8_u32.saturating_sub(bits).min(7);
    image.map(|value| value & mask);
}
