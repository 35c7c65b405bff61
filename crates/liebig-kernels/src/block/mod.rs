//! Instance normalisation and what follows it, such as ReLU and 2x2 average pooling, as one operation, with its first and
//! second derivatives, on NHWC images.
//!
//! For each image and channel, with `m` pixels per image:
//!
//! ```text
//! x̂ = (x - mean) * r,   r = 1 / sqrt(variance + eps),   z = γ x̂ + β,   out = z, max(z, 0) or pool(max(z, 0))
//! ```
//!
//! The forward pass computes the statistics once and the derivative passes reuse them. Each pass loops
//! over the pixels with up to four vectors of channels in registers, so an image is read a constant
//! number of times and no intermediate of an image's size is stored.

mod backward;
mod double_backward;
mod forward;
mod pixels;

use crate::output::{Output, for_channels, written};
use crate::simd::{Element, Level};
use pixels::{OnChannels, OverChannels, Plan};

/// What follows a normalisation in the same operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// Nothing.
    Nothing,
    /// ReLU.
    Relu,
    /// ReLU, and average pooling over windows of 2x2 pixels.
    ReluAvgPool,
}

impl After {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Nothing, Self::Relu, Self::ReluAvgPool];

    /// Pixels on a side of the window that one pixel of the output is the mean of.
    #[must_use]
    pub fn window(self) -> usize {
        match self {
            Self::ReluAvgPool => 2,
            _ => 1,
        }
    }

    /// Whether there is ReLU.
    #[must_use]
    pub fn relu(self) -> bool {
        self != Self::Nothing
    }
}

/// Runs an expression with the window and whether there is ReLU as constants.
macro_rules! with_constants {
    ($after:expr, |$window:ident, $relu:ident| $body:expr) => {
        match $after {
            After::Nothing => {
                const $window: usize = 1;
                const $relu: bool = false;
                $body
            }
            After::Relu => {
                const $window: usize = 1;
                const $relu: bool = true;
                $body
            }
            After::ReluAvgPool => {
                const $window: usize = 2;
                const $relu: bool = true;
                $body
            }
        }
    };
}

/// Results of the forward pass.
pub(crate) struct Forward<T> {
    /// `[n, h, w, c]`, or `[n, h / 2, w / 2, c]` if it is pooled.
    pub output: Vec<T>,
    /// `[n, 2, c]`: the mean and the reciprocal standard deviation `r` of every image and channel.
    pub statistics: Vec<T>,
}

/// The inputs of the forward pass, which every pass needs: `x [n, h, w, c]`, `gamma [c]`, `beta [c]`.
#[derive(Clone, Copy)]
pub(crate) struct Inputs<'a, T> {
    pub shape: [usize; 4],
    pub x: &'a [T],
    pub gamma: &'a [T],
    pub beta: &'a [T],
    pub after: After,
}

impl<T> Inputs<'_, T> {
    /// Panics unless every slice has the length that the shape implies: the passes rely on it.
    fn check(&self) {
        let [n, h, w, c] = self.shape;
        assert_eq!(self.x.len(), n * h * w * c, "images");
        assert_eq!(
            [self.gamma.len(), self.beta.len()],
            [c, c],
            "scale and shift"
        );
    }

    /// [`check`](Self::check), and the lengths of what only the derivative passes read.
    fn check_with(&self, statistics: &[T], gradient: &[T]) {
        self.check();
        let [n, _, _, c] = self.shape;
        assert_eq!(statistics.len(), n * 2 * c, "statistics");
        assert_eq!(
            gradient.len(),
            n * self.plan().pooled_len(),
            "gradient of the output"
        );
    }

    fn plan(&self) -> Plan {
        let [_, h, w, c] = self.shape;
        Plan {
            height: h,
            width: w,
            channels: c,
            window: self.after.window(),
        }
    }
}

/// Gradients with respect to `x`, `gamma` and `beta`.
#[derive(Clone, Copy)]
pub(crate) struct Backward<V> {
    pub x: V,
    pub gamma: V,
    pub beta: V,
}

/// Gradients of the backward pass with respect to `x`, `gamma` and the output's gradient. (With ReLU
/// the backward pass does not depend on `beta`, except where ReLU's derivative jumps.)
#[derive(Clone, Copy)]
pub(crate) struct DoubleBackward<V> {
    pub x: V,
    pub gamma: V,
    pub output: V,
}

