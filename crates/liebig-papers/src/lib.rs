//! The catalogue of the field.
