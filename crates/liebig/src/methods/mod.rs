//! Distillation methods: a folder each, and one line each in the registry below.

pub mod dc;
mod distiller;

pub use distiller::{Distiller, Task};

use serde::{Deserialize, Serialize};

use crate::config::Error;

macro_rules! registry {
    ($($name:literal => $variant:ident($config:ty)),+ $(,)?) => {
        /// A method and its settings; in TOML the table `[method]`, whose `name` says which.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "name")]
        pub enum MethodConfig {
            $(#[doc = concat!("`", $name, "`")] #[serde(rename = $name)] $variant($config)),+
        }

        impl MethodConfig {
            /// All names.
            pub const NAMES: &[&str] = &[$($name),+];

            /// The method's name.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name),+ }
            }

            /// The settings that hold when nothing else is said; `None` if there is no such method.
            #[must_use]
            pub fn default_for(name: &str, ipc: usize, model: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant(<$config>::default_for(ipc, model))),)+
                    _ => None,
                }
            }

            /// Checks every value.
            ///
            /// # Errors
            /// [`Error::OutOfRange`].
            pub fn check(&self) -> Result<(), Error> {
                match self { $(Self::$variant(config) => config.check()),+ }
            }

            /// The method at work, before its first iteration.
            ///
            /// # Errors
            /// What the method says of the dataset.
            pub fn distiller<'a>(&self, task: Task<'a>) -> Result<Box<dyn Distiller + 'a>, crate::Error> {
                match self { $(Self::$variant(config) => config.distiller(task)),+ }
            }

            /// Updates of the distilled set.
            #[must_use]
            pub fn iterations(&self) -> u64 {
                match self { $(Self::$variant(config) => config.iterations),+ }
            }
        }
    };
}

registry! {
    "dc" => Dc(dc::Config),
}
