#![allow(clippy::unwrap_used)]
use toml::Table;

use super::*;
use crate::config::Error as ConfigError;
use crate::cost::Demand;
use crate::tests::{Drift, Work, bits, config, strokes, table};
use crate::{Config, Error, Facts, MethodChoice, Session};

/// The facts that defaults differ by.
fn all_facts() -> Vec<Facts> {
    let images = Facts::of(strokes());
    let known = Facts {
        dataset: "mnist".into(),
        batch_norm: true,
        ipc: 50,
        ..images.clone()
    };
    vec![images, known, Facts::of(table())]
}

#[test]
fn every_method_is_written_with_its_name_first_and_read_back() {
    for facts in all_facts() {
        for entry in all() {
            let method = entry.defaults(&facts);
            assert_eq!(method.name(), entry.name);
            let json = serde_json::to_string(&method).unwrap();
            assert!(
                json.starts_with(&format!("{{\"name\":\"{}\"", entry.name)),
                "{json}"
            );
            let text = toml::to_string(&method).unwrap();
            assert!(
                text.starts_with(&format!("name = \"{}\"\n", entry.name)),
                "{text}"
            );
            let mut table: Table = toml::from_str(&text).unwrap();
            assert_eq!(table.remove("name").unwrap().as_str(), Some(entry.name));
            assert!(entry.read(table).unwrap() == method, "{}", entry.name);
        }
    }
}

#[test]
fn settings_that_a_method_does_not_have_are_refused_by_key() {
    for entry in all() {
        let mut table = Table::try_from(entry.defaults(&Facts::of(strokes()))).unwrap();
        table.remove("name");
        table.insert("magic".into(), 1.into());
        let (_, reason) = entry.read(table).unwrap_err();
        assert!(reason.contains("`magic`"), "{}: {reason}", entry.name);
    }
    let mut table = Table::try_from(find("dm").unwrap().defaults(&Facts::of(strokes()))).unwrap();
    table.remove("name");
    table.insert("batch_real".into(), "many".into());
    assert_eq!(find("dm").unwrap().read(table).unwrap_err().0, "batch_real");
}

#[test]
fn choices_are_equal_if_method_and_settings_are() {
    let facts = Facts::of(strokes());
    let dc = Dc::defaults(&facts);
    let mut other = dc.clone();
    other.0.iterations += 1;
    assert!(MethodChoice::new(dc.clone()) == MethodChoice::new(dc.clone()));
    assert!(MethodChoice::new(dc.clone()) != MethodChoice::new(other));
    // The same settings of another method.
    assert!(MethodChoice::new(dc.clone()) != MethodChoice::new(Dsa(dc.0.clone())));
    let choice = MethodChoice::new(dc.clone());
    assert_eq!(choice.settings_as(), Some(&dc));
    assert_eq!(choice.settings_as::<Dsa>(), None);
}

#[test]
fn every_setting_is_listed_with_text_default_and_range() {
    let facts = Facts::of(strokes());
    for entry in all() {
        let mut keys: Vec<String> = Vec::new();
        for setting in entry.settings(&facts) {
            assert!(
                setting.about.len() > 10 && !setting.range.is_empty(),
                "{setting:?}"
            );
            // A setting that is not set by default is not in the table below.
            match setting.default {
                Some(_) => keys.push(setting.key),
                None => assert!(setting.about.ends_with("Default: none."), "{setting:?}"),
            }
        }
        let table = Table::try_from(entry.defaults(&facts)).unwrap();
        let mut expected: Vec<String> = table
            .keys()
            .filter(|key| *key != "name")
            .map(|key| format!("method.{key}"))
            .collect();
        keys.sort();
        expected.sort();
        assert_eq!(keys, expected, "{}", entry.name);
    }
    let settings = find("dc").unwrap().settings(&facts);
    let of = |key: &str| settings.iter().find(|setting| setting.key == key).unwrap();
    assert_eq!(of("method.distance").range, "ours, mse, cos");
    assert_eq!(of("method.lr_img").default, Some(serde_json::json!(0.1)));
    assert_eq!(of("method.momentum_img").range, "0 or more, below 1");
    assert!(
        of("method.init")
            .range
            .starts_with("noise, unit-noise, real")
    );
}

