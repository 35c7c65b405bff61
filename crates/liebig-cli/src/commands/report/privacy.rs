//! What a set gives away, as a section of a report.

use std::path::Path;

use super::super::privacy::{
    CAVEATS, PAIRS_PICTURE, Summary, WHOLE, attacks, game_caption, near, remarks,
};
use super::section::{Picture, Section};

/// Everything about it; the picture is in the folder.
pub fn section(summary: &Summary, folder: &Path) -> Section {
    let mut remarks = remarks(summary);
    let near = near(&summary.copies);
    // The game is the measurement that counts; the rest is told.
    let table = match summary.attacks.is_empty() {
        true => attacks(WHOLE, &summary.whole),
        false => attacks(&game_caption(summary), &summary.attacks),
    };
    remarks.extend(near.rows.iter().map(|row| {
        let [measure, pool, nearer, p, median, least] =
            [0, 1, 2, 3, 4, 5].map(|place| row.get(place).map_or("", |cell| &cell.text));
        format!(
            "In {measure}, {nearer} of the samples are nearer to one of {pool} training samples than to one of as many test samples (p = \
             {p}); the distances have a median ratio of {median} and a least of {least}."
        )
    }));
    let picture = std::fs::read(folder.join(PAIRS_PICTURE)).ok();
    Section {
        title: format!(
            "privacy of {} on {}, {} per class",
            summary.method, summary.dataset, summary.ipc
        ),
        table,
        remarks,
        facts: vec![
            ("candidates", summary.candidates.to_string()),
            ("canaries", summary.canaries.to_string()),
            ("runs", summary.runs.to_string()),
        ],
        picture: picture.map(|png| Picture {
            png,
            about:
                "Triples: a sample of the set, the nearest training image, the nearest test image"
                    .into(),
        }),
        charts: Vec::new(),
        caveats: CAVEATS.iter().map(|text| text.replace('\n', " ")).collect(),
        settings: None,
    }
}
