//! What a folder holds.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::super::{continual, privacy, search};
use super::facts::Run;
use super::section::Section;
use super::{continual as of_continual, privacy as of_privacy, run, search as of_search};

/// The results in a folder, as `--json` prints them.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Folder {
    /// Of `liebig distill`.
    Run(Box<Run>),
    /// Of `liebig continual`.
    Continual(Named<continual::Summary>),
    /// Of `liebig search`.
    Search(Named<search::Summary>),
    /// Of `liebig privacy`.
    Privacy(Box<Named<privacy::Summary>>),
}

/// Results and their folder.
#[derive(Serialize)]
pub struct Named<T> {
    folder: PathBuf,
    #[serde(flatten)]
    pub results: T,
}

impl Folder {
    /// Reads a folder; by the files in it, it is one of `liebig continual`, `liebig search` or `liebig privacy`, otherwise that of a run.
    pub fn read(folder: &Path) -> Result<Self> {
        let there = |name: &str| folder.join(name).exists();
        if there(continual::RESULTS) {
            return Ok(Self::Continual(named(folder, continual::RESULTS)?));
        }
        if there(search::RESULTS) {
            return Ok(Self::Search(named(folder, search::RESULTS)?));
        }
        if there(privacy::RESULTS) {
            return Ok(Self::Privacy(Box::new(named(folder, privacy::RESULTS)?)));
        }
        for (file, command) in [
            (continual::SETTINGS, "continual"),
            (privacy::GAME, "privacy"),
            (search::TRUTH, "search"),
        ] {
            if there(file) {
                bail!(
                    "not everything is done\nhint: the same `liebig {command}` goes on where it stopped"
                );
            }
        }
        Ok(Self::Run(Box::new(Run::read(folder)?)))
    }

    /// Everything, ready to be laid out.
    pub fn section(&self) -> Result<Section> {
        match self {
            Self::Run(run) => run::section(run),
            Self::Continual(found) => of_continual::section(&found.results),
            Self::Search(found) => of_search::section(&found.results),
            Self::Privacy(found) => Ok(of_privacy::section(&found.results, &found.folder)),
        }
    }
}

fn named<T: for<'a> Deserialize<'a>>(folder: &Path, file: &str) -> Result<Named<T>> {
    let text = std::fs::read(folder.join(file))?;
    Ok(Named {
        folder: folder.into(),
        results: serde_json::from_slice(&text).with_context(|| format!("{file} is damaged"))?,
    })
}
