#![allow(clippy::unwrap_used)]
use std::sync::Arc;

use liebig_data::Whitening;
use liebig_nn::Sgd;

use super::*;
use crate::artefact::Artefact;
use crate::tests::{Work, artefact, bits, shades, strokes, table};
use crate::{Budget, Labels, MethodChoice, SmallSet};

#[test]
fn words_and_paths_are_told_apart() {
    for text in ["noise", "unit-noise", "real", "runs/a", "a.safetensors"] {
        assert_eq!(
            text.parse().map(|init: Init| init.to_string()),
            Ok(text.into())
        );
    }
    assert_eq!("runs/a".parse(), Ok(Init::File("runs/a".into())));
    assert_eq!("random".parse(), Ok(Init::Real));
    for coreset in coresets::CORESETS.iter().skip(1) {
        let name = coreset.name();
        let expected = (!coreset.relabels()).then(|| Init::Coreset(name.into()));
        assert_eq!(name.parse().ok(), expected, "{name}");
    }
    let message = "zeros".parse::<Init>().err().unwrap_or_default();
    assert!(
        message.contains("`zeros`") && message.contains("noise, unit-noise, real, "),
        "{message}"
    );
}

#[test]
fn noise_of_norm_1_is_noise_scaled() {
    let values = |init: Init| start(&init, &Work::on(strokes(), 1)).unwrap().values;
    let (noise, unit) = (values(Init::Noise), values(Init::UnitNoise));
    let len = strokes().shape.len();
    for (noise, unit) in noise.chunks(len).zip(unit.chunks(len)) {
        let norm = |sample: &[f32]| sample.iter().map(|x| x * x).sum::<f32>().sqrt();
        assert!((norm(unit) - 1.0).abs() < 1e-5);
        let length = norm(noise);
        let scaled = noise
            .iter()
            .zip(unit)
            .map(|(noise, unit)| noise - length * unit);
        assert!(scaled.fold(0.0_f32, |most, x| most.max(x.abs())) < 1e-4);
    }
}

/// Writes the artefact and starts from it.
fn started(artefact: &Artefact, work: &Work<'_>) -> Result<SmallSet, Error> {
    let folder = tempfile::tempdir().unwrap();
    artefact
        .write(&folder.path().join("distilled.safetensors"))
        .unwrap();
    start(&Init::File(folder.path().into()), work)
}

fn start(init: &Init, work: &Work<'_>) -> Result<SmallSet, Error> {
    work.run(1, |task| {
        init.synthetic("test", &task, Sgd::new(0.1))?.set()
    })
}

fn of_class(set: &SmallSet, class: usize) -> Vec<Vec<f32>> {
    let labels = set.labels.classes(set.classes);
    let samples = set.values.chunks_exact(set.shape.len()).zip(labels);
    let samples = samples.filter(|(_, label)| *label as usize == class);
    samples.map(|(sample, _)| sample.to_vec()).collect()
}

#[test]
fn a_file_and_the_folder_it_is_in_give_the_same_samples_bit_for_bit() {
    let work = Work::on(strokes(), 2);
    let artefact = artefact();
    let set = started(&artefact, &work).unwrap();
    assert_eq!(bits(&set), bits(&artefact.set));
    assert_eq!(set.labels, artefact.set.labels);
    assert_eq!(set.space, strokes().space);
    assert!(work.heard.notes().is_empty(), "{:?}", work.heard.notes());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.safetensors");
    artefact.write(&path).unwrap();
    assert_eq!(
        bits(&start(&Init::File(path), &work).unwrap()),
        bits(&artefact.set)
    );
}

#[test]
fn the_order_of_the_samples_in_the_file_does_not_matter() {
    let artefact = artefact();
    let mut shuffled = artefact.clone();
    let len = artefact.set.shape.len();
    // Classes in turn: 0, 1, ..., 9, 0, 1, ...
    let order: Vec<usize> = (0..20).map(|place| 2 * (place % 10) + place / 10).collect();
    shuffled.set.values = artefact.set.values_of(&order);
    shuffled.set.labels = Labels::Hard((0..20).map(|place| place % 10).collect());
    assert_ne!(
        shuffled.set.values[len..2 * len],
        artefact.set.values[len..2 * len]
    );
    let set = started(&shuffled, &Work::on(strokes(), 2)).unwrap();
    assert_eq!(bits(&set), bits(&artefact.set));
}

#[test]
fn scores_count_as_the_class_of_the_highest() {
    let mut soft = artefact();
    let row = |place: usize| (0..10).map(move |class| if class == place / 2 { 2.0 } else { -1.0 });
    soft.set.labels = Labels::Logits((0..20).flat_map(row).collect());
    let set = started(&soft, &Work::on(strokes(), 2)).unwrap();
    assert_eq!(bits(&set), bits(&artefact().set));
}

#[test]
fn a_set_grows_with_real_samples_and_says_so() {
    let work = Work::on(strokes(), 3);
    let artefact = artefact();
    let set = started(&artefact, &work).unwrap();
    for class in 0..10 {
        let (found, before) = (of_class(&set, class), of_class(&artefact.set, class));
        assert_eq!(found.len(), 3);
        assert_eq!(found[..2], before);
        let train = &strokes().train;
        let real = train.class_indices(10)[class]
            .iter()
            .any(|&index| train.batch(&[index], &strokes().space) == found[2]);
        assert!(real && !before.contains(&found[2]), "class {class}");
    }
    let notes = work.heard.notes();
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].contains("10 of 30 samples"), "{notes:?}");
}

