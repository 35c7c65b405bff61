//! Convolution with square filters.

use liebig_grad::{Conv2d, Tensor};

use super::builder::weight_and_bias;
use super::{Builder, Map, Place};
use crate::{Result, TorchLayout};

/// The filters of a convolution with stride 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filters {
    /// How many there are: the channels of the output.
    pub count: usize,
    /// Height and width of each.
    pub side: usize,
    /// Zeros added at every edge of the input.
    pub padding: usize,
}

/// A convolution with bias (PyTorch's `Conv2d`).
#[derive(Clone, Debug)]
pub(crate) struct Conv {
    place: Place<2>,
    options: Conv2d,
}

impl Conv {
    /// The layer and the map that it puts out; `None` where a filter does not fit into the input.
    pub fn new(
        builder: &mut Builder,
        name: &str,
        input: Map,
        filters: Filters,
    ) -> Option<(Self, Map)> {
        let Filters {
            count,
            side,
            padding,
        } = filters;
        let map = input.resized(|size| {
            let padded = size.saturating_add(2 * padding);
            padded.checked_sub(side).map(|size| size.saturating_add(1))
        })?;
        let map = Map {
            channels: count,
            ..map
        };
        let shape = vec![side, side, input.channels, count];
        let place = builder.parameters(weight_and_bias(name, shape, TorchLayout::Convolution));
        builder.output_map(map);
        let options = Conv2d { stride: 1, padding };
        Some((Self { place, options }, map))
    }

    /// From feature maps `[n, h, w, in]` to `[n, h', w', out]`.
    pub fn apply(&self, weights: &[Tensor], x: &Tensor) -> Result<Tensor> {
        let [weight, bias] = self.place.of(weights)?;
        Ok(x.conv2d(weight, Some(bias), self.options)?)
    }
}
