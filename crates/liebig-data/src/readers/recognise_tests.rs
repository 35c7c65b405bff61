#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use super::*;

/// A folder named `set` with these files, each with one byte in it.
fn folder(files: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("set");
    fs_err::create_dir(&folder).unwrap();
    for file in files {
        let path = folder.join(file);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, [0]).unwrap();
    }
    (root, folder)
}

/// The format's name and the path to read.
fn found(path: &Path) -> (&'static str, PathBuf) {
    let found = recognise_path(path).unwrap();
    (found.reader.format.name(), found.at.shown())
}

fn recognise_path(path: &Path) -> Result<Recognised, Error> {
    recognise(&Place::on_disk(path))
}

#[test]
fn folders_are_recognised_by_what_they_hold() {
    // The files, the format, and the path to read within the folder.
    let cases: [(&[&str], &str, &str); 14] = [
        (&["set.npz", "train-images-idx3-ubyte.gz"], "npz", "set.npz"),
        (&["set.npz", "other.npz"], "npz", "set.npz"),
        (&["train-images-idx3-ubyte", "x.csv"], "IDX", ""),
        (&["raw/train-images.idx3-ubyte"], "IDX", "raw"),
        (&["qmnist-train-images-idx3-ubyte.gz"], "IDX", ""),
        (&["x_train.npy", "y_train.npy", "plots/1.png"], "npy", ""),
        (&["images.npy", "labels.npy", "x.csv"], "npy", ""),
        (&["data_batch_3.bin"], "CIFAR-10 binary", ""),
        (&["train.bin.gz"], "CIFAR-100 binary", ""),
        (
            &["cifar-10-batches-bin/data_batch_1.bin.gz", "x.tar.gz"],
            "CIFAR-10 binary",
            "cifar-10-batches-bin",
        ),
        (
            &["cifar-100-binary/train.bin"],
            "CIFAR-100 binary",
            "cifar-100-binary",
        ),
        (&["train/a/1.png", "list.csv"], "image folder", ""),
        (&["cats/1.JPG", "dogs/2.jpeg"], "image folder", ""),
        (&["set.csv", "notes.txt"], "CSV table", "set.csv"),
    ];
    for (files, format, inner) in cases {
        let (_root, at) = folder(files);
        assert_eq!(found(&at), (format, at.join(inner)), "{files:?}");
    }
}

#[test]
fn files_stand_for_themselves_or_their_folder() {
    let (_root, at) = folder(&[
        "a.npz",
        "b.csv",
        "c.csv.gz",
        "train-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte",
        "notes.txt",
    ]);
    for (file, format) in [
        ("a.npz", "npz"),
        ("b.csv", "CSV table"),
        ("c.csv.gz", "CSV table"),
    ] {
        assert_eq!(found(&at.join(file)), (format, at.join(file)));
    }
    assert_eq!(
        found(&at.join("t10k-labels-idx1-ubyte")),
        ("IDX", at.clone())
    );
    assert!(matches!(
        recognise_path(&at.join("notes.txt")),
        Err(Error::Unrecognised { .. })
    ));
    let (_root, at) = folder(&["test_batch.bin", "data_batch_1.bin"]);
    assert_eq!(found(&at.join("test_batch.bin")), ("CIFAR-10 binary", at));
    let (_root, at) = folder(&["test.bin", "train.bin"]);
    assert_eq!(
        found(&at.join("test.bin")),
        ("CIFAR-100 binary", at.clone())
    );
    let error = recognise_path(&at.join("train.bin").join("x"))
        .err()
        .unwrap();
    assert!(matches!(error, Error::Missing { .. }), "{error}");
}

#[test]
fn the_message_says_what_every_format_looks_like() {
    let (_root, at) = folder(&[]);
    let message = recognise_path(&at).err().unwrap().to_string();
    for reader in READERS {
        assert_eq!(message.matches(reader.looks_like).count(), 1, "{message}");
    }
}

#[test]
fn every_reader_names_itself_once() {
    let mut names: Vec<&str> = READERS.iter().map(|reader| reader.format.name()).collect();
    assert_eq!(
        names,
        [
            "npz",
            "npy",
            "IDX",
            "CIFAR-10 binary",
            "CIFAR-100 binary",
            "image folder",
            "parquet images",
            "parquet table",
            "CSV table"
        ]
    );
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), READERS.len());
    for reader in READERS {
        for ending in reader.whole.iter().chain(reader.part) {
            assert_eq!(*ending, ending.to_lowercase(), "{}", reader.format);
        }
    }
}

#[test]
fn archives_are_to_be_unpacked() {
    let (_root, at) = folder(&["cifar10-jpeg.tar.gz", "index.csv.gz"]);
    let error = recognise_path(&at).err().unwrap();
    assert!(
        matches!(&error, Error::Archive { path, .. } if path.ends_with("cifar10-jpeg.tar.gz")),
        "{error}"
    );
    assert!(error.to_string().contains("give its own path"));
}

#[test]
fn what_is_not_recognised_is_named() {
    let (_root, at) = folder(&[]);
    assert!(
        recognise_path(&at)
            .err()
            .unwrap()
            .to_string()
            .contains("an empty folder")
    );
    let (_root, at) = folder(&["a.npz", "b.npz"]);
    assert!(
        recognise_path(&at)
            .err()
            .unwrap()
            .to_string()
            .contains("several .npz files (a.npz, b.npz)")
    );
    let (_root, at) = folder(&["readme.md", "x/y.txt"]);
    assert!(
        recognise_path(&at)
            .err()
            .unwrap()
            .to_string()
            .contains("the folder holds readme.md, x")
    );
    let (_root, at) = folder(&["cats/train/a/1.png", "mnist/train-images-idx3-ubyte"]);
    assert!(
        recognise_path(&at)
            .err()
            .unwrap()
            .to_string()
            .contains("several datasets below it: cats, mnist"),
        "a folder of datasets"
    );
    assert!(matches!(
        recognise_path(&at.join("none")),
        Err(Error::Missing { .. })
    ));
}
