//! Continual learning with a memory of small sets: data arrive in steps, a method sees the data of a step only and adds its
//! samples to the memory, and a fresh network is trained on the whole memory and tested on everything seen so far (the protocol
//! of Zhao and Bilen, "Dataset Condensation with Distribution Matching", 2023, after GDumb). A step has some classes of one
//! dataset, or all classes of one of several datasets (the sequence of digits of Zhao, Mopuri and Bilen, "Dataset Condensation
//! with Gradient Matching", 2021).
//!
//! [`Domains`] are the datasets, a [`Course`] has the steps of one order; [`Memory`] grows over them; [`Tested`] is what networks
//! reach after a step, and [`Progress`] sums up several orders.

mod course;
mod domains;
mod memory;
mod progress;
mod real;
mod tested;

#[cfg(test)]
mod tests;

pub use course::{Course, Step};
pub use domains::{DomainError, Domains};
pub use memory::{Form, Memory};
pub use progress::{Progress, Span, progress};
pub use real::{RealTraining, fine_tuned, joint};
pub use tested::{Accuracies, Examination, Tested};
