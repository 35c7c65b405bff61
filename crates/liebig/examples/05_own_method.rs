//! A method of one's own, outside of the crate: the mean of each class's synthetic samples is pulled to that of real ones.
//!
//! `cargo run --release --example 05_own_method`
#![allow(clippy::print_stdout)]

use std::error::Error;

use liebig::methods::{At, Descent, Distillation, Losses, Method, Objective};
use liebig::synthetic::{Cotangents, Synthetic};
use liebig::{Config, Facts, Init, LoadOptions, MethodChoice, Session, Task};
use liebig_grad::{Tensor, grad};
use liebig_nn::Sgd;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The settings; ranges are checked, and listed like those of any method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MeanMatching {
    /// Real samples per class and update. Default 64.
    #[schemars(range(min = 1))]
    batch_real: usize,
}

impl Method for MeanMatching {
    const NAME: &'static str = "mean-matching";
    const ABOUT: &'static str = "means of pixels";

    fn defaults(_: &Facts) -> Self {
        Self { batch_real: 64 }
    }

    fn iterations(&self) -> u64 {
        50
    }

    fn start<'a>(&self, task: Task<'a>) -> Result<Box<dyn Distillation + 'a>, liebig::Error> {
        let set = Init::Noise.synthetic(Self::NAME, &task, Sgd::new(0.2))?;
        let batch_real = self.batch_real;
        let objective = Means { task, batch_real };
        Ok(Box::new(Descent::new(task, objective, set, 50)))
    }
}

/// The objective at work.
struct Means<'a> {
    task: Task<'a>,
    batch_real: usize,
}

impl Objective for Means<'_> {
    /// The mean of some real samples of each class.
    type Context = Vec<Tensor>;

    fn context(&mut self, iteration: u64) -> Result<Vec<Tensor>, liebig::Error> {
        let mut rng = liebig::stream(self.task.seed, "mean-matching/real", iteration);
        let train = self.task.train;
        let mean = |class| {
            let drawn = train.draw(class, self.batch_real, &mut rng);
            Ok(self.task.real(&drawn)?.mean_dims(&[0], true)?)
        };
        (0..train.classes()).map(mean).collect()
    }

    fn pull(
        &self,
        real: &Vec<Tensor>,
        set: &Synthetic,
        _: At,
    ) -> Result<(Losses, Cotangents), liebig::Error> {
        let (mut total, mut gradients) = (0.0, Vec::new());
        for (class, real) in real.iter().enumerate() {
            let samples = set.of_class(class)?.requires_grad();
            let loss = samples.mean_dims(&[0], true)?.sub(real)?.square()?.sum()?;
            gradients.extend(grad(&loss, &[&samples], false)?);
            total += loss.item()?;
        }
        let gradient = Tensor::cat(&gradients.iter().collect::<Vec<_>>(), 0)?;
        Ok((total.into(), gradient.into()))
    }
}

/// Runs it like any other method.
pub fn main() -> Result<(), Box<dyn Error>> {
    let strokes = liebig::load("strokes", &LoadOptions::default())?;
    let facts = Facts::of(&strokes);
    let config = Config::new(MethodChoice::new(MeanMatching::defaults(&facts)), &facts)?;
    let artefact = Session::new(config.check()?.into(), &strokes)?.distil()?;
    println!(
        "{} images by {}",
        artefact.len(),
        artefact.provenance.method
    );
    Ok(())
}
