#![allow(clippy::unwrap_used)]
use liebig_data::{Normalization, SampleShape, Space};

use super::image::Image;
use super::operation::{Kind, Operation, strength};
use super::policy::{SUB_POLICIES, draw};
use crate::augment::Augmentation;
use crate::augment::matching_tests::reader::Reference;
use crate::augment::planes::Planes;

const GREY: Planes = Planes {
    channels: 1,
    height: 2,
    width: 3,
};

/// What an operation makes of a grey image of 2x3 pixels.
fn of_grey(kind: Kind, strength: f64, pixels: [u8; 6]) -> Vec<u8> {
    of(GREY, kind, strength, &pixels)
}

fn of(planes: Planes, kind: Kind, strength: f64, pixels: &[u8]) -> Vec<u8> {
    let mut pixels = pixels.to_vec();
    let mut image = Image {
        planes,
        pixels: &mut pixels,
    };
    Operation { kind, strength }.apply(&mut image);
    pixels
}

#[test]
fn operations_on_values_are_those_of_their_definitions() {
    let pixels = [0, 10, 100, 128, 200, 255];
    let made = |kind, strength| of_grey(kind, strength, pixels);
    assert_eq!(made(Kind::Invert, 0.0), [255, 245, 155, 127, 55, 0]);
    assert_eq!(made(Kind::Posterize, 4.0), [0, 0, 96, 128, 192, 240]);
    assert_eq!(made(Kind::Posterize, 8.0), pixels);
    assert_eq!(made(Kind::Solarize, 128.0), [0, 10, 100, 127, 55, 0]);
    assert_eq!(made(Kind::Solarize, 255.0), [0, 10, 100, 128, 200, 0]);
    assert_eq!(made(Kind::Brightness, 0.5), [0, 5, 50, 64, 100, 127]);
    assert_eq!(made(Kind::Brightness, 1.9), [0, 19, 190, 243, 255, 255]);
    // The mean is 115.5.
    assert_eq!(made(Kind::Contrast, 0.5), [57, 62, 107, 121, 157, 185]);
    assert_eq!(made(Kind::Contrast, 2.0), [0, 0, 84, 140, 255, 255]);
    // Grey has no colour, and 2x3 pixels have no inside.
    assert_eq!(made(Kind::Color, 0.1), pixels);
    assert_eq!(made(Kind::Sharpness, 0.1), pixels);
    let narrow = [50, 60, 70, 80, 90, 100];
    assert_eq!(
        of_grey(Kind::AutoContrast, 0.0, narrow),
        [0, 51, 102, 153, 204, 255]
    );
    assert_eq!(of_grey(Kind::AutoContrast, 0.0, [7; 6]), [7; 6]);
    assert_eq!(of_grey(Kind::Equalize, 0.0, narrow), narrow);
}

#[test]
fn color_takes_pixels_towards_their_grey() {
    let planes = Planes {
        channels: 3,
        height: 1,
        width: 2,
    };
    // Red and white: 0.2989 * 200 is 59.78.
    let pixels = [200, 255, 0, 255, 0, 255];
    assert_eq!(
        of(planes, Kind::Color, 0.0, &pixels),
        [59, 254, 59, 254, 59, 254]
    );
    assert_eq!(of(planes, Kind::Color, 1.0, &pixels), pixels);
}

#[test]
fn sharpness_takes_the_middle_towards_its_neighbourhood() {
    let planes = Planes {
        channels: 1,
        height: 3,
        width: 3,
    };
    let mut pixels = [10; 9];
    pixels[4] = 140;
    // (8 * 10 + 5 * 140) / 13 is 60.
    let made = |factor| of(planes, Kind::Sharpness, factor, &pixels)[4];
    assert_eq!(
        (made(0.0), made(0.5), made(1.0), made(1.5)),
        (60, 100, 140, 180)
    );
}

