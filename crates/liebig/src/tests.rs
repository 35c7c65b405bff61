//! What several tests share.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::{LazyLock, Mutex};

use liebig_data::{Dataset, LoadOptions};
use liebig_grad::Tensor;
use liebig_nn::{Learner, MlpOptions, Model, ModelChoice};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::EvaluationConfig;
use crate::methods::{Distillation, Losses, Method};
use crate::networks::{Pool, write};
use crate::run::Interrupt;
use crate::session::{Event, Observer};
use crate::synthetic::Parameterization;
use crate::{
    Budget, Config, Error, Facts, Fill, Labels, MethodChoice, Protocol, Recipe, SmallSet, State,
    Task, TrainingSet,
};
use crate::{coresets, facts};

/// The built-in set, drawn once.
pub fn strokes() -> &'static Dataset {
    static STROKES: LazyLock<Dataset> =
        LazyLock::new(|| liebig_data::load("strokes", &LoadOptions::default()).unwrap());
    &STROKES
}

/// A table of three classes: four features, ten training rows and six test rows a class, apart by their class.
pub fn table() -> &'static Dataset {
    static TABLE: LazyLock<Dataset> = LazyLock::new(|| {
        let rows = |count: usize, phase: f32| {
            let values = (0..3 * count * 4).map(|place| {
                let (row, column) = (place / 4, place % 4);
                let class = row % 3;
                let apart = if column == class { 3.0 } else { 0.0 };
                apart + (phase + place as f32 * 1.7).sin()
            });
            let labels = (0..3 * count).map(|row| (row % 3) as u32);
            (values.collect(), labels.collect())
        };
        Dataset::from_table(
            "leaves",
            4,
            ["oak", "ash", "elm"],
            rows(10, 0.0),
            rows(6, 0.5),
        )
        .unwrap()
    });
    &TABLE
}

/// Grey 2x2 images: so many of each class, each of one shade that no other has; one test image of each class.
pub fn shades(counts: [usize; 2]) -> Dataset {
    let labels: Vec<u32> = (0_u32..)
        .zip(counts)
        .flat_map(|(class, count)| vec![class; count])
        .collect();
    let pixels = (0..labels.len())
        .flat_map(|place| [10 * (place as u8 + 1); 4])
        .collect();
    let test = (vec![10, 10, 10, 10, 90, 90, 90, 90], vec![0, 1]);
    Dataset::from_images(
        "shades",
        (1, 2, 2),
        ["dark", "bright"],
        (pixels, labels),
        test,
    )
    .unwrap()
}

/// A small perceptron.
pub fn mlp() -> ModelChoice {
    ModelChoice::Mlp(MlpOptions { width: 16 })
}

/// What a task works on, for tests.
pub struct Work<'a> {
    pub dataset: &'a Dataset,
    pub model: ModelChoice,
    pub budget: Budget,
    pub fill: Fill,
    pub seed: u64,
    pub interrupt: Interrupt,
    pub heard: Heard,
}

impl<'a> Work<'a> {
    /// So many samples of each class, on a small perceptron.
    pub fn on(dataset: &'a Dataset, per_class: usize) -> Self {
        Self {
            dataset,
            model: mlp(),
            budget: Budget::uniform(dataset.class_names.len(), per_class),
            fill: Fill::Repeat,
            seed: 5,
            interrupt: Interrupt::default(),
            heard: Heard::default(),
        }
    }

    /// Runs `test` with the task in a pool of so many threads.
    pub fn run<R: Send>(&self, threads: usize, test: impl Fn(Task<'_>) -> R + Sync) -> R {
        let classes = self.dataset.class_names.len();
        let model = self
            .model
            .build(facts::input(self.dataset.shape), classes)
            .unwrap();
        let train = TrainingSet::new(self.dataset);
        let device = liebig_grad::cpu();
        on_threads(threads, || {
            test(Task {
                train: &train,
                model: model.as_ref(),
                budget: &self.budget,
                fill: self.fill,
                seed: self.seed,
                device: &device,
                memory: 1 << 30,
                interrupt: &self.interrupt,
                observer: &self.heard,
            })
        })
    }
}

/// Runs `test` in a pool of so many threads.
pub fn on_threads<R: Send>(threads: usize, test: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build().unwrap().install(test)
}

/// Keeps the events that a test may ask for.
#[derive(Default)]
pub struct Heard {
    notes: Mutex<Vec<String>>,
    losses: Mutex<Vec<f64>>,
    evaluated: Mutex<usize>,
    /// Set when so many iterations are done.
    stop_after: Option<(u64, Interrupt)>,
}

impl Heard {
    /// One that sets `interrupt` when so many iterations are done.
    pub fn stopping(after: u64, interrupt: Interrupt) -> Self {
        Self {
            stop_after: Some((after, interrupt)),
            ..Self::default()
        }
    }

    /// What a person should know.
    pub fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap().clone()
    }

    /// The loss of each iteration.
    pub fn losses(&self) -> Vec<f64> {
        self.losses.lock().unwrap().clone()
    }

    /// How many networks were trained and tested.
    pub fn evaluated(&self) -> usize {
        *self.evaluated.lock().unwrap()
    }
}

impl Observer for Heard {
    fn observe(&self, event: Event<'_>) {
        match event {
            Event::Note(note) => self.notes.lock().unwrap().push(note.into()),
            Event::Iterated { done, loss } => {
                self.losses.lock().unwrap().push(loss);
                if let Some((after, interrupt)) = &self.stop_after
                    && done == *after
                {
                    interrupt.set();
                }
            }
            Event::Evaluated => *self.evaluated.lock().unwrap() += 1,
            _ => {}
        }
    }
}

