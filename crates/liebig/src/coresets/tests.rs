//! Every coreset on the built-in set.

#![allow(clippy::unwrap_used)]
use std::collections::HashSet;

use liebig_data::Dataset;
use liebig_nn::{ConvNetOptions, ModelChoice, Norm};

use super::means_tests::{mean, powers};
use super::*;
use crate::Budget;
use crate::tests::{Work, strokes};

/// The first 1,000 training samples.
pub(super) fn few() -> Dataset {
    let strokes = strokes();
    Dataset {
        train: strokes.train.subset(&(0..1000).collect::<Vec<_>>()),
        ..strokes.clone()
    }
}

/// Runs `test` with a task, and says what was noted.
fn with_task<R: Send>(
    dataset: &Dataset,
    budget: &Budget,
    threads: usize,
    test: impl Fn(&Task<'_>) -> R + Sync,
) -> (R, Vec<String>) {
    let work = Work {
        budget: budget.clone(),
        ..Work::on(dataset, 1)
    };
    let result = work.run(threads, |task| test(&task));
    (result, work.heard.notes())
}

/// Budgets of 0 to 9.
pub(super) fn uneven() -> Budget {
    Budget::new((0..10).collect())
}

/// What is chosen is the same with one thread and two.
pub(super) fn select(selection: &impl Selection, dataset: &Dataset, budget: &Budget) -> Choice {
    let of = |threads| {
        with_task(dataset, budget, threads, |task| {
            selection.select(task, 1).unwrap()
        })
        .0
    };
    let choice = of(1);
    assert_eq!(of(2), choice);
    choice
}

/// Chooses real samples, and checks that they are different ones, of the right class, and as many as the budget says.
fn places(selection: &impl Selection) -> Vec<Vec<usize>> {
    let (dataset, budget) = (few(), uneven());
    let Choice::Samples(places) = select(selection, &dataset, &budget) else {
        panic!("these are not real samples");
    };
    assert_eq!(places.len(), 10);
    for (class, places) in places.iter().enumerate() {
        assert_eq!(places.len(), budget.of(class));
        assert_eq!(places.iter().collect::<HashSet<_>>().len(), places.len());
        assert!(
            places
                .iter()
                .all(|&place| dataset.train.labels()[place] as usize == class)
        );
    }
    // Where there are fewer, all.
    let most = dataset
        .train
        .class_indices(10)
        .iter()
        .map(Vec::len)
        .max()
        .unwrap();
    let Choice::Samples(all) = select(selection, &dataset, &Budget::uniform(10, most + 1)) else {
        panic!("these are not real samples");
    };
    for (mut found, expected) in all.into_iter().zip(dataset.train.class_indices(10)) {
        found.sort_unstable();
        assert_eq!(found, expected);
    }
    places
}

pub(super) fn pixels<S: Selection>() -> S {
    serde_json::from_value(serde_json::json!({ "features": "pixels" })).unwrap()
}

/// The values of some training samples.
pub(super) fn values(dataset: &Dataset, places: &[usize]) -> Vec<f32> {
    dataset.train.batch(places, &dataset.space)
}

#[test]
fn the_registry_has_them_by_name() {
    let names: Vec<&str> = CORESETS.iter().map(Entry::name).collect();
    assert_eq!(
        names,
        [
            "random",
            "herding",
            "k-center",
            "k-means",
            "class-mean",
            "forgetting",
            "label-solve"
        ]
    );
    assert_eq!(find("k-means").unwrap().name(), "k-means");
    assert!(find("kmeans").is_none());
}

#[test]
fn pixels_choose_samples() {
    let random = places(&Random {});
    let chosen = [
        places(&pixels::<Herding>()),
        places(&pixels::<KCenter>()),
        places(&pixels::<KMeans>()),
    ];
    for (at, places) in chosen.iter().enumerate() {
        assert!(*places != random && !chosen[..at].contains(places));
    }
}

#[test]
fn herding_and_k_center_start_nearest_to_the_mean() {
    let dataset = few();
    let (herding, k_center) = (places(&pixels::<Herding>()), places(&pixels::<KCenter>()));
    for (class, all) in dataset.train.class_indices(10).iter().enumerate().skip(1) {
        let mean = mean(&dataset, all);
        let distance = |place: &usize| {
            let pairs = values(&dataset, &[*place]).into_iter().zip(&mean);
            pairs
                .map(|(a, b)| f64::from((a - b) * (a - b)))
                .sum::<f64>()
        };
        let nearest = all
            .iter()
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))
            .unwrap();
        assert_eq!(
            (herding[class][0], k_center[class][0]),
            (*nearest, *nearest)
        );
    }
}

#[test]
fn features_of_a_network_choose_other_samples() {
    fn chosen<S: Selection>(settings: serde_json::Value) -> Vec<Vec<usize>> {
        places(&serde_json::from_value::<S>(settings).unwrap())
    }
    let settings = || serde_json::json!({ "feature_epochs": 2, "feature_samples": 200 });
    assert_ne!(chosen::<Herding>(settings()), places(&pixels::<Herding>()));
    assert_ne!(chosen::<KCenter>(settings()), places(&pixels::<KCenter>()));
    assert_ne!(chosen::<KMeans>(settings()), places(&pixels::<KMeans>()));
}

