//! Distilled sets.

use std::path::PathBuf;

use liebig::{Labels, Loss, Unroll, artefact, artefact_path, image_grid, stream};
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde_json::json;

use crate::buffer::{Buffer, Values, copied};
use crate::error::{exception, usage};

/// A distilled set with its recipe.
#[pyclass(frozen, module = "liebig._liebig")]
pub struct Artefact(pub artefact::Artefact);

#[pymethods]
impl Artefact {
    /// Reads a file, or that of a run's folder.
    #[staticmethod]
    fn read(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let read = py.detach(|| artefact::Artefact::read(&artefact_path(&path)));
        read.map(Self).map_err(|error| exception(py, error))
    }

    /// Reads a file's bytes; `folder` is where the file of a large whitening is.
    #[staticmethod]
    #[pyo3(signature = (bytes, folder=None))]
    fn from_bytes(py: Python<'_>, bytes: &[u8], folder: Option<PathBuf>) -> PyResult<Self> {
        let path = folder.unwrap_or_default().join("artefact");
        let read = artefact::Artefact::from_bytes(bytes, &path);
        read.map(Self).map_err(|error| exception(py, error))
    }

    /// The file's bytes.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = self.0.to_bytes().map_err(|error| exception(py, error))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Writes the file.
    fn write(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        let written = py.detach(|| self.0.write(&path));
        written.map_err(|error| exception(py, error))
    }

    /// The bytes of a PNG file with all images, a row for each class.
    fn png<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let drawn = py.detach(|| image_grid::of(&self.0));
        let bytes = drawn.map_err(|error| exception(py, error))?;
        Ok(PyBytes::new(py, &bytes))
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// The samples in the space that networks train on, `[n, C, H, W]` or `[n, F]`: a view that cannot be written to.
    #[getter]
    fn values(this: Bound<'_, Self>) -> PyResult<Buffer> {
        let shape = shape(&this.get().0);
        Buffer::new(Values::Samples(this.unbind()), &shape)
    }

    /// The samples as pixels, in 0 to 1 unless learnt values exceed it, or as features.
    fn raw_values(&self, py: Python<'_>) -> PyResult<Buffer> {
        let raw = py.detach(|| self.0.set.raw_values());
        Buffer::new(raw.map_err(|error| exception(py, error))?, &shape(&self.0))
    }

    /// The class of each sample, `[n]`.
    #[getter]
    fn classes(&self) -> PyResult<Buffer> {
        let classes: Vec<i64> = self.0.classes().into_iter().map(i64::from).collect();
        Buffer::new(classes, &[self.0.len()])
    }

    /// Soft labels as they are stored, `[n, classes]`; none for hard ones.
    #[getter]
    fn soft_labels(&self) -> PyResult<Option<Buffer>> {
        let shape = [self.0.len(), self.0.class_names.len()];
        match &self.0.set.labels {
            Labels::Hard(_) => Ok(None),
            Labels::Logits(values) | Labels::Values(values) => {
                Buffer::new(values.clone(), &shape).map(Some)
            }
        }
    }

    /// The learnt step sizes, `[k]`.
    #[getter]
    fn step_sizes(&self) -> PyResult<Buffer> {
        let sizes = &self.0.set.step_sizes;
        Buffer::new(sizes.clone(), &[sizes.len()])
    }

    /// Everything besides the arrays, as JSON.
    fn describe(&self) -> String {
        let artefact = &self.0;
        let set = &artefact.set;
        let whitening = set.space.whitening.as_ref();
        json!({
            "class_names": artefact.class_names,
            "labels": match set.labels {
                Labels::Hard(_) => "hard",
                Labels::Logits(_) => "logits",
                Labels::Values(_) => "values",
            },
            "normalization": set.space.normalization,
            "whitening": whitening.map(|whitening| whitening.name()),
            "parameterization": set.parameterization,
            "recipe": artefact.recipe,
            "provenance": artefact.provenance,
            "bits_per_class": set.bits_per_class(),
        })
        .to_string()
    }

    /// What networks learn from each sample, `[n, classes]`: weights of the classes, or values for squared error. `own` asks
    /// for the training that the set was made for, otherwise it is the common protocol.
    fn targets<'py>(&self, py: Python<'py>, own: bool) -> PyResult<Buffer> {
        let artefact = &self.0;
        let (set, recipe) = (&artefact.set, &artefact.recipe);
        let classes = artefact.class_names.len();
        let (loss, labels) = match own {
            true => (
                self.unroll(py)?.loss,
                std::borrow::Cow::Borrowed(&set.labels),
            ),
            false => (recipe.protocol.loss, recipe.common_labels(set)),
        };
        let targets = match loss {
            Loss::CrossEntropy => labels.weights(classes),
            Loss::SquaredError => labels.regression_values(classes),
        };
        Buffer::new(targets, &[artefact.len(), classes])
    }

    /// The initial learning rate of the common protocol.
    #[getter]
    fn common_lr(&self) -> f64 {
        self.0.recipe.common_lr(&self.0.set)
    }

    /// The samples and the learning rate of each step of the training that the set was made for.
    fn own_steps(&self, py: Python<'_>) -> PyResult<Vec<(Vec<usize>, f64)>> {
        let unroll = self.unroll(py)?;
        let mut batches = unroll.batches(self.0.len());
        if batches.is_empty() {
            batches.push((0..self.0.len()).collect());
        }
        let rates = unroll.rates(&self.0.set.step_sizes);
        let batches = batches.iter().cycle().cloned();
        Ok(batches.zip(rates).collect())
    }

    /// A batch `[b, C, H, W]`, contiguous, augmented as a training of the set asks for it; drawn from `seed` and `step`.
    fn augmented(
        &self,
        py: Python<'_>,
        batch: PyBuffer<f32>,
        own: bool,
        seed: u64,
        step: u64,
    ) -> PyResult<Buffer> {
        let recipe = &self.0.recipe;
        let augmentation = match own {
            true => &self.unroll(py)?.augmentation,
            false => &recipe.protocol.augmentation,
        };
        let mut rng = stream(seed, "python/augment", step);
        let set = &self.0.set;
        let changed = augmentation.batch(copied(py, &batch)?, set.shape, &set.space, &mut rng);
        let changed = changed.map_err(|error| exception(py, error))?;
        let mut shape = shape(&self.0);
        shape[0] = changed.len() / set.shape.len().max(1);
        Buffer::new(changed, &shape)
    }

    /// The samples after the random shift of an epoch; none if they are no parts of larger pictures.
    fn shifted(&self, seed: u64, epoch: u64) -> PyResult<Option<Buffer>> {
        let shifted = self.0.set.shifted(&mut stream(seed, "python/shift", epoch));
        shifted
            .map(|set| Buffer::new(set.values, &shape(&self.0)))
            .transpose()
    }
}

impl Artefact {
    fn unroll(&self, py: Python<'_>) -> PyResult<&Unroll> {
        self.0.recipe.unroll.as_ref().ok_or_else(|| {
            usage(
                py,
                "the set was not made for a training of its own\nhint: train by the common protocol",
            )
        })
    }
}

fn shape(artefact: &artefact::Artefact) -> Vec<usize> {
    let mut shape = vec![artefact.len()];
    shape.extend(artefact.set.shape.dims());
    shape
}
