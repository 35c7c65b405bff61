#![allow(clippy::unwrap_used)]
//! What is checked before a session starts: memory, budgets, data.

use std::path::Path;

use super::tests::{random, session, short_methods};
use super::*;
use crate::config::Config;
use crate::init::Init;
use crate::methods::{Dc, Dm, Method};
use crate::tests::{Heard, config, shades, strokes, table};
use crate::{ErrorKind, Fill, Labels, MethodChoice};

#[test]
fn absurd_sets_are_refused_before_anything_is_allocated() {
    for mut method in [random()].into_iter().chain(short_methods()) {
        if let Some(dc) = method.settings_as::<Dc>() {
            let mut dc = dc.clone();
            dc.0.init = Init::Noise;
            method = MethodChoice::new(dc);
        }
        let config = config(method, strokes(), 4_000_000_000);
        let session = session(&config, strokes());
        let before = crate::run::peak_rss_bytes();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run");
        let errors = [
            session.distil().unwrap_err(),
            session.estimate().unwrap_err(),
            session.run(&path, RunOptions::default()).unwrap_err(),
        ];
        for error in errors {
            assert!(
                matches!(error, Error::Memory { needed, limit } if needed > 1 << 49 && limit < needed),
                "{error}"
            );
            assert_eq!(error.kind(), ErrorKind::Usage);
            assert!(error.to_string().contains("`ipc`"), "{error}");
        }
        assert!(!path.exists());
        // A list of as many labels alone would be 160 GB.
        if let (Some(before), Some(after)) = (before, crate::run::peak_rss_bytes()) {
            assert!(after < before + (1 << 30), "{before} {after}");
        }
    }
}

#[test]
fn memory_is_held_to_the_limit_that_was_given() {
    let config = config(random(), strokes(), 1);
    let needed = session(&config, strokes()).memory();
    assert!(session(&config, strokes()).within(needed).distil().is_ok());
    let error = session(&config, strokes())
        .within(needed - 1)
        .distil()
        .unwrap_err();
    assert!(
        matches!(error, Error::Memory { limit, .. } if limit == needed - 1),
        "{error}"
    );
    // An evaluation with large batches needs more, and so does a larger set.
    let mut larger = config.clone();
    larger.evaluation.repeats = 1;
    assert!(session(&larger, strokes()).memory() > needed);
    larger.general.ipc = 100;
    assert!(session(&larger, strokes()).memory() > 50 * needed / 10);
}

#[test]
fn classes_get_the_samples_that_the_budget_says() {
    for method in [vec![random()], short_methods()].concat() {
        let mut config = config(method, strokes(), 1);
        config.general.budget = Some("0=3, 7=2".into());
        let session = session(&config, strokes());
        assert_eq!(session.budget().counts(), [3, 1, 1, 1, 1, 1, 1, 2, 1, 1]);
        let artefact = session.distil().unwrap();
        assert_eq!(artefact.classes(), [0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 9]);
        assert_eq!(artefact.set.values.len(), 13 * 784);
        assert_eq!(artefact.provenance.config["budget"], "0=3, 7=2");
        assert_eq!(
            Artefact::from_bytes(&artefact.to_bytes().unwrap(), Path::new("a"))
                .unwrap()
                .len(),
            13
        );
    }
}

#[test]
fn a_budget_that_does_not_fit_the_dataset_is_refused() {
    let mut config = config(random(), strokes(), 1);
    for budget in ["10=1", "cat=1", "0=0", "0"] {
        config.general.budget = Some(budget.into());
        let error = Session::new(config.clone().check().unwrap().into(), strokes())
            .err()
            .unwrap();
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        assert!(error.to_string().contains("budget"), "{error}");
    }
}

