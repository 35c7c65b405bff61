//! What the axes of an array of images are, and where its values belong among the samples.

use crate::Layout;

/// How one sample of an image array is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Axes {
    pub layout: Layout,
    pub channels: usize,
    /// As stored, before any transposition.
    pub height: usize,
    /// See `height`.
    pub width: usize,
}

/// Channels that an image may have: grey, RGB, RGB with alpha.
const CHANNELS: [usize; 3] = [1, 3, 4];

impl Axes {
    /// The axes of an array with these lengths, the first of which is the number of samples: as `asked`, otherwise told
    /// from where an axis of 1, 3 or 4 channels is.
    ///
    /// # Errors
    /// Why the array holds no images, or could hold them in two ways.
    pub fn of(dims: &[usize], asked: Option<Layout>) -> Result<Self, String> {
        let nhwc = |&[height, width, channels]: &[usize; 3]| Self {
            layout: Layout::Nhwc,
            channels,
            height,
            width,
        };
        let nchw = |&[channels, height, width]: &[usize; 3]| Self {
            layout: Layout::Nchw,
            channels,
            height,
            width,
        };
        let is_image = |axes: &Self| CHANNELS.contains(&axes.channels);
        let (found, count) = match *dims {
            [_, height, width] => {
                let gray = Self {
                    layout: Layout::Nhw,
                    channels: 1,
                    height,
                    width,
                };
                (vec![gray], 3)
            }
            [_, a, b, c] => (vec![nhwc(&[a, b, c]), nchw(&[a, b, c])], 4),
            _ => return Err("images need 3 axes (grey) or 4 axes".into()),
        };
        if let Some(asked) = asked {
            let axes = found.into_iter().find(|axes| axes.layout == asked);
            let axes =
                axes.ok_or_else(|| format!("`data.layout` is {asked}, but it has {count} axes"))?;
            return match is_image(&axes) {
                true => Ok(axes),
                false => Err(format!(
                    "as {asked} it has {} channels, expected 1, 3 or 4",
                    axes.channels
                )),
            };
        }
        match found.into_iter().filter(is_image).collect::<Vec<_>>()[..] {
            [axes] => Ok(axes),
            [] => Err("neither the second nor the last axis has 1, 3 or 4 channels".into()),
            _ => Err("both the second and the last axis could be the channels".into()),
        }
    }

    /// Values in a sample as stored.
    pub fn len(&self) -> usize {
        self.channels
            .saturating_mul(self.height)
            .saturating_mul(self.width)
    }

