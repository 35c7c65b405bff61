//! Runs a configuration on a dataset: in memory, or in a run folder so that the run can be stopped and continued.

mod adopt;
mod drive;
mod estimate;
mod fit;
mod folder;
mod observer;
mod report;

#[cfg(test)]
mod check_tests;
#[cfg(test)]
mod tests;

pub use adopt::Foreign;
pub use estimate::Estimate;
pub use folder::RunOptions;
pub use observer::{Event, Iteration, Observer, Quiet};
pub use report::Report;

use std::path::Path;

use liebig_data::{Dataset, SampleShape};
use liebig_grad::Device;
use liebig_nn::Model;

use crate::artefact::{Artefact, DatasetId, Provenance};
use crate::augment::Augmentation;
use crate::config::Resolved;
use crate::cost::{self, Demand};
use crate::evaluate::{
    Evaluation, Making, Metric, Rows, Source, Store, baselines, evaluate, expanded,
};
use crate::methods::Distillation;
use crate::networks::Pool;
use crate::protocol::Recipe;
use crate::run::Interrupt;
use crate::set::SmallSet;
use crate::task::{Task, TrainingSet};
use crate::{Budget, Error, Facts, facts};

/// A checked configuration and the dataset that it is applied to.
///
/// ```
/// use liebig::{Config, Facts, MethodChoice, Session};
/// use liebig::methods::{Dm, Method};
///
/// # fn main() -> Result<(), liebig::Error> {
/// let dataset = liebig::load("strokes", &Default::default())?;
/// let facts = Facts::of(&dataset);
/// let method = Dm { iterations: 3, batch_real: 8, ..Dm::defaults(&facts) };
/// let mut config = Config::new(MethodChoice::new(method), &facts)?;
/// config.evaluation.repeats = 0;
/// let artefact = Session::new(config.check()?.into(), &dataset)?.distil()?;
/// assert_eq!(artefact.len(), 10); // one image for each of ten classes
/// # Ok(())
/// # }
/// ```
pub struct Session<'a> {
    resolved: Resolved,
    dataset: &'a Dataset,
    budget: Budget,
    model: Box<dyn Model>,
    device: Device,
    interrupt: Interrupt,
    observer: &'a dyn Observer,
    memory_limit: Option<u64>,
}

impl<'a> Session<'a> {
    /// Checks that configuration and dataset are compatible. By default, the session runs on the CPU, without an
    /// observer, and within the available memory.
    ///
    /// # Errors
    /// [`Error::Config`], [`Error::Network`] or [`Error::Augment`] if they are not compatible.
    pub fn new(resolved: Resolved, dataset: &'a Dataset) -> Result<Self, Error> {
        let config = &resolved.config;
        let names = &dataset.class_names;
        let text = config.general.budget.as_deref().unwrap_or_default();
        let budget = Budget::parse(text, names, config.general.ipc)?;
        let budget = config.method.budget(budget);
        let model = config
            .model
            .build(facts::input(dataset.shape), names.len())?;
        let facts = Facts {
            ipc: config.general.ipc,
            model: config.model.name().into(),
            batch_norm: model.needs_whole_batch(),
            ..Facts::of(dataset)
        };
        config.method.check(&facts)?;
        let augmentation = &config.evaluation.augmentation;
        if let (SampleShape::Table { .. }, true, false) = (
            dataset.shape,
            config.evaluation.repeats > 0,
            *augmentation == Augmentation::None,
        ) {
            let augmentation = augmentation.to_string();
            return Err(crate::augment::Error::Table { augmentation }.into());
        }
        Ok(Self {
            dataset,
            budget,
            model,
            device: liebig_grad::cpu(),
            interrupt: Interrupt::default(),
            observer: &Quiet,
            memory_limit: None,
            resolved,
        })
    }

    /// Uses another device.
    #[must_use]
    pub fn on(self, device: Device) -> Self {
        Self { device, ..self }
    }

    /// Stops soon after `interrupt` is set.
    #[must_use]
    pub fn interrupted_by(self, interrupt: Interrupt) -> Self {
        Self { interrupt, ..self }
    }

    /// Reports events to `observer`.
    #[must_use]
    pub fn observed_by(self, observer: &'a dyn Observer) -> Self {
        Self { observer, ..self }
    }

    /// Refuses to start if more than `memory_limit` bytes would be needed. Default: the memory available.
    #[must_use]
    pub fn within(self, memory_limit: u64) -> Self {
        let memory_limit = Some(memory_limit);
        Self {
            memory_limit,
            ..self
        }
    }

    /// The configuration.
    #[must_use]
    pub fn resolved(&self) -> &Resolved {
        &self.resolved
    }

    /// The number of samples of each class.
    #[must_use]
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Bytes of memory that the run needs at least besides the dataset, estimated from the sizes alone.
    #[must_use]
    pub fn memory(&self) -> u64 {
        let demand = self.demand();
        let method = self.resolved.config.method.memory(&demand);
        method.max(self.evaluation_memory(&demand))
    }

    /// Bytes of memory that the run will take besides the dataset: more than it needs, where that saves time and the limit
    /// allows it.
    #[must_use]
    pub fn memory_taken(&self) -> u64 {
        let demand = self.demand();
        let limit = cost::limit(self.memory_limit);
        let method = self.resolved.config.method.memory_within(limit, &demand);
        method.max(self.evaluation_memory(&demand))
    }

    fn demand(&self) -> Demand {
        let sample = self.dataset.shape.len();
        Demand::new(&self.budget, sample, self.model.as_ref())
    }

