//! Parameters of convolution and linear layers.

use liebig_grad::Tensor;

use crate::{Init, Parameter, Result, TorchLayout};

/// Weight and bias of a convolution with square filters, named as PyTorch names them.
pub(crate) fn conv_parameters(
    name: &str,
    kernel: usize,
    in_channels: usize,
    out_channels: usize,
) -> [Parameter; 2] {
    let shape = vec![kernel, kernel, in_channels, out_channels];
    with_bias(name, shape, TorchLayout::Convolution)
}

/// Weight and bias of a linear layer; `torch` says what its inputs are.
pub(crate) fn linear_parameters(
    name: &str,
    inputs: usize,
    outputs: usize,
    torch: TorchLayout,
) -> [Parameter; 2] {
    with_bias(name, vec![inputs, outputs], torch)
}

/// A weight of the given shape, outputs last, and its bias.
fn with_bias(name: &str, shape: Vec<usize>, torch: TorchLayout) -> [Parameter; 2] {
    let (inputs, outputs) = shape.split_at(shape.len() - 1);
    let fan_in = inputs.iter().product();
    let outputs = outputs.to_vec();
    let parameter = |part: &str, shape, torch| Parameter {
        name: format!("{name}.{part}"),
        shape,
        torch,
        init: Init::Uniform { fan_in },
    };
    let bias = parameter("bias", outputs, TorchLayout::Same);
    [parameter("weight", shape, torch), bias]
}

/// `x weight + bias` for rows `x [n, in]`.
pub(crate) fn linear(x: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    Ok(x.matmul(weight)?.add(bias)?)
}