    /// Where in a sample `[C, H, W]` each value belongs, in the order of a file in C order; in Fortran order, in the order
    /// of such a file's sample if the samples' axis is left out. `None` if the two orders are the same.
    pub fn offsets(&self, transpose: bool, fortran: bool) -> Option<Vec<usize>> {
        if !transpose && !fortran && (self.layout != Layout::Nhwc || self.channels == 1) {
            return None;
        }
        let plane = self.height * self.width;
        let (row, column) = match transpose {
            true => (1, self.height),
            false => (self.width, 1),
        };
        let (channels, height, width) = (
            (self.channels, plane),
            (self.height, row),
            (self.width, column),
        );
        let mut axes = match self.layout {
            Layout::Nhw => vec![height, width],
            Layout::Nhwc => vec![height, width, channels],
            Layout::Nchw => vec![channels, height, width],
        };
        if fortran {
            axes.reverse();
        }
        let mut offsets = vec![0];
        for (len, stride) in axes {
            let mut next = Vec::with_capacity(offsets.len() * len);
            for offset in offsets {
                next.extend((0..len).map(|at| offset + at * stride));
            }
            offsets = next;
        }
        Some(offsets)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_channel_axis_is_found() {
        let found = |dims: &[usize]| {
            let axes = Axes::of(dims, None)?;
            Ok::<_, String>((axes.layout, axes.channels, axes.height, axes.width))
        };
        assert_eq!(found(&[9, 3, 5]), Ok((Layout::Nhw, 1, 3, 5)));
        for channels in [1, 3, 4] {
            assert_eq!(
                found(&[9, 28, 20, channels]),
                Ok((Layout::Nhwc, channels, 28, 20))
            );
            assert_eq!(
                found(&[9, channels, 28, 20]),
                Ok((Layout::Nchw, channels, 28, 20))
            );
        }
        for dims in [[9, 3, 8, 3], [9, 1, 8, 4], [9, 3, 3, 3]] {
            assert!(found(&dims).unwrap_err().starts_with("both"), "{dims:?}");
        }
        assert!(found(&[9, 2, 8, 8]).unwrap_err().starts_with("neither"));
        assert!(found(&[9, 8]).is_err() && found(&[9, 1, 2, 3, 4]).is_err());
    }

    #[test]
    fn the_layout_that_is_asked_for_decides() {
        let channels =
            |dims: &[usize], layout| Axes::of(dims, Some(layout)).map(|axes| axes.channels);
        assert_eq!(channels(&[9, 3, 8, 4], Layout::Nchw), Ok(3));
        assert_eq!(channels(&[9, 3, 8, 4], Layout::Nhwc), Ok(4));
        let error = channels(&[9, 3, 8, 4], Layout::Nhw).unwrap_err();
        assert_eq!(error, "`data.layout` is nhw, but it has 4 axes");
        let error = channels(&[9, 3, 8, 8], Layout::Nhwc).unwrap_err();
        assert_eq!(error, "as nhwc it has 8 channels, expected 1, 3 or 4");
    }

    /// The value at (channel, row, column) in every order.
    fn value(channel: usize, row: usize, column: usize) -> usize {
        100 * channel + 10 * row + column
    }

    #[test]
    fn every_value_lands_at_its_place() {
        let (channels, height, width) = (3, 2, 5);
        for layout in [Layout::Nhwc, Layout::Nchw] {
            for transpose in [false, true] {
                for fortran in [false, true] {
                    let axes = Axes {
                        layout,
                        channels,
                        height,
                        width,
                    };
                    let lens = match layout {
                        Layout::Nhwc => [height, width, channels],
                        _ => [channels, height, width],
                    };
                    // The file's values in its order.
                    let mut stored = Vec::new();
                    for k in 0..30 {
                        let at = match fortran {
                            false => [k / (lens[1] * lens[2]), k / lens[2] % lens[1], k % lens[2]],
                            true => [k % lens[0], k / lens[0] % lens[1], k / (lens[0] * lens[1])],
                        };
                        stored.push(match layout {
                            Layout::Nhwc => value(at[2], at[0], at[1]),
                            _ => value(at[0], at[1], at[2]),
                        });
                    }
                    let offsets = axes.offsets(transpose, fortran);
                    let offsets = offsets.unwrap_or_else(|| (0..30).collect());
                    let mut sample = vec![usize::MAX; 30];
                    for (value, offset) in stored.into_iter().zip(offsets) {
                        sample[offset] = value;
                    }
                    let (rows, columns) = match transpose {
                        true => (width, height),
                        false => (height, width),
                    };
                    for (at, found) in sample.into_iter().enumerate() {
                        let (channel, row, column) = (at / 10, at / columns % rows, at % columns);
                        let expected = match transpose {
                            true => value(channel, column, row),
                            false => value(channel, row, column),
                        };
                        assert_eq!(found, expected, "{layout} {transpose} {fortran} {at}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_needs_no_reordering_is_told() {
        let offsets = |layout, channels| {
            let axes = Axes {
                layout,
                channels,
                height: 2,
                width: 2,
            };
            axes.offsets(false, false)
        };
        assert_eq!(offsets(Layout::Nhw, 1), None);
        assert_eq!(offsets(Layout::Nchw, 3), None);
        assert_eq!(offsets(Layout::Nhwc, 1), None);
        assert!(offsets(Layout::Nhwc, 3).is_some());
    }
}