    fn evaluation_memory(&self, demand: &Demand) -> u64 {
        let config = &self.resolved.config;
        let batch = config.evaluation.batch_size.min(demand.samples);
        match config.evaluation.repeats {
            0 => 0,
            _ => [demand.weights(), demand.batch(batch)]
                .into_iter()
                .fold(demand.set(), u64::saturating_add),
        }
    }

    /// Refuses a run that needs more memory than is available or allowed.
    ///
    /// # Errors
    /// [`Error::Memory`].
    pub fn check_memory(&self) -> Result<(), Error> {
        cost::check(self.memory(), self.memory_limit)
    }

    /// Distils in memory.
    ///
    /// # Errors
    /// Any error of the method, [`Error::Memory`], [`Error::Interrupted`].
    pub fn distil(&self) -> Result<Artefact, Error> {
        self.check_memory()?;
        self.with_task(|task| drive::drive(self, task, &mut drive::InMemory))
    }

    /// The set before the first iteration.
    ///
    /// # Errors
    /// Any error of the method's start.
    pub fn initial(&self) -> Result<SmallSet, Error> {
        self.with_task(|task| self.resolved.config.method.start(task)?.set())
    }

    /// Evaluates a set made with the session's configuration, and its baselines. `seconds` is the time it took to make.
    ///
    /// # Errors
    /// As for [`evaluate`].
    pub fn evaluate(&self, set: &SmallSet, seconds: Option<f64>) -> Result<Rows, Error> {
        self.evaluate_with(None, set, seconds)
    }

    /// The same; the results of single networks are kept in the store.
    fn evaluate_with(
        &self,
        store: Option<&Store>,
        set: &SmallSet,
        seconds: Option<f64>,
    ) -> Result<Rows, Error> {
        let config = &self.resolved.config;
        let named = expanded(&config.evaluation.baselines, &set.labels);
        let named = baselines(&named, self.dataset)?;
        let recipe = self.recipe();
        let making = seconds.map(|seconds| Making {
            seconds,
            threads: rayon::current_num_threads(),
        });
        let mut sources = Source::distilled(set, making, &recipe);
        sources.extend(named);
        let repeats = config.evaluation.repeats;
        if repeats == 0 {
            let mut rows = Rows::default();
            sources
                .iter()
                .for_each(|source| rows.push(&source.name(), None));
            return Ok(rows);
        }
        self.observer.observe(Event::Evaluating {
            networks: repeats * sources.len(),
        });
        let model = self.model.as_ref();
        let pool = config
            .method
            .networks()
            .map(|path| Pool::read(path, model, &self.device))
            .transpose()?;
        let evaluation = Evaluation {
            recipe: &recipe,
            networks: pool.as_ref(),
            teacher: None,
            pruning: None,
            rates: &[],
            store,
            test: &self.dataset.test,
            seed: config.general.seed,
            device: &self.device,
            interrupt: &self.interrupt,
            observer: self.observer,
        };
        self.with_task(|task| {
            let mut metrics = vec![Metric::Accuracy];
            if let Some(poison) = config.method.poison() {
                let (from, to) = poison.labels(task.train.class_names())?;
                metrics.push(Metric::Attack { from, to });
            }
            evaluate(&sources, &evaluation, &metrics, repeats, &task)
        })
    }

    /// The recipe with which the session's sets are evaluated.
    #[must_use]
    pub fn recipe(&self) -> Recipe {
        let config = &self.resolved.config;
        Recipe {
            model: config.model.clone(),
            protocol: (&config.evaluation).into(),
            unroll: config.method.unroll(config.general.seed),
        }
    }

    fn with_task<R>(&self, work: impl FnOnce(Task<'_>) -> Result<R, Error>) -> Result<R, Error> {
        let train = TrainingSet::new(self.dataset);
        work(Task {
            train: &train,
            model: self.model.as_ref(),
            budget: &self.budget,
            fill: self.resolved.config.general.fill,
            seed: self.resolved.config.general.seed,
            device: &self.device,
            memory: cost::limit(self.memory_limit),
            interrupt: &self.interrupt,
            observer: self.observer,
        })
    }

    /// The current set of a running method, as an artefact.
    fn artefact(&self, method: &dyn Distillation, iterations: u64) -> Result<Artefact, Error> {
        let mut artefact = self.artefact_of(method.set()?, iterations);
        artefact.provenance.privacy = method.guarantee();
        Ok(artefact)
    }

    /// A set as an artefact of this session, of whose privacy nothing is known.
    fn artefact_of(&self, set: SmallSet, iterations: u64) -> Artefact {
        let config = &self.resolved.config;
        // The location of the data must not change the bytes.
        let mut described = serde_json::to_value(&**config).unwrap_or_default();
        let data = described
            .get_mut("data")
            .and_then(|data| data.as_object_mut());
        if let Some(data) = data {
            data.remove("source");
        }
        if let Some(method) = described
            .get_mut("method")
            .and_then(|method| method.as_object_mut())
        {
            method.remove("nets");
            method.remove("experts");
        }
        // Nor must the location of a set that it started from.
        let init = described.pointer_mut("/method/init");
        if let Some(serde_json::Value::String(init)) = init
            && let Some(name) = Path::new(init.as_str()).file_name()
        {
            *init = name.to_string_lossy().into_owned();
        }
        Artefact {
            set,
            class_names: self.dataset.class_names.clone(),
            recipe: self.recipe(),
            provenance: Provenance {
                method: config.method.name().into(),
                ipc: config.general.ipc,
                iterations,
                seed: config.general.seed,
                version: env!("CARGO_PKG_VERSION").into(),
                dataset: DatasetId::from(self.dataset),
                config: described,
                published: self.resolved.published.clone(),
                privacy: None,
            },
        }
    }
}
