//! Trained networks as files: PyTorch's names and layouts in a safetensors file each, as
//! `safetensors.torch.save_file(model.state_dict(), path)` writes them.

mod error;
mod file;
mod train;

#[cfg(test)]
mod tests;

pub use error::Error;
pub use file::{Network, Pool, read, write};
pub use train::{Trained, Training, train};
pub(crate) use train::{learn, learn_across};
