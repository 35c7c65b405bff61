//! Systems of linear equations with a symmetric positive definite matrix.
//!
//! The Cholesky factorisation is computed once, on the host, in double precision and on one thread; the
//! gradient rule and its own gradients use it again.

use std::sync::Arc;

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{cholesky_in_place, cholesky_in_place_scratch};
use faer::linalg::cholesky::llt::solve::solve_in_place;
use faer::{Mat, Par};

use super::broadcast::same_dtype;
use super::real::Real;
use crate::graph::record;
use crate::{DType, Error, Result, Tensor};

impl Tensor {
    /// `A⁻¹ B` for this matrix `A [n, n]`, symmetric and positive definite, and `B [n, m]`, by a Cholesky
    /// factorisation in double precision.
    ///
    /// Of a matrix that is not quite symmetric, the symmetric part `(A + Aᵀ) / 2` is taken, also in the
    /// gradient: `dB = A⁻¹ dX` and `dA = -(dB Xᵀ + X dBᵀ) / 2` for `X = A⁻¹ B`.
    ///
    /// # Errors
    /// [`Error::Shapes`] if `A` is not square or has not as many rows as `B`, [`Error::DTypes`] if the
    /// precisions differ, [`Error::NotPositiveDefinite`] if there is no factorisation,
    /// [`Error::Device`] if the device fails.
    pub fn solve(&self, other: &Tensor) -> Result<Tensor> {
        same_dtype("solve", self, other)?;
        match (self.shape(), other.shape()) {
            (&[n, columns], &[rows, m]) if n == columns && n == rows && n > 0 && m > 0 => {}
            (left, right) => {
                let (left, right) = (left.to_vec(), right.to_vec());
                return Err(Error::Shapes {
                    op: "solve",
                    left,
                    right,
                });
            }
        }
        self.solve_with(&Arc::new(Factor::new(self)?), other)
    }

    /// [`solve`](Self::solve) with this matrix's factor.
    fn solve_with(&self, factor: &Arc<Factor>, other: &Tensor) -> Result<Tensor> {
        let value = match self.dtype() {
            DType::F32 => factor.solve::<f32>(other)?,
            DType::F64 => factor.solve::<f64>(other)?,
        };
        let factor = factor.clone();
        Ok(record(&[self, other])
            .save(&[self])
            .save_output(0)
            .finish(value.value, move |c| {
                let [a, x] = c.saved_exactly("solve")?;
                let of_b = a.solve_with(&factor, c.gradient())?;
                let of_a = c.need(0, || {
                    let product = of_b.matmul(&x.transpose(0, 1)?)?;
                    product.add(&product.transpose(0, 1)?)?.mul_scalar(-0.5)
                })?;
                Ok(vec![of_a, Some(of_b)])
            }))
    }
}

/// The lower triangular `L` with `L Lᵀ = A`.
struct Factor(Mat<f64>);

impl Factor {
    fn new(a: &Tensor) -> Result<Self> {
        let refused = |what| Error::NotPositiveDefinite {
            op: "solve",
            what,
            shape: a.shape().to_vec(),
        };
        let (n, values) = (a.shape()[0], a.to_vec_f64()?);
        if values.iter().any(|value| !value.is_finite()) {
            return Err(refused("has values that are not finite"));
        }
        let mut l = Mat::from_fn(n, n, |i, j| 0.5 * (values[i * n + j] + values[j * n + i]));
        let mut memory = MemBuffer::new(cholesky_in_place_scratch::<f64>(
            n,
            Par::Seq,
            Default::default(),
        ));
        let stack = MemStack::new(&mut memory);
        let settings = (Default::default(), Default::default());
        cholesky_in_place(l.as_mut(), settings.0, Par::Seq, stack, settings.1)
            .map_err(|_| refused("is not positive definite"))?;
        Ok(Self(l))
    }

