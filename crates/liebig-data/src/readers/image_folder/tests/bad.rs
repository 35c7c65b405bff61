use super::*;

#[test]
fn all_bad_files_are_in_one_message() {
    let message = damaged().message();
    let half = jpeg().len() / 2;
    let lines: Vec<&str> = message.lines().collect();
    assert!(
        lines[0].ends_with(": 3 of 17 image files cannot be read:"),
        "{message}"
    );
    assert_eq!(
        lines[1..],
        [
            &format!(
                "  train/bad/1.jpg: cut short: the JPEG data end at byte {half} without an end marker"
            ),
            "  train/bad/2.jpg: an empty file (0 bytes)",
            "  train/bad/4.jpg: an HTML page",
            "hint: replace or remove them, or set `data.skip_bad` to leave them out",
        ]
    );
}

#[test]
fn a_long_list_of_bad_files_is_cut_but_counted() {
    let tree = two_colours();
    for index in 10..40 {
        tree.bytes(&format!("train/red/{index}.png"), b"x");
    }
    let message = tree.message();
    assert!(message.contains("30 of 34 image files"), "{message}");
    assert!(
        message.contains("\n  train/red/29.png: a text file\n  and 10 more\nhint: "),
        "{message}"
    );
}

#[test]
fn bad_files_are_left_out_if_asked() {
    let options = LoadOptions {
        skip_bad: true,
        ..LoadOptions::default()
    };
    let parts = damaged().load(&options).unwrap();
    assert_eq!(parts.train.labels(), [0, 0, 1, 1, 1, 1]);
    // Each image is where its label is.
    let good = pixels(&parts.test, 0);
    assert!((0..6).all(|index| pixels(&parts.train, index) == good));
    let note = parts
        .notes
        .iter()
        .find(|note| note.kind == NoteKind::Skipped)
        .unwrap();
    assert!(
        note.text
            .starts_with("3 of 17 image files that cannot be read: train/bad/1.jpg: cut short")
    );
    assert!(
        note.text.ends_with("train/bad/4.jpg: an HTML page"),
        "{}",
        note.text
    );

    // A class of which nothing is left.
    let tree = damaged();
    tree.bytes("train/bad/0.jpg", b"x")
        .bytes("train/bad/3.jpg", b"x");
    let message = tree.load(&options).err().unwrap().to_string();
    assert!(
        message.contains("class `bad` has no training samples"),
        "{message}"
    );
}

#[test]
fn bad_files_change_neither_size_nor_channels_nor_the_split_of_the_others() {
    let options = LoadOptions {
        skip_bad: true,
        ..LoadOptions::default()
    };
    let tree = Tree::new();
    for index in 0..10_u8 {
        tree.gray(&format!("a/{index}.png"), 5, 5, index);
        tree.gray(&format!("b/{index}.png"), 5, 5, 100 + index);
    }
    let clean = tree.read().unwrap();
    let jpeg = jpeg();
    // Of another size and with colours, but cut.
    tree.bytes("a/0.jpg", &jpeg[..jpeg.len() - 9])
        .bytes("b/5a.jpg", &jpeg[..300]);
    let parts = tree.load(&options).unwrap();
    assert_eq!((&parts.train, &parts.test), (&clean.train, &clean.test));
    assert_eq!(parts.train.shape().to_string(), "1x5x5");
}

#[test]
fn a_decompression_bomb_is_one_bad_file_and_tiny_and_long_images_are_resized() {
    let tree = two_colours();
    tree.rgb("train/red/one.png", 1, 1, [200; 3])
        .rgb("train/red/line.png", 5000, 1, [0; 3]);
    let mut bomb = std::io::Cursor::new(Vec::new());
    GrayImage::new(1, 1)
        .write_to(&mut bomb, ImageFormat::Png)
        .unwrap();
    let mut bomb = bomb.into_inner();
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]); // 30000 x 30000
    let mut sum = flate2::Crc::new();
    sum.update(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&sum.sum().to_be_bytes());
    tree.bytes("train/blue/bomb.png", &bomb);
    let message = tree.message();
    assert!(
        message.contains(
            "1 of 7 image files cannot be read:\n  train/blue/bomb.png: 30000x30000 pixels, but at most 178956970 in total are decoded\n"
        ),
        "{message}"
    );
    let options = LoadOptions {
        skip_bad: true,
        ..LoadOptions::default()
    };
    let parts = tree.load(&options).unwrap();
    assert_eq!(parts.train.shape().to_string(), "3x32x32");
    // The line, the one pixel, and the image of both before: in the order of their names.
    assert_eq!(parts.train.labels(), [0, 1, 1, 1]);
    assert_eq!(pixels(&parts.train, 2), [0; 3 * 1024]);
    assert_eq!(pixels(&parts.train, 3), [200; 3 * 1024]);
}
