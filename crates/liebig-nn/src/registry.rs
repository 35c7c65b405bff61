//! Models by name.

use crate::choice::choose;
use crate::models::{ConvNet, LeNet, Mlp};
use crate::{Activation, Error, Input, Model, Norm, Pooling, Result};

/// What can be chosen about a model; `None` is the model's default. A model refuses options that it
/// does not have.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ModelOptions {
    /// Channels of a convolution or outputs of a hidden layer; default 128 (convnet, mlp).
    pub width: Option<usize>,
    /// Blocks; default 3 (convnet).
    pub depth: Option<usize>,
    /// Default instance (convnet).
    pub norm: Option<Norm>,
    /// Default ReLU (convnet).
    pub activation: Option<Activation>,
    /// Default average (convnet).
    pub pooling: Option<Pooling>,
}

impl ModelOptions {
    /// Refuses everything but `allowed`.
    fn only(&self, model: &'static str, allowed: &[&str]) -> Result<()> {
        let given = [
            ("width", self.width.is_some()),
            ("depth", self.depth.is_some()),
            ("norm", self.norm.is_some()),
            ("activation", self.activation.is_some()),
            ("pooling", self.pooling.is_some()),
        ];
        for (option, given) in given {
            if given && !allowed.contains(&option) {
                return Err(Error::NoSuchOption { model, option });
            }
        }
        Ok(())
    }
}

type Builder = fn(Input, usize, &ModelOptions) -> Result<Box<dyn Model>>;

/// Every model; a new one is a file under `models/` and a line here.
const MODELS: &[(&str, Builder)] = &[
    ("convnet", |input, classes, options| {
        Ok(Box::new(ConvNet::new(input, classes, options)?))
    }),
    ("mlp", |input, classes, options| {
        options.only("mlp", &["width"])?;
        Ok(Box::new(Mlp::new(input, classes, options.width)?))
    }),
    ("lenet", |input, classes, options| {
        options.only("lenet", &[])?;
        Ok(Box::new(LeNet::new(input, classes)?))
    }),
];

/// The names that [`build`] knows.
pub fn names() -> Vec<&'static str> {
    MODELS.iter().map(|(name, _)| *name).collect()
}

/// A model by name, for samples of size `input` and `classes` classes.
///
/// # Errors
/// [`Error::Unknown`] for a name that [`names`] does not list, [`Error::NoSuchOption`],
/// [`Error::BadOption`] and [`Error::TooSmall`] for options and sizes that the model does not take.
pub fn build(
    name: &str,
    input: Input,
    classes: usize,
    options: &ModelOptions,
) -> Result<Box<dyn Model>> {
    let builder = choose("model", name, MODELS)?;
    let sizes = [
        ("channels", input.channels),
        ("height", input.height),
        ("width", input.width),
        ("classes", classes),
    ];
    for (option, value) in sizes {
        if value == 0 {
            let expected = "at least 1";
            return Err(Error::BadOption {
                model: "data",
                option,
                value,
                expected,
            });
        }
    }
    builder(input, classes, options)
}
