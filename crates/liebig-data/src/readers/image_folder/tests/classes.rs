use super::*;

#[test]
fn classes_and_files_come_in_the_order_of_their_names() {
    let tree = two_colours();
    tree.rgb("train/blue/sub/10.png", 3, 2, [9, 9, 9])
        .rgb("train/blue/2.PNG", 3, 2, [8, 8, 8]);
    let parts = tree.read().unwrap();
    assert_eq!(parts.class_names.unwrap(), ["blue", "red"]);
    assert_eq!(parts.train.labels(), [0, 0, 0, 1]);
    let firsts: Vec<u8> = (0..4).map(|index| pixels(&parts.train, index)[0]).collect();
    assert_eq!(firsts, [20, 8, 9, 200]);
}

#[test]
fn a_class_without_any_image_is_left_out_and_others_keep_their_labels() {
    let tree = two_colours();
    for place in ["train/green", "test/green", "train/apple", "test/zebra"] {
        fs_err::create_dir(tree.path().join(place)).unwrap();
    }
    tree.bytes("train/apple/notes.txt", b"x");
    let parts = tree.read().unwrap();
    assert_eq!(parts.class_names.as_ref().unwrap()[..], ["blue", "red"]);
    assert_eq!(
        (parts.train.labels(), parts.test.labels()),
        (&[0, 1][..], &[0, 1][..])
    );
    let texts = parts.texts();
    let expected = "class folders without any image, left out: apple, green, zebra";
    assert!(texts.contains(&expected), "{texts:?}");
    assert!(
        texts.contains(&"1 other file (train/apple/notes.txt)"),
        "{texts:?}"
    );
}

#[test]
fn a_class_that_only_lacks_training_images_is_refused_by_name() {
    let tree = two_colours();
    tree.rgb("test/green/1.png", 3, 2, [0; 3]);
    let message = tree.message();
    assert!(
        message.contains("test/green: class `green` is not in the training split"),
        "{message}"
    );
    fs_err::create_dir(tree.path().join("train/green")).unwrap();
    let message = tree.message();
    assert!(
        message.contains("train: class `green` has no training samples"),
        "{message}"
    );
}

#[test]
fn a_class_may_lack_test_images() {
    let tree = two_colours();
    fs_err::remove_dir_all(tree.path().join("test/blue")).unwrap();
    let parts = tree.read().unwrap();
    // By name, not by place.
    assert_eq!(parts.test.labels(), [1]);
    let set = crate::load(&tree.path().display().to_string(), &LoadOptions::default()).unwrap();
    assert!(
        set.notes
            .iter()
            .any(|note| note.to_string() == "warning: no test samples of: blue")
    );
}

#[test]
fn a_folder_without_class_folders_is_refused() {
    let tree = Tree::new();
    fs_err::create_dir_all(tree.path().join("train")).unwrap();
    assert!(tree.message().contains("missing class folders"));
    tree.gray("train/1.png", 1, 1, 1);
    assert!(tree.message().contains("missing class folders"));
}

#[test]
fn classes_are_in_natural_order_and_matched_by_name() {
    let tree = Tree::new();
    for (index, class) in ["1", "10", "100", "2", "Ba\u{308}r"].iter().enumerate() {
        tree.gray(&format!("train/{class}/1.png"), 1, 1, index as u8);
    }
    for (index, class) in ["B\u{e4}r", "100", "2"].iter().enumerate() {
        tree.gray(&format!("test/{class}/1.png"), 1, 1, index as u8);
    }
    let parts = tree.read().unwrap();
    assert_eq!(
        parts.class_names.as_ref().unwrap()[..],
        ["1", "2", "10", "100", "B\u{e4}r"]
    );
    let of = |split: &Split| -> Vec<(u32, u8)> {
        let labels = split.labels().iter().copied();
        labels
            .zip((0..).map(|index| pixels(split, index)[0]))
            .collect::<Vec<_>>()
    };
    // Files are in the order of the folders' names: 1, 10, 100, 2, Bär.
    assert_eq!(of(&parts.train), [(0, 0), (2, 1), (3, 2), (1, 3), (4, 4)]);
    assert_eq!(of(&parts.test), [(3, 1), (1, 2), (4, 0)]);
}

#[test]
fn class_folders_of_files_without_an_ending_are_recognised() {
    let tree = Tree::new();
    let mut bytes = std::io::Cursor::new(Vec::new());
    GrayImage::new(2, 2)
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    for class in ["a", "b"] {
        tree.bytes(&format!("{class}/1"), bytes.get_ref());
    }
    assert!(found_in(&Place::on_disk(tree.path())));
    let tree = Tree::new();
    tree.bytes("a/1", b"text").bytes("b/1.txt", b"text");
    assert!(!found_in(&Place::on_disk(tree.path())));
}
