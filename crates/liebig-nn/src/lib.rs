//! Networks, optimisers and schedules for dataset distillation.
//!
//! A [`ModelChoice`] names a network and its options and builds a [`Model`]. A model holds no weights:
//! it lists its [`Parameter`]s and computes logits from a list of tensors in their order, so that
//! weights can be constants, variables, or the result of an unrolled optimiser. A [`Learner`] is a
//! model with weights, running statistics and an [`Optimizer`]. Samples are NCHW at the public
//! interface and NHWC inside; [`state_dict`] has PyTorch's names and layouts.
//!
//! ```
//! use liebig_grad::{Targets, Tensor, cpu};
//! use liebig_nn::{ConvNetOptions, Input, ModelChoice, Sgd, initialize, loss_gradient, predict};
//! use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
//!
//! # fn main() -> Result<(), liebig_nn::Error> {
//! let input = Input { channels: 1, height: 8, width: 8 };
//! let options = ConvNetOptions { width: 4, depth: 2, ..ConvNetOptions::default() };
//! let model = ModelChoice::ConvNet(options).build(input, 2)?;
//! let mut weights = initialize(&*model, &mut ChaCha8Rng::seed_from_u64(0), &cpu())?;
//!
//! let pixels = (0..2 * 64).map(|i| (i as f32).sin()).collect();
//! let images = Tensor::from_vec(pixels, &[2, 1, 8, 8], &cpu())?;
//! let labels = Targets::Hard(vec![0, 1]);
//! let mut optimizer = Sgd::new(0.1).with_momentum(0.9);
//! let before = loss_gradient(&*model, &weights, &images, &labels)?;
//! optimizer.step(&mut weights, &before.gradient)?;
//! let after = loss_gradient(&*model, &weights, &images, &labels)?;
//! assert!(after.loss < before.loss);
//! assert_eq!(predict(&*model, &weights, &images)?.shape(), [2, 2]);
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]

mod check;
mod choice;
mod criterion;
mod error;
mod initialize;
mod layers;
mod learner;
mod model;
mod model_choice;
mod models;
mod network;
mod optim;
mod parallel;
mod parameter;
mod per_sample;
mod schedule;
mod shard_gradient;
mod sharpness;
mod state_dict;
mod statistics;
mod step_batch;
mod synthetic_features;
mod synthetic_gradient;
mod training_steps;

pub use criterion::Criterion;
pub use error::Error;
pub use initialize::{initial_statistics, initialize};
pub use layers::{Activation, BatchNorm, BatchStatistics, Norm, Pooling, Stem, WeightInit};
pub use learner::Learner;
pub use model::{Input, Model};
pub use model_choice::ModelChoice;
pub use models::{
    AlexCifarNetOptions, AlexNetOptions, ConvNetOptions, LeNetOptions, LstmOptions, MlpOptions,
    ResNet18ApOptions, ResNet18Options, Vgg11Options,
};
pub use optim::{Adam, Lamb, Optimizer, OptimizerState, Sgd};
pub use parallel::{LossGradient, loss_gradient, loss_gradient_of, predict};
pub use parameter::{Init, Parameter, TorchLayout};
pub use per_sample::clipped_gradients;
pub use schedule::Schedule;
pub use sharpness::Sharpness;
pub use state_dict::{StateEntry, load_state_dict, state_dict};
pub use statistics::{Frozen, update_statistics};
pub use synthetic_features::{SyntheticFeatures, features};
pub use synthetic_gradient::SyntheticGradient;
pub use training_steps::TrainingSteps;

/// The result type of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
