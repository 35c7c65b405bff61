#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::split::Sample;
use crate::{LoadOptions, SampleShape};

fn read_text(text: &str) -> Result<Parts, Error> {
    parse("t.csv", text.as_bytes(), &LoadOptions::default())
}

fn read_with(text: &str, label_column: &str) -> Result<Parts, Error> {
    let options = LoadOptions {
        label_column: Some(label_column.into()),
        ..LoadOptions::default()
    };
    parse("t.csv", text.as_bytes(), &options)
}

fn message(text: &str) -> String {
    read_text(text).err().unwrap().to_string()
}

/// Ten rows, classes `b` and `a` in turn.
fn table() -> String {
    let row = |i: i32| format!("{},{},{}\n", -i, 10 * i, if i % 2 == 0 { "b" } else { "a" });
    std::iter::once("x,y2,kind\n".to_owned())
        .chain((0..10).map(row))
        .collect()
}

/// Every row as numbers, training rows first.
fn rows(parts: &Parts) -> Vec<Vec<f32>> {
    let splits = [&parts.train, &parts.test];
    let all = splits
        .into_iter()
        .flat_map(|split| (0..split.len()).map(|row| split.raw(row)));
    all.map(|sample| match sample {
        Sample::Features(features) => features.to_vec(),
        Sample::Pixels(_) => unreachable!("a table"),
    })
    .collect()
}

#[test]
fn the_column_of_words_is_the_label_and_classes_are_sorted() {
    let parts = read_text(&table()).unwrap();
    assert_eq!(parts.class_names.as_deref().unwrap(), ["a", "b"]);
    assert_eq!((parts.train.len(), parts.test.len()), (8, 2));
    let of_class: Vec<usize> = parts.test.class_indices(2).iter().map(Vec::len).collect();
    assert_eq!(of_class, [1, 1]);
    let labels = parts.train.labels().iter().chain(parts.test.labels());
    for (row, label) in rows(&parts).iter().zip(labels) {
        assert_eq!(row[1], -10.0 * row[0]);
        let even = row[0] % 2.0 == 0.0;
        assert_eq!(*label, u32::from(even), "labels stay with their rows");
    }
    assert_eq!(
        parts.texts(),
        [
            "label column `kind`",
            "split 80/20 by class and seed 0",
            "columns that look like row numbers, not like features: `y2`",
        ]
    );
}

#[test]
fn a_usual_name_is_the_label_wherever_it_stands_and_numbers_sort_by_value() {
    let parts = read_text("Class,x\n10,1\n9,2\n10.0,3\n9,4\n").unwrap();
    assert_eq!(parts.class_names.unwrap(), ["9", "10"]);
    assert_eq!(parts.train.shape(), SampleShape::Table { features: 1 });
}

#[test]
fn a_label_column_may_be_named_numbered_or_at_an_end() {
    let text = "x,class,z\n1,1,0\n2,2,0\n3,1,1\n4,2,1\n1,1,0\n";
    for asked in ["z", "3", "last"] {
        let parts = read_with(text, asked).unwrap();
        assert_eq!(parts.class_names.unwrap(), ["0", "1"]);
        assert_eq!(parts.encoding.unwrap().label, "z");
    }
    let first = "class,x\n1,1\n2,2\n1,3\n2,4\n";
    assert_eq!(
        read_with(first, "first").unwrap().encoding.unwrap().label,
        "class"
    );
    for asked in ["w", "0", "4"] {
        let error = read_with(text, asked).err().unwrap().to_string();
        let expected = format!("no column `{asked}`; its columns are x, class, z");
        assert!(error.contains(&expected), "{error}");
    }
}

#[test]
fn unclear_labels_are_told() {
    assert!(message("x,z\n1,2\n3,4\n").contains("no column looks like a label"));
    let two = "more than one column looks like a label: ";
    assert!(message("class,label\n1,2\n3,4\n").contains(&format!("{two}class, label")));
    assert!(message("u,v\na,b\na,c\n").contains(&format!("{two}u, v")));
    let ends = "x,z,v\n1,2.5,0\n2,1.5,1\n1,2.5,0\n2,1.5,1\n";
    assert!(message(ends).contains(&format!("{two}x, v")));
}

#[test]
fn semicolons_tabs_bars_quotes_spaces_and_a_byte_order_mark_are_understood() {
    for text in [
        "x;class\n1;a\n2;b\n3;a\n4;b\n",
        "x\tclass\n1\ta\n2\tb\n3\ta\n4\tb\n",
        "x|class\n1|a\n2|b\n3|a\n4|b\n",
        "\u{feff}x, class\r\n\"1\" , a\r\n2,\"b\"\r\n3,a\r\n4,b",
        "x,class\r1,a\r2,b\r3,a\r4,b\r",
        "sep=,\r\nx,class\r\n1,a\r\n2,b\r\n3,a\r\n4,b\r\n",
    ] {
        let parts = read_text(text).unwrap();
        assert_eq!(parts.class_names.as_deref().unwrap(), ["a", "b"], "{text}");
        let mut rows = rows(&parts);
        rows.sort_by(|a, b| a[0].total_cmp(&b[0]));
        assert_eq!(rows, [[1.0], [2.0], [3.0], [4.0]], "{text}");
    }
}

