//! Arrays across the border, by Python's buffer protocol: NumPy makes an array of a [`Buffer`] without a copy.

use std::ffi::{CStr, c_int, c_void};
use std::ptr;

use pyo3::buffer::{Element, PyBuffer};
use pyo3::exceptions::PyBufferError;
use pyo3::ffi;
use pyo3::prelude::*;

use crate::artefact::Artefact;

/// Values in memory with a shape, row major, that can be read and not be written to.
#[pyclass(frozen, module = "liebig._liebig")]
pub struct Buffer {
    values: Values,
    shape: Vec<ffi::Py_ssize_t>,
    strides: Vec<ffi::Py_ssize_t>,
}

/// What the values are, and who has them.
pub enum Values {
    /// Single precision.
    Floats(Vec<f32>),
    /// Labels.
    Longs(Vec<i64>),
    /// Pixels.
    Bytes(Vec<u8>),
    /// The samples of a set, which stay where they are.
    Samples(Py<Artefact>),
}

impl From<Vec<f32>> for Values {
    fn from(values: Vec<f32>) -> Self {
        Self::Floats(values)
    }
}

impl From<Vec<i64>> for Values {
    fn from(values: Vec<i64>) -> Self {
        Self::Longs(values)
    }
}

impl From<Vec<u8>> for Values {
    fn from(values: Vec<u8>) -> Self {
        Self::Bytes(values)
    }
}

/// The first byte, the number of values, the size of one, and the format of the module `struct`.
type Parts = (*const c_void, usize, usize, &'static CStr);

impl Buffer {
    /// Values of this shape, which must be as many.
    pub fn new(values: impl Into<Values>, shape: &[usize]) -> PyResult<Self> {
        let values = values.into();
        let (_, len, size, _) = parts(&values);
        if shape.iter().product::<usize>() != len {
            let text = format!("{len} values do not have the shape {shape:?}");
            return Err(PyBufferError::new_err(text));
        }
        let mut stride = size;
        let mut strides = Vec::new();
        for &side in shape.iter().rev() {
            strides.insert(0, signed(stride)?);
            stride *= side;
        }
        let shape = shape.iter().map(|&side| signed(side));
        Ok(Self {
            values,
            shape: shape.collect::<PyResult<_>>()?,
            strides,
        })
    }
}

fn signed(size: usize) -> PyResult<ffi::Py_ssize_t> {
    Ok(ffi::Py_ssize_t::try_from(size)?)
}

fn parts(values: &Values) -> Parts {
    fn of<T>(values: &[T], format: &'static CStr) -> Parts {
        (values.as_ptr().cast(), values.len(), size_of::<T>(), format)
    }
    match values {
        Values::Floats(values) => of(values, c"f"),
        Values::Longs(values) => of(values, c"q"),
        Values::Bytes(values) => of(values, c"B"),
        Values::Samples(artefact) => of(&artefact.get().0.set.values, c"f"),
    }
}

#[pymethods]
impl Buffer {
    /// Fills in the description that Python asks for.
    ///
    /// # Safety
    /// Called by Python alone, with a description to fill in.
    unsafe fn __getbuffer__(
        this: Bound<'_, Self>,
        view: *mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        if view.is_null() {
            return Err(PyBufferError::new_err("there is no view to fill in"));
        }
        if flags & ffi::PyBUF_WRITABLE == ffi::PyBUF_WRITABLE {
            return Err(PyBufferError::new_err("the values cannot be written to"));
        }
        let buffer = this.get();
        let (first, len, size, format) = parts(&buffer.values);
        let asked = |flag: c_int| flags & flag == flag;
        let sides = |asked: bool, sides: &Vec<ffi::Py_ssize_t>| match asked {
            true => sides.as_ptr().cast_mut(),
            false => ptr::null_mut(),
        };
        // SAFETY: Python gave a description to fill in. What it points to lives in `this`, which it keeps alive and which, being
        // frozen, neither moves nor changes.
        unsafe {
            (*view).buf = first.cast_mut();
            (*view).len = signed(len * size)?;
            (*view).readonly = 1;
            (*view).itemsize = signed(size)?;
            (*view).format = match asked(ffi::PyBUF_FORMAT) {
                true => format.as_ptr().cast_mut(),
                false => ptr::null_mut(),
            };
            (*view).ndim = c_int::try_from(buffer.shape.len())?;
            (*view).shape = sides(asked(ffi::PyBUF_ND), &buffer.shape);
            (*view).strides = sides(asked(ffi::PyBUF_STRIDES), &buffer.strides);
            (*view).suboffsets = ptr::null_mut();
            (*view).internal = ptr::null_mut();
            (*view).obj = this.into_any().into_ptr();
        }
        Ok(())
    }
}

/// The values of an array, row major, copied.
pub fn copied<T: Element>(py: Python<'_>, array: &PyBuffer<T>) -> PyResult<Vec<T>> {
    array.to_vec(py)
}
