#![allow(clippy::unwrap_used)]

use std::io::Cursor;
use std::path::PathBuf;

use image::codecs::png::PngEncoder;
use image::{DynamicImage, ExtendedColorType, ImageEncoder, ImageFormat, Rgb as Pixel, RgbImage};
use proptest::prelude::*;

use super::*;

/// The files that PIL wrote, and their names.
fn files() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/images"));
    let mut files = Vec::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.matches('.').count() == 1 && !name.ends_with(".py") {
            files.push((name, fs_err::read(path).unwrap()));
        }
    }
    files.sort();
    files
}

fn file(name: &str) -> Vec<u8> {
    files()
        .into_iter()
        .find(|(file, _)| file == name)
        .unwrap()
        .1
}

/// What PIL read from a file: height, width and interleaved RGB. Its header has three numbers and 255.
fn expected(name: &str) -> (usize, usize, Vec<u8>) {
    let path = format!("{}/tests/images/{name}.ppm", env!("CARGO_MANIFEST_DIR"));
    let bytes = fs_err::read(path).unwrap();
    let text = String::from_utf8_lossy(&bytes[..20]).into_owned();
    let numbers: Vec<usize> = text
        .split_whitespace()
        .skip(1)
        .take(2)
        .map(|n| n.parse().unwrap())
        .collect();
    let [width, height] = numbers[..] else {
        unreachable!("{text}")
    };
    (
        height,
        width,
        bytes[bytes.len() - 3 * width * height..].to_vec(),
    )
}

fn read(bytes: &[u8]) -> Result<Decoded, String> {
    decode(bytes, None, Rgb::default())
}

fn interleaved(picture: &Picture) -> Vec<u8> {
    let picture = picture.to_rgb();
    let len = picture.height * picture.width;
    (0..len)
        .flat_map(|at| [0, 1, 2].map(|channel| picture.pixels[channel * len + at]))
        .collect()
}

fn reason_of(bytes: &[u8]) -> String {
    read(bytes).err().unwrap()
}

#[test]
fn every_kind_is_read_as_pil_reads_it() {
    let files = files();
    assert!(files.len() > 30);
    for (name, bytes) in files {
        let Decoded { picture, facts } =
            read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (height, width, pixels) = expected(&name);
        assert_eq!((picture.height, picture.width), (height, width), "{name}");
        assert_eq!(facts.size, (height, width), "{name}");
        // Decoders of JPEG may round otherwise, and where colours are stored at half the size, fill in otherwise.
        let most = match &name {
            name if name.contains("420") => 8,
            name if name.ends_with(".jpg") => 3,
            _ => 0,
        };
        let found = interleaved(&picture);
        let furthest = found.iter().zip(&pixels).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(furthest.unwrap() <= most, "{name}: {furthest:?}");
    }
}

#[test]
fn how_a_file_was_stored_is_told() {
    for (name, stored) in [
        ("baseline_444.jpg", "JPEG of 8-bit RGB"),
        ("grey.jpg", "JPEG of 8-bit grey"),
        ("ycck.jpg", "JPEG of 8-bit CMYK"),
        ("grey_16.png", "PNG of 16-bit grey"),
        ("one_bit.png", "PNG of 1-bit grey"),
        ("rgba.png", "PNG of 8-bit RGB + alpha"),
        ("grey_alpha.png", "PNG of 8-bit grey + alpha"),
        ("palette_alpha.png", "PNG of 4-bit palette"),
        ("animated.png", "animated PNG of 8-bit RGB (first frame)"),
        (
            "animated.gif",
            "animated GIF of 8-bit palette (first frame)",
        ),
        ("transparent.gif", "GIF of 8-bit palette"),
        ("lossy.webp", "WebP of 8-bit RGB"),
        ("lossless_alpha.webp", "WebP of 8-bit RGB + alpha"),
        ("palette.bmp", "BMP of 8-bit palette"),
        ("cmyk.tif", "TIFF of 8-bit CMYK"),
        ("palette.tif", "TIFF of 8-bit palette"),
        ("grey_16.tif", "TIFF of 16-bit grey"),
        ("pages.tif", "TIFF of 8-bit RGB (first page)"),
        ("one_bit.pbm", "PNM of 1-bit grey"),
        ("rgb.ppm", "PNM of 8-bit RGB"),
    ] {
        let facts = read(&file(name)).unwrap().facts;
        assert_eq!(facts.stored.to_string(), stored, "{name}");
    }
    let animated = read(&file("animated.webp"))
        .unwrap()
        .facts
        .stored
        .to_string();
    assert!(
        animated.starts_with("animated WebP of 8-bit RGB") && animated.ends_with("(first frame)")
    );
}

