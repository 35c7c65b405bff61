#![allow(clippy::unwrap_used)]

use rayon::prelude::*;

use super::*;
use crate::Error;
use crate::memory::MemoryLimit;

const FILES: &[(&str, &[u8])] = &[
    ("top.txt", b"top"),
    ("a/1.bin", b"first"),
    ("a/b/2.bin", b""),
    ("a/10.bin", b"tenth"),
];

fn on_disk(root: &Path) -> Place {
    for (path, bytes) in FILES {
        let path = root.join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, bytes).unwrap();
    }
    Place::open(root, MemoryLimit::NONE).unwrap()
}

#[test]
fn an_archive_is_like_the_folder_that_it_unpacks_to() {
    let root = tempfile::tempdir().unwrap();
    let mut places = vec![on_disk(&root.path().join("folder"))];
    for (name, bytes) in pack::all(FILES) {
        let path = root.path().join(name);
        fs_err::write(&path, &bytes).unwrap();
        places.push(Place::open(&path, MemoryLimit::NONE).unwrap());
        // An archive in an archive, which is read where it lies or unpacked into memory first.
        for (outer, packed) in pack::all(&[("other", b"x".to_vec()), (name, bytes.clone())]) {
            let path = root.path().join(format!("{name}-in-{outer}"));
            fs_err::write(&path, packed).unwrap();
            let outer = Place::open(&path, MemoryLimit::NONE).unwrap();
            places.push(outer.join(name).inside(MemoryLimit::NONE).unwrap());
        }
        let memory = Place::in_memory([(name, bytes)]).join(name);
        places.push(memory.inside(MemoryLimit::NONE).unwrap());
    }
    places.push(Place::in_memory(
        FILES.iter().map(|(path, bytes)| (path, bytes.to_vec())),
    ));
    for place in places {
        let top = place.shown();
        let names =
            |entries: Vec<Place>| -> Vec<String> { entries.iter().map(Place::name).collect() };
        assert_eq!(names(place.files().unwrap()), ["top.txt"], "{place}");
        assert_eq!(names(place.folders().unwrap()), ["a"]);
        let walked: Vec<PathBuf> = place
            .walk(|_| true)
            .unwrap()
            .iter()
            .map(Place::shown)
            .collect();
        let expected = ["top.txt", "a/1.bin", "a/10.bin", "a/b/2.bin"];
        assert_eq!(walked, expected.map(|path| top.join(path)));
        for (path, bytes) in FILES {
            let file = place.join(path);
            assert!(file.is_file() && !file.is_folder());
            assert_eq!(file.len().unwrap(), bytes.len() as u64);
            assert_eq!(file.read(MemoryLimit::NONE).unwrap(), *bytes, "{file}");
            assert_eq!(file.head(2).unwrap(), bytes[..bytes.len().min(2)]);
        }
        assert!(place.join("a/b").is_folder());
        assert_eq!(place.join("a/b").parent(), place.join("a"));
        assert_eq!(place.join("none").kind(), None);
        let error = place.join("none").read(MemoryLimit::NONE).unwrap_err();
        assert!(error.to_string().contains("none"), "{error}");
    }
}

#[test]
fn damaged_archives_are_refused_by_name() {
    let root = tempfile::tempdir().unwrap();
    let (zipped, tarred) = (pack::zip(FILES), pack::tar(FILES));
    let gzipped = pack::gzip(&tarred);
    for (name, bytes, reason) in [
        (
            "cut.zip",
            &zipped[..zipped.len() / 2],
            "the directory at the end of a zip file is missing",
        ),
        ("empty.zip", &[], "the file is empty"),
        ("text.zip", &[b'x'; 2000], "invalid Zip archive"),
        (
            "cut.tgz",
            &gzipped[..gzipped.len() / 2],
            "gzip data is damaged",
        ),
        ("text.tar", &[b'x'; 2000], "cannot be read directly"),
        (
            "cut.tar",
            &tarred[..2 * 512 + 3 + 512],
            "`a/1.bin` in it ends at byte",
        ),
        ("empty.tar", &[], "the file is empty"),
    ] {
        let path = root.path().join(name);
        fs_err::write(&path, bytes).unwrap();
        let error = Place::open(&path, MemoryLimit::NONE).unwrap_err();
        assert!(
            matches!(error, Error::Archive { .. } | Error::Gzip { .. }),
            "{name}: {error}"
        );
        let text = error.to_string();
        assert!(text.contains(name) && text.contains(reason), "{text}");
    }
}

