//! Sizes of a convolution.

/// Stride and zero padding, the same in both directions (PyTorch's `stride` and `padding`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv2d {
    /// Step between outputs, in pixels; at least 1.
    pub stride: usize,
    /// Zeros added on every side, in pixels.
    pub padding: usize,
}

impl Default for Conv2d {
    /// Stride 1, no padding.
    fn default() -> Self {
        Self {
            stride: 1,
            padding: 0,
        }
    }
}

/// Every size of one convolution; see [`ConvShapes::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvShapes {
    /// Images in the batch.
    pub batch: usize,
    /// Height and width of an image.
    pub input: [usize; 2],
    /// Channels of an image.
    pub in_channels: usize,
    /// Height and width of a filter.
    pub kernel: [usize; 2],
    /// Number of filters, the channels of the output.
    pub out_channels: usize,
    /// Height and width of an output.
    pub output: [usize; 2],
    /// Stride and padding.
    pub options: Conv2d,
}

impl ConvShapes {
    /// From image shape `[n, h, w, in]` and weight shape `[kh, kw, in, out]`.
    ///
    /// Returns `None` if they do not match: wrong rank, different channel counts, an empty dimension,
    /// a stride of 0, or a filter larger than the padded image.
    pub fn new(images: &[usize], weight: &[usize], options: Conv2d) -> Option<Self> {
        let (&[batch, h, w, in_channels], &[kh, kw, filter_channels, out_channels]) =
            (images, weight)
        else {
            return None;
        };
        let output_of = |size: usize, kernel: usize| {
            let room = (size + 2 * options.padding).checked_sub(kernel)?;
            Some(room / options.stride + 1)
        };
        let sizes = [h, w, kh, kw, in_channels, out_channels, options.stride];
        if in_channels != filter_channels || sizes.contains(&0) {
            return None;
        }
        Some(Self {
            batch,
            input: [h, w],
            in_channels,
            kernel: [kh, kw],
            out_channels,
            output: [output_of(h, kh)?, output_of(w, kw)?],
            options,
        })
    }

    /// Shape of the output, `[n, ho, wo, out]`.
    pub fn output_shape(&self) -> [usize; 4] {
        [
            self.batch,
            self.output[0],
            self.output[1],
            self.out_channels,
        ]
    }

    /// Shape of the images, `[n, h, w, in]`.
    pub fn input_shape(&self) -> [usize; 4] {
        [self.batch, self.input[0], self.input[1], self.in_channels]
    }

    /// Shape of the weight, `[kh, kw, in, out]`.
    pub fn weight_shape(&self) -> [usize; 4] {
        [
            self.kernel[0],
            self.kernel[1],
            self.in_channels,
            self.out_channels,
        ]
    }

    /// Number of multiplications of the direct algorithm.
    pub(crate) fn multiplications(&self) -> usize {
        self.output_shape().iter().product::<usize>()
            * self.kernel[0]
            * self.kernel[1]
            * self.in_channels
    }

    /// Height and width of an image including its padding.
    pub(crate) fn padded(&self) -> [usize; 2] {
        self.input.map(|size| size + 2 * self.options.padding)
    }
}
