//! What an export does not have of a set.

use super::Keeps;
use super::pixels::Pixels;
use crate::Labels;
use crate::artefact::Artefact;
use crate::synthetic::Parameterization;

/// A sentence for everything that is lost.
pub(super) fn lost(artefact: &Artefact, pixels: Option<&Pixels>, keeps: Keeps) -> Vec<String> {
    let set = &artefact.set;
    let mut lost = Vec::new();
    if let Some(pixels) = pixels {
        let (outside, all) = pixels.outside;
        let (low, high) = pixels.range;
        if outside > 0 {
            lost.push(format!(
                "{outside} of {all} values ({:.1} %) are outside of 0 to 1 and were cut off; they reach from {low:.3} to {high:.3}.",
                100.0 * outside as f64 / all as f64
            ));
        }
        lost.push(
            "Pixels were rounded to bytes, by at most half a grey level where they were not cut off.".into(),
        );
        if let Some(whitening) = &set.space.whitening {
            lost.push(format!(
                "The set was learnt on whitened images ({}); the whitening was undone, and whoever trains on these images without it does not see what was learnt.",
                whitening.name()
            ));
        }
        if set.space.per_sample.is_some() {
            lost.push(
                "Each sample's own mean and norm are lost; the usual ones were put in their place."
                    .into(),
            );
        }
    }
    match &set.labels {
        Labels::Hard(_) => {}
        Labels::Logits(_) | Labels::Values(_) if keeps.soft_labels => {}
        Labels::Logits(_) | Labels::Values(_) => lost.push(
            "The set has soft labels; only the class with the highest value of each is left."
                .into(),
        ),
    }
    if keeps.artefact {
        return lost;
    }
    if !set.step_sizes.is_empty() {
        let count = set.step_sizes.len();
        lost.push(format!("{count} learnt step size(s) are not included."));
    }
    if let Parameterization::Canvas { side } = set.parameterization {
        lost.push(format!(
            "Each {} images are the tiles of one picture, which is shifted in training; the files do not say so.",
            side * side
        ));
    }
    lost.push("The recipe of training, the normalisation and where the set comes from are not included; the artefact has them.".into());
    lost
}
