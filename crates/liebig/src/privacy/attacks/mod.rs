//! Attacks that guess who was a member, each by a score for every candidate in every run.

mod lira;
mod shadow;

use liebig_grad::Device;
use serde::{Deserialize, Serialize};

use super::{Finding, Game, Observation, Trial};
use crate::Error;

/// What an attack looks at, and how it decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attack {
    /// The loss of a network that was trained on the set: the lower, the likelier a member (Yeom et al., 2018).
    Loss,
    /// A classifier for each class that knows the outputs of the other runs' networks for members and others (Shokri et al.,
    /// 2017).
    Shadow,
    /// The ratio of the likelihoods of the network's confidence among runs with and without the candidate (Carlini et al.,
    /// 2022, online, with variances pooled over the candidates).
    Lira,
    /// The distance to the nearest sample of the set: the nearer, the likelier a member.
    Nearest,
    /// LiRA's ratio of that distance.
    LiraNearest,
}

impl Attack {
    /// All attacks.
    pub const ALL: [Self; 5] = [
        Self::Loss,
        Self::Shadow,
        Self::Lira,
        Self::Nearest,
        Self::LiraNearest,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Shadow => "shadow",
            Self::Lira => "lira",
            Self::Nearest => "nearest",
            Self::LiraNearest => "lira-nearest",
        }
    }

    /// What it looks at: a network trained on the set, or the set itself.
    #[must_use]
    pub fn against(self) -> &'static str {
        match self {
            Self::Loss | Self::Shadow | Self::Lira => "network",
            Self::Nearest | Self::LiraNearest => "set",
        }
    }

    /// What it says of every candidate in every run of a game.
    ///
    /// # Errors
    /// [`Error::Network`] if a classifier of the shadow attack cannot be trained.
    pub fn run(
        self,
        game: &Game,
        observations: &[Observation],
        device: &Device,
    ) -> Result<Guesses, Error> {
        let scores = self.scores(game, observations, device)?;
        let trials = scores.iter().enumerate().flat_map(|(run, scores)| {
            let candidates = game.candidates().iter().zip(game.inside(run)).zip(scores);
            candidates
                .enumerate()
                .map(|(candidate, ((about, &member), &score))| {
                    let trial = Trial {
                        candidate,
                        score,
                        member,
                    };
                    (trial, about.canary)
                })
        });
        Ok(Guesses {
            trials: trials.collect(),
        })
    }

    /// For each run the scores of all candidates.
    fn scores(
        self,
        game: &Game,
        observations: &[Observation],
        device: &Device,
    ) -> Result<Vec<Vec<f64>>, Error> {
        let each = |statistic: &dyn Fn(&Observation, usize, u32) -> f64| -> Vec<Vec<f64>> {
            let of_run = |observation: &Observation| {
                let candidates = game.candidates().iter().enumerate();
                candidates
                    .map(|(place, candidate)| statistic(observation, place, candidate.label))
                    .collect()
            };
            observations.iter().map(of_run).collect()
        };
        Ok(match self {
            Self::Loss => each(&|seen, sample, label| -seen.loss(sample, label)),
            Self::Nearest => each(&|seen, sample, _| seen.nearness(sample)),
            Self::Lira => lira::scores(
                game,
                &each(&|seen, sample, label| seen.confidence(sample, label)),
            ),
            Self::LiraNearest => {
                lira::scores(game, &each(&|seen, sample, _| seen.nearness(sample)))
            }
            Self::Shadow => shadow::scores(game, observations, device)?,
        })
    }
}

/// The guesses of an attack in all runs of a game.
#[derive(Clone, Debug)]
pub struct Guesses {
    /// Each with whether it is about a canary.
    trials: Vec<(Trial, bool)>,
}

impl Guesses {
    /// How well members are told from others, `delta` being that of the ε that is bounded; among canaries only, if `canaries`.
    #[must_use]
    pub fn finding(&self, canaries: bool, delta: f64) -> Finding {
        let trials = self.trials.iter();
        let counted: Vec<Trial> = trials
            .filter(|(_, canary)| *canary || !canaries)
            .map(|(trial, _)| *trial)
            .collect();
        Finding::of(&counted, delta)
    }
}
