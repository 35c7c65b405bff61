//! A matrix product, as a measure of the speed of the machine.

use liebig_data::stream;
use liebig_grad::{Device, Tensor};
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::workloads::Unit;
use crate::Error;

/// The product of two square matrices with the device's own routine (on the CPU that of the `gemm` crate); the rows
/// of the first matrix are cut into as many parts as there are threads.
pub(super) fn matrix_product(side: usize, device: &Device) -> Result<Unit, Error> {
    let matrix = |index| {
        let values = StandardNormal.sample_iter(stream(0, "bench/matrix", index));
        let values = values.take(side * side).collect();
        Tensor::from_vec(values, &[side, side], device)
    };
    let (a, b) = (matrix(0)?, matrix(1)?);
    Ok(Box::new(move || {
        let parts = rayon::current_num_threads().min(side);
        let bound = |part: usize| part * side / parts;
        (0..parts).into_par_iter().try_for_each(|part| {
            let rows = a.slice(0, bound(part), bound(part + 1))?;
            rows.matmul(&b).map(drop)
        })?;
        Ok(())
    }))
}
