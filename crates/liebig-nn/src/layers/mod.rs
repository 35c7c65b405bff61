//! The parts that networks are built of. Feature maps are NHWC.
//!
//! A layer is made with a [`Builder`], which records the layer's parameters and running statistics
//! and tells the layer its [`Place`] among the network's. Applied to the network's weights, a layer
//! takes its own from there, in whatever order layers are applied and however often.

mod activation;
mod attention;
mod batch_norm;
mod builder;
mod conv;
mod fused;
mod layer_norm;
mod linear;
mod lstm;
mod map;
mod max_pool;
mod norm;
mod norm_layer;
mod pooling;
mod stem;
mod weight_init;

pub use activation::Activation;
pub(crate) use attention::{Attention, Heads};
pub use batch_norm::{BatchNorm, BatchStatistics};
pub(crate) use builder::{Builder, Place, Plan};
pub(crate) use conv::{Conv, Filters};
pub(crate) use fused::InstanceNormReluAvgPool;
pub(crate) use layer_norm::LayerNorm;
pub(crate) use linear::Linear;
pub(crate) use lstm::Lstm;
pub(crate) use map::Map;
pub(crate) use max_pool::MaxPool;
pub use norm::Norm;
pub(crate) use norm_layer::{EPS, GROUPS, NormLayer, scale_and_shift};
pub use pooling::Pooling;
pub use stem::Stem;
pub use weight_init::WeightInit;
