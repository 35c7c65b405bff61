//! Files that are refused.

use super::*;

#[test]
fn python_objects_are_refused_and_never_run() {
    let objects = by_hand(&header("|O", "(2,)"), b"\x80\x04\x95anything.");
    for name in ["train_images", "train_labels"] {
        let error = read_set(&set_with(name, objects.clone())).err().unwrap();
        assert!(
            matches!(&error, Error::Pickle { path, .. } if path.ends_with(name)),
            "{error}"
        );
        let text = error.to_string();
        assert!(
            text.contains("array of Python objects") && text.contains("np.stack(images)"),
            "{text}"
        );
    }
    let error = message(&set_with("train_images", b"\x80\x04\x95and so on".to_vec()));
    assert!(error.contains("Python pickle"), "{error}");
    let record =
        "{'descr': [('a', '<i4'), ('b', '|O')], 'fortran_order': False, 'shape': (2,), }\n";
    assert!(message(&set_with("train_images", by_hand(record, &[]))).contains("Python pickle"));
}

#[test]
fn files_that_are_cut_or_of_another_kind_are_told() {
    let good = bytes(&[2, 2, 3], &gray());
    let bad = |array: &[u8]| message(&set_with("train_images", array.to_vec()));
    let cut = bad(&good[..good.len() - 5]);
    assert!(cut.contains("set.npz/train_images: ends at byte 135, expected 140 (128 bytes of header and 12 of data)"), "{cut}");
    assert!(bad(&good[..40]).contains("it ends within the header, after 40 bytes"));
    assert!(bad(&good[..9]).contains("it ends within the header, after 9 bytes"));
    assert!(bad(b"some text that is no array").contains("array `train_images`: not an npy file"));
    assert!(bad(b"\x93NUMPY\x07\x00\x10\x00{'descr'}").contains("version 7"));
    for (descr, expected) in [
        ("<c8", "its type is <c8"),
        ("<f16", "its type is <f16"),
        ("<M8[s]", "its type is <M8[s]"),
    ] {
        assert!(bad(&by_hand(&header(descr, "(2, 2, 3)"), &[0; 200])).contains(expected));
    }
    let record =
        "{'descr': [('a', '<i4'), ('b', '<f4')], 'fortran_order': False, 'shape': (2,), }\n";
    assert!(bad(&by_hand(record, &[0; 16])).contains("a structured array"));
    assert!(
        bad(&by_hand(&header("<U5", "(2,)"), &[0; 40])).contains("it holds text, expected numbers")
    );
    let zipped = pack::zip(&set());
    let place = |bytes: &[u8]| Place::in_memory([("set.npz", bytes.to_vec())]).join("set.npz");
    let options = LoadOptions::default();
    let request = Request {
        classes: None,
        options: &options,
        memory: MemoryLimit::NONE,
    };
    let cases: [(&[u8], &str); 5] = [
        (
            &zipped[..zipped.len() / 2],
            "not a readable npz file: the file is cut short",
        ),
        (b"", "not a readable npz file: the file is empty"),
        (b"some text", "not a readable npz file"),
        (&good, "a single array (npy), not an npz file"),
        (b"\x80\x04\x95", "not an npz file: it is a Python pickle"),
    ];
    for (bytes, expected) in cases {
        let error = read_npz(&place(bytes), &request).err().unwrap().to_string();
        assert!(error.contains(&format!("set.npz: {expected}")), "{error}");
    }
}

#[test]
fn headers_that_cannot_be_true_are_refused_without_allocating() {
    let bad = |header: &str| message(&set_with("train_images", by_hand(header, &[0; 8])));
    let shape = |shape: &str| bad(&header("|u1", shape));
    assert!(shape("(4000000000, 4000000000, 4)").contains("too large"));
    assert!(shape("(1000000000000, 28, 28)").contains("expected 784000000000"));
    assert!(shape("(0, 2, 2)").contains("its shape is [0, 2, 2]"));
    assert!(shape("(0x10, 2, 2)").contains("the letter x in a number"));
    assert!(shape("(99999999999999999999, 2)").contains("too large"));
    assert!(bad(&"(".repeat(60_000)).contains("a header of 60000 bytes"));
    assert!(
        bad(&"(".repeat(500)).contains("nests too deep"),
        "no deep recursion"
    );
    assert!(bad("{}\n").contains("its header is damaged"));
    assert!(
        shape("(2L, 2L, 3L)").contains("ends at byte"),
        "as Python 2 wrote it"
    );
}

#[test]
fn arrays_over_the_memory_limit_are_not_allocated() {
    let entries = with_images(bytes(&[2, 700, 700], &vec![3; 980_000]), &[0, 1]);
    let within = |memory_limit| {
        let options = LoadOptions {
            memory_limit: Some(memory_limit),
            ..LoadOptions::default()
        };
        read_with(&entries, &options, None)
    };
    let error = within(1_900_000).err().unwrap();
    assert!(
        matches!(&error, Error::TooLarge { place, needed: 1_960_000, .. } if place.ends_with("x_test")),
        "{error}"
    );
    assert_eq!(within(1_960_000).unwrap().train.len(), 2);
}

#[test]
fn damaged_files_are_read_or_refused() {
    let plain = set();
    let mut odd = with_images(
        npy_as(">f4", Order::Fortran, &[2, 3, 2, 2], &[0.5_f32; 24]),
        &[0, 1],
    );
    odd[1].1 = npy_as::<str>("<U3", Order::C, &[2], ["cat", "dog"]);
    odd[3].1 = npy(&[2, 2], &[0.0, 1.0, 1.0, 0.0]);
    let good = [pack::zip(&plain), pack::zip(&odd)];
    survives("npz", &good, |bytes| fuzz::file("set.npz", bytes));
    // Here, no checksum keeps the damage from the parser.
    let good: Vec<Vec<u8>> = plain
        .iter()
        .chain(&odd)
        .map(|(_, bytes)| bytes.clone())
        .collect();
    survives("npy", &good, |bytes| {
        let (images, labels) = (&plain[0].1[..], &plain[1].1[..]);
        fuzz::files(&[("images.npy", bytes), ("labels.npy", labels)], "");
        fuzz::files(&[("images.npy", images), ("labels.npy", bytes)], "");
        fuzz::files(
            &[
                ("x_train.npy", images),
                ("y_train.npy", labels),
                ("x_test.npy", bytes),
                ("y_test.npy", bytes),
            ],
            "",
        );
    });
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>(), text in ".{0,80}") {
        let _ = read_set(&set_with("train_images", bytes.clone()));
        let _ = read_set(&set_with("train_labels", by_hand(&String::from_utf8_lossy(&bytes), &bytes)));
        let _ = read_set(&set_with("train_images", by_hand(&header(&text, &text), &bytes)));
        fuzz::file("set.npz", &bytes);
    }
}
