//! Architecture search: networks of a space, ranked by what they reach on a small set, beside the ranking by what they reach on
//! everything (Zhao, Mopuri and Bilen, "Dataset Condensation with Gradient Matching", 2021, and its successors).

mod early;
mod rank;
mod space;

pub use early::{FullTraining, full, stopped_early};
pub use rank::{Agreement, Interval, agreement, kendall, regret, spearman};
pub use space::{SPACES, networks, sample};
