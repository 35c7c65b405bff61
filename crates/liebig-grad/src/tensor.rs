//! Tensors: values and their places in a graph.

use burn::backend::ops::FloatTensorOps;
use burn::backend::{Dispatch, DispatchDevice, DispatchTensor, FlexDevice, TensorMetadata};
use burn::tensor::{FloatDType, Shape, TensorData};

use crate::graph::Origin;
use crate::{Error, Result};

/// The device that holds a tensor.
pub type Device = DispatchDevice;

/// The CPU.
///
/// The first call also tells the C library to keep freed memory, which makes everything 5 to 9 %
/// faster and is a setting of the whole process; see [`keep_memory`](liebig_kernels::keep_memory).
pub fn cpu() -> Device {
    liebig_kernels::keep_memory();
    Device::Flex(FlexDevice)
}

/// Precision of a tensor's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DType {
    /// Single precision, in which everything runs by default.
    F32,
    /// Double precision, for gradient checks.
    F64,
}

impl DType {
    /// `f32` or `f64`.
    pub fn name(self) -> &'static str {
        match self {
            DType::F32 => "f32",
            DType::F64 => "f64",
        }
    }

    pub(crate) fn float(self) -> FloatDType {
        match self {
            DType::F32 => FloatDType::F32,
            DType::F64 => FloatDType::F64,
        }
    }
}

/// An n-dimensional array of floats and, if it depends on a variable, its place in a graph.
///
/// Cloning is cheap: values and graph are shared.
#[derive(Clone)]
pub struct Tensor {
    pub(crate) value: DispatchTensor,
    shape: Vec<usize>,
    pub(crate) origin: Option<Origin>,
}

impl Tensor {
    /// A constant.
    pub(crate) fn constant(value: DispatchTensor) -> Self {
        Self {
            shape: value.shape().to_vec(),
            value,
            origin: None,
        }
    }

    pub(crate) fn with_origin(value: DispatchTensor, origin: Origin) -> Self {
        Self {
            origin: Some(origin),
            ..Self::constant(value)
        }
    }

    fn from_data<E: burn::tensor::Element>(
        values: Vec<E>,
        shape: &[usize],
        device: &Device,
    ) -> Result<Self> {
        if values.len() != shape.iter().product::<usize>() || shape.is_empty() {
            let shape = shape.to_vec();
            return Err(Error::Length {
                op: "from_vec",
                values: values.len(),
                shape,
            });
        }
        let data = TensorData::new(values, shape.to_vec());
        Ok(Self::constant(Dispatch::float_from_data(data, device)))
    }

    /// A constant of the given row-major values.
    ///
    /// # Errors
    /// [`Error::Length`] if the number of values does not match the shape, or the shape has no dimensions.
    pub fn from_vec(values: Vec<f32>, shape: &[usize], device: &Device) -> Result<Self> {
        Self::from_data(values, shape, device)
    }

    /// [`from_vec`](Self::from_vec) in double precision.
    ///
    /// # Errors
    /// As for [`from_vec`](Self::from_vec).
    pub fn from_vec_f64(values: Vec<f64>, shape: &[usize], device: &Device) -> Result<Self> {
        Self::from_data(values, shape, device)
    }

    /// A constant filled with one value.
    pub fn full(shape: &[usize], value: f64, dtype: DType, device: &Device) -> Self {
        let shape = Shape::from(shape.to_vec());
        Self::constant(Dispatch::float_full(
            shape,
            value.into(),
            device,
            dtype.float(),
        ))
    }

    /// A constant of zeros.
    pub fn zeros(shape: &[usize], dtype: DType, device: &Device) -> Self {
        let shape = Shape::from(shape.to_vec());
        Self::constant(Dispatch::float_zeros(shape, device, dtype.float()))
    }

    /// A constant of ones.
    pub fn ones(shape: &[usize], dtype: DType, device: &Device) -> Self {
        Self::full(shape, 1.0, dtype, device)
    }

    /// Zeros of this tensor's shape, precision and device.
    pub fn zeros_like(&self) -> Self {
        Self::zeros(&self.shape, self.dtype(), &self.device())
    }

    /// Sizes of the dimensions.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of elements.
    pub fn numel(&self) -> usize {
        self.shape.iter().product()
    }

    /// Precision of the elements.
    pub fn dtype(&self) -> DType {
        match self.value.dtype() {
            burn::tensor::DType::F64 => DType::F64,
            _ => DType::F32,
        }
    }

    /// The device that holds the tensor.
    pub fn device(&self) -> Device {
        self.value.device()
    }

    /// The values in row-major order, rounded to single precision if they are double.
    ///
    /// # Errors
    /// [`Error::Device`] if the device fails.
    pub fn to_vec(&self) -> Result<Vec<f32>> {
        let data = self.data()?;
        let read = match self.dtype() {
            DType::F32 => data.try_into_vec::<f32>(),
            DType::F64 => data
                .try_into_vec::<f64>()
                .map(|values| values.into_iter().map(|value| value as f32).collect()),
        };
        read.map_err(|error| device_error(&error))
    }

    /// The values in row-major order, in double precision.
    ///
    /// # Errors
    /// [`Error::Device`] if the device fails.
    pub fn to_vec_f64(&self) -> Result<Vec<f64>> {
        let data = self.data()?;
        let read = match self.dtype() {
            DType::F64 => data.try_into_vec::<f64>(),
            DType::F32 => data
                .try_into_vec::<f32>()
                .map(|values| values.into_iter().map(f64::from).collect()),
        };
        read.map_err(|error| device_error(&error))
    }

    fn data(&self) -> Result<TensorData> {
        burn::backend::try_read_sync(Dispatch::float_into_data(self.value.clone()))
            .ok_or_else(|| device_error(&"it only supports asynchronous reads"))?
            .map_err(|error| device_error(&error))
    }

    /// The value of a tensor of one element.
    ///
    /// # Errors
    /// [`Error::NotScalar`] if there are more, [`Error::Device`] if the device fails.
    pub fn item(&self) -> Result<f64> {
        match self.to_vec_f64()?[..] {
            [value] => Ok(value),
            _ => Err(Error::NotScalar {
                op: "item",
                shape: self.shape.clone(),
            }),
        }
    }

    /// A variable with this value, which starts a new graph.
    pub fn requires_grad(&self) -> Self {
        Self::with_origin(self.value.clone(), Origin::leaf())
    }

    /// The same value as a constant, detached from its graph.
    pub fn detach(&self) -> Self {
        Self {
            origin: None,
            ..self.clone()
        }
    }

    /// Whether the tensor is a variable or depends on one, so that gradients can be computed.
    pub fn is_tracked(&self) -> bool {
        self.origin.is_some()
    }
}

fn device_error(reason: &dyn std::fmt::Display) -> Error {
    Error::Device {
        op: "to_vec",
        reason: reason.to_string(),
    }
}

impl std::fmt::Debug for Tensor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tensor")
            .field("shape", &self.shape)
            .field("dtype", &self.dtype())
            .field("tracked", &self.is_tracked())
            .finish()
    }
}
