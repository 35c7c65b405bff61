//! Gradient matching with differential privacy (Chen, Kerkouche and Fritz, "Private Set Generation with Discriminative
//! Information", NeurIPS 2022): the gradients of single real samples are shortened and summed, the sum gets noise, and the
//! synthetic samples are updated until their gradient has the same direction.

mod objective;
mod settings;

#[cfg(test)]
mod tests;

pub use settings::Psg;
