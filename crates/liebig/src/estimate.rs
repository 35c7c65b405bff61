//! What a run will cost, measured on this machine with a few steps of its own work.

use std::time::Instant;

use liebig_data::Dataset;
use liebig_grad::Device;

use crate::artefact::{Normalization, Recipe};
use crate::baselines::random;
use crate::config::ValidConfig;
use crate::evaluate::Evaluation;
use crate::methods::Task;
use crate::run::{Interrupt, peak_rss_bytes};
use crate::{Error, network};

/// What a run will cost, about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Wall time of the distillation, in seconds.
    pub distill_seconds: f64,
    /// Wall time of the evaluation of the distilled and of the random set, in seconds.
    pub evaluate_seconds: f64,
    /// Peak memory: what the steps that were measured held.
    pub peak_rss_bytes: Option<u64>,
}

/// Measures a few steps and scales them up; takes seconds. Uses the threads of the current rayon pool.
///
/// # Errors
/// As [`crate::distill::distill`] and [`Evaluation::run`].
pub fn estimate(
    config: &ValidConfig,
    dataset: &Dataset,
    device: &Device,
    interrupt: &Interrupt,
) -> Result<Estimate, Error> {
    let model = network::for_dataset(&config.model, dataset)?;
    let task = Task::new(config, dataset, model.as_ref(), device, interrupt);
    let iteration = config.method.distiller(task)?.estimate()?;
    Ok(Estimate {
        distill_seconds: iteration * float(config.method.iterations()),
        evaluate_seconds: evaluation(config, dataset, device, interrupt)?,
        peak_rss_bytes: peak_rss_bytes(),
    })
}

/// Trains as many networks as run at once for one epoch and for three; the difference is two epochs, the rest the test.
fn evaluation(
    config: &ValidConfig,
    dataset: &Dataset,
    device: &Device,
    interrupt: &Interrupt,
) -> Result<f64, Error> {
    let repeats = config.evaluation.repeats;
    if repeats == 0 {
        return Ok(0.0);
    }
    let networks = repeats.min(rayon::current_num_threads());
    let tested = dataset.test.len().min(256);
    let test = dataset.test.subset(&(0..tested).collect::<Vec<_>>());
    let normalization = Normalization::from(&dataset.normalization);
    let recipe = Recipe::new(&config.model, &config.evaluation);
    let measure = |epochs| {
        let recipe = Recipe {
            epochs,
            ..recipe.clone()
        };
        let evaluation = Evaluation {
            recipe: &recipe,
            test: &test,
            normalization: &normalization,
            seed: 0,
            device,
            interrupt,
        };
        let started = Instant::now();
        let set = |draw| random::random(dataset, &normalization, config.ipc, config.seed, draw);
        evaluation.run(networks, set, || ())?;
        Ok::<f64, Error>(started.elapsed().as_secs_f64())
    };
    let one = measure(1)?;
    let epoch = ((measure(3)? - one) / 2.0).max(0.0);
    let test_batch = (one - epoch).max(0.0);
    let rounds = float(2 * repeats.div_ceil(networks) as u64);
    let tests = float(dataset.test.len() as u64) / float(tested.max(1) as u64);
    Ok(rounds * (epoch * float(recipe.epochs as u64) + test_batch * tests))
}

fn float(count: u64) -> f64 {
    count as f64
}
