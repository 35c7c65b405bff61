//! Structural similarity of two images (Wang et al., "Image Quality Assessment", 2004), with a window of 7x7 pixels.

use liebig_data::SampleShape;

/// Side of the window.
const WINDOW: usize = 7;
/// The constants for pixels in 0..=1.
const C1: f64 = 0.01 * 0.01;
const C2: f64 = 0.03 * 0.03;

/// An image with the sums over all windows that comparisons need.
pub struct Prepared {
    pixels: Vec<f32>,
    mean: Vec<f64>,
    square: Vec<f64>,
    planes: [usize; 3],
    window: [usize; 2],
}

impl Prepared {
    /// From pixels in 0..=1, `[C, H, W]`; others are clipped.
    pub fn new(pixels: &[f32], shape: SampleShape) -> Self {
        let planes = shape.planes();
        let window = [planes[1].min(WINDOW), planes[2].min(WINDOW)];
        let pixels: Vec<f32> = pixels.iter().map(|pixel| pixel.clamp(0.0, 1.0)).collect();
        let squares: Vec<f32> = pixels.iter().map(|pixel| pixel * pixel).collect();
        Self {
            mean: window_means(&pixels, planes, window),
            square: window_means(&squares, planes, window),
            pixels,
            planes,
            window,
        }
    }

    /// The similarity, at most 1 (for equal images): the mean over all windows and channels.
    pub fn similarity(&self, other: &Self) -> f64 {
        let products: Vec<f32> = self
            .pixels
            .iter()
            .zip(&other.pixels)
            .map(|(a, b)| a * b)
            .collect();
        let products = window_means(&products, self.planes, self.window);
        let windows = products.iter().enumerate();
        let sum: f64 = windows
            .map(|(at, product)| {
                let (a, b) = (self.mean[at], other.mean[at]);
                let (var_a, var_b) = (self.square[at] - a * a, other.square[at] - b * b);
                let covariance = product - a * b;
                (2.0 * a * b + C1) * (2.0 * covariance + C2)
                    / ((a * a + b * b + C1) * (var_a + var_b + C2))
            })
            .sum();
        sum / products.len() as f64
    }
}

/// The mean of each window that lies within the image, per channel.
fn window_means(values: &[f32], [_, height, width]: [usize; 3], window: [usize; 2]) -> Vec<f64> {
    let (rows, columns) = (height + 1 - window[0], width + 1 - window[1]);
    let count = (window[0] * window[1]) as f64;
    let mut means = Vec::new();
    for plane in values.chunks_exact(height * width) {
        // Along the rows, then along the columns.
        let mut across = vec![0.0; height * columns];
        for (row, sums) in plane
            .chunks_exact(width)
            .zip(across.chunks_exact_mut(columns))
        {
            let mut sum: f64 = row[..window[1]].iter().map(|&v| f64::from(v)).sum();
            sums[0] = sum;
            for column in 1..columns {
                sum += f64::from(row[column + window[1] - 1]) - f64::from(row[column - 1]);
                sums[column] = sum;
            }
        }
        for row in 0..rows {
            for column in 0..columns {
                let sum: f64 = (row..row + window[0])
                    .map(|row| across[row * columns + column])
                    .sum();
                means.push(sum / count);
            }
        }
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: SampleShape = SampleShape::Image {
        channels: 1,
        height: 9,
        width: 8,
    };

    fn wave(phase: f32) -> Vec<f32> {
        (0..72)
            .map(|at| 0.5 + 0.4 * (phase + at as f32 * 0.7).sin())
            .collect()
    }

    #[test]
    fn similarity_is_that_of_the_definition() {
        let (a, b) = (wave(0.0), wave(1.0));
        let (one, other) = (Prepared::new(&a, SHAPE), Prepared::new(&b, SHAPE));
        assert!((one.similarity(&one) - 1.0).abs() < 1e-9);
        assert_eq!(one.similarity(&other), other.similarity(&one));
        // Window by window.
        let mut sum = 0.0;
        for row in 0..3 {
            for column in 0..2 {
                let of = |values: &[f32]| -> Vec<f64> {
                    let places =
                        (row..row + 7).flat_map(|r| (column..column + 7).map(move |c| 8 * r + c));
                    places.map(|at| f64::from(values[at])).collect()
                };
                let (x, y) = (of(&a), of(&b));
                let mean = |v: &[f64]| v.iter().sum::<f64>() / 49.0;
                let (mx, my) = (mean(&x), mean(&y));
                let cov = |p: &[f64], q: &[f64], mp: f64, mq: f64| {
                    p.iter()
                        .zip(q)
                        .map(|(p, q)| (p - mp) * (q - mq))
                        .sum::<f64>()
                        / 49.0
                };
                let (vx, vy, c) = (
                    cov(&x, &x, mx, mx),
                    cov(&y, &y, my, my),
                    cov(&x, &y, mx, my),
                );
                sum += (2.0 * mx * my + C1) * (2.0 * c + C2)
                    / ((mx * mx + my * my + C1) * (vx + vy + C2));
            }
        }
        assert!((one.similarity(&other) - sum / 6.0).abs() < 1e-6);
    }

    #[test]
    fn small_images_have_one_window() {
        let shape = SampleShape::Image {
            channels: 3,
            height: 2,
            width: 2,
        };
        let image = Prepared::new(&[0.5; 12], shape);
        let other = Prepared::new(&[0.2; 12], shape);
        assert!((image.similarity(&image) - 1.0).abs() < 1e-9);
        let expected = (2.0 * 0.1 + C1) / (0.25 + 0.04 + C1);
        assert!((image.similarity(&other) - expected).abs() < 1e-4);
    }
}