#[test]
fn a_table_without_a_header_has_numbered_columns() {
    let text = "5.1,Iris-a\n4.9,Iris-b\n5.1,Iris-a\n4.9,Iris-b\n";
    let parts = read_text(text).unwrap();
    assert_eq!(parts.train.len() + parts.test.len(), 4);
    assert_eq!(parts.encoding.as_ref().unwrap().label, "2");
    assert!(
        parts
            .texts()
            .contains(&"no line of column names: columns are called by their numbers from 1")
    );
    // All cells of the first line are found again below.
    let text = "u,p\nv,q\nu,p\nv,q\nu,q\n";
    let parts = read_with(text, "last").unwrap();
    assert_eq!(parts.train.len() + parts.test.len(), 5);
    // Numbers as names: the word above a column of numbers decides.
    let text = "label,0,1\n7,3,5\n8,3,5\n7,4,5\n8,4,6\n";
    let parts = read_text(text).unwrap();
    assert_eq!(parts.encoding.unwrap().columns[1].name(), "1");
    assert_eq!(parts.train.len() + parts.test.len(), 4);
}

#[test]
fn columns_get_names_of_their_own() {
    let text = ",x,x,class\n0,1,5,a\n1,2,5,b\n2,3,6,a\n3,4,6,b\n";
    let parts = read_text(text).unwrap();
    let names: Vec<&str> = parts
        .encoding
        .as_ref()
        .unwrap()
        .columns
        .iter()
        .map(|column| column.name())
        .collect();
    assert_eq!(names, ["Unnamed: 0", "x", "x.1"]);
    assert!(
        parts
            .texts()
            .iter()
            .any(|text| text.contains("look like row numbers, not like features: `Unnamed: 0`"))
    );
}

#[test]
fn a_ragged_row_is_told_by_its_line_or_left_out() {
    let text = "x,class\n1,a\n2\n3,a\n";
    assert!(
        message(text).contains("t.csv: line 3: expected 2 cells, found 1"),
        "{}",
        message(text)
    );
    assert!(message("x,class\n1,a\n\n2,a,9\n").contains("line 4: expected 2 cells, found 3"));
    let options = LoadOptions {
        skip_bad: true,
        ..LoadOptions::default()
    };
    let text = "x,class\n1,a\n2\n3,b\nx,b\n4,a\n5,\n6,b\n";
    let parts = parse("t.csv", text.as_bytes(), &options).unwrap();
    assert_eq!(parts.train.len() + parts.test.len(), 4);
    let texts = parts.texts();
    for expected in [
        "1 row(s) with another number of cells, the first line 3",
        "1 row(s) without a label in column `class`, the first line 7",
        "1 row(s) without a finite number in column `x`, the first line 5: `x`",
    ] {
        assert!(texts.contains(&expected), "{texts:?}");
    }
}

#[test]
fn a_cell_that_is_no_number_is_told_by_line_and_column() {
    for cell in ["abc", "inf", "1e99", "1.2.3"] {
        let message = message(&format!("x,class\n1,a\n2,b\n3,a\n{cell},b\n"));
        assert!(
            message.contains("line 5: expected a finite number in column `x`"),
            "{message}"
        );
        assert!(message.contains(&format!("found `{cell}`")), "{message}");
    }
}

#[test]
fn numbers_that_can_be_read_in_two_ways_are_refused_or_named() {
    let text = "x,class\n\"1,234\",a\n\"2,345\",b\n\"3,456\",a\n\"1,000\",b\n";
    assert!(message(text).contains("line 2: expected numbers without separators between groups of digits in column `x`, found `1,234`"));
    let text = "x;class\n1,5;a\n2.5;b\n3,5;a\n1,0;b\n";
    assert!(
        message(text)
            .contains("line 2: expected decimal points only or decimal commas only in column `x`")
    );
    let text = "x;class\n1,234;a\n2,345;b\n3,456;a\n1,000;b\n";
    let parts = read_text(text).unwrap();
    assert!(
        parts
            .texts()
            .iter()
            .any(|text| text.starts_with("every number with a comma has three digits after it"))
    );
    assert!(rows(&parts).contains(&vec![1.234]));
}

#[test]
fn a_table_without_rows_or_features_is_told() {
    assert!(message("").contains("line 1: expected a line of column names"));
    assert!(message("x,class\n").contains("expected a line of column names and lines of data"));
    assert!(message("class\na\na\n").contains("at least two columns"));
    assert!(message("x,class\n,a\n,b\n,a\n,b\n").contains("no column can be a feature"));
}

