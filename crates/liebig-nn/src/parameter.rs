//! Name, shape and start of a model's parameters.

use liebig_grad::Tensor;

use crate::Result;

/// One trainable tensor of a model, or one running statistic.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// PyTorch's name, such as `features.0.weight`.
    pub name: String,
    /// Its shape in this crate; the output dimension is the last.
    pub shape: Vec<usize>,
    /// How PyTorch lays it out.
    pub torch: TorchLayout,
    /// How it is initialised.
    pub init: Init,
}

impl Parameter {
    /// Number of values; `usize::MAX` if there are more.
    pub fn numel(&self) -> usize {
        self.shape.iter().copied().fold(1, usize::saturating_mul)
    }
}

/// How a fresh parameter is filled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Uniform in `±1 / sqrt(fan_in)`: PyTorch's default for weights and biases of linear and
    /// convolution layers.
    Uniform {
        /// Inputs that each output depends on.
        fan_in: usize,
    },
    /// Normal with mean 0.
    Normal {
        /// The standard deviation.
        deviation: f32,
    },
    /// The same value everywhere.
    Constant(f32),
}

/// How a parameter's layout in this crate becomes PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TorchLayout {
    /// The same.
    Same,
    /// `[in, out]` to `[out, in]`.
    Linear,
    /// `[kh, kw, in, out]` to `[out, in, kh, kw]`.
    Convolution,
    /// `[height, width, channels]` to `[channels, height, width]`.
    Image,
    /// A linear layer on flattened images: `[height * width * channels, out]` to
    /// `[out, channels * height * width]`.
    Flattened {
        /// Height of the images.
        height: usize,
        /// Width of the images.
        width: usize,
        /// Their channels.
        channels: usize,
    },
}

impl TorchLayout {
    /// PyTorch's shape of a parameter that has shape `shape` in this crate.
    pub fn shape(self, shape: &[usize]) -> Vec<usize> {
        match self {
            TorchLayout::Flattened { .. } => shape.iter().rev().copied().collect(),
            _ => self.axes(shape).iter().map(|&axis| shape[axis]).collect(),
        }
    }

    /// Brings a tensor from this crate's layout into PyTorch's.
    ///
    /// # Errors
    /// If the tensor's shape does not fit the layout.
    pub fn to_torch(self, tensor: &Tensor) -> Result<Tensor> {
        let split = self.split(tensor.shape());
        let turned = tensor.reshape(&split)?.permute(&self.axes(&split))?;
        Ok(turned.reshape(&self.shape(tensor.shape()))?)
    }

    /// Brings a tensor from PyTorch's layout into this crate's, in which its shape is `shape`.
    ///
    /// # Errors
    /// If the shapes do not fit the layout.
    pub fn from_torch(self, tensor: &Tensor, shape: &[usize]) -> Result<Tensor> {
        let split = self.split(shape);
        let axes = self.axes(&split);
        let turned: Vec<usize> = axes.iter().map(|&axis| split[axis]).collect();
        let mut inverse = vec![0; axes.len()];
        for (to, &from) in axes.iter().enumerate() {
            inverse[from] = to;
        }
        Ok(tensor.reshape(&turned)?.permute(&inverse)?.reshape(shape)?)
    }

    /// This crate's shape with the flattened dimension unfolded.
    fn split(self, shape: &[usize]) -> Vec<usize> {
        match (self, shape) {
            (
                TorchLayout::Flattened {
                    height,
                    width,
                    channels,
                },
                &[_, out],
            ) => vec![height, width, channels, out],
            _ => shape.to_vec(),
        }
    }

    /// For each of PyTorch's dimensions, the dimension of the unfolded shape.
    fn axes(self, split: &[usize]) -> Vec<usize> {
        match self {
            TorchLayout::Same => (0..split.len()).collect(),
            TorchLayout::Linear => vec![1, 0],
            TorchLayout::Convolution | TorchLayout::Flattened { .. } => vec![3, 2, 0, 1],
            TorchLayout::Image => vec![2, 0, 1],
        }
    }
}
