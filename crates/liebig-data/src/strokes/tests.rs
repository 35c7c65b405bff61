#![allow(clippy::unwrap_used)]
//! What `strokes` promises: determinism, balance, its constants, and how hard it is.

use rand::RngExt;
use rand::seq::SliceRandom;
use rayon::prelude::*;

use super::*;
use crate::split::Sample;
use crate::{Format, Normalization};

fn image(split: &Split, index: usize) -> &[u8] {
    match split.raw(index) {
        Sample::Pixels(pixels) => pixels,
        Sample::Features(_) => unreachable!("strokes are images"),
    }
}

fn distance(a: &[u8], b: &[u8]) -> u32 {
    a.iter()
        .zip(b)
        .map(|(&a, &b)| u32::from(a.abs_diff(b)).pow(2))
        .sum()
}

/// Share of the test samples whose nearest neighbour among `references` has their class.
fn nearest_neighbour_accuracy(
    train: &Split,
    references: &[usize],
    test: &Split,
    queries: usize,
) -> f64 {
    let right = |&query: &usize| {
        let of = |&reference: &usize| distance(image(train, reference), image(test, query));
        let nearest = *references
            .iter()
            .min_by_key(|reference| of(reference))
            .unwrap();
        train.labels()[nearest] == test.labels()[query]
    };
    let right = (0..queries).into_par_iter().filter(right).count();
    right as f64 / queries as f64
}

#[test]
fn it_is_balanced_and_described() {
    let set = draw(SEED).unwrap();
    assert_eq!(
        (set.train.len(), set.test.len(), set.format),
        (TRAIN, TEST, Format::BUILT_IN)
    );
    assert_eq!(
        (set.name.as_str(), set.shape.to_string().as_str()),
        ("strokes", "1x28x28")
    );
    for (split, each) in [(&set.train, TRAIN / 10), (&set.test, TEST / 10)] {
        assert!(
            split
                .class_indices(10)
                .iter()
                .all(|indices| indices.len() == each)
        );
    }
    assert!(set.normalization().known);
    assert_eq!(set.class_names, CLASS_NAMES);
}

#[test]
fn the_constants_are_those_of_the_training_split() {
    let measured = Normalization::of(&split(SEED, "strokes train", TRAIN).unwrap());
    assert!(
        (measured.mean[0] - MEAN).abs() < 5e-5,
        "mean {}",
        measured.mean[0]
    );
    assert!(
        (measured.std[0] - STD).abs() < 5e-5,
        "std {}",
        measured.std[0]
    );
}

#[test]
fn seeds_and_splits_differ_and_threads_do_not_matter() {
    let one = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let three = rayon::ThreadPoolBuilder::new()
        .num_threads(3)
        .build()
        .unwrap();
    let alone = one.install(|| split(5, "strokes train", 60).unwrap());
    assert_eq!(
        alone,
        three.install(|| split(5, "strokes train", 60).unwrap())
    );
    assert_ne!(alone, split(6, "strokes train", 60).unwrap());
    assert_ne!(alone, split(5, "strokes test", 60).unwrap());
    let longer = split(5, "strokes train", 80).unwrap();
    assert_eq!(
        image(&longer, 59),
        image(&alone, 59),
        "a sample does not depend on how many there are"
    );
}

#[test]
fn the_set_never_changes() {
    // Recorded results depend on it: a change here is a new dataset and needs a new name.
    assert_eq!(draw(SEED).unwrap().hash, HASH);
}

#[test]
fn glyphs_are_inside_the_image() {
    // Ink on the outermost ring would be a glyph cut off: allowed, but rarely.
    let split = split(1, "strokes train", 2_000).unwrap();
    let cut = (0..split.len()).filter(|&index| {
        let image = image(&split, index);
        let outermost = |at: usize| at == 0 || at == SIDE - 1;
        let on_edge = |at: usize| outermost(at % SIDE) || outermost(at / SIDE);
        (0..image.len()).any(|at| on_edge(at) && image[at] > 128)
    });
    let share = cut.count() as f64 / split.len() as f64;
    assert!(share < 0.05, "{share} of the images touch the edge");
    let has = |value| (0..split.len()).any(|index| image(&split, index).contains(&value));
    assert!(has(0) && has(255));
}

#[test]
fn one_example_per_class_leaves_clear_room_and_the_whole_set_little() {
    let (train, test) = (
        split(SEED, "strokes train", TRAIN).unwrap(),
        split(SEED, "strokes test", TEST).unwrap(),
    );
    let of_class = train.class_indices(10);
    let mut rng = stream(SEED, "strokes difficulty", 0);
    let draws = 30;
    let few: f64 = (0..draws)
        .map(|_| {
            let chosen: Vec<usize> = of_class
                .iter()
                .map(|class| class[rng.random_range(0..class.len())])
                .collect();
            nearest_neighbour_accuracy(&train, &chosen, &test, TEST)
        })
        .sum::<f64>()
        / f64::from(draws);
    let mut all: Vec<usize> = (0..TRAIN).collect();
    all.shuffle(&mut rng);
    let whole = nearest_neighbour_accuracy(&train, &all, &test, 500);
    eprintln!("1-NN: {few:.3} with one example per class, {whole:.3} with all");
    assert!((0.35..0.60).contains(&few), "one per class: {few}");
    assert!(whole > 0.95, "whole set: {whole}");
}

const HASH: &str = "0e6f4d6e35c5ba8828dbbb3c405b1fda9d8039c2b028fd868ba48715b012233b";
