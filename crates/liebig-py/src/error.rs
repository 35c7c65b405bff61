//! Errors of the library as Python exceptions.

use liebig::hint::{self, Key};
use liebig::{Error, ErrorKind};
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;

/// The exception for an error: of `liebig.errors`, by its kind, with settings as Python's users write them.
pub fn exception(py: Python<'_>, error: impl Into<Error>) -> PyErr {
    let error = error.into();
    let kind = match error.kind() {
        ErrorKind::Interrupted => return PyKeyboardInterrupt::new_err("interrupted"),
        ErrorKind::Usage => "UsageError",
        ErrorKind::Data => "DataError",
        ErrorKind::Failure => "RunError",
    };
    of_kind(py, kind, &in_python(&error.to_string()))
}

/// A usage error of the module itself; the text ends in a hint.
pub fn usage(py: Python<'_>, text: &str) -> PyErr {
    of_kind(py, "UsageError", text)
}

fn of_kind(py: Python<'_>, kind: &str, text: &str) -> PyErr {
    let made = || {
        let class = py.import("liebig.errors")?.getattr(kind)?;
        let (message, hint) = match text.split_once("\nhint: ") {
            Some((message, hint)) => (message, Some(hint)),
            None => (text, None),
        };
        PyResult::Ok(PyErr::from_value(class.call1((message, hint))?))
    };
    made().unwrap_or_else(|error| error)
}

/// The message with the settings' names as arguments.
fn in_python(message: &str) -> String {
    let text = hint::in_text(message, argument);
    [
        (
            "`liebig methods NAME` and `liebig models NAME` list",
            "`liebig.settings(METHOD)` and `liebig.models(NAME)` list",
        ),
        (
            "`liebig methods NAME` lists",
            "`liebig.settings(METHOD)` lists",
        ),
        ("`liebig models NAME` lists", "`liebig.models(NAME)` lists"),
        ("`liebig data list`", "`liebig data list` (a command)"),
    ]
    .into_iter()
    .fold(text, |text, (theirs, ours)| text.replace(theirs, ours))
}

/// How a setting is given in Python.
fn argument(key: Key<'_>) -> Option<String> {
    if key.name == "method.name" {
        return Some("method".into());
    }
    let (part, name) = key.name.split_once('.')?;
    if name.is_empty() {
        return None;
    }
    match part {
        "method" => Some(name.into()),
        "data" => Some(name.into()),
        "model" | "evaluation" => Some(format!("{part}[\"{name}\"]")),
        _ => None,
    }
}
