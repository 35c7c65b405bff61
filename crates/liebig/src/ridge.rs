//! Ridge regression on features, in double precision: a set predicts the labels of other samples.

use liebig_grad::{DType, Device, Result, Tensor};

/// A tensor in double precision, as a constant.
pub(crate) fn double(tensor: &Tensor) -> Result<Tensor> {
    Tensor::from_vec_f64(tensor.to_vec_f64()?, tensor.shape(), &tensor.device())
}

/// A tensor in single precision, as a constant.
pub(crate) fn single(tensor: &Tensor) -> Result<Tensor> {
    Tensor::from_vec(tensor.to_vec()?, tensor.shape(), &tensor.device())
}

/// Ones on the diagonal, `[n, n]`.
pub(crate) fn identity(n: usize, device: &Device) -> Result<Tensor> {
    let values = (0..n * n).map(|place| f64::from(u8::from(place / n == place % n)));
    Tensor::from_vec_f64(values.collect(), &[n, n], device)
}

/// The kernel `F Fᵀ + reg * tr(F Fᵀ) / n * I` of features `F [n, d]`.
pub(crate) fn kernel(features: &Tensor, reg: f64) -> Result<Tensor> {
    let n = features.shape()[0];
    let trace = features.square()?.sum()?;
    let ridge = identity(n, &features.device())?.mul(&trace.mul_scalar(reg / n as f64)?)?;
    features.matmul(&features.transpose(0, 1)?)?.add(&ridge)
}

/// What a set of features `[n, d]` and labels `[n, classes]` predicts for samples with features `others [m, d]`,
/// `[m, classes]`: `others Fᵀ kernel⁻¹ labels`.
///
/// # Errors
/// [`liebig_grad::Error::NotPositiveDefinite`] if the kernel has no factorisation.
pub(crate) fn predict(
    features: &Tensor,
    labels: &Tensor,
    others: &Tensor,
    reg: f64,
) -> Result<Tensor> {
    // By way of the weights `[d, classes]` of a linear classifier: there are fewer classes than samples in most sets.
    let dual = kernel(features, reg)?.solve(labels)?;
    others.matmul(&features.transpose(0, 1)?.matmul(&dual)?)
}

/// Sums over batches of other samples, from which labels are solved for.
pub(crate) struct LabelSolve {
    features: Tensor,
    /// `Fᵀ` of the set against that of the others, squared: `[n, n]`.
    gram: Tensor,
    /// The others' labels, carried over to the set: `[n, classes]`.
    carried: Tensor,
}

impl LabelSolve {
    /// Nothing seen yet, for a set with features `[n, d]`.
    pub fn new(features: Tensor, classes: usize) -> Self {
        let n = features.shape()[0];
        let zeros = |shape: [usize; 2]| Tensor::zeros(&shape, DType::F64, &features.device());
        Self {
            gram: zeros([n, n]),
            carried: zeros([n, classes]),
            features,
        }
    }

    /// Adds samples with features `[m, d]` and labels `[m, classes]`.
    pub fn add(&mut self, others: &Tensor, labels: &Tensor) -> Result<()> {
        let between = self.features.matmul(&others.transpose(0, 1)?)?;
        self.gram = self.gram.add(&between.matmul(&between.transpose(0, 1)?)?)?;
        self.carried = self.carried.add(&between.matmul(labels)?)?;
        Ok(())
    }

