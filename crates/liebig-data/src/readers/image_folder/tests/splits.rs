use super::*;

#[test]
fn a_validation_folder_goes_by_several_names() {
    for name in ["val", "validation", "valid", "Dev", "VAL"] {
        let tree = two_colours();
        tree.rgb(&format!("{name}/red/1.png"), 3, 2, [1, 1, 1]).rgb(
            &format!("{name}/blue/1.png"),
            3,
            2,
            [1, 1, 1],
        );
        let parts = tree.read().unwrap();
        assert_eq!((parts.validation.unwrap().len(), parts.test.len()), (2, 2));
    }
}

#[test]
fn without_a_test_folder_the_validation_folder_serves() {
    let tree = Tree::new();
    tree.gray("train/a/1.png", 1, 1, 1)
        .gray("val/a/1.png", 1, 1, 2);
    let parts = tree.read().unwrap();
    assert_eq!(pixels(&parts.test, 0), [2]);
    assert!(parts.validation.is_none());
    assert_eq!(
        parts.texts()[0],
        "no test folder: the validation folder is the test split"
    );
}

#[test]
fn class_folders_alone_are_split_by_class() {
    for prefix in ["", "train/"] {
        let tree = Tree::new();
        for index in 0..10_u8 {
            tree.gray(&format!("{prefix}a/{index}.png"), 1, 1, index);
            tree.gray(&format!("{prefix}b/{index}.png"), 1, 1, 100 + index);
        }
        assert!(found_in(&Place::on_disk(tree.path())));
        let parts = tree.read().unwrap();
        let counts = |split: &Split| {
            split
                .class_indices(2)
                .iter()
                .map(Vec::len)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            (counts(&parts.train), counts(&parts.test)),
            (vec![8, 8], vec![2, 2])
        );
        assert!((0..4).all(
            |index| (pixels(&parts.test, index)[0] >= 100) == (parts.test.labels()[index] == 1)
        ));
        let texts = parts.texts();
        assert_eq!(
            texts,
            [
                "20 PNG of 8-bit grey",
                "no test folder: split 80/20 by class and seed 0"
            ]
        );
    }
}

#[test]
fn a_class_of_one_cannot_be_split() {
    let tree = Tree::new();
    tree.gray("a/1.png", 1, 1, 1)
        .gray("b/1.png", 1, 1, 1)
        .gray("b/2.png", 1, 1, 1);
    assert!(
        tree.message()
            .contains("class `a` has 1 sample(s), expected at least 2")
    );
}

#[test]
fn split_folders_go_by_their_usual_names_in_any_letter_case() {
    for (train, test) in [
        ("Train", "test"),
        ("TRAINING", "Testing"),
        ("training", "TEST"),
        ("Train", "val"),
    ] {
        let tree = Tree::new();
        tree.gray(&format!("{train}/a/1.png"), 1, 1, 1)
            .gray(&format!("{train}/b/1.png"), 1, 1, 2)
            .gray(&format!("{test}/a/1.png"), 1, 1, 3);
        assert!(found_in(&Place::on_disk(tree.path())));
        let parts = tree.read().unwrap();
        assert_eq!(
            (parts.train.len(), parts.test.len()),
            (2, 1),
            "{train}, {test}"
        );
    }
    let tree = two_colours();
    tree.rgb("Training/red/1.png", 3, 2, [0; 3]);
    let message = tree.message();
    assert!(
        message.contains("several folders for one split: Training, train"),
        "{message}"
    );
}

#[test]
fn an_archive_is_read_like_the_folder() {
    use std::io::Write;
    let tree = two_colours();
    tree.bytes("train/red/9.jpg", &jpeg())
        .bytes("train/.hidden", b"x");
    let root = tempfile::tempdir().unwrap();
    let (zipped, tarred) = (root.path().join("set.zip"), root.path().join("set.tar"));
    let mut zip = ::zip::ZipWriter::new(fs_err::File::create(&zipped).unwrap());
    for place in Place::on_disk(tree.path()).walk(|_| true).unwrap() {
        let name = place
            .shown()
            .strip_prefix(tree.path())
            .unwrap()
            .display()
            .to_string();
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(&place.read(MemoryLimit::NONE).unwrap())
            .unwrap();
    }
    zip.finish().unwrap();
    let mut tar = tar::Builder::new(fs_err::File::create(&tarred).unwrap());
    tar.append_dir_all("set", tree.path()).unwrap();
    tar.finish().unwrap();
    let load = |path: &Path| {
        let set = crate::load(&path.display().to_string(), &LoadOptions::default()).unwrap();
        (set.hash, set.train.len())
    };
    assert_eq!(load(&zipped), load(tree.path()));
    assert_eq!(load(&tarred), load(tree.path()));
}

#[test]
fn a_class_may_be_called_train() {
    let tree = Tree::new();
    for class in ["bus", "car", "train"] {
        for index in 0..5 {
            tree.gray(&format!("{class}/{index}.png"), 1, 1, index);
        }
    }
    assert!(found_in(&Place::on_disk(tree.path())));
    let parts = tree.read().unwrap();
    assert_eq!(parts.class_names.unwrap(), ["bus", "car", "train"]);
    assert_eq!((parts.train.len(), parts.test.len()), (12, 3));
}
