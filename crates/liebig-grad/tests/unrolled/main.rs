//! The reverse sweep through a training, against the gradient of the whole graph and finite differences.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod differences;
mod ends;
mod steps;
mod whole_graph;
