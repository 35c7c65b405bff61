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
    /// The accuracy on all classes seen, after each step.
    pub accuracy: Vec<Span>,
    /// The mean of these accuracies over the steps.
    pub average: Span,
    /// The accuracy after the last step.
    pub last: Span,
    /// By how much the accuracy on the classes of a step is lower after the last step than it was at best, mean over all steps
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
    let steps = orders.first()?.len();
    let last = orders.first()?.last()?;
    let all = |step: usize| -> Vec<f64> {
        orders
            .iter()
            .flat_map(|order| order[step].overall.clone())
            .collect()
    };
    let accuracy: Vec<Span> = (0..steps).map(|step| Span::of(&all(step))).collect();
    let networks = || {
        orders
            .iter()
            .flat_map(|order| (0..order[0].overall.len()).map(move |net| (order, net)))
    };
    let averages: Vec<f64> = networks()
        .map(|(order, net)| {
            order.iter().map(|tested| tested.overall[net]).sum::<f64>() / steps as f64
        })
        .collect();
    let forgetting: Vec<f64> = networks()
        .map(|(order, net)| forgotten(order, net))
        .collect();
    let seconds: Vec<f64> = orders
        .iter()
        .flatten()
        .map(|tested| tested.seconds)
        .collect();
    Some(Progress {
        average: Span::of(&averages),
        last: *accuracy.last()?,
        accuracy,
        forgetting: Span::of(&forgetting),
        seconds: seconds.iter().sum::<f64>() / seconds.len() as f64,
        bytes: last.bytes,
        orders: orders.len(),
        n: averages.len(),
    })
}

/// The mean over all steps but the last of the best accuracy before the end less that at the end; 0 for one step.
fn forgotten(order: &[Tested], net: usize) -> f64 {
    let Some((last, before)) = order.split_last() else {
        return 0.0;
    };
    let lost = |step: usize| {
        let best = before[step..]
            .iter()
            .map(|tested| tested.by_step[net][step]);
        best.fold(f64::NEG_INFINITY, f64::max) - last.by_step[net][step]
    };
    match before.len() {
        0 => 0.0,
        count => (0..count).map(lost).sum::<f64>() / count as f64,
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
