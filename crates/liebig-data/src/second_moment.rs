//! The sum of the outer products of samples, without all samples in memory as numbers.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

/// Samples whose products are summed in single precision before they are added up in double precision.
const BLOCK: usize = 256;
/// Rows and columns of the sums that are computed at a time.
const TILE: usize = 256;

/// `Xᵀ X` for the rows `X [n, d]` that `rows` gives block by block: `[d, d]`, row major. In parallel over parts of the result,
/// so that it has the same bits for every number of threads.
pub(crate) fn second_moment(
    n: usize,
    d: usize,
    mut rows: impl FnMut(std::ops::Range<usize>) -> Vec<f32>,
) -> Vec<f64> {
    let tiles: Vec<(usize, usize)> = (0..d)
        .step_by(TILE)
        .flat_map(|row| (row..d).step_by(TILE).map(move |column| (row, column)))
        .collect();
    let side = |first: usize| TILE.min(d - first);
    let mut sums: Vec<Vec<f64>> = tiles
        .iter()
        .map(|&(row, column)| vec![0.0; side(row) * side(column)])
        .collect();
    for first in (0..n).step_by(BLOCK) {
        let block = rows(first..(first + BLOCK).min(n));
        let x = MatRef::from_row_major_slice(&block, block.len() / d, d);
        sums.par_iter_mut()
            .zip(&tiles)
            .for_each(|(sum, &(row, column))| {
                let (height, width) = (side(row), side(column));
                let mut product = vec![0.0_f32; height * width];
                matmul(
                    MatMut::from_row_major_slice_mut(&mut product, height, width),
                    Accum::Replace,
                    x.subcols(row, height).transpose(),
                    x.subcols(column, width),
                    1.0,
                    Par::Seq,
                );
                for (sum, product) in sum.iter_mut().zip(product) {
                    *sum += f64::from(product);
                }
            });
    }
    let mut moment = vec![0.0; d * d];
    for (sum, (row, column)) in sums.into_iter().zip(tiles) {
        let width = side(column);
        for (i, line) in sum.chunks_exact(width).enumerate() {
            for (j, &value) in line.iter().enumerate() {
                moment[(row + i) * d + column + j] = value;
                moment[(column + j) * d + row + i] = value;
            }
        }
    }
    moment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_products_over_several_blocks_and_tiles() {
        let (n, d) = (BLOCK + 7, TILE + 3);
        // Small whole numbers, whose sums are exact in any order.
        let value = |row: usize, column: usize| ((row * 31 + column * 17) % 7) as f32 - 3.0;
        let rows = |range: std::ops::Range<usize>| {
            let row = |row| (0..d).map(move |column| value(row, column));
            range.flat_map(row).collect()
        };
        let moment = second_moment(n, d, rows);
        for (i, j) in [
            (0, 0),
            (0, TILE),
            (TILE + 2, 1),
            (5, 9),
            (TILE + 1, TILE + 2),
        ] {
            let expected: f64 = (0..n)
                .map(|row| f64::from(value(row, i) * value(row, j)))
                .sum();
            assert_eq!(moment[i * d + j], expected, "{i} {j}");
        }
    }
}