#[test]
fn pixels_move_and_what_comes_from_outside_is_black() {
    let pixels = [1, 2, 3, 4, 5, 6];
    let made = |kind, strength| of_grey(kind, strength, pixels);
    assert_eq!(made(Kind::TranslateX, 1.0), [0, 1, 2, 0, 4, 5]);
    assert_eq!(made(Kind::TranslateX, -2.0), [3, 0, 0, 6, 0, 0]);
    assert_eq!(made(Kind::TranslateY, 1.0), [0, 0, 0, 1, 2, 3]);
    assert_eq!(made(Kind::Rotate, 180.0), [6, 5, 4, 3, 2, 1]);
    // Columns come from 0.2, 0.6 and 1 rows further down.
    assert_eq!(made(Kind::ShearY, 0.4), [1, 5, 6, 4, 0, 0]);
    let square = Planes {
        channels: 2,
        height: 2,
        width: 2,
    };
    let turned = of(square, Kind::Rotate, 90.0, &[1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(turned, [2, 4, 1, 3, 6, 8, 5, 7]);
}

#[test]
fn strengths_are_those_of_ten_levels() {
    let planes = Planes {
        channels: 3,
        height: 32,
        width: 64,
    };
    let at = |kind, level, sign| strength(kind, level, planes, sign);
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}");
    near(at(Kind::Rotate, 9, -1.0), -30.0);
    near(at(Kind::ShearY, 3, 1.0), 0.1);
    near(at(Kind::Brightness, 9, 1.0), 1.9);
    near(at(Kind::Color, 0, -1.0), 1.0);
    // 150 / 331 of 32 is 14.5, of 64 it is 29.0; without fraction, in both directions.
    near(at(Kind::TranslateY, 9, -1.0), -14.0);
    near(at(Kind::TranslateX, 9, 1.0), 29.0);
    let bits: Vec<f64> = (0..10)
        .map(|level| at(Kind::Posterize, level, 1.0))
        .collect();
    assert_eq!(bits, [8.0, 8.0, 7.0, 7.0, 6.0, 6.0, 5.0, 5.0, 4.0, 4.0]);
    near(at(Kind::Solarize, 0, 1.0), 255.0);
    near(at(Kind::Solarize, 9, 1.0), 0.0);
}

/// Pillow rounds otherwise where it multiplies.
#[test]
fn operations_agree_with_pillow() {
    let reference = Reference::read("auto_augment");
    let mut compared = 0;
    for (name, (_, expected)) in &reference.entries {
        let [image, kind, strength] = name.split('/').collect::<Vec<_>>()[..] else {
            continue;
        };
        let (shape, pixels) = &reference.entries[image];
        let [channels, height, width] = shape[..] else {
            unreachable!("{shape:?}")
        };
        let planes = Planes {
            channels,
            height,
            width,
        };
        let mut kinds = SUB_POLICIES.iter().flatten().map(|part| part.0);
        let kind = kinds.find(|known| format!("{known:?}") == kind).unwrap();
        let pixels: Vec<u8> = pixels.iter().map(|&value| value as u8).collect();
        let made = of(planes, kind, strength.parse().unwrap(), &pixels);
        let allowed = match kind {
            Kind::AutoContrast
            | Kind::Brightness
            | Kind::Color
            | Kind::Contrast
            | Kind::Sharpness => 1.0,
            _ => 0.0,
        };
        for (place, (made, expected)) in made.iter().zip(expected).enumerate() {
            let off = (f32::from(*made) - expected).abs();
            assert!(off <= allowed, "{name} at {place}: {made}, not {expected}");
        }
        assert_ne!(made, pixels, "{name} changes something");
        compared += 1;
    }
    assert_eq!(compared, 2 * 17 - 2);
}

#[test]
fn sub_policies_are_drawn_equally_often_and_their_parts_by_their_probabilities() {
    let planes = Planes {
        channels: 3,
        height: 32,
        width: 32,
    };
    let mut rng = liebig_data::stream(0, "test", 0);
    let draws: Vec<Vec<Operation>> = (0..25_000).map(|_| draw(planes, &mut rng)).collect();
    let count = |kind: Kind| {
        draws
            .iter()
            .flatten()
            .filter(|drawn| drawn.kind == kind)
            .count()
    };
    for kind in [
        Kind::Posterize,
        Kind::Rotate,
        Kind::Invert,
        Kind::TranslateY,
        Kind::Equalize,
    ] {
        let parts = SUB_POLICIES.iter().flatten().filter(|part| part.0 == kind);
        let expected: f64 = parts.map(|part| 1000.0 * part.1).sum();
        let found = count(kind) as f64;
        assert!(
            (found - expected).abs() < 5.0 * expected.sqrt(),
            "{kind:?}: {found}, not {expected}"
        );
    }
    let turns = draws
        .iter()
        .flatten()
        .filter(|drawn| drawn.kind == Kind::Rotate);
    let left = turns.clone().filter(|drawn| drawn.strength > 0.0).count();
    assert!((250..450).contains(&left) && turns.count() - left > 250);
}

#[test]
fn a_batch_is_changed_alike_in_bytes_and_comes_back_into_its_space() {
    let shape = SampleShape::Image {
        channels: 1,
        height: 4,
        width: 5,
    };
    let space = Space::from(Normalization {
        mean: vec![0.3],
        std: vec![0.5],
        known: false,
    });
    let bytes: Vec<u8> = (0..20).map(|place| 12 * place + 3).collect();
    let mut values: Vec<f32> = bytes.iter().map(|&byte| f32::from(byte) / 255.0).collect();
    space.enter(shape, &mut values).unwrap();
    let (mut same, mut changed) = (0, 0);
    for seed in 0..60 {
        let batch = || {
            let mut rng = liebig_data::stream(seed, "test", 0);
            let augmentation: Augmentation = "autoaugment".parse().unwrap();
            augmentation
                .batch(values.repeat(3), shape, &space, &mut rng)
                .unwrap()
        };
        let made = batch();
        assert_eq!(batch(), made);
        assert_eq!(made[..20], made[20..40]);
        assert_eq!(made[..20], made[40..]);
        let mut raw = made[..20].to_vec();
        space.leave(shape, &mut raw).unwrap();
        let whole = |value: &f32| (255.0 * value - (255.0 * value).round()).abs() < 1e-3;
        assert!(raw.iter().all(whole), "{raw:?}");
        let back: Vec<u8> = raw
            .iter()
            .map(|value| (255.0 * value).round() as u8)
            .collect();
        match back == bytes {
            true => same += 1,
            false => changed += 1,
        }
    }
    assert!(same > 3 && changed > 20, "{same} and {changed}");
}
