//! Convolution with square filters.

use liebig_grad::{Conv2d, Tensor};

use super::{Builder, Map, Place};
use crate::{Result, TorchLayout};

/// The filters of a convolution.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filters {
    /// How many there are: the channels of the output.
    pub count: usize,
    /// Height and width of each.
    pub side: usize,
    /// Zeros added at every edge of the input.
    pub padding: usize,
    /// Pixels from one place of a filter to the next.
    pub stride: usize,
}

impl Filters {
    /// The map that they make of an input; `None` where a filter does not fit into it.
    fn output(self, input: Map) -> Option<Map> {
        let map = input.resized(|size| {
            let padded = size.saturating_add(2 * self.padding);
            let room = padded.checked_sub(self.side)?;
            Some((room / self.stride).saturating_add(1))
        })?;
        Some(Map {
            channels: self.count,
            ..map
        })
    }

    fn shape(self, input: Map) -> Vec<usize> {
        vec![self.side, self.side, input.channels, self.count]
    }

    fn options(self) -> Conv2d {
        Conv2d {
            stride: self.stride,
            padding: self.padding,
        }
    }
}

/// A convolution (PyTorch's `Conv2d`).
#[derive(Clone, Debug)]
pub(crate) struct Conv {
    place: ConvPlace,
    options: Conv2d,
}

/// Where the weight is, and the bias if there is one.
#[derive(Clone, Copy, Debug)]
enum ConvPlace {
    WithBias(Place<2>),
    WithoutBias(Place<1>),
}

impl Conv {
    /// The layer and the map that it puts out; `None` where a filter does not fit into the input.
    pub fn new(
        builder: &mut Builder,
        name: &str,
        input: Map,
        filters: Filters,
    ) -> Option<(Self, Map)> {
        Self::placed(builder, input, filters, |builder, shape| {
            ConvPlace::WithBias(builder.weight_and_bias(name, shape, TorchLayout::Convolution))
        })
    }

    /// [`new`](Self::new) without a bias.
    pub fn without_bias(
        builder: &mut Builder,
        name: &str,
        input: Map,
        filters: Filters,
    ) -> Option<(Self, Map)> {
        Self::placed(builder, input, filters, |builder, shape| {
            ConvPlace::WithoutBias(builder.weight(name, shape, TorchLayout::Convolution))
        })
    }

    fn placed(
        builder: &mut Builder,
        input: Map,
        filters: Filters,
        place: impl FnOnce(&mut Builder, Vec<usize>) -> ConvPlace,
    ) -> Option<(Self, Map)> {
        let map = filters.output(input)?;
        let place = place(builder, filters.shape(input));
        builder.output_map(map);
        let options = filters.options();
        Some((Self { place, options }, map))
    }

    /// From feature maps `[n, h, w, in]` to `[n, h', w', out]`.
    pub fn apply(&self, weights: &[Tensor], x: &Tensor) -> Result<Tensor> {
        let (weight, bias) = match self.place {
            ConvPlace::WithBias(place) => {
                let [weight, bias] = place.of(weights)?;
                (weight, Some(bias))
            }
            ConvPlace::WithoutBias(place) => {
                let [weight] = place.of(weights)?;
                (weight, None)
            }
        };
        Ok(x.conv2d(weight, bias, self.options)?)
    }
}