#[test]
fn transparency_and_orientation_are_told() {
    let facts = |name: &str| read(&file(name)).unwrap().facts;
    for name in [
        "rgba.png",
        "palette_one_transparent.png",
        "transparent.gif",
        "lossy_alpha.webp",
    ] {
        assert!(facts(name).transparent && !facts(name).turned, "{name}");
    }
    for name in [
        "orientation_6.jpg",
        "orientation_5.png",
        "orientation_8.webp",
        "orientation_7.tif",
    ] {
        assert!(!facts(name).transparent && facts(name).turned, "{name}");
    }
    assert!(!facts("orientation_1.jpg").turned && !facts("rgb.bmp").transparent);
}

#[test]
fn the_background_is_the_one_asked_for() {
    let decoded = decode(&file("rgba.png"), None, Rgb([1, 2, 3])).unwrap();
    // The first two rows are fully transparent, and magenta below.
    assert_eq!(
        interleaved(&decoded.picture)[..36 * 3],
        [1, 2, 3].repeat(36)
    );
}

/// A PNG file with an EXIF orientation; its first row is 10, 20, 30 and its second 40, 50, 60.
fn png_turned(orientation: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    let exif = [
        b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0",
        &[orientation, 0, 0, 0, 0, 0, 0, 0][..],
    ]
    .concat();
    encoder.set_exif_metadata(exif).unwrap();
    encoder
        .write_image(&[10, 20, 30, 40, 50, 60], 3, 2, ExtendedColorType::L8)
        .unwrap();
    bytes
}

#[test]
fn all_eight_orientations_are_turned_upright() {
    let cases: [(u8, usize, [u8; 6]); 9] = [
        (1, 2, [10, 20, 30, 40, 50, 60]),
        (2, 2, [30, 20, 10, 60, 50, 40]),
        (3, 2, [60, 50, 40, 30, 20, 10]),
        (4, 2, [40, 50, 60, 10, 20, 30]),
        (5, 3, [10, 40, 20, 50, 30, 60]),
        (6, 3, [40, 10, 50, 20, 60, 30]),
        (7, 3, [60, 30, 50, 20, 40, 10]),
        (8, 3, [30, 60, 20, 50, 10, 40]),
        // Not a value that there is.
        (9, 2, [10, 20, 30, 40, 50, 60]),
    ];
    for (orientation, height, pixels) in cases {
        let bytes = png_turned(orientation);
        assert_eq!(size_of(&bytes).unwrap(), (height, 6 / height));
        let picture = read(&bytes).unwrap().picture;
        assert_eq!((picture.height, picture.width), (height, 6 / height));
        assert_eq!(picture.pixels, pixels, "{orientation}");
        // The size that is asked for is the upright one.
        let picture = decode(&bytes, Some((4, 5)), Rgb::default())
            .unwrap()
            .picture;
        assert_eq!((picture.height, picture.width), (4, 5));
    }
}

#[test]
fn a_turned_image_is_resized_as_its_upright_twin() {
    let turned = decode(&file("orientation_6.jpg"), Some((7, 6)), Rgb::default()).unwrap();
    let upright = RgbImage::from_raw(11, 18, expected("orientation_6.jpg").2).unwrap();
    let mut bytes = Cursor::new(Vec::new());
    upright.write_to(&mut bytes, ImageFormat::Png).unwrap();
    let upright = decode(&bytes.into_inner(), Some((7, 6)), Rgb::default()).unwrap();
    for (a, b) in turned.picture.pixels.iter().zip(&upright.picture.pixels) {
        assert!(a.abs_diff(*b) <= 3);
    }
}

#[test]
fn sixteen_bits_and_colour_keep_their_values() {
    let image =
        image::ImageBuffer::<Pixel<u16>, _>::from_raw(2, 1, vec![0, 128, 129, 65_535, 32_768, 385]);
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(image.unwrap())
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    let picture = read(bytes.get_ref()).unwrap().picture;
    assert_eq!(interleaved(&picture), [0, 0, 1, 255, 128, 1]);
}

/// What a cut file gives: an error, or the very same image if only something after it is missing.
#[test]
fn a_cut_file_never_gives_another_image() {
    for (name, bytes) in files() {
        let whole = read(&bytes).unwrap().picture;
        let mut told = 0;
        for len in 0..bytes.len() {
            match read(&bytes[..len]) {
                Err(reason) => told += usize::from(reason.contains("cut short") || len == 0),
                Ok(cut) => assert_eq!(cut.picture, whole, "{name} cut at {len} of {}", bytes.len()),
            }
        }
        assert!(told > 0, "{name}");
    }
}

