//! Arrays of labels.

use super::*;

#[test]
fn labels_may_be_of_any_type_and_shape() {
    let one_hot = |order, values: [u8; 4]| npy_as("|u1", order, &[2, 2], &values);
    let variants = [
        bytes(&[2], &[1, 0]),
        npy(&[2], &[1_i8, 0]),
        npy_as(">u2", Order::C, &[2], &[1_u16, 0]),
        npy(&[2, 1], &[1_i32, 0]),
        npy(&[2, 1, 1], &[1_u64, 0]),
        npy_as(">i8", Order::Fortran, &[2, 1], &[1_i64, 0]),
        npy(&[1, 2], &[1.0_f32, 0.0]),
        npy(&[2], &[1.0_f64, 0.0]),
        one_hot(Order::C, [0, 1, 1, 0]),
        one_hot(Order::Fortran, [0, 1, 1, 0]),
        npy(&[2, 3], &[0.0_f32, 1.0, 0.0, 1.0, 0.0, 0.0]),
    ];
    for (index, labels) in variants.into_iter().enumerate() {
        let parts = read_set(&set_with("train_labels", labels)).unwrap();
        assert_eq!(
            (parts.train.labels(), names(&parts)),
            (&[1, 0][..], vec!["0", "1"]),
            "{index}"
        );
    }
}

#[test]
fn text_and_truth_are_class_names() {
    let labelled = |train: Vec<u8>, test: Vec<u8>| {
        let mut entries = set_with("train_labels", train);
        entries.retain(|(name, _)| *name != "test_labels.npy");
        entries.push(("test_labels.npy", test));
        read_set(&entries)
    };
    let text = |order: &str, labels: [&str; 2]| npy_as::<str>(order, Order::C, &[2, 1], labels);
    for order in ["<U5", ">U7"] {
        let parts = labelled(
            text(order, ["zebra", "Bär"]),
            text("<U5", ["Ba\u{308}r", "zebra"]),
        )
        .unwrap();
        assert_eq!(names(&parts), ["Bär", "zebra"]);
        assert_eq!(
            (parts.train.labels(), parts.test.labels()),
            (&[1, 0][..], &[0, 1][..])
        );
    }
    let stored = |labels: [&[u8]; 2]| npy_as::<[u8]>("|S4", Order::C, &[2], labels);
    let parts = labelled(stored([b"b", b"a\xe4"]), stored([b"b", b"a\xe4"])).unwrap();
    assert_eq!(names(&parts), ["aä", "b"], "bytes of an old encoding");
    let truth = || npy(&[2], &[true, false]);
    let parts = labelled(truth(), truth()).unwrap();
    assert_eq!(
        (names(&parts), parts.train.labels()),
        (vec!["False", "True"], &[1, 0][..])
    );
    let error = labelled(text("<U2", ["a", "b"]), text("<U2", ["a", "c"]))
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("set.npz/test_labels: record 1 (from 0): label `c` is not among those of the training samples: a, b"),
        "{error}"
    );
}

#[test]
fn labels_from_1_keep_their_names_unless_the_name_of_the_set_says_otherwise() {
    let mut entries = set_with("train_labels", bytes(&[2], &[2, 1]));
    entries.retain(|(name, _)| *name != "test_labels.npy");
    entries.push(("test_labels.npy", bytes(&[2], &[1, 1])));
    let parts = read_set(&entries).unwrap();
    assert_eq!(
        (names(&parts), parts.train.labels()),
        (vec!["1", "2"], &[1, 0][..])
    );
    assert!(
        parts
            .texts()
            .contains(&"classes are named by the labels: 1, 2")
    );
    let parts = read_with(&entries, &LoadOptions::default(), Some(3)).unwrap();
    assert_eq!(
        (parts.class_names, parts.train.labels()),
        (None, &[2, 1][..])
    );
    let error = read_with(&entries, &LoadOptions::default(), Some(2))
        .err()
        .unwrap();
    assert!(
        matches!(
            error,
            Error::LabelOutOfRange {
                label: 2,
                classes: 2,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn labels_that_are_no_classes_are_refused() {
    let bad = |labels| message(&set_with("train_labels", labels));
    let multi = bad(bytes(&[2, 3], &[0, 1, 1, 0, 0, 0]));
    assert!(
        multi.contains("array `train_labels`: uint8 [2, 3]: multi-label: of 2 samples, 1 have several labels and 1 have none (sample 0 has 2 of 3)"),
        "{multi}"
    );
    assert!(bad(bytes(&[2, 2], &[0, 2, 1, 0])).contains("rows of numbers other than 0 and 1"));
    assert!(
        bad(npy(&[2], &[1.0, 0.5]))
            .contains("the label of sample 1 (from 0) is 0.5, expected whole numbers")
    );
    assert!(bad(npy(&[2], &[1.0, f64::NAN])).contains("is NaN"));
    assert!(bad(npy(&[2], &[u64::MAX, 0])).contains("expected whole numbers"));
    assert!(bad(bytes(&[3], &[0, 1, 1])).contains("set.npz/train_labels has 3 labels"));
    assert!(
        bad(npy_as::<str>(
            "<U1",
            Order::C,
            &[2, 2],
            ["a", "b", "c", "d"]
        ))
        .contains("so many axes")
    );
    let beyond = message(&set_with("test_labels", bytes(&[2], &[0, 2])));
    assert!(
        beyond.contains("label `2` is not among those of the training samples: 0, 1"),
        "{beyond}"
    );
}
