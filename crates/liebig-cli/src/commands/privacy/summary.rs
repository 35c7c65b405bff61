//! What was found, for people and programs.

use liebig::artefact::Artefact;
use liebig::privacy::{Attack, Copies, Finding, Guarantee, Measure, Share};
use serde::Serialize;

use crate::args::PrivacyArguments;
use crate::printer::table;

/// What an attack found.
#[derive(Serialize)]
pub struct Line {
    /// The method whose sets were attacked.
    pub method: String,
    /// The attack.
    pub attack: Attack,
    /// What it looked at: `network` or `set`.
    pub against: &'static str,
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
            against: attack.against(),
            canaries,
            finding,
        }
    }
}

/// Everything that was found.
#[derive(Serialize)]
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
    parts.push(near(&summary.copies));
    parts.push(format!(
        "Attacks on this set, with training samples as members and test samples as others:\n{}",
        lines(&summary.whole)
    ));
    if !summary.attacks.is_empty() {
        parts.push(format!(
            "The game: {} runs, in each of which half of {} candidates{} are the training data:\n{}",
            summary.runs,
            summary.candidates,
            match summary.canaries {
                0 => String::new(),
                canaries => format!(" and of {canaries} canaries with a wrong label"),
            },
            lines(&summary.attacks)
        ));
    }
    parts.push(
        "AUC: 50 % is chance; its interval is by resampling candidates. TPR: members found while so many others are taken for members, with exact\n\
         95 % intervals. An attack that finds nothing does not show that nothing can be found; only a guarantee does."
            .into(),
    );
    parts.join("\n\n")
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

fn near(copies: &[Copies]) -> String {
    let rows = copies.iter().map(|found| {
        let measure = match found.measure {
            Measure::Pixels => "pixels",
            Measure::Features => "features",
            Measure::Ssim => "structural similarity",
        };
        [
            measure.to_string(),
            found.pool.to_string(),
            format!("{:.0} %", 100.0 * found.nearer_to_training),
            format!("{:.3}", found.p_value),
            format!("{:.3}", found.median_ratio),
            format!("{:.3}", found.least_ratio),
        ]
    });
    let header = [
        "distance in",
        "samples each",
        "nearer to training",
        "p",
        "median ratio",
        "least ratio",
    ];
    format!(
        "The nearest training sample of each sample of the set against the nearest test sample (pairs.png shows both):\n{}",
        table(header, rows)
    )
}

fn lines(lines: &[Line]) -> String {
    let rows = lines.iter().map(|line| {
        let Finding {
            auc,
            auc_interval: [low, high],
            tpr_at_0_1_percent: strict,
            tpr_at_1_percent: loose,
            empirical_epsilon,
            ..
        } = &line.finding;
        let percent = |value: f64| format!("{:.1}", 100.0 * value);
        let share = |share: &Share| {
            format!(
                "{:.2} ({:.2} to {:.2}) %",
                100.0 * share.value,
                100.0 * share.low,
                100.0 * share.high
            )
        };
        let canaries = if line.canaries { ", canaries" } else { "" };
        [
            line.method.clone(),
            format!("{}{canaries}", line.attack.name()),
            line.against.to_string(),
            format!(
                "{} ({} to {}) %",
                percent(*auc),
                percent(*low),
                percent(*high)
            ),
            share(strict),
            share(loose),
            format!("{empirical_epsilon:.2}"),
        ]
    });
    let header = [
        "method",
        "attack",
        "on the",
        "AUC",
        "TPR at 0.1 %",
        "TPR at 1 %",
        "epsilon at least",
    ];
    table(header, rows)
}
