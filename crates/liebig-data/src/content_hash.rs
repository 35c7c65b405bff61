//! The hash that identifies a dataset's content.

use crate::split::Values;
use crate::{SampleShape, Split};

/// The dataset's hash: see [`Dataset::hash`](crate::Dataset::hash).
pub(crate) fn content_hash(
    shape: SampleShape,
    class_names: &[String],
    splits: [Option<&Split>; 3],
) -> String {
    let mut hash = blake3::Hasher::new_derive_key("liebig dataset content, version 1");
    // Written out here: recorded hashes depend on these bytes, whatever a shape looks like to people.
    let header = match shape {
        SampleShape::Image {
            channels,
            height,
            width,
        } => format!("image {channels}x{height}x{width}\n"),
        SampleShape::Table { features } => format!("table {features}\n"),
    };
    hash.update(header.as_bytes());
    hash_len(&mut hash, class_names.len());
    for name in class_names {
        hash_len(&mut hash, name.len());
        hash.update(name.as_bytes());
    }
    for split in splits {
        hash_len(&mut hash, split.map_or(0, Split::len));
        let Some(split) = split else { continue };
        for label in split.labels() {
            hash.update(&label.to_le_bytes());
        }
        match split.values() {
            Values::Pixels(pixels) => {
                for piece in pixels.pieces() {
                    hash.update(piece);
                }
            }
            Values::Features(features) => {
                for feature in features {
                    hash.update(&feature.to_le_bytes());
                }
            }
        }
    }
    hash.finalize().to_hex().to_string()
}

fn hash_len(hash: &mut blake3::Hasher, len: usize) {
    hash.update(&(len as u64).to_le_bytes());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn split(pixels: &[u8], labels: &[u32]) -> Split {
        let shape = SampleShape::Image {
            channels: 1,
            height: 1,
            width: 1,
        };
        Split::images(shape, pixels.to_vec(), labels.to_vec()).unwrap()
    }

    #[test]
    fn the_hash_sees_every_part_of_the_content() {
        let names =
            |names: &[&str]| -> Vec<String> { names.iter().map(|&name| name.into()).collect() };
        let (a, b) = (split(&[1, 2], &[0, 1]), split(&[3], &[0]));
        let hash = |classes: &[&str], splits| content_hash(a.shape(), &names(classes), splits);
        let base = hash(&["x", "y"], [Some(&a), None, Some(&b)]);
        assert_eq!(base, hash(&["x", "y"], [Some(&a), None, Some(&b)]));
        let others = [
            hash(&["xy", ""], [Some(&a), None, Some(&b)]),
            hash(&["x", "z"], [Some(&a), None, Some(&b)]),
            hash(&["x", "y"], [Some(&b), None, Some(&a)]),
            hash(&["x", "y"], [Some(&a), Some(&b), None]),
            hash(
                &["x", "y"],
                [Some(&split(&[1, 2], &[1, 0])), None, Some(&b)],
            ),
            hash(
                &["x", "y"],
                [Some(&split(&[1, 3], &[0, 1])), None, Some(&b)],
            ),
            content_hash(
                SampleShape::Table { features: 1 },
                &names(&["x", "y"]),
                [Some(&a), None, Some(&b)],
            ),
        ];
        for (index, other) in others.iter().enumerate() {
            assert_ne!(*other, base, "variant {index}");
        }
    }

    #[test]
    fn hashes_never_change() {
        // Recorded results name datasets by their hashes.
        let names = ["x".to_owned(), "y".to_owned()];
        let image = split(&[1, 2], &[0, 1]);
        let shape = SampleShape::Table { features: 2 };
        let table = Split::table(shape, vec![0.5, -1.0, 2.0, 3.5], vec![1, 0]).unwrap();
        assert_eq!(
            content_hash(image.shape(), &names, [Some(&image), None, Some(&image)]),
            IMAGES
        );
        assert_eq!(
            content_hash(shape, &names, [Some(&table), Some(&table), None]),
            TABLES
        );
    }

    const IMAGES: &str = "5f02a1167a37cf731bdebee85b5bc74f7683094580b6fd3bf379cb2b50c9a251";
    const TABLES: &str = "a5b1bf38230cce10a085af90605386a625c0bcc2de994e246b858e287e61ba18";
}
