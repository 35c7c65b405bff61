#![allow(clippy::unwrap_used)]

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

#[test]
fn folders_are_recognised_by_what_they_hold() {
    type Expected = fn(PathBuf) -> Place;
    let cases: [(&[&str], Expected); 10] = [
        (&["set.npz", "train-images-idx3-ubyte.gz"], |at| {
            Place::Npz(at.join("set.npz"))
        }),
        (&["set.npz", "other.npz"], |at| {
            Place::Npz(at.join("set.npz"))
        }),
        (&["train-images-idx3-ubyte", "x.csv"], Place::Idx),
        (&["raw/train-images.idx3-ubyte"], |at| {
            Place::Idx(at.join("raw"))
        }),
        (&["data_batch_3.bin"], |at| Place::Cifar(at, Kind::Cifar10)),
        (&["train.bin.gz"], |at| Place::Cifar(at, Kind::Cifar100)),
        (
            &["cifar-10-batches-bin/data_batch_1.bin.gz", "x.tar.gz"],
            |at| Place::Cifar(at.join("cifar-10-batches-bin"), Kind::Cifar10),
        ),
        (&["train/a/1.png", "list.csv"], Place::ImageFolder),
        (&["cats/1.JPG", "dogs/2.jpeg"], Place::ImageFolder),
        (&["set.csv", "notes.txt"], |at| {
            Place::Csv(at.join("set.csv"))
        }),
    ];
    for (files, expected) in cases {
        let (_root, at) = folder(files);
        assert_eq!(recognise(&at).unwrap(), expected(at.clone()), "{files:?}");
    }
}

#[test]
fn files_stand_for_themselves_or_their_folder() {
    let (_root, at) = folder(&[
        "a.npz",
        "b.csv",
        "train-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte",
        "notes.txt",
    ]);
    assert_eq!(
        recognise(&at.join("a.npz")).unwrap(),
        Place::Npz(at.join("a.npz"))
    );
    assert_eq!(
        recognise(&at.join("b.csv")).unwrap(),
        Place::Csv(at.join("b.csv"))
    );
    assert_eq!(
        recognise(&at.join("t10k-labels-idx1-ubyte")).unwrap(),
        Place::Idx(at.clone())
    );
    assert!(matches!(
        recognise(&at.join("notes.txt")),
        Err(Error::Unrecognised { .. })
    ));
    let (_root, at) = folder(&["test_batch.bin", "data_batch_1.bin"]);
    assert_eq!(
        recognise(&at.join("test_batch.bin")).unwrap(),
        Place::Cifar(at, Kind::Cifar10)
    );
}

#[test]
fn archives_are_to_be_unpacked() {
    let (_root, at) = folder(&["cifar10-jpeg.tar.gz", "index.csv.gz"]);
    for path in [at.join("cifar10-jpeg.tar.gz"), at] {
        let error = recognise(&path).unwrap_err();
        assert!(
            matches!(&error, Error::Archive { path } if path.ends_with("cifar10-jpeg.tar.gz")),
            "{error}"
        );
        assert!(error.to_string().contains("hint: unpack it"));
    }
}

#[test]
fn what_is_not_recognised_is_named() {
    let (_root, at) = folder(&[]);
    assert!(
        recognise(&at)
            .unwrap_err()
            .to_string()
            .contains("an empty folder")
    );
    let (_root, at) = folder(&["a.npz", "b.npz"]);
    assert!(
        recognise(&at)
            .unwrap_err()
            .to_string()
            .contains("several .npz files (a.npz, b.npz)")
    );
    let (_root, at) = folder(&["readme.md", "x/y.txt"]);
    assert!(
        recognise(&at)
            .unwrap_err()
            .to_string()
            .contains("the folder holds readme.md, x")
    );
    let (_root, at) = folder(&["cats/train/a/1.png", "mnist/train-images-idx3-ubyte"]);
    assert!(
        recognise(&at)
            .unwrap_err()
            .to_string()
            .contains("the folder holds cats, mnist"),
        "a folder of datasets"
    );
    assert!(matches!(recognise(&at.join("none")), Err(Error::Io(_))));
}
