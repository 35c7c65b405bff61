//! A method of one's own, written with nothing but what the library makes public: it moves the mean image of each
//! class's synthetic samples to that of the real ones.
#![allow(clippy::unwrap_used, reason = "tests")]

use liebig::artefact::Artefact;
use liebig::methods::{At, Descent, Distillation, Losses, Method, Objective};
use liebig::run::Interrupt;
use liebig::session::{Event, Observer, RunOptions};
use liebig::synthetic::{Cotangents, Synthetic};
use liebig::{Config, Dataset, Error, Facts, Init, MethodChoice, Session, Task};
use liebig_grad::{Tensor, grad};
use liebig_nn::Sgd;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of the method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Means {
    /// Steps. Default 40.
    #[schemars(range(min = 1))]
    iterations: u64,
    /// Learning rate. Default 0.5.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    lr: f64,
    /// The start. Default `noise`.
    init: Init,
}

impl Method for Means {
    const NAME: &'static str = "means";
    const ABOUT: &'static str = "mean images";

    fn defaults(_: &Facts) -> Self {
        Self {
            iterations: 40,
            lr: 0.5,
            init: Init::Noise,
        }
    }

    fn iterations(&self) -> u64 {
        self.iterations
    }

    fn start<'a>(&self, task: Task<'a>) -> Result<Box<dyn Distillation + 'a>, Error> {
        let set = self
            .init
            .synthetic(Self::NAME, &task, Sgd::new(self.lr).with_momentum(0.5))?;
        Ok(Box::new(Descent::new(
            task,
            MeanMatching { task },
            set,
            self.iterations,
        )))
    }
}

struct MeanMatching<'a> {
    task: Task<'a>,
}

impl Objective for MeanMatching<'_> {
    type Context = ();

    fn context(&mut self, _: u64) -> Result<(), Error> {
        Ok(())
    }

    fn pull(&self, (): &(), set: &Synthetic, _: At) -> Result<(Losses, Cotangents), Error> {
        let mean = |x: &Tensor| x.mean_dims(&[0], false);
        let (mut total, mut gradients) = (0.0, Vec::new());
        for class in 0..self.task.train.classes() {
            let real = mean(&self.task.real(self.task.train.of_class(class))?)?;
            let x = set.of_class(class)?.requires_grad();
            let loss = mean(&x)?.sub(&real)?.square()?.sum()?;
            gradients.push(grad(&loss, &[&x], false)?.remove(0));
            total += loss.item()?;
        }
        let gradients: Vec<&Tensor> = gradients.iter().collect();
        Ok((total.into(), Tensor::cat(&gradients, 0)?.into()))
    }
}

/// Stops the run after some iterations.
struct Stop(u64, Interrupt);

impl Observer for Stop {
    fn observe(&self, event: Event<'_>) {
        if matches!(event, Event::Iterated { done, .. } if done == self.0) {
            self.1.set();
        }
    }
}

/// Grey 2x2 images, three dark and two bright.
fn dataset() -> Dataset {
    let pixels = (0..20).map(|place| {
        if place < 12 {
            5 * place
        } else {
            150 + 5 * place
        }
    });
    let train = (pixels.collect(), vec![0, 0, 0, 1, 1]);
    Dataset::from_images(
        "shades",
        (1, 2, 2),
        ["dark", "bright"],
        train,
        (vec![9; 4], vec![0]),
    )
    .unwrap()
}

fn config(dataset: &Dataset, settings: Means) -> Config {
    let facts = Facts::of(dataset);
    let mut config = Config::new(MethodChoice::new(settings), &facts).unwrap();
    config.model = liebig::ModelChoice::default_for("mlp", facts.input()).unwrap();
    config.general.budget = Some("bright=3".into());
    config.evaluation.repeats = 0;
    config
}

fn session<'a>(dataset: &'a Dataset, config: &Config) -> Session<'a> {
    Session::new(config.clone().check().unwrap().into(), dataset).unwrap()
}

#[test]
fn it_distils_what_it_says() {
    let dataset = dataset();
    let config = config(&dataset, Means::defaults(&Facts::of(&dataset)));
    let artefact = session(&dataset, &config).distil().unwrap();
    assert_eq!(artefact.classes(), [0, 1, 1, 1]);
    let raw = artefact.set.raw_values().unwrap();
    let mean = |images: &[f32], pixel: usize| {
        let values: Vec<f32> = images.iter().skip(pixel).step_by(4).copied().collect();
        values.iter().sum::<f32>() / values.len() as f32
    };
    for pixel in 0..4 {
        let dark = (5 * pixel + 20) as f32 / 255.0;
        let bright = (150 + 5 * pixel + 70) as f32 / 255.0;
        assert!((mean(&raw[..4], pixel) - dark).abs() < 1e-3);
        assert!((mean(&raw[4..], pixel) - bright).abs() < 1e-3);
    }
}

#[test]
fn it_runs_in_a_folder_and_can_be_stopped_and_continued() {
    let dataset = dataset();
    let config = config(&dataset, Means::defaults(&Facts::of(&dataset)));
    let expected = session(&dataset, &config)
        .distil()
        .unwrap()
        .to_bytes()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let interrupt = Interrupt::default();
    let stop = Stop(17, interrupt.clone());
    let stopped = session(&dataset, &config)
        .interrupted_by(interrupt)
        .observed_by(&stop);
    let error = stopped
        .run(folder.path(), RunOptions::default())
        .unwrap_err();
    assert!(matches!(error, Error::Interrupted), "{error}");
    let options = RunOptions {
        resume: true,
        ..RunOptions::default()
    };
    let report = session(&dataset, &config)
        .run(folder.path(), options)
        .unwrap();
    assert!(std::fs::read(&report.artefact).unwrap() == expected);
    // The result is a start for another run.
    let again = Means {
        iterations: 1,
        lr: 1e-9,
        init: Init::File(folder.path().into()),
    };
    let config = self::config(&dataset, again);
    let grown = session(&dataset, &config).distil().unwrap();
    let before = Artefact::read(&report.artefact).unwrap();
    for (found, before) in grown.set.values.iter().zip(&before.set.values) {
        assert!((found - before).abs() < 1e-5);
    }
}

#[test]
fn its_settings_are_checked() {
    let dataset = dataset();
    let wrong = Means {
        iterations: 0,
        ..Means::defaults(&Facts::of(&dataset))
    };
    let error = config(&dataset, wrong).check().unwrap_err().to_string();
    assert!(
        error.contains("method.iterations is 0, expected 1 or more"),
        "{error}"
    );
}
