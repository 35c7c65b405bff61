#![allow(clippy::unwrap_used)]
use super::*;

const PLACE: &str = "here";

fn image(channels: usize, height: usize, width: usize) -> SampleShape {
    SampleShape::Image {
        channels,
        height,
        width,
    }
}

fn patches(text: &str) -> Patches {
    text.parse().unwrap()
}

fn cut_up(split: Split, text: &str) -> (Split, Vec<Note>) {
    let mut split = split;
    let splits = vec![("train", &mut split)];
    let notes = cut(splits, &patches(text), Path::new(PLACE), MemoryLimit::NONE).unwrap();
    (split, notes)
}

fn pixels(split: &Split, index: usize) -> &[u8] {
    match split.raw(index) {
        Sample::Pixels(pixels) => pixels,
        Sample::Features(_) => &[],
    }
}

#[test]
fn patches_are_cut_pixel_by_pixel() {
    // Two channels of 3x5; the pixel at (c, y, x) is 100 c + 10 y + x.
    let picture = (0..2)
        .flat_map(|c| (0..3).flat_map(move |y| (0..5).map(move |x| 100 * c + 10 * y + x)))
        .collect();
    let split = Split::images(image(2, 3, 5), picture, vec![7]).unwrap();
    let (cut, notes) = cut_up(split, "2/2");
    // The last row and the last column are in no patch.
    assert_eq!(cut.len(), 2);
    assert_eq!(cut.shape(), image(2, 2, 2));
    assert_eq!(pixels(&cut, 0), [0, 1, 10, 11, 100, 101, 110, 111]);
    assert_eq!(pixels(&cut, 1), [2, 3, 12, 13, 102, 103, 112, 113]);
    assert_eq!(cut.labels(), [7, 7]);
    let texts: Vec<&str> = notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(texts, ["images of 2x3x5 cut into patches of 2x2, 2 apart"]);
}

#[test]
fn patches_overlap_if_the_stride_is_smaller_and_may_be_the_whole_picture() {
    let split = Split::images(image(1, 2, 3), vec![1, 2, 3, 4, 5, 6], vec![0]).unwrap();
    let (cut, _) = cut_up(split.clone(), "2/1");
    assert_eq!(pixels(&cut, 0), [1, 2, 4, 5]);
    assert_eq!(pixels(&cut, 1), [2, 3, 5, 6]);
    let square = split.subset(&[0]);
    assert_eq!(cut_up(square, "1/1").0.len(), 6);
}

#[test]
fn dark_patches_are_left_out() {
    // Of each 2x2 patch, so many pixels are brighter than 25.
    let rows = [[26, 26, 26, 25, 0, 0], [26, 26, 26, 0, 0, 26]];
    let split = Split::images(image(1, 2, 6), rows.concat(), vec![3]).unwrap();
    let left = |content: &str| {
        let (cut, notes) = cut_up(split.clone(), &format!("2/2/{content}"));
        (cut.len(), notes.len())
    };
    assert_eq!(left("0"), (3, 1));
    assert_eq!(left("0.25"), (3, 1));
    assert_eq!(left("0.5"), (2, 2));
    assert_eq!(left("1"), (1, 2));
    let (cut, notes) = cut_up(split.clone(), "2/2/0.5");
    assert_eq!(pixels(&cut, 1), [26, 25, 26, 0]);
    assert_eq!(
        (notes[1].kind, notes[1].text.as_str()),
        (
            NoteKind::Skipped,
            "1 of 3 patches with under 50 % of content"
        )
    );
}

#[test]
fn one_bright_channel_is_content() {
    let split = Split::images(image(3, 1, 2), vec![0, 0, 0, 99, 0, 0], vec![0]).unwrap();
    let (cut, _) = cut_up(split, "1/1/1");
    assert_eq!((cut.len(), pixels(&cut, 0)), (1, &[0, 99, 0][..]));
}

#[test]
fn every_patient_keeps_a_patch_of_each_label() {
    let (dark, half, full) = ([0; 4], [0, 200, 0, 200], [200; 4]);
    let pictures = [dark, half, full, half, dark].concat();
    let split = Split::images(image(1, 2, 2), pictures, vec![0, 0, 0, 1, 1]).unwrap();
    let groups = Groups::by_name(["ann", "ann", "bob", "bob", "eve"]);
    let split = split.with_groups(groups).unwrap();
    let (cut, notes) = cut_up(split, "2/2/1");
    // Ann's second picture, Bob's first, Bob's other label, and Eve's.
    assert_eq!(cut.labels(), [0, 0, 1, 1]);
    assert_eq!(cut.groups().unwrap().of(), [0, 1, 1, 2]);
    assert_eq!(pixels(&cut, 0), [0, 200, 0, 200]);
    assert_eq!(pixels(&cut, 3), [0, 0, 0, 0]);
    assert_eq!(
        notes[1].text,
        "1 of 5 patches with under 100 % of content; 3 more kept as the only ones of a patient"
    );
}

#[test]
fn without_patients_every_picture_is_one() {
    let split = Split::images(image(1, 1, 2), vec![9; 4], vec![0, 1]).unwrap();
    let (cut, _) = cut_up(split, "1/1");
    let groups = cut.groups().unwrap();
    assert_eq!(groups.of(), [0, 0, 1, 1]);
    assert_eq!(groups.names(), ["train/0", "train/1"]);
}

#[test]
fn what_cannot_be_cut_is_refused() {
    let refused = |split: Split, text: &str, limit: Option<u64>| {
        let mut split = split;
        let memory = MemoryLimit::of(&crate::LoadOptions {
            memory_limit: limit,
            ..crate::LoadOptions::default()
        });
        let splits = vec![("train", &mut split)];
        let error = cut(splits, &patches(text), Path::new(PLACE), memory).unwrap_err();
        error.to_string()
    };
    let table = Split::table(SampleShape::Table { features: 1 }, vec![1.0], vec![0]).unwrap();
    assert!(refused(table, "1", None).starts_with("data.patches: 1/1 for a table was given"));
    let small = Split::images(image(1, 4, 4), vec![0; 16], vec![0]).unwrap();
    let message = refused(small.clone(), "5", None);
    assert!(
        message.starts_with(
            "data.patches: 5/5 for pictures of 4x4 was given, expected patches that are not larger"
        ),
        "{message}"
    );
    let message = refused(small, "2/1", Some(16 + 35));
    assert!(message.contains("9 patches of 1x2x2"), "{message}");
}
