//! Random real samples with the labels that predict the others best: one solve, and no iteration.

use liebig_grad::Tensor;
use liebig_nn::{Frozen, features, initial_statistics, initialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::network::{BATCH, Streams, subset};
use super::{Choice, Random, Selection};
use crate::cost::Demand;
use crate::ridge::{LabelSolve as Sums, double};
use crate::set::samples;
use crate::simplex::nearest_distribution;
use crate::{Error, Labels, Task};

/// Label solve (Nguyen et al., ICLR 2021), with the features of fresh networks in place of an infinite one.
///
/// The labels are those with which ridge regression on the samples' features predicts the classes of other real samples
/// with the least squared error. Each is then moved to the nearest distribution over the classes, so that any network can
/// be trained on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LabelSolve {
    /// Number of fresh networks whose features are put side by side. Default 2.
    #[schemars(range(min = 1))]
    pub networks: usize,
    /// About how many real samples are predicted, with the proportions of the classes. Default 2000.
    #[schemars(range(min = 1))]
    pub solve_samples: usize,
    /// Ridge, relative to the mean of the kernel's diagonal. Default 0.005.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub reg: f64,
}

impl Default for LabelSolve {
    fn default() -> Self {
        Self {
            networks: 2,
            solve_samples: 2000,
            reg: 0.005,
        }
    }
}

impl Selection for LabelSolve {
    const NAME: &'static str = "label-solve";
    const ABOUT: &'static str =
        "random real samples, labels by one ridge regression (Nguyen et al., ICLR 2021)";
    const VARIES: bool = true;
    const RELABELS: bool = true;

    fn memory(&self, demand: &Demand) -> u64 {
        demand
            .batch(BATCH)
            .saturating_add(demand.batch(demand.samples))
    }

    /// The same samples as [`Random`]'s.
    fn select(&self, task: &Task<'_>, draw: u64) -> Result<Choice, Error> {
        task.go_on()?;
        Random::default().select(task, draw)
    }

    fn labels(&self, task: &Task<'_>, draw: u64, values: &[f32]) -> Result<Labels, Error> {
        let name = Self::NAME;
        let streams = Streams { name, draw };
        let (train, classes) = (task.train, task.train.classes());
        let networks = self.networks(task, streams)?;
        let set = samples(values.to_vec(), train.shape(), task.device)?;
        let mut sums = Sums::new(side_by_side(&networks, &set)?, classes);
        let places = subset(task, streams, self.solve_samples, |_| 1);
        for batch in places.chunks(BATCH) {
            task.go_on()?;
            let one_hot = batch.iter().flat_map(|&place| {
                let own = train.labels()[place] as usize;
                (0..classes).map(move |class| f64::from(u8::from(class == own)))
            });
            let shape = [batch.len(), classes];
            let labels = Tensor::from_vec_f64(one_hot.collect(), &shape, task.device)?;
            sums.add(&side_by_side(&networks, &task.real(batch)?)?, &labels)?;
        }
        let solved = sums.solve(self.reg)?.to_vec_f64()?;
        let rows = solved.chunks_exact(classes.max(1));
        Ok(Labels::Values(
            rows.flat_map(nearest_distribution).collect(),
        ))
    }
}

/// A network in evaluation mode, and its weights.
type Fresh<'a> = (Frozen<'a>, Vec<Tensor>);

impl LabelSolve {
    fn networks<'a>(&self, task: &Task<'a>, streams: Streams<'_>) -> Result<Vec<Fresh<'a>>, Error> {
        let mut rng = streams.of(task, "network");
        let Task { model, device, .. } = *task;
        let mut network = |_| {
            let frozen = Frozen::new(model, &initial_statistics(model, device)?)?;
            Ok((frozen, initialize(model, &mut rng, device)?))
        };
        (0..self.networks).map(&mut network).collect()
    }
}

/// The features of all networks, `[n, d]` in double precision.
fn side_by_side(networks: &[Fresh<'_>], x: &Tensor) -> Result<Tensor, Error> {
    let of = |(network, weights): &Fresh<'_>| Ok(double(&features(network, weights, x)?)?);
    let parts: Vec<Tensor> = networks.iter().map(of).collect::<Result<_, Error>>()?;
    Ok(Tensor::cat(&parts.iter().collect::<Vec<_>>(), 1)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use liebig_nn::{ConvNetOptions, ModelChoice};

    use super::*;
    use crate::coresets::{self, choice::choose};
    use crate::tests::{Work, strokes};

    #[test]
    fn the_samples_are_random_ones_and_the_labels_favour_their_classes() {
        let work = Work {
            model: ModelChoice::ConvNet(ConvNetOptions {
                width: 16,
                depth: 2,
                ..ConvNetOptions::default()
            }),
            ..Work::on(strokes(), 2)
        };
        let of = |threads| {
            work.run(threads, |task| {
                let set = choose(&LabelSolve::default(), &task, 0).unwrap();
                (set, coresets::random(&task, 0).unwrap())
            })
        };
        let (set, random) = of(1);
        assert!(of(2).0 == set);
        assert_eq!(set.values, random.values);
        let Labels::Values(labels) = &set.labels else {
            panic!("labels are solved for");
        };
        let own: f32 = (0..20).map(|sample| labels[sample * 10 + sample / 2]).sum();
        let others: f32 = labels.iter().sum::<f32>() - own;
        // A label without knowledge of the class would have nine times as much for the nine others.
        assert!(own > others, "{own} {others} {labels:?}");
        assert!(!set.labels.any_negative());
    }
}