#[test]
fn a_set_shrinks_to_its_first_samples() {
    let work = Work {
        budget: Budget::new(vec![1, 2, 1, 1, 1, 1, 1, 1, 1, 1]),
        ..Work::on(strokes(), 1)
    };
    let artefact = artefact();
    let set = started(&artefact, &work).unwrap();
    assert_eq!(set.len(), 11);
    for class in 0..10 {
        let (found, before) = (of_class(&set, class), of_class(&artefact.set, class));
        assert_eq!(found, before[..found.len()]);
    }
    assert!(work.heard.notes().is_empty());
}

#[test]
fn a_set_of_another_space_is_brought_into_this_one() {
    let artefact = artefact();
    let len = artefact.set.shape.len();
    let raw = artefact.set.raw_values().unwrap();
    let mut other = artefact.clone();
    other.set.space.normalization.mean = vec![0.5];
    other.set.space.normalization.std = vec![2.0];
    let mut identity = vec![0.0; len * len];
    (0..len).for_each(|place| identity[place * len + place] = 1.0);
    let twice: Vec<f32> = identity.iter().map(|value| 2.0 * value).collect();
    let half: Vec<f32> = identity.iter().map(|value| 0.5 * value).collect();
    let whitening = Whitening::new("test", vec![0.25; len], twice, half).unwrap();
    other.set.space.whitening = Some(Arc::new(whitening));
    // The same pictures in the other space.
    other.set.values = raw
        .iter()
        .map(|value| 2.0 * ((value - 0.5) / 2.0 - 0.25))
        .collect();
    let set = started(&other, &Work::on(strokes(), 2)).unwrap();
    for (found, expected) in set.values.iter().zip(&artefact.set.values) {
        assert!((found - expected).abs() < 1e-5, "{found} {expected}");
    }
    assert_eq!(set.space, strokes().space);
}

#[test]
fn a_set_of_other_samples_or_classes_is_refused() {
    let shades = shades([2, 2]);
    for other in [table(), &shades] {
        let error = started(&artefact(), &Work::on(other, 1)).unwrap_err();
        assert!(matches!(error, Error::OtherKindOfData { .. }), "{error}");
        assert_eq!(error.kind(), crate::ErrorKind::Data);
        let message = error.to_string();
        assert!(
            message.contains("1x28x28 in 10 classes") && message.contains("hint:"),
            "{message}"
        );
    }
    let mut fewer = artefact();
    fewer.class_names.truncate(9);
    fewer.set.classes = 9;
    fewer.set.labels = Labels::Hard((0..20).map(|place| (place / 2).min(8)).collect());
    let error = started(&fewer, &Work::on(strokes(), 1)).unwrap_err();
    assert!(matches!(error, Error::OtherKindOfData { .. }), "{error}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = start(&Init::File("nowhere/a".into()), &Work::on(strokes(), 1)).unwrap_err();
    assert!(
        matches!(error, Error::Artefact(_)) && error.to_string().contains("nowhere/a"),
        "{error}"
    );
}

#[test]
fn a_coreset_that_does_not_exist_is_refused() {
    let error = start(&Init::Coreset("magic".into()), &Work::on(strokes(), 1)).unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::Usage);
    let message = error.to_string();
    assert!(
        message.contains("method.init") && message.contains("magic"),
        "{message}"
    );
}

#[test]
fn noise_is_standard_normal_and_named_after_the_method() {
    let work = Work::on(strokes(), 5);
    let drawn = |method: &str| {
        let set = work.run(1, |task| {
            Init::Noise
                .synthetic(method, &task, Sgd::new(0.1))
                .unwrap()
                .set()
        });
        set.unwrap()
    };
    let set = drawn("dc");
    assert_eq!(bits(&set), bits(&drawn("dc")));
    assert_ne!(bits(&set), bits(&drawn("dm")));
    let count = set.values.len() as f64;
    let mean = set
        .values
        .iter()
        .map(|&value| f64::from(value))
        .sum::<f64>()
        / count;
    let variance = set
        .values
        .iter()
        .map(|&value| (f64::from(value) - mean).powi(2))
        .sum::<f64>()
        / count;
    // Five standard errors of 39,200 values.
    assert!(mean.abs() < 5.0 / count.sqrt() && (variance - 1.0).abs() < 5.0 * (2.0 / count).sqrt());
}

#[test]
fn real_samples_start_as_others_than_the_baseline_draws() {
    let work = Work::on(strokes(), 2);
    let set = start(&Init::Real, &work).unwrap();
    let baseline = work.run(1, |task| coresets::random(&task, 0)).unwrap();
    assert_ne!(bits(&set), bits(&baseline));
    assert_eq!(set.labels, baseline.labels);
}

#[test]
fn a_start_is_written_as_one_word_or_a_path() {
    let dm = crate::methods::Dm {
        init: Init::File("runs/a".into()),
        ..crate::methods::Method::defaults(&crate::Facts::of(strokes()))
    };
    let json = serde_json::to_value(MethodChoice::new(dm)).unwrap();
    assert_eq!(json["init"], "runs/a");
}
