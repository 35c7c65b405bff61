//! What was found, for people and programs.

use liebig::artefact::Artefact;
use liebig::privacy::{Attack, Copies, Finding, Guarantee, Measure, Share};
use serde::{Deserialize, Serialize};

use crate::args::PrivacyArguments;
use crate::table::{Cell, Table};

/// What an attack found.
#[derive(Serialize, Deserialize)]
pub struct Line {
    /// The method whose sets were attacked.
    pub method: String,
    /// The attack.
    pub attack: Attack,
    /// What it looked at: `network` or `set`.
    pub against: String,
    /// Whether only canaries count.
    pub canaries: bool,
    #[serde(flatten)]
    pub finding: Finding,
}

impl Line {
    pub fn new(method: &str, attack: Attack, canaries: bool, finding: Finding) -> Self {
        Self {
            method: method.into(),
            attack,
            against: attack.against().into(),
            canaries,
            finding,
        }
    }
}

/// Everything that was found.
#[derive(Serialize, Deserialize)]
pub struct Summary {
    pub method: String,
    pub dataset: String,
    pub ipc: usize,
    /// What the method guarantees, if it guarantees anything.
    pub guarantee: Option<Guarantee>,
    /// Whether its samples are or started as real ones.
    pub starts_from_real: bool,
    /// Samples that are training samples, but for rounding.
    pub exact_copies: usize,
    /// Distances to training and to test samples.
    pub copies: Vec<Copies>,
    /// Attacks on the set with training samples as members and test samples as others.
    pub whole: Vec<Line>,
    /// Candidates, canaries and runs of the game.
    pub candidates: u32,
    pub canaries: u32,
    pub runs: u32,
    /// Attacks in the game.
    pub attacks: Vec<Line>,
}

impl Summary {
    pub fn new(
        arguments: &PrivacyArguments,
        artefact: &Artefact,
        (exact_copies, copies): (usize, Vec<Copies>),
        whole: Vec<Line>,
        attacks: Vec<Line>,
    ) -> Self {
        let provenance = &artefact.provenance;
        Self {
            method: provenance.method.clone(),
            dataset: provenance.dataset.name.clone(),
            ipc: provenance.ipc,
            guarantee: provenance.privacy.clone(),
            starts_from_real: starts_from_real(artefact),
            exact_copies,
            copies,
            whole,
            candidates: arguments.candidates,
            canaries: arguments.canaries,
            runs: arguments.runs,
            attacks,
        }
    }
}

/// Whether samples are real ones, or were before they were learnt. A set that another one started from counts as such.
fn starts_from_real(artefact: &Artefact) -> bool {
    let method = &artefact.provenance.method;
    if liebig::coresets::find(method).is_some_and(liebig::coresets::Entry::real) {
        return true;
    }
    let init = artefact.provenance.config.pointer("/method/init");
    let init = init.and_then(serde_json::Value::as_str);
    init.is_some_and(|init| !matches!(init, "noise" | "unit-noise"))
}

pub fn text(summary: &Summary) -> String {
    let mut parts = remarks(summary);
    let mut tables = vec![near(&summary.copies), attacks(WHOLE, &summary.whole)];
    if !summary.attacks.is_empty() {
        tables.push(attacks(&game(summary), &summary.attacks));
    }
    parts.extend(
        tables
            .iter()
            .map(|table| format!("{}:\n{}", table.caption, table.text())),
    );
    parts.extend(CAVEATS.iter().map(ToString::to_string));
    parts.join("\n\n")
}

/// The caption of the attacks on the set as it is.
pub const WHOLE: &str =
    "Attacks on this set, with training samples as members and test samples as others";

/// How the tables are to be read.
pub const CAVEATS: &[&str] = &[
    "AUC: 50 % is chance; its interval is by resampling candidates. TPR: members found while so many others are taken for members,\n\
     with exact 95 % intervals.",
    "An attack that finds nothing does not show that nothing can be found; only a guarantee does.",
];

/// The caption of the game.
pub fn game(summary: &Summary) -> String {
    let canaries = match summary.canaries {
        0 => String::new(),
        canaries => format!(" and of {canaries} canaries with a wrong label"),
    };
    format!(
        "The game: {} runs, in each of which half of {} candidates{canaries} are the training data",
        summary.runs, summary.candidates
    )
}

/// What stands above the tables.
pub fn remarks(summary: &Summary) -> Vec<String> {
    let mut parts = vec![guarantee(summary)];
    if summary.starts_from_real {
        parts.push(
            "The samples are real ones or started from real ones, which is where copies come from."
                .into(),
        );
    }
    if summary.exact_copies > 0 {
        parts.push(format!(
            "Copies: {} samples of the set are training samples, but for rounding.",
            summary.exact_copies
        ));
    }
    parts
}

fn guarantee(summary: &Summary) -> String {
    match &summary.guarantee {
        None => format!(
            "{} gives no guarantee: what follows is what these attacks find, and no more.",
            summary.method
        ),
        Some(guarantee) => format!(
            "{} guarantees differential privacy: {guarantee}.\nNot covered: {}.",
            summary.method,
            guarantee.not_covered.join("; ")
        ),
    }
}

/// The nearest samples by each measure.
pub fn near(copies: &[Copies]) -> Table {
    let mut table = Table::new(
        "The nearest training sample of each sample of the set against the nearest test sample",
        &["distance in"],
        &[
            "samples each",
            "nearer to training",
            "p",
            "median ratio",
            "least ratio",
        ],
    );
    for found in copies {
        let measure = match found.measure {
            Measure::Pixels => "pixels",
            Measure::Features => "features",
            Measure::Ssim => "structural similarity",
        };
        let number = |value: f64| Cell::number(value, format!("{value:.3}"));
        let nearer = 100.0 * found.nearer_to_training;
        table.rows.push(vec![
            measure.into(),
            Cell::number(found.pool as f64, found.pool.to_string()),
            Cell::number(nearer, format!("{nearer:.0} %")),
            number(found.p_value),
            number(found.median_ratio),
            number(found.least_ratio),
        ]);
    }
    table
}

/// What attacks found.
pub fn attacks(caption: &str, lines: &[Line]) -> Table {
    let mut table = Table::new(
        caption,
        &["method", "attack", "on the"],
        &["AUC", "TPR at 0.1 %", "TPR at 1 %", "epsilon at least"],
    );
    let share = |share: &Share| {
        let [value, low, high] = [share.value, share.low, share.high].map(|part| 100.0 * part);
        Cell::number(value, format!("{value:.2} ({low:.2} to {high:.2}) %"))
    };
    for line in lines {
        let found = &line.finding;
        let [auc, low, high] = [found.auc, found.auc_interval[0], found.auc_interval[1]];
        let [auc, low, high] = [auc, low, high].map(|part| 100.0 * part);
        let canaries = if line.canaries { ", canaries" } else { "" };
        let epsilon = found.empirical_epsilon;
        table.rows.push(vec![
            line.method.as_str().into(),
            format!("{}{canaries}", line.attack.name()).as_str().into(),
            line.against.as_str().into(),
            Cell::number(auc, format!("{auc:.1} ({low:.1} to {high:.1}) %")),
            share(&found.tpr_at_0_1_percent),
            share(&found.tpr_at_1_percent),
            Cell::number(epsilon, format!("{epsilon:.2}")),
        ]);
    }
    table
}