/// Cotangents of the three outputs of the backward pass.
#[derive(Clone, Copy)]
pub(crate) struct Cotangents<'a, T> {
    pub x: &'a [T],
    pub gamma: &'a [T],
    pub beta: &'a [T],
}

impl<T> Cotangents<'_, T> {
    /// Panics unless their lengths match the inputs: the double-backward pass relies on it.
    fn check(&self, inputs: &Inputs<T>) {
        let c = inputs.shape[3];
        assert_eq!(self.x.len(), inputs.x.len(), "cotangent of the images");
        let others = [self.gamma.len(), self.beta.len()];
        assert_eq!(others, [c, c], "other cotangents");
    }
}

/// Channels that a thread takes at least: a vector of the widest kind.
const PART: usize = 16;

/// Approximate number of multiplications per element.
const WORK: usize = 16;

/// Runs a pass over all channels.
fn run<T: Element>(inputs: Inputs<T>, form: impl OnChannels<T> + Copy + Send + Sync, level: Level) {
    let [images, _, _, c] = inputs.shape;
    for_channels(PART, images, c, inputs.x.len() * WORK, |channels| {
        let part = OverChannels {
            form,
            plan: inputs.plan(),
            images,
            channels,
        };
        T::launch(part, level);
    });
}

pub(crate) fn forward<T: Element>(inputs: Inputs<T>, eps: f64, level: Level) -> Forward<T> {
    inputs.check();
    let [n, _, _, c] = inputs.shape;
    let mut statistics = vec![T::default(); n * 2 * c];
    let shared = Output::of(&mut statistics);
    let write = |output| {
        with_constants!(inputs.after, |WINDOW, RELU| {
            let form = forward::Run::<T, WINDOW, RELU> {
                inputs,
                eps: T::of(eps),
                output,
                statistics: shared,
            };
            run(inputs, form, level);
        });
    };
    // SAFETY: every pooled pixel of every channel is written.
    let output = unsafe { written(n * inputs.plan().pooled_len(), write) };
    Forward { output, statistics }
}

pub(crate) fn backward<T: Element>(
    inputs: Inputs<T>,
    statistics: &[T],
    gradient: &[T],
    level: Level,
) -> Backward<Vec<T>> {
    inputs.check_with(statistics, gradient);
    let c = inputs.shape[3];
    let (mut gamma, mut beta) = (vec![T::default(); c], vec![T::default(); c]);
    let [on_gamma, on_beta] = [&mut gamma, &mut beta].map(|sums| Output::of(sums));
    let write = |x| {
        with_constants!(inputs.after, |WINDOW, RELU| {
            let form = backward::Run::<T, WINDOW, RELU> {
                inputs,
                statistics,
                gradient,
                result: Backward {
                    x,
                    gamma: on_gamma,
                    beta: on_beta,
                },
            };
            run(inputs, form, level);
        });
    };
    // SAFETY: every pixel of every channel is written.
    let x = unsafe { written(inputs.x.len(), write) };
    Backward { x, gamma, beta }
}

pub(crate) fn double_backward<T: Element>(
    inputs: Inputs<T>,
    statistics: &[T],
    gradient: &[T],
    cotangents: Cotangents<T>,
    level: Level,
) -> DoubleBackward<Vec<T>> {
    inputs.check_with(statistics, gradient);
    cotangents.check(&inputs);
    let c = inputs.shape[3];
    let (mut gamma, mut output) = (vec![T::default(); c], vec![T::default(); gradient.len()]);
    let [on_gamma, on_output] = [&mut gamma, &mut output].map(|sums| Output::of(sums));
    let write = |x| {
        with_constants!(inputs.after, |WINDOW, RELU| {
            let form = double_backward::Run::<T, WINDOW, RELU> {
                inputs,
                statistics,
                gradient,
                cotangents,
                result: DoubleBackward {
                    x,
                    gamma: on_gamma,
                    output: on_output,
                },
            };
            run(inputs, form, level);
        });
    };
    // SAFETY: every pixel of every channel is written.
    let x = unsafe { written(inputs.x.len(), write) };
    DoubleBackward { x, gamma, output }
}
