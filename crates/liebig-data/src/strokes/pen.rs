//! The pen: draws line segments into an image.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::SIDE;
use super::hand::Segment;

/// Half the width of a line in pixels: thinnest and thickest.
const RADIUS: (f32, f32) = (0.9, 1.9);
/// Intensity of a line: faintest and strongest.
const INK: (f32, f32) = (0.75, 1.0);
/// The most noise that is added or subtracted; values below zero become zero.
const NOISE: f32 = 0.08;

/// Draws antialiased lines (by the distance of each pixel's centre) and adds noise. `image` is `[SIDE, SIDE]`.
pub(super) fn draw(segments: &[Segment], image: &mut [u8], rng: &mut ChaCha8Rng) {
    let mut between = |(low, high): (f32, f32)| low + (high - low) * rng.random::<f32>();
    let (radius, ink) = (between(RADIUS), between(INK));
    let distances = distances(segments, radius + 0.5);
    for (pixel, distance) in image.iter_mut().zip(distances) {
        // At its edge a line covers a pixel in part.
        let covered = (radius + 0.5 - distance.sqrt()).clamp(0.0, 1.0);
        let noise = (rng.random::<f32>() - rng.random::<f32>()) * NOISE;
        *pixel = ((ink * covered + noise).clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
    }
}

/// Squared distance of every pixel's centre to the nearest segment, or infinity beyond `reach`.
fn distances(segments: &[Segment], reach: f32) -> [f32; SIDE * SIDE] {
    let mut nearest = [f32::INFINITY; SIDE * SIDE];
    for &(from, to) in segments {
        let along = [to[0] - from[0], to[1] - from[1]];
        let length = along[0] * along[0] + along[1] * along[1];
        let [columns, rows] = [0, 1].map(|axis| {
            let (low, high) = (
                from[axis].min(to[axis]) - reach,
                from[axis].max(to[axis]) + reach,
            );
            // The cast turns negative numbers into 0.
            (low as usize).min(SIDE)..((high + 1.0) as usize).min(SIDE)
        });
        for row in rows {
            for column in columns.clone() {
                let [x, y] = [column as f32 + 0.5 - from[0], row as f32 + 0.5 - from[1]];
                let projected = x * along[0] + y * along[1];
                let t = if length > 0.0 {
                    (projected / length).clamp(0.0, 1.0)
                } else {
                    0.0
                };
                let (dx, dy) = (x - t * along[0], y - t * along[1]);
                let distance = &mut nearest[row * SIDE + column];
                *distance = distance.min(dx * dx + dy * dy);
            }
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_to_the_nearest_point_of_a_segment() {
        // From the centre of pixel (row 10, column 5) to that of (row 10, column 9).
        let found = distances(&[([5.5, 10.5], [9.5, 10.5])], 3.0);
        let at = |row: usize, column: usize| found[row * SIDE + column];
        assert_eq!(at(10, 5), 0.0);
        assert_eq!(at(10, 7), 0.0);
        assert_eq!(at(12, 7), 4.0, "beside it");
        assert_eq!(at(11, 11), 5.0, "beyond its end");
        assert_eq!(at(20, 7), f32::INFINITY, "out of reach");
    }

    #[test]
    fn a_segment_outside_the_image_does_no_harm() {
        let found = distances(
            &[([-9.0, -9.0], [-5.0, 40.0]), ([99.0, 99.0], [99.0, 99.0])],
            2.0,
        );
        assert!(found.iter().all(|distance| distance.is_infinite()));
    }
}
