//! Networks, optimisers and schedules for dataset distillation.
//!
//! A [`Model`] holds no weights: it names its [`Parameter`]s and computes logits from a list of
//! tensors in their order, so that weights can be constants, variables, or the result of an unrolled
//! optimiser. Images are NCHW at the door and NHWC within; [`state_dict`] speaks PyTorch's names and
//! layouts.
//!
//! ```
//! use liebig_grad::{Targets, Tensor, cpu};
//! use liebig_nn::{Input, ModelOptions, Sgd, build, initialize, loss_gradient, predict};
//! use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
//!
//! # fn main() -> Result<(), liebig_nn::Error> {
//! let input = Input { channels: 1, height: 8, width: 8 };
//! let options = ModelOptions { width: Some(4), depth: Some(2), ..ModelOptions::default() };
//! let model = build("convnet", input, 2, &options)?;
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

mod choice;
mod error;
mod initialize;
mod layers;
mod model;
mod models;
mod optim;
mod parallel;
mod parameter;
mod registry;
mod schedule;
mod shard_gradient;
mod state_dict;
mod statistics;
mod synthetic_features;
mod synthetic_gradient;
mod training_steps;

pub use error::Error;
pub use initialize::{initial_statistics, initialize};
pub use layers::{Activation, BatchNorm, Norm, Pooling};
pub use model::{Input, Model};
pub use optim::{Adam, OptimizerState, Sgd};
pub use parallel::{LossGradient, loss_gradient, predict};
pub use parameter::{Init, Parameter, TorchLayout};
pub use registry::{ModelOptions, build, names};
pub use schedule::Schedule;
pub use state_dict::{StateEntry, load_state_dict, state_dict};
pub use statistics::{Frozen, update_statistics};
pub use synthetic_features::{SyntheticFeatures, features};
pub use synthetic_gradient::SyntheticGradient;
pub use training_steps::TrainingSteps;

/// What everything here returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;