    /// The labels with which the set predicts those of the others best in the sense of least squares, with the same ridge
    /// on them relative to the trace of the normal equations.
    pub fn solve(&self, reg: f64) -> Result<Tensor> {
        let n = self.features.shape()[0];
        let device = self.features.device();
        let inverse = kernel(&self.features, reg)?.solve(&identity(n, &device)?)?;
        let normal = inverse.matmul(&self.gram)?.matmul(&inverse)?;
        let diagonal = normal.mul(&identity(n, &device)?)?.sum()?;
        let ridge = identity(n, &device)?.mul(&diagonal.mul_scalar(reg / n as f64)?)?;
        normal.add(&ridge)?.solve(&inverse.matmul(&self.carried)?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use liebig_grad::cpu;

    use super::*;

    /// Values that are easy to make elsewhere.
    fn matrix(shape: [usize; 2], seed: f64) -> Tensor {
        let values = (0..shape[0] * shape[1]).map(|i| (seed + 1.3 * i as f64).sin());
        Tensor::from_vec_f64(values.collect(), &shape, &cpu()).unwrap()
    }

    /// The same by the normal equations of the weights: `(FᵀF + ridge I)⁻¹ Fᵀ Y`.
    #[test]
    fn the_kernel_predicts_as_a_linear_classifier_does() {
        let (f, y, others) = (
            matrix([5, 3], 0.1),
            matrix([5, 2], 0.7),
            matrix([4, 3], 2.0),
        );
        let reg = 0.3;
        let found = predict(&f, &y, &others, reg).unwrap().to_vec_f64().unwrap();
        let turned = f.transpose(0, 1).unwrap();
        let trace = f.square().unwrap().sum().unwrap().item().unwrap();
        let ridge = identity(3, &cpu()).unwrap().mul_scalar(reg * trace / 5.0);
        let normal = turned.matmul(&f).unwrap().add(&ridge.unwrap()).unwrap();
        let weights = normal.solve(&turned.matmul(&y).unwrap()).unwrap();
        let expected = others.matmul(&weights).unwrap().to_vec_f64().unwrap();
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    /// Loss and gradients of cross-entropy on predictions with a temperature, by PyTorch 2 in double precision
    /// (`torch.linalg.solve` on the kernel).
    #[test]
    fn gradients_are_those_of_pytorch() {
        let f = matrix([4, 3], 0.1).requires_grad();
        let y = matrix([4, 2], 0.7).requires_grad();
        let tau = Tensor::from_vec_f64(vec![0.4], &[1], &cpu()).unwrap();
        let tau = tau.requires_grad();
        let predicted = predict(&f, &y, &matrix([5, 3], 2.0), 0.25).unwrap();
        let scaled = predicted.mul(&tau.exp().unwrap()).unwrap();
        let targets = liebig_grad::Targets::Hard(vec![0, 1, 1, 0, 1]);
        let loss = scaled.cross_entropy(&targets).unwrap();
        let gradients = liebig_grad::grad(&loss, &[&f, &y, &tau], false).unwrap();
        let expected: [&[f64]; 4] = [
            &[1.500856849891981],
            &[
                0.054298113504487544,
                -0.01634762732810803,
                -0.0630440558266076,
                0.17755810825784907,
                0.07414088015870476,
                -0.13789291106655033,
                -0.2678166610974194,
                -0.08250927527811337,
                0.2236743921223017,
                0.1494420947138002,
                0.03338075794712719,
                -0.13158346741488575,
            ],
            &[
                0.01751343025025298,
                -0.01751343025025298,
                0.2427329914699995,
                -0.2427329914699995,
                -0.36992886985667234,
                0.36992886985667234,
                0.2943536423004165,
                -0.2943536423004165,
            ],
            &[0.9730895346026097],
        ];
        for (found, expected) in [loss].iter().chain(&gradients).zip(expected) {
            let found = found.to_vec_f64().unwrap();
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{found} {expected}");
            }
        }
    }

    /// Values without the regularity of [`matrix`], all of whose rows are sums of two.
    fn scattered(shape: [usize; 2], seed: f64) -> Tensor {
        let values = (0..shape[0] * shape[1]).map(|i| (seed + 1.1 * (i * i) as f64).sin());
        Tensor::from_vec_f64(values.collect(), &shape, &cpu()).unwrap()
    }

    /// Solved labels are where the squared error has no slope; batches do not matter.
    #[test]
    fn solved_labels_are_the_best() {
        let (f, others) = (scattered([4, 6], 0.1), scattered([30, 6], 2.0));
        let real = scattered([30, 3], 5.0);
        let reg = 1e-9;
        let mut solve = LabelSolve::new(f.clone(), 3);
        for (start, end) in [(0, 11), (11, 30)] {
            let part = |tensor: &Tensor| tensor.slice(0, start, end).unwrap();
            solve.add(&part(&others), &part(&real)).unwrap();
        }
        let labels = solve.solve(reg).unwrap().requires_grad();
        let error = predict(&f, &labels, &others, reg).unwrap().sub(&real);
        let loss = error.unwrap().square().unwrap().sum().unwrap();
        let slope = liebig_grad::grad(&loss, &[&labels], false).unwrap();
        let steepest = slope[0].abs().unwrap().to_vec_f64().unwrap();
        assert!(steepest.iter().all(|slope| *slope < 1e-5), "{steepest:?}");
    }
}
