//! A pool of networks of different ages.

use liebig_grad::Tensor;
use liebig_nn::{Learner, OptimizerState};

use crate::{Error, State};

/// A network and the number of steps that it counts as trained for.
#[derive(Clone)]
pub(super) struct Member<'a> {
    pub learner: Learner<'a>,
    pub age: u64,
}

/// The networks, at fixed places.
pub(super) struct Pool<'a>(pub Vec<Member<'a>>);

impl<'a> Pool<'a> {
    /// Fresh networks from `fresh`, given their places. Their ages are spread over `max_age`, though none is trained yet,
    /// so that they are replaced at different times.
    pub fn new(
        count: usize,
        max_age: u64,
        fresh: impl Fn(u64) -> Result<Learner<'a>, Error>,
    ) -> Result<Self, Error> {
        let apart = max_age / count.max(1) as u64;
        let member = |place| {
            let age = place * apart;
            Ok(Member {
                learner: fresh(place)?,
                age,
            })
        };
        let members = (0..count as u64).map(member);
        Ok(Self(members.collect::<Result<_, Error>>()?))
    }

    pub fn save(&self, state: &mut State) {
        for (place, Member { learner, age }) in self.0.iter().enumerate() {
            let OptimizerState { steps, tensors } = learner.optimizer().state();
            let name = |what: &str| format!("pool{place}.{what}");
            state.insert_count(name("age"), *age);
            state.insert_count(name("steps"), steps);
            state.insert_count(name("buffers"), tensors.len() as u64);
            let mut all = |what: &str, tensors: &[Tensor]| {
                for (index, tensor) in tensors.iter().enumerate() {
                    state.insert(name(&format!("{what}{index}")), tensor);
                }
            };
            all("weight", learner.weights());
            all("statistic", learner.statistics());
            all("buffer", &tensors);
        }
    }

    pub fn restore(&mut self, state: &mut State) -> Result<(), Error> {
        for (place, member) in self.0.iter_mut().enumerate() {
            let name = |what: &str| format!("pool{place}.{what}");
            let learner = &member.learner;
            member.age = state.take_count(&name("age"))?;
            let steps = state.take_count(&name("steps"))?;
            let buffers = state.take_count(&name("buffers"))?;
            let mut all = |what: &str, like: &[Tensor], count: usize| {
                // An optimiser has one or more buffers for every weight, in their order.
                let shapes = like.iter().cycle().take(count).enumerate();
                let take = |(index, like): (usize, &Tensor)| {
                    state.take(&name(&format!("{what}{index}")), like.shape())
                };
                shapes.map(take).collect::<Result<Vec<_>, Error>>()
            };
            let weights = all("weight", learner.weights(), learner.weights().len())?;
            let statistics = learner.statistics();
            let statistics = all("statistic", statistics, statistics.len())?;
            let count = usize::try_from(buffers).unwrap_or(usize::MAX);
            let tensors = all("buffer", learner.weights(), count)?;
            let optimizer = learner.optimizer().clone();
            let mut restored =
                Learner::with_weights(learner.model(), weights, statistics, optimizer)?;
            let optimizer = restored.optimizer_mut();
            optimizer.restore(OptimizerState { steps, tensors })?;
            member.learner = restored;
        }
        Ok(())
    }
}