#[test]
fn batch_normalisation_does_not_make_features_depend_on_the_other_samples() {
    // The first image of both classes is the same.
    let images = |others: [u8; 2]| [[200, 10, 10, 200], [others[0]; 4], [others[1]; 4]].concat();
    let train = (
        [images([0, 30]), images([90, 255])].concat(),
        vec![0, 0, 0, 1, 1, 1],
    );
    let none = (Vec::new(), Vec::new());
    let dataset =
        Dataset::from_images("shades", (1, 2, 2), ["dark", "bright"], train, none).unwrap();
    let options = ConvNetOptions {
        width: 4,
        depth: 1,
        norm: Norm::Batch,
        ..ConvNetOptions::default()
    };
    let work = Work {
        model: ModelChoice::ConvNet(options),
        ..Work::on(&dataset, 1)
    };
    let [dark, bright] = work.run(1, |task| {
        let streams = network::Streams {
            name: "test",
            draw: 0,
        };
        let extractor = features::Extractor::new(&task, streams, Features::Network, 5, 6).unwrap();
        [0, 1].map(|class| extractor.of_class(class).unwrap())
    });
    assert_eq!((dark.rows(), bright.rows()), (3, 3));
    let apart = |row| matrix::squared_distance(dark.row(row), bright.row(row));
    assert!(
        apart(0) < 1e-8 && apart(1) > 1e-2,
        "{} {}",
        apart(0),
        apart(1)
    );
}

#[test]
fn tables_have_coresets() {
    let dataset = powers();
    for entry in CORESETS {
        let budget = Budget::new(vec![2, 7]);
        let (set, notes) = with_task(&dataset, &budget, 2, |task| entry.choose(task, 0).unwrap());
        assert_eq!(set.len(), 9, "{}", entry.name());
        let short = format!(
            "{}: fewer real samples than asked for in b (6)",
            entry.name()
        );
        assert!(
            notes.iter().any(|note| note.starts_with(&short)),
            "{notes:?}"
        );
    }
}

#[test]
fn forgetting_chooses_samples_that_it_was_trained_on() {
    let forgetting = Forgetting {
        epochs: 3,
        ..Forgetting::default()
    };
    assert_ne!(places(&forgetting), places(&Random {}));
    // Fewer samples than the budget asks for: each class still has as many candidates as it needs.
    places(&Forgetting {
        forgetting_samples: 1,
        ..forgetting
    });
}

#[test]
fn subsets_keep_the_proportions_and_the_least() {
    let dataset = few();
    let (subset, _) = with_task(&dataset, &uneven(), 1, |task| {
        let streams = network::Streams {
            name: "test",
            draw: 0,
        };
        network::subset(task, streams, 200, |class| if class == 4 { 25 } else { 1 })
    });
    assert!(subset.is_sorted_by(|a, b| a < b));
    for (class, all) in dataset.train.class_indices(10).iter().enumerate() {
        let found = subset.iter().filter(|place| all.contains(place)).count();
        let share = (all.len() as f64 * 0.2).round() as usize;
        assert_eq!(found, if class == 4 { 25 } else { share });
    }
}

#[test]
fn draws_that_vary_vary_and_seeded_ones_repeat() {
    let dataset = few();
    for entry in CORESETS.iter().filter(|entry| entry.varies()) {
        let of = |draw| {
            let set = |task: &Task<'_>| entry.choose(task, draw).unwrap().values;
            with_task(&dataset, &Budget::uniform(10, 3), 2, set).0
        };
        assert_eq!(of(0), of(0), "{}", entry.name());
        assert_ne!(of(0), of(1), "{}", entry.name());
    }
}

#[test]
fn a_network_says_that_it_is_trained_and_hears_a_stop() {
    let dataset = few();
    let forgetting = Forgetting {
        epochs: 1,
        forgetting_samples: 100,
    };
    let (_, notes) = with_task(&dataset, &uneven(), 1, |task| {
        forgetting.select(task, 0).is_ok()
    });
    assert!(
        notes[0].starts_with("forgetting: training a network on 1"),
        "{notes:?}"
    );
    for entry in CORESETS.iter().filter(|entry| entry.name() != "random") {
        let (stopped, _) = with_task(&dataset, &uneven(), 1, |task| {
            task.interrupt.set();
            matches!(entry.choose(task, 0), Err(Error::Interrupted))
        });
        assert!(stopped, "{}", entry.name());
    }
}

#[test]
fn settings_are_read_listed_and_checked() {
    let facts = crate::Facts::of(strokes());
    for entry in CORESETS.iter().map(Entry::method) {
        let settings = entry.settings(&facts);
        for setting in &settings {
            assert!(
                setting.default.is_some() && setting.about.contains("Default"),
                "{setting:?}"
            );
        }
        let keys: Vec<&str> = settings
            .iter()
            .map(|setting| setting.key.as_str())
            .collect();
        assert_eq!(
            keys.contains(&"method.features"),
            ["herding", "k-center", "k-means"].contains(&entry.name)
        );
    }
    let settings = find("k-means").unwrap().method().settings(&facts);
    let range = |key: &str| {
        settings
            .iter()
            .find(|setting| setting.key == key)
            .unwrap()
            .range
            .clone()
    };
    assert_eq!(range("method.features"), "network, pixels");
    assert_eq!(range("method.representative"), "medoid, centroid");
    assert_eq!(range("method.feature_samples"), "1 or more");
    assert!(serde_json::from_str::<KMeans>(r#"{ "feature": "pixels" }"#).is_err());
}
