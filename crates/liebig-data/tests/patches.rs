#![allow(clippy::unwrap_used, missing_docs)]
//! Image folders cut into patches, with the patients that their file names say.

use std::path::Path;

use image::{GrayImage, Luma};
use liebig_data::{Dataset, Error, LoadOptions, NoteKind, Sample, load, validation_split};

/// A picture of 4x4 pixels whose upper half is black and whose lower half has this shade.
fn picture(folder: &Path, name: &str, shade: u8) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    GrayImage::from_fn(4, 4, |_, y| Luma([if y < 2 { 0 } else { shade }]))
        .save(path)
        .unwrap();
}

/// Training pictures of three patients, test pictures of two, one of whom is in both.
fn clinic(folder: &Path) {
    picture(folder, "train/ill/p1_a.png", 200);
    picture(folder, "train/ill/p1_b.png", 210);
    picture(folder, "train/ill/p2_a.png", 220);
    picture(folder, "train/well/q7.png", 100);
    picture(folder, "test/ill/p2_b.png", 230);
    picture(folder, "test/well/q8.png", 110);
}

fn read(folder: &Path, patches: Option<&str>, patient: Option<&str>) -> Result<Dataset, Error> {
    let options = LoadOptions {
        patches: patches.map(|text| text.parse().unwrap()),
        patient: patient.map(str::to_owned),
        ..LoadOptions::default()
    };
    load(&folder.display().to_string(), &options)
}

fn notes(set: &Dataset, kind: NoteKind) -> Vec<&str> {
    let notes = set.notes.iter().filter(|note| note.kind == kind);
    notes.map(|note| note.text.as_str()).collect()
}

#[test]
fn patches_have_the_label_and_the_patient_of_their_picture() {
    let folder = tempfile::tempdir().unwrap();
    clinic(folder.path());
    let set = read(folder.path(), Some("2/2/0.5"), Some(r"^[pq]\d+")).unwrap();
    assert_eq!(set.shape.to_string(), "1x2x2");
    // The two dark ones of each picture are left out.
    assert_eq!(set.train.labels(), [0, 0, 0, 0, 0, 0, 1, 1]);
    assert_eq!(set.train.raw(4), Sample::Pixels(&[220; 4]));
    let groups = set.train.groups().unwrap();
    assert_eq!(groups.of(), [0, 0, 0, 0, 1, 1, 2, 2]);
    assert_eq!(groups.names(), ["p1", "p2", "q7"]);
    assert_eq!(
        notes(&set, NoteKind::Skipped),
        ["12 of 24 patches with under 50 % of content"]
    );
    assert_eq!(
        notes(&set, NoteKind::Warning),
        ["patients in both the training and the test split: 1, p2"]
    );
    // Constants are those of the patches: 2 of 200, 2 of 210, 2 of 220 and 2 of 100.
    assert!((set.normalization().mean[0] - 182.5 / 255.0).abs() < 1e-6);
}

#[test]
fn whole_pictures_may_have_patients_too_and_the_hash_is_that_of_the_samples() {
    let folder = tempfile::tempdir().unwrap();
    clinic(folder.path());
    let plain = read(folder.path(), None, None).unwrap();
    assert!(plain.train.groups().is_none());
    let grouped = read(folder.path(), None, Some("[pq][0-9]")).unwrap();
    assert_eq!(grouped.train.patients(), [vec![0, 1], vec![2], vec![3]]);
    assert_eq!(grouped.hash, plain.hash);
    let patches = read(folder.path(), Some("4"), None).unwrap();
    // Without a pattern, a picture is a patient, even if another has its name.
    assert_eq!(patches.train.groups().unwrap().names().len(), 4);
    assert_eq!(patches.hash, plain.hash, "one patch is the whole picture");
    assert!(notes(&patches, NoteKind::Warning).is_empty());
}

#[test]
fn a_split_by_seed_divides_no_patient() {
    let folder = tempfile::tempdir().unwrap();
    for patient in 0..10 {
        for view in 0..3 {
            let class = if patient % 2 == 0 { "ill" } else { "well" };
            let shade = (100 + 10 * patient + view) as u8;
            picture(
                folder.path(),
                &format!("{class}/n{patient}-{view}.png"),
                shade,
            );
        }
    }
    let set = read(folder.path(), Some("2"), Some(r"n\d+")).unwrap();
    assert_eq!((set.train.len(), set.test.len()), (24 * 4, 6 * 4));
    let names = |split: &liebig_data::Split| -> Vec<String> {
        let groups = split.groups().unwrap();
        let first = |members: &Vec<usize>| groups.names()[groups.of()[members[0]] as usize].clone();
        groups.members().iter().map(first).collect()
    };
    let (train, test) = (names(&set.train), names(&set.test));
    assert_eq!((train.len(), test.len()), (8, 2));
    assert!(train.iter().all(|name| !test.contains(name)));
    assert!(
        notes(&set, NoteKind::Chosen)
            .iter()
            .any(|text| text.contains("by class, patient"))
    );
    let split = validation_split(&set, 0.25, 3).unwrap();
    let held_out = names(split.validation.as_ref().unwrap());
    assert_eq!((held_out.len(), names(&split.train).len()), (2, 6));
}

#[test]
fn bad_patterns_and_patches_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    clinic(folder.path());
    let message = |patches: Option<&str>, patient: Option<&str>| {
        read(folder.path(), patches, patient)
            .unwrap_err()
            .to_string()
    };
    let text = message(None, Some("(p"));
    assert!(
        text.starts_with("data.patient: `(p` is not a regular expression: "),
        "{text}"
    );
    let text = message(None, Some(r"p\d"));
    assert!(
        text.contains(r"`p\d` is not in the names of 2 of 6 image files:")
            && text.contains("q7.png"),
        "{text}"
    );
    let text = message(Some("5"), None);
    assert!(
        text.starts_with("data.patches: 5/5 for pictures of 4x4 was given"),
        "{text}"
    );
    let options = LoadOptions {
        patient: Some("x".into()),
        ..LoadOptions::default()
    };
    let text = load("strokes", &options).unwrap_err().to_string();
    assert!(
        text.starts_with("data.patient: x was given, expected no pattern"),
        "{text}"
    );
}

#[test]
fn drawn_images_are_cut_too() {
    let options = LoadOptions {
        patches: Some("14/7/0.1".parse().unwrap()),
        ..LoadOptions::default()
    };
    let set = load("strokes", &options).unwrap();
    assert_eq!(set.shape.to_string(), "1x14x14");
    let pictures = load("strokes", &LoadOptions::default()).unwrap();
    assert_eq!(set.train.patients().len(), pictures.train.len());
    assert!(set.train.len() > pictures.train.len() && set.train.len() < 9 * pictures.train.len());
}