/// An evaluation by a recipe, on these test samples, with the seed 0.
pub fn evaluation<'a>(
    task: &Task<'a>,
    recipe: &'a crate::Recipe,
    test: &'a liebig_data::Split,
) -> crate::evaluate::Evaluation<'a> {
    crate::evaluate::Evaluation {
        recipe,
        networks: None,
        teacher: None,
        pruning: None,
        rates: &[],
        store: None,
        test,
        seed: 0,
        device: task.device,
        interrupt: task.interrupt,
        observer: task.observer,
    }
}

/// The common protocol for 60 epochs at a learning rate of 0.1, with [`mlp`].
pub fn recipe() -> Recipe {
    Recipe {
        model: mlp(),
        protocol: Protocol::from(&EvaluationConfig {
            epochs: 60,
            lr: 0.1,
            ..EvaluationConfig::default()
        }),
        unroll: None,
    }
}

/// Networks that were trained on the whole table by [`recipe`], and the same as a pool of files in a folder.
pub fn trained<'m>(
    task: &Task<'_>,
    model: &'m dyn Model,
    count: u64,
    folder: &Path,
) -> (Vec<Learner<'m>>, Pool) {
    let recipe = recipe();
    let evaluation = evaluation(task, &recipe, &table().test);
    let all: Vec<usize> = (0..table().train.len()).collect();
    let whole = SmallSet {
        shape: table().shape,
        classes: table().class_names.len(),
        values: table().train.batch(&all, &table().space),
        labels: Labels::Hard(table().train.labels().to_vec()),
        step_sizes: Vec::new(),
        parameterization: Parameterization::Pixels,
        space: table().space.clone(),
    };
    let learners: Vec<Learner<'_>> = (0..count)
        .map(|net| {
            let learner = evaluation.trained(model, &whole, net).unwrap();
            let path = folder.join(format!("{net}.safetensors"));
            write(&path, model, learner.weights(), &[]).unwrap();
            learner
        })
        .collect();
    let pool = Pool::read(folder, model, task.device).unwrap();
    (learners, pool)
}

/// The bits of a set's values.
pub fn bits(set: &SmallSet) -> Vec<u32> {
    set.values.iter().map(|value| value.to_bits()).collect()
}

/// Random real samples of the built-in set as an artefact, two for each class, with the seed 1: others than any start
/// of [`Work`] draws.
pub fn artefact() -> crate::artefact::Artefact {
    let random = crate::methods::find("random").unwrap();
    let mut config = self::config(random.defaults(&crate::Facts::of(strokes())), strokes(), 2);
    config.general.seed = 1;
    crate::Session::new(config.check().unwrap().into(), strokes())
        .unwrap()
        .distil()
        .unwrap()
}

/// A configuration of a method on a dataset with a small perceptron, which evaluates nothing.
pub fn config(method: MethodChoice, dataset: &Dataset, ipc: usize) -> Config {
    let facts = Facts {
        ipc,
        ..Facts::of(dataset)
    };
    let mut config = Config::new(method, &facts).unwrap();
    config.model = mlp();
    config.evaluation.repeats = 0;
    config
}

/// A method of one's own, which is in no registry: random samples drift upwards, the first half of them before the
/// second.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Drift {
    /// Steps. Default 4.
    #[schemars(range(min = 1))]
    pub iterations: u64,
    /// How far. Default 0.5.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub rate: f64,
    /// Where somebody asks to stop, halfway through the iteration; not a setting.
    #[serde(skip)]
    #[schemars(skip)]
    pub stopped_in: Option<u64>,
}

impl Method for Drift {
    const NAME: &'static str = "drift";
    const ABOUT: &'static str = "samples that drift";

    fn defaults(_: &Facts) -> Self {
        Self {
            iterations: 4,
            rate: 0.5,
            stopped_in: None,
        }
    }

    fn evaluation(_: &Facts, evaluation: &mut EvaluationConfig) {
        evaluation.epochs = 7;
        evaluation.batch_size = 9;
    }

    fn iterations(&self) -> u64 {
        self.iterations
    }

    fn start<'a>(&self, task: Task<'a>) -> Result<Box<dyn Distillation + 'a>, Error> {
        Ok(Box::new(Drifting {
            set: coresets::random(&task, 0)?,
            task,
            settings: self.clone(),
        }))
    }
}

struct Drifting<'a> {
    task: Task<'a>,
    settings: Drift,
    set: SmallSet,
}

impl Distillation for Drifting<'_> {
    fn iterations(&self) -> u64 {
        self.settings.iterations
    }

    fn step(&mut self, iteration: u64) -> Result<Losses, Error> {
        let by = self.settings.rate as f32 * (iteration + 1) as f32;
        let half = self.set.values.len() / 2;
        let (first, second) = self.set.values.split_at_mut(half);
        first.iter_mut().for_each(|value| *value += by);
        if self.settings.stopped_in == Some(iteration) {
            self.task.interrupt.set();
        }
        self.task.go_on()?;
        second.iter_mut().for_each(|value| *value += by);
        let parts = vec![("first", 1.0), ("second", f64::from(by))];
        Ok(Losses {
            total: 1.0 + f64::from(by),
            parts,
        })
    }

    fn estimate(&mut self) -> Result<f64, Error> {
        Ok(0.0)
    }

    fn set(&self) -> Result<SmallSet, Error> {
        Ok(self.set.clone())
    }

    fn state(&self) -> State {
        let mut state = State::default();
        let values = self.set.values.clone();
        let shape = [values.len()];
        state.insert(
            "values",
            &Tensor::from_vec(values, &shape, self.task.device).unwrap(),
        );
        state
    }

    fn restore(&mut self, mut state: State) -> Result<(), Error> {
        self.set.values = state.take("values", &[self.set.values.len()])?.to_vec()?;
        Ok(())
    }
}
