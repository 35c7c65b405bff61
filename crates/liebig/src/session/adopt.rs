//! Sets that another program made.

use super::Session;
use crate::artefact::Artefact;
use crate::set::SmallSet;
use crate::synthetic::Parameterization;
use crate::{Error, Labels};

/// A set that another program made.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreign {
    /// The name of the method that made it; one that Liebig does not have is fine.
    pub method: String,
    /// `[n, C, H, W]` or `[n, F]`, row major, in the space of the session's dataset.
    pub values: Vec<f32>,
    /// One label per sample.
    pub labels: Labels,
    /// Learnt step sizes: none, one, or one for each step of the method's own training.
    pub step_sizes: Vec<f32>,
}

impl Session<'_> {
    /// The set as an artefact, with the recipe of the session's method for the session's dataset. Its number of iterations is
    /// 0, since it is not known, and its version says that it was imported.
    ///
    /// # Errors
    /// [`Error::Artefact`] for values that violate the specification of artefacts: another number of values or labels than
    /// the dataset's shape and classes ask for, or values that are not finite.
    pub fn adopt(&self, foreign: Foreign) -> Result<Artefact, Error> {
        let set = SmallSet {
            shape: self.dataset.shape,
            classes: self.dataset.class_names.len(),
            values: foreign.values,
            labels: foreign.labels,
            step_sizes: foreign.step_sizes,
            parameterization: Parameterization::Pixels,
            space: self.dataset.space.clone(),
        };
        let mut artefact = self.artefact_of(set, 0);
        artefact.provenance.method = foreign.method;
        artefact.provenance.version = format!("{}, imported", env!("CARGO_PKG_VERSION"));
        // All that is written can be read.
        artefact.to_bytes()?;
        Ok(artefact)
    }
}
