//! Networks by name, each with its own options.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use crate::choice::choose;
use crate::models::{
    AlexCifarNetOptions, AlexNetOptions, ConvNetOptions, LeNetOptions, LstmOptions, MlpOptions,
    Options, ResNet18ApOptions, ResNet18Options, Vgg11Options, VitOptions,
};
use crate::{Error, Input, Model, Result};

/// Makes [`ModelChoice`] from one line for each network.
macro_rules! networks {
    ($($variant:ident($options:ident) is $name:literal: $about:literal;)+) => {
        /// A network and its options.
        ///
        /// Serialised as a table of the options and the network's `name`. A missing option is read as
        /// its default, an unknown one is refused.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "name")]
        pub enum ModelChoice {
            $(
                #[doc = $about]
                #[serde(rename = $name)]
                $variant($options),
            )+
        }

        impl ModelChoice {
            /// The names of all networks.
            pub const NAMES: &[&str] = &[$($name),+];

            /// The network's name.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $name,)+
                }
            }

            /// One line about a network, with its paper; `None` if there is no such network.
            pub fn about(name: &str) -> Option<&'static str> {
                match name {
                    $($name => Some($about),)+
                    _ => None,
                }
            }

            /// A network with the default options for samples of size `input`.
            ///
            /// # Errors
            /// [`Error::Unknown`] for a name that is not in [`NAMES`](Self::NAMES).
            pub fn default_for(name: &str, input: Input) -> Result<Self> {
                const MAKE: &[(&str, fn(Input) -> ModelChoice)] = &[
                    $(($name, |input| ModelChoice::$variant($options::default_for(input))),)+
                ];
                Ok(choose("network", "model.name", name, MAKE)?(input))
            }

            /// JSON schema of a network's own options (without `name`); `None` if there is no such
            /// network.
            pub fn schema(name: &str) -> Option<Schema> {
                let generator = SchemaGenerator::default();
                match name {
                    $($name => Some(generator.into_root_schema_for::<$options>()),)+
                    _ => None,
                }
            }

            /// Builds the network for samples of size `input` and so many classes. Nothing of the
            /// network's size is allocated.
            ///
            /// # Errors
            /// [`Error::NoData`], [`Error::BadOption`], [`Error::TooSmall`] and [`Error::TooLarge`]
            /// for sizes and options that make no network.
            ///
            /// ```
            /// use liebig_nn::{Input, ModelChoice};
            ///
            /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
            /// let choice: ModelChoice = toml::from_str("name = 'convnet'\nwidth = 64")?;
            /// let input = Input { channels: 3, height: 32, width: 32 };
            /// let model = choice.build(input, 10)?;
            /// assert_eq!(model.name(), "convnet");
            /// assert!(toml::from_str::<ModelChoice>("name = 'mlp'\ndepth = 3").is_err());
            /// # Ok(())
            /// # }
            /// ```
            pub fn build(&self, input: Input, classes: usize) -> Result<Box<dyn Model>> {
                check_sizes(input, classes)?;
                match self {
                    $(Self::$variant(options) => options.build(input, classes),)+
                }
            }
        }
    };
}

// Every network; a new one is a file under `models/` and a line here.
networks! {
    ConvNet(ConvNetOptions) is "convnet": "Blocks of convolution, norm, activation and pooling, then a linear classifier (Gidaris & Komodakis, arXiv 1804.09458; Zhao et al., arXiv 2006.05929).";
    Mlp(MlpOptions) is "mlp": "A perceptron with two hidden layers, for images and tables (Zhao et al., arXiv 2006.05929).";
    LeNet(LeNetOptions) is "lenet": "LeNet-5 with ReLU and max pooling (LeCun et al., Proceedings of the IEEE 86(11), 1998).";
    AlexNet(AlexNetOptions) is "alexnet": "AlexNet for small images: five convolutions and a linear classifier (Krizhevsky et al., NeurIPS 2012; Zhao et al., arXiv 2006.05929).";
    Vgg11(Vgg11Options) is "vgg11": "VGG for small images: eight convolutions and a linear classifier (Simonyan & Zisserman, arXiv 1409.1556; Zhao et al., arXiv 2006.05929).";
    ResNet18(ResNet18Options) is "resnet18": "A residual network with 18 layers, for small or large images (He et al., arXiv 1512.03385).";
    ResNet18Ap(ResNet18ApOptions) is "resnet18ap": "A residual network with average pooling in place of strides (He et al., arXiv 1512.03385; Zhao & Bilen, arXiv 2102.08259).";
    AlexCifarNet(AlexCifarNetOptions) is "alexcifarnet": "A small AlexNet with local response norm and overlapping max pooling, for CIFAR-10 (Wang et al., arXiv 1811.10959).";
    Vit(VitOptions) is "vit": "A vision transformer with a class token (Dosovitskiy et al., arXiv 2010.11929).";
    Lstm(LstmOptions) is "lstm": "Long short-term memory that reads images row by row and tables feature by feature (Hochreiter & Schmidhuber, Neural Computation 9(8), 1997).";
}

/// Refuses data without values or classes.
fn check_sizes(input: Input, classes: usize) -> Result<()> {
    let sizes = [
        ("number of channels", input.channels),
        ("height", input.height),
        ("width", input.width),
        ("number of classes", classes),
    ];
    match sizes.into_iter().find(|(_, size)| *size == 0) {
        Some((what, _)) => Err(Error::NoData { what }),
        None => Ok(()),
    }
}