#[test]
fn memory_of_an_absurd_set_saturates() {
    let absurd = Demand {
        samples: usize::MAX,
        largest_class: usize::MAX,
        sample: usize::MAX,
        parameters: usize::MAX,
        activations: usize::MAX,
        threads: usize::MAX,
        whole_batch: true,
    };
    for entry in all() {
        let method = entry.defaults(&Facts::of(strokes()));
        assert_eq!(method.memory(&absurd), u64::MAX, "{}", entry.name);
    }
}

#[test]
fn a_method_of_ones_own_works_in_a_session() {
    let drift = MethodChoice::new(Drift::defaults(&Facts::of(strokes())));
    assert!(find(drift.name()).is_none());
    let config = config(drift, strokes(), 2);
    let toml = config.to_toml().unwrap();
    assert!(
        toml.contains("[method]\nname = \"drift\"\niterations = 4\n"),
        "{toml}"
    );
    let session = Session::new(config.check().unwrap().into(), strokes()).unwrap();
    let artefact = session.distil().unwrap();
    assert_eq!((artefact.len(), artefact.provenance.iterations), (20, 4));
    assert_eq!(artefact.provenance.method, "drift");
    assert_eq!(artefact.provenance.config["method"]["rate"], 0.5);
    let folder = tempfile::tempdir().unwrap();
    session.run(folder.path(), Default::default()).unwrap();
    let text = std::fs::read_to_string(folder.path().join("metrics.jsonl")).unwrap();
    let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["first"], &last["second"]),
        (&1.0.into(), &2.0.into()),
        "{last}"
    );
    assert_eq!(
        (&last["loss"], &last["iteration"]),
        (&3.0.into(), &4.into()),
        "{last}"
    );
}

#[test]
fn ones_own_method_has_its_ranges_checked_and_its_evaluation_taken() {
    let facts = Facts::of(strokes());
    let config = Config::new(MethodChoice::new(Drift::defaults(&facts)), &facts).unwrap();
    assert_eq!(
        (config.evaluation.epochs, config.evaluation.batch_size),
        (7, 9)
    );
    let wrong = Drift {
        rate: -1.0,
        ..Drift::defaults(&facts)
    };
    let error = Config::new(MethodChoice::new(wrong), &facts)
        .unwrap()
        .check()
        .unwrap_err();
    assert!(
        matches!(&error, ConfigError::OutOfRange { key, .. } if key == "method.rate"),
        "{error}"
    );
    let error = Error::from(error);
    assert_eq!(error.kind(), crate::ErrorKind::Usage);
}

#[test]
fn an_estimate_leaves_the_state_as_it_is() {
    let facts = Facts::of(strokes());
    // Trajectory matching needs experts, and has tests of its own.
    for entry in METHODS.iter().filter(|entry| entry.name != "mtt") {
        Work::on(strokes(), 2).run(2, |task| {
            let state = |method: &dyn Distillation| method.state().checkpoint(0).unwrap();
            let mut method = entry.defaults(&facts).start(task).unwrap();
            let before = state(method.as_ref());
            assert!(method.estimate().unwrap() > 0.0);
            assert!(state(method.as_ref()) == before, "{}", entry.name);
            let start = method.state();
            let losses = method.step(0).unwrap();
            let mut other = entry.defaults(&facts).start(task).unwrap();
            // A private method's noise is part of its state.
            other.restore(start).unwrap();
            assert_eq!(other.step(0).unwrap(), losses);
            assert_eq!(bits(&other.set().unwrap()), bits(&method.set().unwrap()));
        });
    }
}
