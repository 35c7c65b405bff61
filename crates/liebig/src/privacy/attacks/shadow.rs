//! The shadow attack (Shokri et al., "Membership Inference Attacks Against Machine Learning Models", 2017): a classifier for
//! each class learns from the other runs what outputs for members look like.

use liebig_data::stream;
use liebig_grad::{Device, Targets, Tensor};
use liebig_nn::{Adam, Input, Learner, MlpOptions, Model, ModelChoice};
use rand::seq::SliceRandom;
use rayon::prelude::*;

use crate::Error;
use crate::privacy::{Game, Observation};

/// Width of the classifier, passes over the outputs, outputs per step, and learning rate.
const WIDTH: usize = 32;
const EPOCHS: usize = 20;
const BATCH: usize = 256;
const RATE: f64 = 0.01;

/// The classifier's logits for "member", less those for "other", `[runs][candidates]`.
pub fn scores(
    game: &Game,
    observations: &[Observation],
    device: &Device,
) -> Result<Vec<Vec<f64>>, Error> {
    let candidates = game.candidates();
    let classes = observations.first().map_or(0, Observation::classes);
    let features: Vec<Vec<Vec<f32>>> = observations
        .iter()
        .map(|seen| {
            let of = |(place, candidate): (usize, &super::super::Candidate)| {
                let mut row = seen.sorted_logarithms(place);
                row.push(seen.confidence(place, candidate.label) as f32);
                row
            };
            candidates.iter().enumerate().map(of).collect()
        })
        .collect();
    let input = Input {
        channels: 1,
        height: 1,
        width: classes + 1,
    };
    let model = ModelChoice::Mlp(MlpOptions { width: WIDTH }).build(input, 2)?;
    (0..observations.len())
        .into_par_iter()
        .map(|target| {
            let mut scores = vec![0.0; candidates.len()];
            for class in 0..classes as u32 {
                let own: Vec<usize> = (0..candidates.len())
                    .filter(|&place| candidates[place].label == class)
                    .collect();
                let known: Vec<(&[f32], bool)> = (0..observations.len())
                    .filter(|&run| run != target)
                    .flat_map(|run| own.iter().map(move |&place| (run, place)))
                    .map(|(run, place)| (&features[run][place][..], game.inside(run)[place]))
                    .collect();
                let asked: Vec<&[f32]> = own
                    .iter()
                    .map(|&place| &features[target][place][..])
                    .collect();
                let name = (target * classes) as u64 + u64::from(class);
                let found = classify(model.as_ref(), &known, &asked, name, device)?;
                for (place, score) in own.into_iter().zip(found) {
                    scores[place] = score;
                }
            }
            Ok(scores)
        })
        .collect()
}

/// Trains a classifier on known outputs and asks it for others.
fn classify(
    model: &dyn Model,
    known: &[(&[f32], bool)],
    asked: &[&[f32]],
    name: u64,
    device: &Device,
) -> Result<Vec<f64>, Error> {
    if known.is_empty() || asked.is_empty() {
        return Ok(vec![0.0; asked.len()]);
    }
    let scale = Scale::of(known.iter().map(|(row, _)| *row));
    let batch = |rows: &[&[f32]]| -> Result<Tensor, Error> {
        let values = rows.iter().flat_map(|row| scale.apply(row)).collect();
        let width = scale.means.len();
        Ok(Tensor::from_vec(
            values,
            &[rows.len(), 1, 1, width],
            device,
        )?)
    };
    let mut rng = stream(0, "privacy/shadow", name);
    let mut learner = Learner::fresh(model, Adam::new(RATE), &mut rng, device)?;
    let mut order: Vec<usize> = (0..known.len()).collect();
    for _ in 0..EPOCHS {
        order.shuffle(&mut rng);
        for chosen in order.chunks(BATCH) {
            let rows: Vec<&[f32]> = chosen.iter().map(|&place| known[place].0).collect();
            let labels = chosen.iter().map(|&place| usize::from(known[place].1));
            learner.learn(&batch(&rows)?, &Targets::Hard(labels.collect()))?;
        }
    }
    let logits = learner.predict(&batch(asked)?)?.to_vec()?;
    let pairs = logits.chunks_exact(2);
    Ok(pairs.map(|pair| f64::from(pair[1] - pair[0])).collect())
}

/// Mean and deviation of each feature.
struct Scale {
    means: Vec<f32>,
    deviations: Vec<f32>,
}

impl Scale {
    fn of<'a>(rows: impl Iterator<Item = &'a [f32]> + Clone) -> Self {
        let width = rows.clone().next().map_or(0, <[f32]>::len);
        let column =
            |place: usize| -> Vec<f64> { rows.clone().map(|row| f64::from(row[place])).collect() };
        let (means, deviations) = (0..width)
            .map(|place| {
                let values = column(place);
                let deviation = crate::evaluate::deviation(&values).max(1e-6);
                (crate::evaluate::mean(&values) as f32, deviation as f32)
            })
            .unzip();
        Self { means, deviations }
    }

    fn apply<'a>(&'a self, row: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
        let constants = self.means.iter().zip(&self.deviations);
        row.iter()
            .zip(constants)
            .map(|(value, (mean, deviation))| (value - mean) / deviation)
    }
}
