//! Datasets.

use std::path::PathBuf;
use std::sync::Arc;

use liebig::config::DataConfig;
use liebig::{SampleShape, evaluate};
use liebig_data::{Sample, Split, Zca};
use pyo3::buffer::{Element, PyBuffer};
use pyo3::prelude::*;

use crate::artefact::Artefact;
use crate::buffer::{Buffer, copied};
use crate::error::{exception, usage};
use crate::settings::{self, Given};
use crate::work;

/// A dataset in memory, with what was said about its reading.
#[pyclass(frozen, module = "liebig._liebig")]
pub struct Dataset {
    pub dataset: Arc<liebig::Dataset>,
    pub config: DataConfig,
}

#[pymethods]
impl Dataset {
    #[getter]
    fn name(&self) -> &str {
        &self.dataset.name
    }

    #[getter]
    fn shape(&self) -> Vec<usize> {
        self.dataset.shape.dims().to_vec()
    }

    #[getter]
    fn class_names(&self) -> Vec<String> {
        self.dataset.class_names.clone()
    }

    #[getter]
    fn hash(&self) -> &str {
        &self.dataset.hash
    }

    #[getter]
    fn source(&self) -> &str {
        &self.dataset.source
    }

    #[getter]
    fn notes(&self) -> Vec<String> {
        self.dataset.notes.iter().map(ToString::to_string).collect()
    }

    /// Mean and standard deviation by channel or column.
    #[getter]
    fn normalization(&self) -> (Vec<f32>, Vec<f32>) {
        let normalization = self.dataset.normalization();
        (normalization.mean.clone(), normalization.std.clone())
    }

    /// The number of samples of a split.
    fn count(&self, split: &str) -> usize {
        self.split(split).map_or(0, Split::len)
    }

    /// The samples of a split as they are stored: bytes `[n, C, H, W]` or features `[n, F]`.
    fn raw(&self, split: &str) -> PyResult<Buffer> {
        let (mut pixels, mut features) = (Vec::new(), Vec::new());
        let count = self.count(split);
        if let Some(split) = self.split(split) {
            for index in 0..count {
                match split.raw(index) {
                    Sample::Pixels(sample) => pixels.extend_from_slice(sample),
                    Sample::Features(sample) => features.extend_from_slice(sample),
                }
            }
        }
        let mut shape = vec![count];
        shape.extend(self.dataset.shape.dims());
        match self.dataset.shape {
            SampleShape::Image { .. } => Buffer::new(pixels, &shape),
            SampleShape::Table { .. } => Buffer::new(features, &shape),
        }
    }

    /// The labels of a split, `[n]`.
    fn labels(&self, split: &str) -> PyResult<Buffer> {
        let labels = self.split(split).map_or(&[][..], Split::labels);
        let labels: Vec<i64> = labels.iter().map(|&label| label.into()).collect();
        let shape = [labels.len()];
        Buffer::new(labels, &shape)
    }

    /// The samples of a split in the space that networks train on: the dataset's, or that of a set.
    #[pyo3(signature = (split, artefact=None))]
    fn values(&self, py: Python<'_>, split: &str, artefact: Option<&Artefact>) -> PyResult<Buffer> {
        let count = self.count(split);
        let mut shape = vec![count];
        shape.extend(self.dataset.shape.dims());
        let space = artefact.map_or(&self.dataset.space, |artefact| &artefact.0.set.space);
        let checked = space.check(self.dataset.shape);
        checked.map_err(|error| exception(py, error))?;
        let samples = py.detach(|| {
            let all: Vec<usize> = (0..count).collect();
            let split = self.split(split);
            split.map_or_else(Vec::new, |split| split.batch(&all, space))
        });
        Buffer::new(samples, &shape)
    }
}

impl Dataset {
    fn new(dataset: liebig::Dataset, config: DataConfig) -> Self {
        Self {
            dataset: Arc::new(dataset),
            config,
        }
    }

    fn split(&self, name: &str) -> Option<&Split> {
        match name {
            "train" => Some(&self.dataset.train),
            "test" => Some(&self.dataset.test),
            "validation" => self.dataset.validation.as_ref(),
            _ => None,
        }
    }
}

/// Loads a dataset as settings of `data` say.
#[pyfunction]
#[pyo3(signature = (settings, quick=false, memory=None, threads=None))]
pub fn load(
    py: Python<'_>,
    settings: Vec<Given>,
    quick: bool,
    memory: Option<u64>,
    threads: Option<usize>,
) -> PyResult<Dataset> {
    let config = settings::data(py, quick, &settings)?;
    let (source, options) = (config.source.clone(), config.options(memory));
    let dataset = work::run_or_leave(py, threads, move || Ok(liebig::load(&source, &options)?))?;
    Ok(Dataset::new(dataset, config))
}

/// The dataset of a set, read as for its distillation.
#[pyfunction]
#[pyo3(signature = (artefact, source=None, run=None, threads=None))]
pub fn dataset_of(
    py: Python<'_>,
    artefact: &Artefact,
    source: Option<String>,
    run: Option<PathBuf>,
    threads: Option<usize>,
) -> PyResult<Dataset> {
    let mut config = DataConfig::recorded(&artefact.0.provenance.config);
    let (set, named) = (artefact.0.clone(), source.clone());
    let dataset = work::run_or_leave(py, threads, move || {
        evaluate::dataset_of(&set, named.as_deref(), run.as_deref())
    })?;
    config.source = source.unwrap_or_else(|| dataset.name.clone());
    Ok(Dataset::new(dataset, config))
}

type Labelled<T> = (PyBuffer<T>, PyBuffer<u32>);

/// A dataset of images: contiguous bytes `[n, C, H, W]` with labels `[n]`.
#[pyfunction]
pub fn from_images(
    py: Python<'_>,
    name: &str,
    shape: (usize, usize, usize),
    class_names: Vec<String>,
    train: Labelled<u8>,
    test: Labelled<u8>,
) -> PyResult<Dataset> {
    let (train, test) = (owned(py, &train)?, owned(py, &test)?);
    let made = py.detach(|| liebig::Dataset::from_images(name, shape, class_names, train, test));
    of_memory(py, made)
}

/// A dataset of tables: contiguous features `[n, F]` with labels `[n]`.
#[pyfunction]
pub fn from_table(
    py: Python<'_>,
    name: &str,
    features: usize,
    class_names: Vec<String>,
    train: Labelled<f32>,
    test: Labelled<f32>,
) -> PyResult<Dataset> {
    let (train, test) = (owned(py, &train)?, owned(py, &test)?);
    let made = py.detach(|| liebig::Dataset::from_table(name, features, class_names, train, test));
    of_memory(py, made)
}

fn owned<T: Element>(
    py: Python<'_>,
    (samples, labels): &Labelled<T>,
) -> PyResult<(Vec<T>, Vec<u32>)> {
    Ok((copied(py, samples)?, copied(py, labels)?))
}

fn of_memory(
    py: Python<'_>,
    made: Result<liebig::Dataset, liebig_data::Error>,
) -> PyResult<Dataset> {
    let dataset = made.map_err(|error| match error {
        // The same mistake in files would ask for other files.
        liebig_data::Error::EmptyClass { class, .. } => usage(
            py,
            &format!("y: class `{class}` has no training samples\nhint: number the classes without gaps, and name only those that there are as `class_names`"),
        ),
        error => exception(py, error),
    })?;
    let config = DataConfig {
        source: dataset.name.clone(),
        // A preset's whitening is not for arrays.
        zca: Some(Zca::None),
        ..DataConfig::default()
    };
    Ok(Dataset::new(dataset, config))
}