    /// `A⁻¹ B`, in the precision of `B`.
    fn solve<T: Real>(&self, b: &Tensor) -> Result<Tensor> {
        let (values, columns) = (b.to_vec_f64()?, b.shape()[1]);
        let mut x = Mat::from_fn(self.0.nrows(), columns, |i, j| values[i * columns + j]);
        let stack = MemStack::new(&mut []);
        solve_in_place(self.0.as_ref(), x.as_mut(), Par::Seq, stack);
        let places = (0..self.0.nrows()).flat_map(|i| (0..columns).map(move |j| (i, j)));
        let rounded = places.map(|place| T::rounded(x[place]));
        T::constant(rounded.collect(), b.shape(), &b.device())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use crate::{DType, Error, Tensor, cpu};

    fn matrix(values: &[f64], shape: &[usize]) -> Tensor {
        Tensor::from_vec_f64(values.to_vec(), shape, &cpu()).unwrap()
    }

    #[test]
    fn a_system_by_hand() {
        // 4x + 2y = 8, 2x + 3y = 8 and the same for half of it.
        let a = matrix(&[4.0, 2.0, 2.0, 3.0], &[2, 2]);
        let x = a.solve(&matrix(&[8.0, 4.0, 8.0, 4.0], &[2, 2])).unwrap();
        for (found, expected) in x.to_vec_f64().unwrap().iter().zip([1.0, 0.5, 2.0, 1.0]) {
            assert!((found - expected).abs() < 1e-15, "{found} {expected}");
        }
    }

    #[test]
    fn large_systems_and_single_precision() {
        // Sums of few sines: full rank by the diagonal, and large enough for blocks.
        let n = 150;
        let values = |count: usize| (0..count).map(|i| (i as f64 * 0.7).sin());
        let root = matrix(&values(n * n).collect::<Vec<_>>(), &[n, n]);
        let diagonal = (0..n * n).map(|i| if i / n == i % n { 0.1 } else { 0.0 });
        let product = root.matmul(&root.transpose(0, 1).unwrap()).unwrap();
        let a = product
            .add(&matrix(&diagonal.collect::<Vec<_>>(), &[n, n]))
            .unwrap();
        let b = matrix(&values(n * 3).collect::<Vec<_>>(), &[n, 3]);
        let x = a.solve(&b).unwrap();
        let again = a.matmul(&x).unwrap().to_vec_f64().unwrap();
        for (found, expected) in again.iter().zip(values(n * 3)) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
        let single = |tensor: &Tensor| {
            Tensor::from_vec(tensor.to_vec().unwrap(), tensor.shape(), &cpu()).unwrap()
        };
        let one = Tensor::from_vec(vec![4.0, 2.0, 2.0, 3.0], &[2, 2], &cpu()).unwrap();
        let x = one.solve(&single(&matrix(&[8.0, 8.0], &[2, 1]))).unwrap();
        assert_eq!(
            (x.dtype(), x.to_vec().unwrap()),
            (DType::F32, vec![1.0, 2.0])
        );
    }

    #[test]
    fn what_has_no_solution_is_refused() {
        let b = matrix(&[1.0, 1.0], &[2, 1]);
        let refused = |values: &[f64], part: &str| {
            let error = matrix(values, &[2, 2]).solve(&b).unwrap_err();
            assert!(
                matches!(&error, Error::NotPositiveDefinite { what, .. } if what.contains(part)),
                "{error}"
            );
        };
        refused(&[1.0, 2.0, 2.0, 1.0], "positive definite");
        refused(&[-1.0, 0.0, 0.0, 1.0], "positive definite");
        refused(&[1.0, 0.0, f64::NAN, 1.0], "not finite");
        let wide = matrix(&[1.0; 6], &[2, 3]);
        assert!(matches!(wide.solve(&b), Err(Error::Shapes { .. })));
        let tall = matrix(&[1.0; 3], &[3, 1]);
        let square = matrix(&[1.0, 0.0, 0.0, 1.0], &[2, 2]);
        assert!(matches!(square.solve(&tall), Err(Error::Shapes { .. })));
        let single = Tensor::ones(&[2, 1], DType::F32, &cpu());
        assert!(matches!(square.solve(&single), Err(Error::DTypes { .. })));
    }
}
