//! Tables, whatever files they come from: columns of cells become features and classes.
//!
//! A [`Source`] is the cells of one file or several. [`parts`] chooses the label column, splits the rows, finds how the
//! columns become features on the training split ([`fit`]), and applies that to every row ([`apply`]).

mod apply;
pub(super) mod cell;
pub(super) mod classes;
pub(super) mod column;
pub(super) mod csv;
pub(super) mod date;
mod fit;
pub(super) mod joined;
pub(super) mod label_column;
mod parts;
mod plan;
pub(super) mod rows;
pub(super) mod shards;
pub(super) mod source;
mod suspicions;

#[cfg(test)]
mod encoding_tests;
#[cfg(test)]
mod tests;

pub(super) use parts::parts;
