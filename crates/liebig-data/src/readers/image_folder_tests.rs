#![allow(clippy::unwrap_used)]

use image::{GrayImage, ImageFormat, Luma, Rgb, RgbImage};
use proptest::prelude::*;

use super::*;
use crate::LoadOptions;
use crate::memory::MemoryLimit;
use crate::readers::decode::jpeg_is_cut_short;
use crate::split::Sample;

struct Tree(tempfile::TempDir);

impl Tree {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn place(&self, path: &str) -> PathBuf {
        let path = self.path().join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    fn rgb(&self, path: &str, width: u32, height: u32, colour: [u8; 3]) -> &Self {
        RgbImage::from_pixel(width, height, Rgb(colour))
            .save(self.place(path))
            .unwrap();
        self
    }

    fn gray(&self, path: &str, width: u32, height: u32, level: u8) -> &Self {
        GrayImage::from_pixel(width, height, Luma([level]))
            .save(self.place(path))
            .unwrap();
        self
    }

    fn bytes(&self, path: &str, bytes: &[u8]) -> &Self {
        fs_err::write(self.place(path), bytes).unwrap();
        self
    }

    fn load(&self, options: &LoadOptions) -> Result<Parts, Error> {
        let request = Request {
            classes: None,
            options,
            memory: MemoryLimit::of(options),
        };
        read(self.path(), &request)
    }

    fn read(&self) -> Result<Parts, Error> {
        self.load(&LoadOptions::default())
    }

    fn read_with(&self, image_size: Option<(usize, usize)>, grayscale: Option<bool>) -> Parts {
        self.load(&LoadOptions {
            image_size,
            grayscale,
            ..LoadOptions::default()
        })
        .unwrap()
    }

