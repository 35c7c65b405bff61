//! Dataset condensation by gradient matching (Zhao, Mopuri, Bilen: "Dataset Condensation with Gradient Matching", ICLR
//! 2021): the synthetic samples are moved until they give a network the gradient that real ones give it.

mod config;
pub(crate) mod distance;
mod method;
mod student;

#[cfg(test)]
mod tests;

pub use config::{Config, Distance, Init};
pub use method::Dc;
