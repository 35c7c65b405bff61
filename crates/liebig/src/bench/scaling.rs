//! How time and memory grow: the gradient of a batch, and unrolled training, with one size changed at a
//! time.

use liebig_grad::{Device, Keep};

use super::network::Sizes;
use super::trajectory::Unrolled;
use super::workloads::Unit;
use super::{matching, trajectory};
use crate::Error;

/// Number of images of a gradient if the batch is not the size that changes.
const BATCH: usize = 256;

/// The sizes that can be changed, and their values.
pub const AXES: &[(&str, &[usize])] = &[
    ("threads", &[1, 2, 4, 8, 16]),
    ("batch", &[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]),
    ("width", &[32, 64, 128, 256]),
    ("side", &[28, 32, 64, 128]),
    ("depth", &[1, 2, 3, 4, 5]),
    ("steps", &[1, 10, 30, 100]),
    ("sparse_steps", &[1, 10, 30, 100]),
];

/// A measurement with one size changed. Its name, `AXIS=VALUE`, can be used like that of a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    axis: &'static str,
    value: usize,
}

impl Point {
    /// Every point of an axis; for threads, at most the number of cores. Empty for an unknown axis.
    #[must_use]
    pub fn along(axis: &str) -> Vec<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let axes = AXES.iter().filter(|(name, _)| *name == axis);
        let points =
            axes.flat_map(|&(axis, values)| values.iter().map(move |&value| Self { axis, value }));
        points
            .filter(|point| point.threads().is_none_or(|threads| threads <= cores))
            .collect()
    }

    /// The point with the given name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (axis, value) = name.split_once('=')?;
        let &(axis, _) = AXES.iter().find(|(known, _)| *known == axis)?;
        let value = value.parse().ok().filter(|&value| value > 0)?;
        Some(Self { axis, value })
    }

    /// `AXIS=VALUE`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}={}", self.axis, self.value)
    }

    /// The number of worker threads, if that is the size that changes.
    #[must_use]
    pub fn threads(&self) -> Option<usize> {
        (self.axis == "threads").then_some(self.value)
    }

    pub(super) fn prepare(&self, device: &Device) -> Result<Unit, Error> {
        let (mut sizes, mut batch) = (Sizes::default(), BATCH);
        match self.axis {
            "steps" | "sparse_steps" => {
                let weights_every = match self.axis {
                    "steps" => 1,
                    _ => self.value.isqrt(),
                };
                let keep = Keep {
                    weights_every,
                    graphs: 0,
                };
                return trajectory::unrolled(&Unrolled::new(self.value, 1), |_| keep, device);
            }
            "batch" => batch = self.value,
            "width" => sizes.width = self.value,
            "side" => sizes.side = self.value,
            "depth" => sizes.depth = self.value,
            _ => {}
        }
        matching::real_gradient(batch, sizes, device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parsed_back() {
        for (axis, _) in AXES {
            for point in Point::along(axis) {
                assert_eq!(Point::parse(&point.name()), Some(point));
            }
        }
        for bad in ["batch", "batch=", "batch=0", "batch=-1", "colour=3", "=3"] {
            assert_eq!(Point::parse(bad), None, "{bad}");
        }
    }
}
