//! Class-incremental learning with a memory of small sets: classes arrive in steps, a method sees the data of a step only and
//! adds its samples to the memory, and a fresh network is trained on the whole memory and tested on all classes seen so far
//! (the protocol of Zhao and Bilen, "Dataset Condensation with Distribution Matching", 2023, after GDumb).
//!
//! A [`Course`] has the steps of one order of the classes; [`Memory`] grows over them; [`Tested`] is what networks reach after a
//! step, and [`Progress`] sums up several orders.

mod course;
mod memory;
mod progress;
mod real;
mod tested;

#[cfg(test)]
mod tests;

pub use course::Course;
pub use memory::{Form, Memory};
pub use progress::{Progress, Span, progress};
pub use real::{RealTraining, fine_tuned, joint};
pub use tested::{Examination, Tested};
