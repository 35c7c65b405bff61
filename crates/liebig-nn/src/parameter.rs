//! What a model says about each of its parameters.

use liebig_grad::Tensor;

use crate::Result;

/// One trainable tensor of a model, or one running statistic.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// PyTorch's name, such as `features.0.weight`.
    pub name: String,
    /// Its shape here; the output dimension is the last.
    pub shape: Vec<usize>,
    /// How PyTorch lays it out.
    pub torch: TorchLayout,
    /// What it starts as.
    pub init: Init,
}

impl Parameter {
    /// Number of values.
    pub fn numel(&self) -> usize {
        self.shape.iter().product()
    }
}

/// How a fresh parameter is filled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Uniform in `±1 / sqrt(fan_in)`: PyTorch's default for weights and biases of linear and
    /// convolution layers.
    Uniform {
        /// Inputs that one output sees.
        fan_in: usize,
    },
    /// The same value everywhere.
    Constant(f32),
}

/// How a parameter's layout here becomes PyTorch's.
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
    /// Shape in PyTorch of a parameter of shape `shape` here.
    pub fn shape(self, shape: &[usize]) -> Vec<usize> {
        match self {
            TorchLayout::Flattened { .. } => shape.iter().rev().copied().collect(),
            _ => self.axes(shape).iter().map(|&axis| shape[axis]).collect(),
        }
    }

    /// A tensor in this crate's layout, in PyTorch's.
    ///
    /// # Errors
    /// Where the tensor's shape does not go with the layout.
    pub fn to_torch(self, tensor: &Tensor) -> Result<Tensor> {
        let split = self.split(tensor.shape());
        let turned = tensor.reshape(&split)?.permute(&self.axes(&split))?;
        Ok(turned.reshape(&self.shape(tensor.shape()))?)
    }

    /// A tensor in PyTorch's layout, in this crate's, where its shape is `shape`.
    ///
    /// # Errors
    /// Where the shapes do not go with the layout.
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

    /// The shape here with the flattened dimension unfolded.
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

    /// Which dimension of the unfolded shape becomes which of PyTorch's.
    fn axes(self, split: &[usize]) -> Vec<usize> {
        match self {
            TorchLayout::Same => (0..split.len()).collect(),
            TorchLayout::Linear => vec![1, 0],
            TorchLayout::Convolution | TorchLayout::Flattened { .. } => vec![3, 2, 0, 1],
            TorchLayout::Image => vec![2, 0, 1],
        }
    }
}
