use super::*;

#[test]
fn what_is_not_in_the_set_is_counted_and_named_in_one_line() {
    let tree = two_colours();
    tree.bytes("train/.DS_Store", b"x")
        .bytes("train/red/._1.png", b"\0\x05\x16\x07")
        .bytes("train/red/Thumbs.db", b"x")
        .bytes("train/red/notes.txt", b"x")
        .bytes("train/red/phone.HEIC", b"\0\0\0\x18ftypheic")
        .bytes("train/red/unnamed", b"no image")
        .bytes("SHA256SUMS", b"x")
        .rgb("train/.ipynb_checkpoints/1.png", 9, 9, [0; 3])
        .rgb("train/red/.cache/1.png", 9, 9, [0; 3])
        .rgb("train/red/__MACOSX/1.png", 9, 9, [0; 3])
        .rgb("annotations/1.png", 9, 9, [0; 3])
        .rgb("train/loose.png", 9, 9, [0; 3])
        .rgb("loose.png", 9, 9, [0; 3]);
    let parts = tree.read().unwrap();
    assert_eq!((parts.train.len(), parts.test.len()), (2, 2));
    let skipped = parts
        .notes
        .iter()
        .filter(|note| note.kind == NoteKind::Skipped);
    let texts: Vec<&str> = skipped.map(|note| note.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "2 images outside the class folders (loose.png, train/loose.png), \
          1 folder beside the splits (annotations), \
          1 image of a kind that cannot be read (train/red/phone.HEIC), \
          2 hidden folders (train/.ipynb_checkpoints, train/red/.cache), \
          2 hidden files (train/.DS_Store, train/red/._1.png), \
          2 system files (train/red/__MACOSX, train/red/Thumbs.db), \
          3 other files (SHA256SUMS, train/red/notes.txt, train/red/unnamed)"
        ]
    );
    for index in 0..9 {
        tree.bytes(&format!("train/red/{index}.txt"), b"x");
    }
    let parts = tree.read().unwrap();
    let named = "12 other files (SHA256SUMS, train/red/0.txt, train/red/1.txt, train/red/2.txt, train/red/3.txt and 7 more)";
    assert!(
        parts.texts().iter().any(|text| text.ends_with(named)),
        "{:?}",
        parts.texts()
    );
}

#[test]
fn the_content_decides_what_is_an_image() {
    let tree = two_colours();
    let bytes = |kind: ImageFormat| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let image = RgbImage::from_pixel(3, 2, Rgb([7, 7, 200]));
        image.write_to(&mut bytes, kind).unwrap();
        bytes.into_inner()
    };
    // Also where the name says another kind or none.
    for (name, kind) in [
        ("2.JPG", ImageFormat::Png),
        ("3.Bmp", ImageFormat::Bmp),
        ("4.gif", ImageFormat::Gif),
        ("5.WEBP", ImageFormat::WebP),
        ("6.tif", ImageFormat::Tiff),
        ("7.ppm", ImageFormat::Pnm),
        ("8", ImageFormat::Png),
        ("9.0001", ImageFormat::Gif),
        ("A.heic", ImageFormat::Bmp),
        ("B.png~", ImageFormat::WebP),
    ] {
        tree.bytes(&format!("train/red/{name}"), &bytes(kind));
    }
    let parts = tree.read().unwrap();
    assert_eq!(parts.train.len(), 12);
    let expected = [[7; 6], [7; 6], [200; 6]].concat();
    for index in 2..12 {
        assert_eq!(pixels(&parts.train, index), expected, "{index}");
    }
    assert_eq!(
        parts.texts(),
        [
            "6 PNG of 8-bit RGB, 2 GIF of 8-bit palette, 2 WebP of 8-bit RGB, 2 BMP of 8-bit RGB, \
          1 TIFF of 8-bit RGB, 1 PNM of 8-bit RGB"
        ]
    );
}

#[cfg(unix)]
#[test]
fn links_that_lead_back_are_harmless() {
    use std::os::unix::fs::symlink;
    let tree = two_colours();
    symlink(tree.path(), tree.path().join("train/red/loop")).unwrap();
    symlink("..", tree.path().join("train/red/up")).unwrap();
    symlink(".", tree.path().join("train/red/self")).unwrap();
    symlink(tree.path().join("train"), tree.path().join("train/back")).unwrap();
    symlink(
        tree.path().join("nowhere"),
        tree.path().join("train/dangling"),
    )
    .unwrap();
    let parts = tree.read().unwrap();
    assert_eq!((parts.train.len(), parts.test.len()), (2, 2));
    assert_eq!(parts.class_names.as_ref().unwrap()[..], ["blue", "red"]);
    assert!(
        parts
            .texts()
            .iter()
            .any(|text| text.contains("1 link to a folder above it (train/back)"))
    );
    // A link to an image is an image, and one that leads nowhere is a bad file.
    symlink(
        tree.path().join("test/red/1.png"),
        tree.path().join("train/red/7.png"),
    )
    .unwrap();
    assert_eq!(tree.read().unwrap().train.len(), 3);
    symlink(
        tree.path().join("nowhere"),
        tree.path().join("train/red/8.png"),
    )
    .unwrap();
    assert!(
        tree.message().contains("train/red/8.png: entity not found"),
        "{}",
        tree.message()
    );
}
