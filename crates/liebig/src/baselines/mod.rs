//! What a distilled set has to beat.

pub mod random;
