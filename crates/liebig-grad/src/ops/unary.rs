//! Functions of one tensor, element by element.

use burn::backend::Dispatch as B;
use burn::backend::ops::FloatTensorOps;

use crate::graph::record;
use crate::{Result, Tensor};

/// Defines a method whose derivative is an expression of the input or the output.
macro_rules! unary {
    ($(#[$doc:meta])* $name:ident, $compute:expr, of input, |$x:ident, $g:ident| $gradient:expr) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// None at present.
        pub fn $name(&self) -> Result<Tensor> {
            let value = $compute(self.value.clone());
            Ok(record(&[self]).save(&[self]).finish(value, |c| {
                let ($x, $g) = (&c.saved[0], c.gradient());
                Ok(vec![Some($gradient)])
            }))
        }
    };
    ($(#[$doc:meta])* $name:ident, $compute:expr, of output, |$y:ident, $g:ident| $gradient:expr) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// None at present.
        pub fn $name(&self) -> Result<Tensor> {
            let value = $compute(self.value.clone());
            Ok(record(&[self]).save_output(0).finish(value, |c| {
                let ($y, $g) = (&c.saved[0], c.gradient());
                Ok(vec![Some($gradient)])
            }))
        }
    };
}

impl Tensor {
    unary!(
        /// `e^x`.
        exp, B::float_exp, of output, |y, g| g.mul(y)?
    );
    unary!(
        /// Natural logarithm.
        log, B::float_log, of input, |x, g| g.div(x)?
    );
    unary!(
        /// Square root. Its derivative at 0 is infinite.
        sqrt, B::float_sqrt, of output, |y, g| g.div(&y.mul_scalar(2.0)?)?
    );
    unary!(
        /// `1 / x`.
        recip, B::float_recip, of output, |y, g| g.mul(&y.mul(y)?)?.neg()?
    );
    unary!(
        /// Sine, in radians.
        sin, B::float_sin, of input, |x, g| g.mul(&x.cos()?)?
    );
    unary!(
        /// Cosine, in radians.
        cos, B::float_cos, of input, |x, g| g.mul(&x.sin()?)?.neg()?
    );
    unary!(
        /// Hyperbolic tangent.
        tanh, B::float_tanh, of output, |y, g| g.sub(&g.mul(&y.mul(y)?)?)?
    );
    unary!(
        /// `|x|`. Its derivative at 0 is 0.
        abs, B::float_abs, of input, |x, g| g.mul(&x.sign())?
    );

    unary!(
        /// The error function, `2/√π ∫ e^-t²` from 0 to `x`.
        erf, B::float_erf, of input, |x, g| {
            let slope = x.square()?.neg()?.exp()?.mul_scalar(std::f64::consts::FRAC_2_SQRT_PI)?;
            g.mul(&slope)?
        }
    );

    /// `-1`, `0` or `1`: a constant.
    pub fn sign(&self) -> Tensor {
        Tensor::constant(B::float_sign(self.value.clone()))
    }

    /// `x²`.
    ///
    /// # Errors
    /// None at present.
    pub fn square(&self) -> Result<Tensor> {
        self.mul(self)
    }

    /// `x^exponent`. A negative base needs an integer exponent.
    ///
    /// # Errors
    /// None at present.
    pub fn pow(&self, exponent: f64) -> Result<Tensor> {
        let value = B::float_powf_scalar(self.value.clone(), exponent.into());
        Ok(record(&[self]).save(&[self]).finish(value, move |c| {
            // x^0 is constant; the general formula is not defined at 0.
            if exponent == 0.0 {
                return Ok(vec![None]);
            }
            let slope = c.saved[0].pow(exponent - 1.0)?.mul_scalar(exponent)?;
            Ok(vec![Some(c.gradient().mul(&slope)?)])
        }))
    }

    /// `1 / (1 + e^-x)`.
    ///
    /// # Errors
    /// None at present.
    pub fn sigmoid(&self) -> Result<Tensor> {
        // Computed from tanh, which does not overflow.
        self.mul_scalar(0.5)?
            .tanh()?
            .mul_scalar(0.5)?
            .add_scalar(0.5)
    }

    /// `x σ(x)`, also called Swish.
    ///
    /// # Errors
    /// None at present.
    pub fn silu(&self) -> Result<Tensor> {
        self.mul(&self.sigmoid()?)
    }

    /// `x Φ(x)` with the distribution function of the standard normal (PyTorch's `GELU` without approximation).
    ///
    /// # Errors
    /// None at present.
    pub fn gelu(&self) -> Result<Tensor> {
        let erf = self.mul_scalar(std::f64::consts::FRAC_1_SQRT_2)?.erf()?;
        self.mul(&erf.add_scalar(1.0)?.mul_scalar(0.5)?)
    }

    /// `max(x, 0)`. Its derivative at 0 is 0.
    ///
    /// # Errors
    /// None at present.
    pub fn relu(&self) -> Result<Tensor> {
        self.mul(&self.greater_scalar(0.0))
    }

    /// `x` where positive, `slope * x` elsewhere (PyTorch's default slope is 0.01).
    ///
    /// # Errors
    /// None at present.
    pub fn leaky_relu(&self, slope: f64) -> Result<Tensor> {
        let factor = self
            .greater_scalar(0.0)
            .mul_scalar(1.0 - slope)?
            .add_scalar(slope)?;
        self.mul(&factor)
    }

    /// `x` limited to `min ..= max`. Its derivative is 1 within the limits, 0 outside.
    ///
    /// # Errors
    /// None at present.
    pub fn clamp(&self, min: f64, max: f64) -> Result<Tensor> {
        let value = B::float_clamp(self.value.clone(), min.into(), max.into());
        let outside = self.detach().sub(&Tensor::constant(value.clone()))?.abs()?;
        let inside = outside.greater_scalar(0.0).neg()?.add_scalar(1.0)?;
        Ok(record(&[self])
            .save(&[&inside])
            .finish(value, |c| Ok(vec![Some(c.gradient().mul(&c.saved[0])?)])))
    }
}
