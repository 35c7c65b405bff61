//! Operations that move pixels: they map each pixel of the result to pixels of the source.

use liebig_grad::{Error, Tap, Taps, Tensor};

use super::Parameters;

/// Parameters of an operation that moves pixels, as the source pixels of each pixel of the result.
pub(super) trait Geometry<const N: usize>: Sync {
    /// For images of the given size, the taps of the result's pixel at a row and a column.
    fn taps(&self, height: usize, width: usize) -> impl Fn(usize, usize) -> [Tap; N] + Sync;
}

/// Moves the pixels of images `[n, c, h, w]`.
pub(super) fn resample<const N: usize, G: Geometry<N>>(
    parameters: &Parameters<G>,
    x: &Tensor,
) -> Result<Tensor, Error> {
    let [.., height, width] = *x.shape() else {
        return Ok(x.clone());
    };
    let size = [height, width];
    let taps = match parameters {
        Parameters::Siamese(one) => Taps::shared(size, size, one.taps(height, width)),
        Parameters::PerImage(all) => Taps::per_image(all.len(), size, size, |image| {
            all[image].taps(height, width)
        }),
    }?;
    x.resample(&taps)
}

/// The pixel at a row and a column, or zero outside the image.
pub(super) fn pixel(row: i64, column: i64, height: usize, width: usize) -> Tap {
    let (Ok(row), Ok(column)) = (usize::try_from(row), usize::try_from(column)) else {
        return Tap::NOTHING;
    };
    if row >= height || column >= width {
        return Tap::NOTHING;
    }
    Tap {
        source: row * width + column,
        weight: 1.0,
    }
}

/// The four pixels around a position between pixels, weighted bilinearly; zero outside the image.
pub(super) fn bilinear(row: f64, column: f64, height: usize, width: usize) -> [Tap; 4] {
    let (top, left) = (row.floor(), column.floor());
    let (down, right) = (row - top, column - left);
    let tap = |below: i64, beside: i64, weight: f64| {
        let tap = pixel(top as i64 + below, left as i64 + beside, height, width);
        Tap {
            weight: tap.weight * weight,
            ..tap
        }
    };
    [
        tap(0, 0, (1.0 - down) * (1.0 - right)),
        tap(0, 1, (1.0 - down) * right),
        tap(1, 0, down * (1.0 - right)),
        tap(1, 1, down * right),
    ]
}

/// The middle of a side, which is 0 in grids with `align_corners`; it may lie between two pixels.
pub(super) fn middle(side: usize) -> f64 {
    (side as f64 - 1.0) / 2.0
}