    fn message(&self) -> String {
        self.read().err().unwrap().to_string()
    }
}

fn pixels(split: &Split, index: usize) -> Vec<u8> {
    match split.raw(index) {
        Sample::Pixels(pixels) => pixels.to_vec(),
        Sample::Features(_) => unreachable!("an image"),
    }
}

/// Train and test with one red and one blue 3x2 image (width x height).
fn two_colours() -> Tree {
    let tree = Tree::new();
    for split in ["train", "test"] {
        tree.rgb(&format!("{split}/red/1.png"), 3, 2, [200, 10, 30]);
        tree.rgb(&format!("{split}/blue/1.png"), 3, 2, [20, 40, 250]);
    }
    tree
}

#[test]
fn planes_rows_and_columns_are_where_they_belong() {
    let tree = two_colours();
    let mut marked = RgbImage::new(3, 2);
    marked.put_pixel(2, 1, Rgb([1, 2, 3])); // x, y
    marked.put_pixel(1, 0, Rgb([4, 5, 6]));
    marked.save(tree.place("train/blue/0.png")).unwrap();
    let parts = tree.read().unwrap();
    assert_eq!(
        parts.train.shape(),
        SampleShape::Image {
            channels: 3,
            height: 2,
            width: 3
        }
    );
    assert_eq!(
        pixels(&parts.train, 0),
        [0, 4, 0, 0, 0, 1, 0, 5, 0, 0, 0, 2, 0, 6, 0, 0, 0, 3]
    );
}

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
fn a_jpeg_and_a_grey_png_are_read_among_colours() {
    let tree = two_colours();
    tree.rgb("train/red/2.jpg", 3, 2, [200, 10, 30])
        .gray("train/red/3.png", 3, 2, 77);
    let parts = tree.read().unwrap();
    let jpeg = pixels(&parts.train, 2);
    for (found, expected) in jpeg.iter().zip([[200; 6], [10; 6], [30; 6]].concat()) {
        assert!(found.abs_diff(expected) < 12, "{jpeg:?}");
    }
    assert_eq!(pixels(&parts.train, 3), [77; 18]);
}

#[test]
fn images_that_are_all_grey_get_one_channel_however_they_are_stored() {
    let tree = Tree::new();
    tree.gray("train/a/1.png", 2, 2, 7)
        .rgb("train/a/2.png", 2, 2, [9, 9, 9])
        .gray("test/a/1.png", 2, 2, 5);
    let parts = tree.read().unwrap();
    assert_eq!(parts.train.shape().to_string(), "1x2x2");
    assert_eq!(
        (pixels(&parts.train, 0), pixels(&parts.train, 1)),
        (vec![7; 4], vec![9; 4])
    );
    assert_eq!(
        tree.read_with(None, Some(false)).train.shape().to_string(),
        "3x2x2"
    );
    assert_eq!(pixels(&tree.read_with(None, Some(false)).train, 0), [7; 12]);
}

#[test]
fn colours_become_grey_if_asked() {
    let parts = two_colours().read_with(None, Some(true));
    assert_eq!(parts.train.shape().to_string(), "1x2x3");
    // 0.299 * 200 + 0.587 * 10 + 0.114 * 30 = 69.1
    assert_eq!(pixels(&parts.train, 1), [69; 6]);
}

#[test]
fn images_are_resized_if_asked_or_if_their_sizes_differ() {
    let tree = two_colours();
    let parts = tree.read_with(Some((4, 5)), None);
    assert_eq!(parts.train.shape().to_string(), "3x4x5");
    assert_eq!(
        pixels(&parts.train, 1),
        [[200; 20], [10; 20], [30; 20]].concat()
    );
    tree.rgb("test/red/2.png", 50, 40, [1, 1, 1]);
    let parts = tree.read().unwrap();
    assert_eq!(parts.train.shape().to_string(), "3x32x32");
    assert_eq!(
        parts.notes,
        ["images of different sizes, all resized to 32x32"]
    );
}

#[test]
fn images_over_the_memory_limit_are_not_decoded() {
    let tree = two_colours();
    // Not an image: decoding it would fail with another error.
    tree.bytes("train/red/9.png", b"x");
    let options = LoadOptions {
        image_size: Some((4096, 4096)),
        memory_limit: Some(200 << 20),
        ..LoadOptions::default()
    };
    let error = tree.load(&options).err().unwrap();
    assert!(
        matches!(
            error,
            Error::TooLarge {
                needed: 251_658_240,
                limit: 209_715_200,
                ..
            }
        ),
        "{error}"
    );
    let text = error.to_string();
    assert!(
        text.contains("5 images of 3x4096x4096: loading needs 240.0 MiB"),
        "{text}"
    );
    assert!(
        text.contains("hint: ask for smaller images with `data.image_size`"),
        "{text}"
    );
}

#[test]
fn a_validation_folder_goes_by_three_names() {
    for name in ["val", "validation", "valid"] {
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
        parts.notes,
        ["no test folder: the validation folder is the test split"]
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
        assert!(found_in(tree.path()));
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
        assert_eq!(
            parts.notes,
            ["no test folder: split 80/20 by class and seed 0"]
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
fn empty_and_unknown_classes_are_told() {
    let tree = two_colours();
    fs_err::create_dir(tree.path().join("train/green")).unwrap();
    assert!(
        tree.message()
            .contains("class `green` has no JPEG or PNG samples"),
        "{}",
        tree.message()
    );
    let tree = two_colours();
    tree.rgb("test/green/1.png", 3, 2, [0; 3]);
    assert!(
        tree.message()
            .contains("class `green` is not in the training split")
    );
    let tree = two_colours();
    fs_err::remove_dir_all(tree.path().join("test/red")).unwrap();
    assert!(
        tree.message()
            .contains("class `red` has no JPEG or PNG samples")
    );
    let tree = Tree::new();
    fs_err::create_dir_all(tree.path().join("train")).unwrap();
    assert!(tree.message().contains("missing class folders"));
}

#[test]
fn other_files_are_left_out_but_other_image_formats_are_told() {
    let tree = two_colours();
    tree.bytes("train/red/notes.txt", b"x")
        .bytes("SHA256SUMS", b"x")
        .bytes("train/red/.1.png", b"x");
    assert_eq!(tree.read().unwrap().train.len(), 2);
    tree.bytes("train/red/2.webp", b"x");
    assert!(
        tree.message()
            .contains("2.webp: not a readable image: `.webp` files cannot be read")
    );
}

#[test]
fn damaged_images_are_told_by_name() {
    let png = |width: u32| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        RgbImage::from_fn(width, 20, |x, y| Rgb([x as u8, y as u8, 3]))
            .write_to(&mut bytes, ImageFormat::Png)
            .unwrap();
        bytes.into_inner()
    };
    let mut absurd = png(20);
    absurd[16..24].fill(0x7f); // width and height of the PNG header
    for bytes in [&b"no image"[..], &[], &png(20)[..60], &absurd] {
        let tree = two_colours();
        tree.bytes("train/red/7.png", bytes);
        let message = tree.message();
        assert!(message.contains("7.png: not a readable image"), "{message}");
    }
}

#[test]
fn a_cut_jpeg_is_told_wherever_it_is_cut() {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let noisy = RgbImage::from_fn(40, 40, |x, y| {
        Rgb([(x * y) as u8, (x * 7) as u8, (y * 13) as u8])
    });
    noisy.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    let bytes = bytes.into_inner();
    assert!(!jpeg_is_cut_short(&bytes));
    assert!(!jpeg_is_cut_short(&[&bytes[..], b"trailing"].concat()));
    for len in [3, 200, bytes.len() / 2, bytes.len() - 1] {
        let tree = Tree::new();
        tree.bytes("train/a/1.jpg", &bytes[..len])
            .bytes("test/a/1.jpg", &bytes);
        let message = tree.message();
        assert!(
            message.contains("1.jpg: not a readable image"),
            "{len}: {message}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>(), kind in 0..3_usize) {
        let magic: [&[u8]; 3] = [b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"];
        let tree = two_colours();
        tree.bytes("train/red/9.jpg", &[magic[kind], &bytes].concat());
        let _ = tree.read();
    }

    #[test]
    fn a_lossless_image_comes_back(width in 1_u32..9, height in 1_u32..9, seed in any::<u8>()) {
        let colour = |x: u32, y: u32, c: u32| (x * 31 + y * 57 + c * 91) as u8 ^ seed;
        let tree = Tree::new();
        let image = RgbImage::from_fn(width, height, |x, y| Rgb([0, 1, 2].map(|c| colour(x, y, c))));
        image.save(tree.place("train/a/1.png")).unwrap();
        image.save(tree.place("test/a/1.png")).unwrap();
        let parts = tree.read_with(None, Some(false));
        let expected: Vec<u8> = (0..3)
            .flat_map(|c| (0..height).flat_map(move |y| (0..width).map(move |x| colour(x, y, c))))
            .collect();
        prop_assert_eq!(pixels(&parts.train, 0), expected);
    }
}
