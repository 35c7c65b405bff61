//! The runs of the game: the distillation again and again, each time from other members.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use liebig::artefact::Artefact;
use liebig::config::Layers;
use liebig::evaluate::Evaluation;
use liebig::privacy::{Attack, Game, Observation, as_split};
use liebig::{Dataset, Facts, Recipe, Session, atomic};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::summary::Line;
use crate::args::PrivacyArguments;
use crate::kept;
use crate::progress::Voice;

/// Everything that the runs share.
pub struct Player<'a> {
    pub arguments: &'a PrivacyArguments,
    pub artefact: &'a Artefact,
    pub dataset: &'a Dataset,
    pub evaluation: &'a Evaluation<'a>,
    pub voice: Voice,
}

/// What the runs in a folder depend on, besides their names.
#[derive(Serialize, Deserialize, PartialEq)]
struct Circumstances {
    game: Game,
    dataset: String,
    config: serde_json::Value,
    recipe: Recipe,
    set: Vec<String>,
    seed: u64,
}

impl Player<'_> {
    /// The game, if there is to be one; refuses a folder with the runs of another.
    pub fn game(&self) -> Result<Option<Game>> {
        let arguments = self.arguments;
        if arguments.runs == 0 {
            return Ok(None);
        }
        let game = Game::new(
            self.dataset,
            arguments.candidates as usize,
            arguments.canaries as usize,
            arguments.runs as usize,
            arguments.seed,
        )?;
        let now = Circumstances {
            game,
            dataset: self.dataset.hash.clone(),
            config: self.artefact.provenance.config.clone(),
            recipe: self.evaluation.recipe.clone(),
            set: arguments.set.clone(),
            seed: arguments.seed,
        };
        kept::same_settings((&arguments.output, super::GAME), &now, || {
            let part = now.game.dataset(self.dataset, 0);
            for method in self.methods() {
                self.session(&method, 0, &part)
                    .with_context(|| format!("the runs of {method}"))?;
            }
            Ok(())
        })?;
        Ok(Some(now.game))
    }

    /// The set's method and those beside it.
    fn methods(&self) -> Vec<String> {
        let own = &self.artefact.provenance.method;
        let beside = self.arguments.beside.iter().filter(|name| *name != own);
        std::iter::once(own).chain(beside).cloned().collect()
    }

    /// What the attacks find against each method.
    pub fn play(&self, game: &Game, attacks: &[Attack]) -> Result<Vec<Line>> {
        let split = as_split(game, self.dataset);
        let evaluation = Evaluation {
            test: &split,
            ..*self.evaluation
        };
        let mut lines = Vec::new();
        for method in self.methods() {
            let seen = (0..game.runs())
                .map(|run| self.observation(game, &method, run, &evaluation))
                .collect::<Result<Vec<_>>>()?;
            for &attack in attacks {
                let guesses = attack.run(game, &seen, evaluation.device)?;
                let kinds: &[bool] = match self.arguments.canaries {
                    0 => &[false],
                    _ => &[false, true],
                };
                lines.extend(kinds.iter().map(|&canaries| {
                    let finding = guesses.finding(canaries, self.arguments.delta);
                    Line::new(&method, attack, canaries, finding)
                }));
            }
        }
        Ok(lines)
    }

    /// What is seen of the candidates in a run: from its file, or by making its set.
    fn observation(
        &self,
        game: &Game,
        method: &str,
        run: usize,
        evaluation: &Evaluation<'_>,
    ) -> Result<Observation> {
        let path = self.path(method, run);
        if let Some(seen) = kept::read(&path)? {
            return Ok(seen);
        }
        self.voice.say(&format!(
            "privacy: {method}, run {} of {}",
            run + 1,
            game.runs()
        ));
        let members = game.dataset(self.dataset, run);
        let started = Instant::now();
        let session = self.session(method, run, &members)?;
        let artefact = session.distil().with_context(|| method.to_owned())?;
        let seconds = started.elapsed().as_secs_f64();
        let seen = Observation::of(&artefact.set, evaluation, seconds)?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        artefact.write(&path.with_extension("safetensors"))?;
        atomic::write(&path, &serde_json::to_vec(&seen)?)?;
        Ok(seen)
    }

    fn path(&self, method: &str, run: usize) -> PathBuf {
        let folder = self.arguments.output.join(method);
        folder.join(format!("run{run}.json"))
    }

    /// The session of a run: the set's own configuration, or that of another method for the same network and as many samples.
    fn session<'a>(
        &'a self,
        method: &str,
        run: usize,
        members: &'a Dataset,
    ) -> Result<Session<'a>> {
        let config = &self.artefact.provenance.config;
        let own = self.artefact.provenance.method == method;
        let mut layers = Layers::new(true);
        let recorded = match own {
            true => config.clone(),
            false => json!({
                "ipc": config["ipc"],
                "data": config["data"],
                "model": config["model"],
                "method": {"name": method},
            }),
        };
        layers.recorded("the set's configuration", &recorded)?;
        let methods = self.methods();
        for assignment in super::super::assignments_for(&self.arguments.set, &methods, method) {
            layers.set(assignment)?;
        }
        let seed = i64::try_from(self.arguments.seed)?.wrapping_add(run as i64);
        layers.value("--seed", "seed", Some(seed));
        layers.value("--runs", "evaluation.repeats", Some(0));
        layers.value("--data", "data.source", Some(self.dataset.name.as_str()));
        let resolved = layers.resolve(&Facts::of(members))?;
        Ok(Session::new(resolved, members)?
            .on(super::super::device())
            .interrupted_by(self.evaluation.interrupt.clone())
            .observed_by(self.evaluation.observer))
    }
}
