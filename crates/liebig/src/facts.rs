//! The facts that settings, their defaults and their checks may depend on.

use liebig_data::{Dataset, SampleShape};
use liebig_nn::Input;

/// The properties of the data and the choices that determine the defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The dataset's name, such as `mnist`.
    pub dataset: String,
    /// The shape of one sample.
    pub shape: SampleShape,
    /// The number of classes.
    pub classes: usize,
    /// Samples per class.
    pub ipc: usize,
    /// The network's name, such as `convnet`.
    pub model: String,
    /// Whether the network normalises over the batch.
    pub batch_norm: bool,
    /// The number of training samples.
    pub samples: usize,
    /// Whether samples enter the networks' space by constants that do not come from them.
    pub constant_space: bool,
}

impl Facts {
    /// The facts of a dataset, with one sample per class and the usual network for the data: a ConvNet for images, an
    /// MLP for tables.
    #[must_use]
    pub fn of(dataset: &Dataset) -> Self {
        Self {
            dataset: dataset.name.clone(),
            shape: dataset.shape,
            classes: dataset.class_names.len(),
            ipc: 1,
            model: usual_model(dataset.shape).into(),
            batch_norm: false,
            samples: dataset.train.len(),
            constant_space: dataset.space.normalization.known && dataset.space.whitening.is_none(),
        }
    }

    /// The facts of ten classes of colour images of 32x32 pixels on a ConvNet, for lists of settings without a dataset.
    #[must_use]
    pub fn example(ipc: usize) -> Self {
        Self {
            dataset: String::new(),
            shape: SampleShape::Image {
                channels: 3,
                height: 32,
                width: 32,
            },
            classes: 10,
            ipc,
            model: "convnet".into(),
            batch_norm: false,
            samples: 60_000,
            constant_space: true,
        }
    }

    /// The size of a sample as input of a network; a table row is an image of one line.
    #[must_use]
    pub fn input(&self) -> Input {
        input(self.shape)
    }
}

/// The network for a shape if none is named.
pub(crate) fn usual_model(shape: SampleShape) -> &'static str {
    match shape {
        SampleShape::Image { .. } => "convnet",
        SampleShape::Table { .. } => "mlp",
    }
}

/// The size of a sample as input of a network.
pub(crate) fn input(shape: SampleShape) -> Input {
    let [channels, height, width] = shape.planes();
    Input {
        channels,
        height,
        width,
    }
}
