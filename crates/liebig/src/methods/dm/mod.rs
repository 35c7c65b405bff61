//! Distribution matching (Zhao & Bilen, "Dataset Condensation with Distribution Matching", WACV 2023): the synthetic
//! samples are updated until their mean features, in many random networks, match those of real samples.

pub(crate) mod objective;
mod settings;

#[cfg(test)]
mod tests;

pub use settings::Dm;
