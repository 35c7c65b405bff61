#![allow(clippy::unwrap_used)]

mod bad;
mod classes;
mod files;
mod pixels;
mod splits;

use std::path::{Path, PathBuf};

use image::{GrayImage, ImageFormat, Luma, Rgb, RgbImage};

use super::*;
use crate::memory::MemoryLimit;
use crate::split::Sample;
use crate::{LoadOptions, SampleShape};

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
        read(&Place::on_disk(self.path()), &request)
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

/// A JPEG of noise.
fn jpeg() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let noisy = RgbImage::from_fn(40, 40, |x, y| {
        Rgb([(x * y) as u8, (x * 7) as u8, (y * 13) as u8])
    });
    noisy.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// Good JPEG files in two classes, and bad ones in the class `bad`.
fn damaged() -> Tree {
    let jpeg = jpeg();
    let tree = Tree::new();
    for split in ["train", "test"] {
        for class in ["bad", "ok"] {
            for index in 0..4 {
                tree.bytes(&format!("{split}/{class}/{index}.jpg"), &jpeg);
            }
        }
    }
    tree.bytes("train/bad/1.jpg", &jpeg[..jpeg.len() / 2])
        .bytes("train/bad/2.jpg", b"")
        .bytes(
            "train/bad/4.jpg",
            b"<!DOCTYPE html><html>403 Forbidden</html>",
        )
        .bytes("train/ok/1.jpg", &[&jpeg[..], b"trailing junk"].concat());
    tree
}
