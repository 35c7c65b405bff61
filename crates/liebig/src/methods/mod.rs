//! Distillation methods: each has a folder, and an entry in [`METHODS`].
//!
//! A [`Method`] is what a user selects: settings, defaults, checks and a start. A [`Distillation`] is a running method.
//! Most methods only implement an [`Objective`], a differentiable loss of a synthetic set, and [`Descent`] does the rest.
//! Coresets ([`crate::coresets`]) are methods as well.

mod choice;
mod descent;
mod distillation;
mod dm;
mod frepo;
mod gradient_matching;
mod inner_training;
mod method;
mod mtt;
mod ndpdc;
mod objective;
mod psg;
pub(crate) mod siamese;
#[cfg(test)]
mod tests;
mod unrolled;

pub use choice::{Entry, MethodChoice};
pub use descent::Descent;
pub use distillation::{Distillation, Losses, Phase};
pub use dm::Dm;
pub use frepo::{Frepo, OnlineOptimizer, OuterOptimizer, RateDecay, RegressionLoss};
pub use gradient_matching::{Dc, Distance, Dsa, Settings as GradientMatchingSettings};
pub use method::{AnyMethod, Method};
pub use mtt::{Approximation, Mtt, MttDecay, MttLabels, Settings as MttSettings};
pub use ndpdc::Ndpdc;
pub use objective::{At, Objective};
pub use psg::Psg;
pub use unrolled::{
    Dd, Freeze, Inner, LabelInit, LrDecay, Networks, Outer, RatBptt, Settings as UnrolledSettings,
    Sldd, StepSizeChoice,
};

pub(crate) use dm::objective as distribution_matching;
pub(crate) use gradient_matching::objective as matching;

/// Every method that learns a set.
pub const METHODS: &[Entry] = &[
    Entry::of::<Dc>(),
    Entry::of::<Dsa>(),
    Entry::of::<Dm>(),
    Entry::of::<Frepo>(),
    Entry::of::<Dd>(),
    Entry::of::<RatBptt>(),
    Entry::of::<Sldd>(),
    Entry::of::<Mtt>(),
    Entry::of::<Ndpdc>(),
    Entry::of::<Psg>(),
];

/// Every method by name: those that learn a set, then the coresets.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    let coresets = crate::coresets::CORESETS.iter();
    METHODS
        .iter()
        .chain(coresets.map(|coreset| coreset.method()))
}

/// The method with the given name.
///
/// ```
/// let dataset = liebig::load("strokes", &Default::default())?;
/// let dm = liebig::methods::find("dm").expect("dm is a method");
/// for setting in dm.settings(&liebig::Facts::of(&dataset)) {
///     println!("{} = {:?}: {}", setting.key, setting.default, setting.about);
/// }
/// # Ok::<(), liebig::Error>(())
/// ```
#[must_use]
pub fn find(name: &str) -> Option<&'static Entry> {
    all().find(|entry| entry.name == name)
}

/// The method that does the same with differential privacy; a private one itself.
///
/// ```
/// assert_eq!(liebig::methods::private_form("dm"), Some("ndpdc"));
/// assert_eq!(liebig::methods::private_form("mtt"), None);
/// ```
#[must_use]
pub fn private_form(name: &str) -> Option<&'static str> {
    match name {
        Dm::NAME | Ndpdc::NAME => Some(Ndpdc::NAME),
        Dc::NAME | Psg::NAME => Some(Psg::NAME),
        _ => None,
    }
}