/// A place with these bytes as an archive.
fn archive(name: &str, bytes: Vec<u8>) -> Result<Place, Error> {
    Place::in_memory([(name, bytes)])
        .join(name)
        .inside(MemoryLimit::NONE)
}

#[test]
fn sizes_in_a_zip_that_cannot_be_true_are_refused() {
    let zipped = pack::zip(&[("a.bin", vec![7; 1000])]);
    // The last header is that of the directory: packed and unpacked sizes are at its bytes 20 and 24.
    let at = zipped
        .windows(4)
        .rposition(|four| four == b"PK\x01\x02")
        .unwrap();
    let with = |offset: usize, size: u32| {
        let mut bytes = zipped.clone();
        bytes[at + offset..at + offset + 4].copy_from_slice(&size.to_le_bytes());
        bytes
    };
    for bytes in [with(24, 0x7fff_ffff), with(20, 0x00ff_ffff)] {
        let error = archive("set.zip", bytes).unwrap_err().to_string();
        assert!(
            error.contains("sizes of `a.bin` in it cannot be true"),
            "{error}"
        );
    }
    for size in [999, 1001] {
        let place = archive("set.zip", with(24, size)).unwrap();
        let error = place.join("a.bin").read(MemoryLimit::NONE).unwrap_err();
        assert!(error.to_string().contains("another length"), "{error}");
    }
}

#[test]
fn a_gzipped_tar_counts_against_the_memory_limit() {
    let options = crate::LoadOptions {
        memory_limit: Some(1 << 20),
        ..Default::default()
    };
    let limit = MemoryLimit::of(&options);
    let open = |len: usize| {
        let bytes = pack::gzip(&pack::tar(&[("a.bin", vec![0; len])]));
        Place::in_memory([("set.tgz", bytes)])
            .join("set.tgz")
            .inside(limit)
    };
    let held = open(1000).unwrap().held();
    assert!((1000..10_000).contains(&held), "{held}");
    let error = open(2 << 20).unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
}

#[test]
fn many_threads_read_one_zip() {
    let files: Vec<(String, Vec<u8>)> = (0..300_u32)
        .map(|file| (format!("{file}.bin"), file.to_le_bytes().repeat(50)))
        .collect();
    let named: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (&**name, &**bytes))
        .collect();
    let place = archive("set.zip", pack::zip(&named)).unwrap();
    let same = |(name, bytes): &(String, Vec<u8>)| {
        place.join(name).read(MemoryLimit::NONE).unwrap() == *bytes
    };
    assert!(files.par_iter().all(same));
}

#[test]
fn damaged_archives_are_read_or_refused() {
    for (name, good) in pack::all(FILES) {
        crate::readers::mutate::survives(name, &[good], |bytes| crate::fuzz::archive(name, bytes));
    }
}

#[test]
fn a_changed_byte_in_a_zip_is_noticed() {
    let root = tempfile::tempdir().unwrap();
    let mut bytes = pack::zip(FILES);
    let at = bytes
        .windows(5)
        .position(|window| window == b"first")
        .unwrap();
    bytes[at] = b'F';
    let path = root.path().join("set.zip");
    fs_err::write(&path, bytes).unwrap();
    let place = Place::open(&path, MemoryLimit::NONE).unwrap();
    let error = place
        .join("a/1.bin")
        .read(MemoryLimit::NONE)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("set.zip/a/1.bin") && error.contains("checksum"),
        "{error}"
    );
}

#[test]
fn paths_cannot_lead_out_of_an_archive() {
    let mut index = index::Index::new();
    for path in ["../x", "/etc/x", "a/../../x", ".", ""] {
        index.add(Path::new(path), 1, ());
    }
    index.add(Path::new("./a/./b"), 1, ());
    assert_eq!(index.list(Path::new("")).unwrap().len(), 1);
    assert_eq!(index.kind(Path::new("a/b")), Some(Kind::File(1)));
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_above_does_no_harm() {
    let root = tempfile::tempdir().unwrap();
    let place = on_disk(root.path());
    std::os::unix::fs::symlink(root.path(), root.path().join("a/loop")).unwrap();
    assert_eq!(place.walk(|_| true).unwrap().len(), FILES.len());
}
