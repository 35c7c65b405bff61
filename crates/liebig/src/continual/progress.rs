//! Several orders in a few numbers.

use serde::{Deserialize, Serialize};

use super::Tested;
use crate::evaluate::{deviation, mean};

/// A mean with its population standard deviation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// The mean.
    pub mean: f64,
    /// The population standard deviation.
    pub std: f64,
}

/// How a method gets on over the steps; means over the networks of all orders, deviations as well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The accuracy on everything seen, after each step.
    pub accuracy: Vec<Span>,
    /// After each step the accuracy on the test samples of each step so far.
    pub by_step: Vec<Vec<Span>>,
    /// The mean of these accuracies over the steps.
    pub average: Span,
    /// The accuracy after the last step.
    pub last: Span,
    /// By how much the accuracy on the samples of a step is lower after the last step than it was at best, mean over all steps
    /// but the last. With fresh networks after each step this is not oblivion: more classes are easier to confuse.
    pub forgetting: Span,
    /// Seconds that a step takes, without the networks.
    pub seconds: f64,
    /// Bytes of the memory after the last step.
    pub bytes: u64,
    /// The number of orders.
    pub orders: usize,
    /// The number of networks, over all orders.
    pub n: usize,
}

/// Sums up the steps of several orders; `None` without any. Every order must have the same number of steps and networks.
#[must_use]
pub fn progress(orders: &[Vec<Tested>]) -> Option<Progress> {
    let first = orders.first()?;
    let (steps, last) = (first.len(), first.last()?);
    let networks: Vec<Network<'_>> = orders
        .iter()
        .flat_map(|order| {
            (0..order[0].accuracies.overall.len()).map(move |net| Network { order, net })
        })
        .collect();
    let span = |of: &dyn Fn(&Network<'_>) -> f64| -> Span {
        Span::of(&networks.iter().map(of).collect::<Vec<_>>())
    };
    let accuracy: Vec<Span> = (0..steps)
        .map(|step| span(&|network| network.overall(step)))
        .collect();
    let seconds: Vec<f64> = orders
        .iter()
        .flatten()
        .map(|tested| tested.seconds)
        .collect();
    Some(Progress {
        average: span(&|network| {
            (0..steps).map(|step| network.overall(step)).sum::<f64>() / steps as f64
        }),
        last: *accuracy.last()?,
        accuracy,
        by_step: (0..steps)
            .map(|step| {
                (0..=step)
                    .map(|of| span(&|network| network.on(of, step)))
                    .collect()
            })
            .collect(),
        forgetting: span(&|network| network.forgotten()),
        seconds: mean(&seconds),
        bytes: last.bytes,
        orders: orders.len(),
        n: networks.len(),
    })
}

/// One of the networks of each step of an order.
struct Network<'a> {
    order: &'a [Tested],
    net: usize,
}

impl Network<'_> {
    /// The accuracy on everything seen after a step.
    fn overall(&self, step: usize) -> f64 {
        self.order[step].accuracies.overall[self.net]
    }

    /// The accuracy on what step `of` has, after step `step`.
    fn on(&self, of: usize, step: usize) -> f64 {
        self.order[step].accuracies.by_step[self.net][of]
    }

    /// The mean over all steps but the last of the best accuracy before the end less that at the end; 0 for one step.
    fn forgotten(&self) -> f64 {
        let last = self.order.len() - 1;
        let lost = |of: usize| {
            let best = (of..last).map(|step| self.on(of, step));
            best.fold(f64::NEG_INFINITY, f64::max) - self.on(of, last)
        };
        (0..last).map(lost).sum::<f64>() / last.max(1) as f64
    }
}

impl Span {
    fn of(values: &[f64]) -> Self {
        Self {
            mean: mean(values),
            std: deviation(values),
        }
    }
}