#[test]
fn a_class_of_one_is_told() {
    assert!(
        message("x,class\n1,a\n2,a\n3,b\n")
            .contains("t.csv: column `class`: class `b` has 1 sample(s), expected at least 2")
    );
}

#[test]
fn texts_in_other_encodings_are_read_and_bytes_are_refused() {
    let parts = parse(
        "t.csv",
        b"x,class\n1,a\n2,\xe4\n3,a\n4,\xe4\n",
        &LoadOptions::default(),
    )
    .unwrap();
    assert_eq!(parts.class_names.as_deref().unwrap(), ["a", "ä"]);
    assert!(
        parts.texts()[0].contains("Windows-1252"),
        "{:?}",
        parts.texts()
    );
    let utf16: Vec<u8> = "\u{feff}x;class\r\n1,5;a\r\n2;b\r\n3;a\r\n4;b\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let parts = parse("t.csv", &utf16, &LoadOptions::default()).unwrap();
    assert!(rows(&parts).contains(&vec![1.5]));
    let error = parse("t.csv", b"PK\0\0", &LoadOptions::default());
    assert!(
        error
            .err()
            .unwrap()
            .to_string()
            .contains("expected a table of text, found byte 2 is zero")
    );
}

#[test]
fn a_table_over_the_memory_limit_is_not_parsed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    fs_err::write(&path, format!("x,class\n{}", "1,a\n2,b\n".repeat(500))).unwrap();
    let read_within = |limit| {
        let options = LoadOptions {
            memory_limit: Some(limit),
            ..LoadOptions::default()
        };
        let request = Request {
            classes: None,
            options: &options,
            memory: crate::memory::MemoryLimit::of(&options),
        };
        read(&Place::on_disk(&path), &request)
    };
    assert_eq!(read_within(1 << 20).unwrap().train.len(), 800);
    let error = read_within(20_000).err().unwrap();
    assert!(
        matches!(error, Error::TooLarge { limit: 20_000, .. }),
        "{error}"
    );
    assert!(
        error.to_string().contains("a table of 1002 lines"),
        "{error}"
    );
}

#[test]
fn many_rows_are_read_in_blocks_as_if_at_once() {
    let count = 10_000;
    let row = |i: u32| format!("{i},t{},{}\n", i % 7, i % 2);
    let text: String = std::iter::once("n,text,class\n".to_owned())
        .chain((0..count).map(row))
        .collect();
    let parts = read_text(&text).unwrap();
    let mut rows = rows(&parts);
    rows.sort_by(|a, b| a[0].total_cmp(&b[0]));
    for (number, row) in rows.iter().enumerate() {
        assert_eq!(row[0], number as f32);
        let hot: Vec<f32> = (0..7)
            .map(|text| f32::from(u8::from(number % 7 == text)))
            .collect();
        assert_eq!(row[1..], hot);
    }
}

/// Texts that have to be quoted, numbers and blanks.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c;,\"\t|äß ]{1,6}",
        (-1000_i32..1000).prop_map(|value| (f64::from(value) / 8.0).to_string()),
        Just(String::new()),
    ]
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>(), text in "[a-c0-9.,;\n\"class]{0,60}") {
        let options = LoadOptions::default();
        let _ = parse("t.csv", &bytes, &options);
        let _ = read_text(&text);
        let _ = read_text(&format!("x,class\n{text}"));
    }

    #[test]
    fn cells_are_split_as_they_were_written(
        cells in prop::collection::vec((cell(), cell(), cell()), 1..12),
        delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
        end in prop::sample::select(vec!["\n", "\r\n"]),
    ) {
        let line = |(a, b, c): &(String, String, String)| {
            [a, b, c].map(|cell| quoted(cell)).join(&delimiter.to_string()) + end
        };
        let header = ("first name".to_owned(), "second".to_owned(), "third".to_owned());
        let text: String = std::iter::once(&header).chain(&cells).map(line).collect();
        let memory = crate::memory::MemoryLimit::NONE;
        let name = if delimiter == '\t' { "t.tsv" } else { "t.csv" };
        let grid = Grid::read(&Place::on_disk(name), text.into_bytes(), false, memory).unwrap();
        // A header may look like data if every cell is a word.
        let skipped = usize::from(grid.names[0] == "1");
        prop_assert_eq!(grid.len(), cells.len() + skipped);
        for (row, (a, b, c)) in cells.iter().enumerate() {
            for (column, cell) in [a, b, c].into_iter().enumerate() {
                prop_assert_eq!(grid.cell(row + skipped, column), cell.trim());
            }
            prop_assert_eq!(grid.line(row + skipped), row as u64 + 2);
        }
    }

    #[test]
    fn what_is_written_is_read(rows in prop::collection::vec((any::<i16>(), 0_u32..3), 1..20)) {
        // Every class twice at least, and two classes at least.
        let two = [(0_i16, 0_u32), (0, 1)];
        let rows: Vec<_> = rows.iter().chain(&rows).chain(&two).chain(&two).collect();
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
