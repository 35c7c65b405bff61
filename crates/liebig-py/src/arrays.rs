//! Arrays across the border.

use numpy::ndarray::{ArrayView, IxDyn};
use numpy::{Element, PyArray, PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// An array that owns its values, `shape` row major.
pub fn array<'py, T: Element>(
    py: Python<'py>,
    values: Vec<T>,
    shape: &[usize],
) -> PyResult<Bound<'py, PyArrayDyn<T>>> {
    PyArray::from_vec(py, values).reshape(IxDyn(shape))
}

/// An array that cannot be written to and looks at the values of `owner`, which it keeps alive.
///
/// # Safety
/// The values must not be moved or changed as long as `owner` lives.
pub unsafe fn view<'py, T: Element>(
    owner: Bound<'py, PyAny>,
    values: &[T],
    shape: &[usize],
) -> PyResult<Bound<'py, PyArrayDyn<T>>> {
    let view = ArrayView::from_shape(IxDyn(shape), values)
        .map_err(|error| PyValueError::new_err(error.to_string()))?;
    // SAFETY: as the caller promises.
    let array = unsafe { PyArrayDyn::borrow_from_array(&view, owner) };
    array.readwrite().make_nonwriteable();
    Ok(array)
}

/// The values of a contiguous array, copied.
pub fn values<T: Element + Copy>(array: &PyReadonlyArrayDyn<'_, T>) -> PyResult<Vec<T>> {
    let slice = array.as_slice();
    Ok(slice
        .map_err(|error| PyValueError::new_err(error.to_string()))?
        .to_vec())
}