#[test]
fn classes_with_too_few_real_samples_are_filled_up_and_a_person_hears_of_it() {
    let data = shades([1, 3]);
    let mut config = config(random(), &data, 2);
    let distil = |config: &Config| {
        let heard = Heard::default();
        let session = Session::new(config.clone().check().unwrap().into(), &data).unwrap();
        let artefact = session.observed_by(&heard).distil().unwrap();
        (artefact.set, heard.notes())
    };
    let (set, notes) = distil(&config);
    assert_eq!(set.labels, Labels::Hard(vec![0, 0, 1, 1]));
    let samples: Vec<&[f32]> = set.values.chunks_exact(4).collect();
    assert_eq!(samples[0], samples[1]);
    assert_ne!(samples[2], samples[3]);
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(
        notes[0].contains("dark (1)") && !notes[0].contains("bright"),
        "{notes:?}"
    );
    assert!(
        notes[0].starts_with("random: ") && notes[0].contains("repeated"),
        "{notes:?}"
    );

    config.general.fill = Fill::Noise;
    let (noisy, notes) = distil(&config);
    assert_eq!(noisy.values[..4], set.values[..4]);
    assert_eq!(noisy.values[8..], set.values[8..]);
    let noise = &noisy.values[4..8];
    assert!(
        noise.iter().all(|value| value.abs() < 6.0) && noise[0] != noise[1],
        "{noise:?}"
    );
    assert!(
        notes[0].contains("dark (1)") && notes[0].contains("noise"),
        "{notes:?}"
    );
    assert_eq!(distil(&config).0, noisy);
    config.general.seed = 1;
    assert_ne!(distil(&config).0.values[4..8], noisy.values[4..8]);

    config.general.ipc = 1;
    assert!(distil(&config).1.is_empty());
}

#[test]
fn methods_work_with_fewer_real_samples_than_they_ask_for() {
    let data = shades([1, 3]);
    let facts = Facts::of(&data);
    let mut dc = Dc::defaults(&facts);
    dc.0.iterations = 2;
    dc.0.init = Init::Real;
    let dm = Dm {
        iterations: 2,
        ..Dm::defaults(&facts)
    };
    for method in [MethodChoice::new(dc), MethodChoice::new(dm)] {
        let config = config(method, &data, 2);
        let heard = Heard::default();
        let session = Session::new(config.check().unwrap().into(), &data)
            .unwrap()
            .observed_by(&heard);
        let set = session.distil().unwrap().set;
        assert!(set.values.iter().all(|value| value.is_finite()) && set.len() == 4);
        assert_eq!(heard.notes().len(), 1, "{:?}", heard.notes());
    }
}

#[test]
fn what_does_not_go_with_the_data_is_refused_before_it_starts() {
    let refused = |config: Config| {
        Session::new(config.check().unwrap().into(), table())
            .err()
            .unwrap()
    };
    let mut augmented = config(random(), table(), 1);
    augmented.evaluation.repeats = 1;
    augmented.evaluation.augmentation = "crop_scale_rotate".parse().unwrap();
    let error = refused(augmented);
    assert!(matches!(error, Error::Augment(_)), "{error}");
    assert_eq!(error.kind(), ErrorKind::Usage);
    let error = refused(config(short_methods().remove(1), table(), 1));
    assert!(
        matches!(error, Error::Config(_)) && error.to_string().contains("method.dsa_strategy"),
        "{error}"
    );
    let mut lenet = config(random(), table(), 1);
    lenet.model = crate::ModelChoice::default_for("lenet", facts::input(table().shape)).unwrap();
    let error = refused(lenet);
    assert!(matches!(error, Error::Network(_)), "{error}");
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[test]
fn a_dataset_without_test_samples_is_refused_before_hours_of_work() {
    let none = (Vec::new(), Vec::new());
    let train = (vec![0, 0, 0, 0, 255, 255, 255, 255], vec![0, 1]);
    let data = Dataset::from_images("shades", (1, 2, 2), ["dark", "bright"], train, none).unwrap();
    let mut config = config(random(), &data, 1);
    let session =
        |config: &Config| Session::new(config.clone().check().unwrap().into(), &data).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    session(&config).run(&path, RunOptions::default()).unwrap();
    config.evaluation.repeats = 1;
    let path = folder.path().join("other");
    let error = session(&config)
        .run(&path, RunOptions::default())
        .unwrap_err();
    assert!(
        matches!(error, Error::NoTestSet) && error.kind() == ErrorKind::Data,
        "{error}"
    );
    assert!(!path.exists());
    assert!(session(&config).distil().is_ok());
}