#[test]
fn a_cut_jpeg_is_told_wherever_it_is_cut_and_junk_behind_it_is_harmless() {
    for name in [
        "baseline_444.jpg",
        "progressive_420.jpg",
        "restarts.jpg",
        "cmyk.jpg",
        "orientation_6.jpg",
    ] {
        let bytes = file(name);
        for len in 3..bytes.len() {
            assert!(read(&bytes[..len]).is_err(), "{name} cut at {len}");
        }
        let whole = read(&bytes).unwrap().picture;
        for junk in [
            &b"trailing junk"[..],
            b"\xff\xda",
            b"\xff\xd8\xff\xda\0\0",
            &[0; 100],
        ] {
            let picture = read(&[&bytes[..], junk].concat()).unwrap().picture;
            assert_eq!(picture, whole, "{name}");
        }
    }
}

/// A file with some of its bytes replaced.
fn patched(name: &str, at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = file(name);
    file[at..at + bytes.len()].copy_from_slice(bytes);
    file
}

#[test]
fn absurd_sizes_are_refused_before_anything_is_decoded() {
    let jpeg = file("baseline_444.jpg");
    let frame = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap()
        + 5;
    // The checksum behind the header's chunk.
    let mut png = patched("rgba.png", 16, &[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let mut sum = flate2::Crc::new();
    sum.update(&png[12..29]);
    png[29..33].copy_from_slice(&sum.sum().to_be_bytes());
    let wide = 40_000_u32.to_le_bytes();
    let absurd = [
        patched("baseline_444.jpg", frame, &[0xff, 0, 0xff, 0]),
        png,
        patched("transparent.gif", 6, &[0xff, 0xff, 0xff, 0xff]),
        patched("lossy_alpha.webp", 24, &[0x2f, 0x75, 0, 0x2f, 0x75, 0]),
        patched("rgb.bmp", 18, &[&wide[..], &wide].concat()),
        b"P6 40000 40000 255\n123".to_vec(),
    ];
    for bytes in absurd {
        let reason = reason_of(&bytes);
        assert!(reason.contains("178956970"), "{reason}");
    }
    // Fewer pixels, but of many bytes each.
    let reason = reason_of(
        b"P7\nWIDTH 13000\nHEIGHT 13000\nDEPTH 4\nMAXVAL 65535\nTUPLTYPE RGB_ALPHA\nENDHDR\n",
    );
    assert!(
        reason.contains("13000x13000 pixels take") && reason.contains("768.0 MiB"),
        "{reason}"
    );
}

#[test]
fn what_is_no_image_is_refused_with_what_it_is() {
    assert_eq!(reason_of(b""), "an empty file (0 bytes)");
    assert_eq!(reason_of(b"P5 0 7 255\n"), "0x7 pixels");
    assert_eq!(
        reason_of(b"<!DOCTYPE html><html>403</html>"),
        "an HTML page"
    );
    assert!(reason_of(b"\0\0\0\x18ftypheic").contains("HEIC images cannot be read"));
    let two_channels = {
        let jpeg = file("baseline_444.jpg");
        let frame = jpeg
            .windows(2)
            .position(|pair| pair == [0xff, 0xc0])
            .unwrap();
        patched("baseline_444.jpg", frame + 9, &[2])
    };
    assert!(reason_of(&two_channels).contains("2 components"));
    // A TIFF file of grey with alpha, made of the one with 16 bits by what its tags say.
    let tiff = file("grey_16.tif");
    let tag = tiff
        .windows(4)
        .position(|tag| tag == [0x02, 0x01, 3, 0])
        .unwrap();
    let reason = reason_of(&patched("grey_16.tif", tag + 8, &[12, 0]));
    assert!(
        reason.contains("a TIFF of 1 sample(s) of 12 bits a pixel"),
        "{reason}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn damaged_files_are_read_or_refused(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        keep in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let files = files();
        let (name, mut bytes) = files[which.index(files.len())].clone();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(keep) = keep {
            bytes.truncate(keep.index(bytes.len()));
        }
        match decode(&bytes, Some((8, 8)), Rgb::default()) {
            Ok(decoded) => prop_assert_eq!(decoded.picture.pixels.len(), 64 * decoded.picture.channels),
            // The words for a decoder that panicked.
            Err(reason) => prop_assert!(!reason.contains("does not expect"), "{}: {}", name, reason),
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>(), kind in 0..8_usize) {
        let magic: [&[u8]; 8] = [
            b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", b"GIF89a", b"RIFF\xff\0\0\0WEBPVP8 ",
            b"BM\0\0\0\0\0\0\0\0\0\0\0\0\x28", b"II*\0\x08\0\0\0", b"P6\n",
        ];
        if let Err(reason) = read(&[magic[kind], &bytes].concat()) {
            prop_assert!(!reason.contains("does not expect"), "{}", reason);
        }
    }
}
