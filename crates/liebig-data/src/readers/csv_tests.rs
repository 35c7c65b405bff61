#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::LoadOptions;
use crate::split::Sample;

fn read_text(text: &str) -> Result<Parts, Error> {
    parse(Path::new("t.csv"), text.as_bytes(), None)
}

fn message(text: &str) -> String {
    read_text(text).err().unwrap().to_string()
}

/// Ten rows, classes `b` and `a` in turn.
fn table() -> String {
    let row = |i: i32| format!("{i},{},{}\n", 10 * i, if i % 2 == 0 { "b" } else { "a" });
    std::iter::once("x,y2,kind\n".to_owned())
        .chain((0..10).map(row))
        .collect()
}

#[test]
fn the_column_of_words_is_the_label_and_classes_are_sorted() {
    let parts = read_text(&table()).unwrap();
    assert_eq!(parts.class_names.unwrap(), ["a", "b"]);
    assert_eq!((parts.train.len(), parts.test.len()), (8, 2));
    assert_eq!(parts.test.class_indices(2).map_len(), [1, 1]);
    for split in [&parts.train, &parts.test] {
        for index in 0..split.len() {
            let Sample::Features(&[x, y]) = split.raw(index) else {
                unreachable!("a table of two features")
            };
            assert_eq!(y, 10.0 * x);
            assert_eq!(
                split.labels()[index],
                u32::from(x % 2.0 == 0.0),
                "labels stay with their rows"
            );
        }
    }
    assert_eq!(
        parts.notes,
        ["label column `kind`", "split 80/20 by class and seed 0"]
    );
}

trait MapLen {
    fn map_len(self) -> Vec<usize>;
}

impl MapLen for Vec<Vec<usize>> {
    fn map_len(self) -> Vec<usize> {
        self.iter().map(Vec::len).collect()
    }
}

#[test]
fn a_usual_name_is_the_label_wherever_it_stands_and_numbers_sort_by_value() {
    let parts = read_text("Class,x\n10,1\n9,2\n10,3\n9,4\n").unwrap();
    assert_eq!(parts.class_names.unwrap(), ["9", "10"]);
    assert_eq!(parts.train.shape(), SampleShape::Table { features: 1 });
}

#[test]
fn a_label_column_may_be_named() {
    let text = "x,class,z\n1,1,0\n2,2,0\n3,1,1\n4,2,1\n";
    let parts = parse(Path::new("t.csv"), text.as_bytes(), Some("z")).unwrap();
    assert_eq!(parts.class_names.unwrap(), ["0", "1"]);
    let error = parse(Path::new("t.csv"), text.as_bytes(), Some("w"))
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("no column `w`; its columns are x, class, z"),
        "{error}"
    );
}

#[test]
fn unclear_labels_are_told() {
    assert!(message("x,z\n1,2\n3,4\n").contains("no column looks like a label"));
    assert!(message("class,label\n1,2\n3,4\n").contains("more than one column looks like a label"));
    assert!(message("u,v\na,b\na,b\n").contains("more than one column looks like a label"));
}

#[test]
fn semicolons_tabs_quotes_spaces_and_a_byte_order_mark_are_understood() {
    for text in [
        "x;class\n1;a\n2;a\n",
        "x\tclass\n1\ta\n2\ta\n",
        "\u{feff}x, class\r\n\"1\" , a\r\n2,\"a\"\r\n",
    ] {
        let parts = read_text(text).unwrap();
        assert_eq!(parts.class_names.unwrap(), ["a"]);
        assert_eq!(parts.train.len() + parts.test.len(), 2);
    }
}

#[test]
fn a_ragged_row_is_told_by_its_line() {
    let text = "x,class\n1,a\n2\n3,a\n";
    assert!(
        message(text).contains("t.csv: line 3: expected 2 cells, found 1"),
        "{}",
        message(text)
    );
    assert!(message("x,class\n1,a\n\n2,a,9\n").contains("line 4: expected 2 cells, found 3"));
}

#[test]
fn a_cell_that_is_no_number_is_told_by_line_and_column() {
    for cell in ["abc", "", "nan", "inf", "1e99", "?"] {
        let message = message(&format!("x,class\n1,a\n{cell},a\n"));
        assert!(
            message.contains("line 3: expected a finite number in column `x`"),
            "{message}"
        );
        assert!(message.contains(&format!("found `{cell}`")), "{message}");
    }
}

#[test]
fn a_table_without_header_or_rows_or_features_is_told() {
    assert!(message("").contains("expected a line of column names"));
    assert!(message("x,class\n").contains("expected a line of column names and lines of data"));
    assert!(
        message("5.1,3.5,Iris-setosa\n4.9,3.0,Iris-setosa\n")
            .contains("line 1: expected the names of the columns")
    );
    assert!(message("class\na\na\n").contains("at least two columns"));
}

#[test]
fn a_class_of_one_is_told() {
    assert!(
        message("x,class\n1,a\n2,a\n3,b\n")
            .contains("class `b` has 1 sample(s), expected at least 2")
    );
}

#[test]
fn text_that_is_not_utf8_is_told_by_its_line() {
    let error = parse(Path::new("t.csv"), b"x,class\n1,a\n2,\xff\n", None)
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("line 3: expected UTF-8 text"), "{error}");
}

#[test]
fn a_table_over_the_memory_limit_is_not_parsed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    fs_err::write(&path, format!("x,class\n{}", "1,a\n".repeat(1000))).unwrap();
    let read_within = |limit| {
        let options = LoadOptions {
            memory_limit: Some(limit),
            ..LoadOptions::default()
        };
        let request = Request {
            classes: None,
            options: &options,
            memory: MemoryLimit::of(&options),
        };
        read(&path, &request)
    };
    assert_eq!(read_within(1 << 20).unwrap().train.len(), 800);
    let error = read_within(100_000).err().unwrap();
    assert!(
        matches!(error, Error::TooLarge { limit: 100_000, .. }),
        "{error}"
    );
    assert!(
        error.to_string().contains("a table of 1002 lines"),
        "{error}"
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>(), text in "[a-c0-9.,;\n\"class]{0,60}") {
        let _ = parse(Path::new("t.csv"), &bytes, None);
        let _ = read_text(&text);
        let _ = read_text(&format!("x,class\n{text}"));
    }

    #[test]
    fn what_is_written_is_read(rows in prop::collection::vec((any::<i16>(), 0_u32..3), 1..20)) {
        // Every class twice at least.
        let rows: Vec<_> = rows.iter().chain(&rows).collect();
        let text: String = rows.iter().map(|(x, class)| format!("{x},{class}\n")).collect();
        let parts = read_text(&format!("x,class\n{text}")).unwrap();
        let names = parts.class_names.unwrap();
        let mut back: Vec<(i16, u32)> = Vec::new();
        for split in [&parts.train, &parts.test] {
            for index in 0..split.len() {
                let Sample::Features(&[x]) = split.raw(index) else { unreachable!("a table of one feature") };
                back.push((x as i16, names[split.labels()[index] as usize].parse().unwrap()));
            }
        }
        let mut expected: Vec<_> = rows.into_iter().copied().collect();
        back.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(back, expected);
    }
}
