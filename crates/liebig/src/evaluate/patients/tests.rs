#![allow(clippy::unwrap_used)]
use liebig_data::{Dataset, Groups};

use super::*;
use crate::evaluate::{Evaluation, Metric, Source, evaluate};
use crate::tests::{Work, mlp, table};
use crate::{Protocol, Recipe};

fn truth(text: &str) -> Vec<bool> {
    text.chars().map(|kind| kind == '+').collect()
}

#[test]
fn rates_by_hand() {
    // Three of four positive patients are found, one of two others is cleared.
    let rates = Rates::of(&truth("++++--"), &truth("+++-+-"));
    assert_eq!((rates.sensitivity(), rates.specificity()), (0.75, 0.5));
    assert_eq!(rates.harmonic_mean(), 2.0 * 0.75 * 0.5 / 1.25);
    let none = Rates::of(&truth("+-"), &truth("-+"));
    assert_eq!(none.harmonic_mean(), 0.0);
}

#[test]
fn the_threshold_with_the_highest_harmonic_mean_is_chosen() {
    // Above 0.35: Se 3/4, Sp 1, mean 6/7. Above 0.15: Se 1, Sp 1/2. Above 0.25: Se 3/4, Sp 1/2.
    let shares = [0.1, 0.2, 0.3, 0.4, 0.6, 0.9];
    assert_eq!(
        threshold::best(&shares, &truth("-+-+++")),
        f64::midpoint(0.3, 0.4)
    );
    // The order of the patients does not matter.
    let shuffled = [0.9, 0.3, 0.1, 0.6, 0.4, 0.2];
    assert_eq!(
        threshold::best(&shuffled, &truth("+--+++")),
        f64::midpoint(0.3, 0.4)
    );
    // Told apart by every threshold between 0.2 and 0.8.
    assert_eq!(threshold::best(&[0.8, 0.2, 0.2], &truth("+--")), 0.5);
}

#[test]
fn of_equal_thresholds_the_middle_one_is_taken() {
    // 6 found and 2 cleared, 3 and 3, 2 and 6: each time the mean is 1/2, and less between them.
    let shares: Vec<f64> = (0..12).map(|patient| f64::from(patient) / 16.0).collect();
    assert_eq!(threshold::best(&shares, &truth("--+++-+---++")), 5.5 / 16.0);
    // (1, 1/2) and (1/2, 1) are equally good; (1/2, 1/2) between them is not.
    assert_eq!(threshold::best(&[0.0, 0.2, 0.6, 1.0], &truth("-+-+")), 0.1);
}

#[test]
fn without_any_use_the_majority_decides() {
    assert_eq!(threshold::best(&[0.3, 0.3, 0.3], &truth("+-+")), 0.5);
    assert_eq!(threshold::best(&[0.9, 0.1], &truth("-+")), 0.5);
    assert_eq!(threshold::best(&[], &[]), 0.5);
}

#[test]
fn percentiles_are_interpolated() {
    let values = [0.0, 10.0, 20.0, 30.0, 40.0];
    assert_eq!(bootstrap::percentile(&values, 0.5), 20.0);
    assert_eq!(bootstrap::percentile(&values, 0.025), 1.0);
    assert_eq!(bootstrap::percentile(&values, 1.0), 40.0);
}

#[test]
fn intervals_are_those_of_the_binomial_distribution() {
    // 80 of 100 positive patients are found: 2.5 % and 97.5 % of Binomial(100, 0.8) lie at 72 and 87. Of the 4 others,
    // all are cleared.
    let patients: Vec<bool> = (0..104).map(|patient| patient < 100).collect();
    let called: Vec<bool> = (0..104).map(|patient| patient < 80).collect();
    let of = |seed| bootstrap::intervals(&patients, &[&called], &mut stream(seed, "test", 0));
    let [(low, high), specificity, (low_mean, high_mean)] = of(1);
    assert!(
        (low - 0.72).abs() < 0.011 && (high - 0.87).abs() < 0.011,
        "{low} {high}"
    );
    assert_eq!(specificity, (1.0, 1.0));
    let mean = |sensitivity: f64| 2.0 * sensitivity / (1.0 + sensitivity);
    assert!((low_mean - mean(low)).abs() < 1e-3 && (high_mean - mean(high)).abs() < 1e-3);
    assert_eq!(of(1), of(1));
    // A network that is always right beside it halves the distance to 1.
    let right = patients.clone();
    let both = bootstrap::intervals(&patients, &[&called, &right], &mut stream(1, "test", 0));
    assert!((both[0].0 - (1.0 + low) / 2.0).abs() < 1e-12);
}

/// Five training patients and three test patients, with one to two samples each, in three classes.
fn clinic() -> Dataset {
    let split = |labels: &[u32], patients: &[&str]| {
        let features = vec![0.0; 4 * labels.len()];
        let split = Split::table(table().shape, features, labels.to_vec()).unwrap();
        split
            .with_groups(Groups::by_name(patients.to_vec()))
            .unwrap()
    };
    let mut dataset = table().clone();
    dataset.train = split(&[0, 0, 0, 1, 1, 1, 2], &["a", "b", "b", "c", "c", "d", "e"]);
    dataset.test = split(&[1, 1, 0, 0, 2], &["v", "v", "w", "w", "x"]);
    dataset
}

#[test]
fn a_patient_is_positive_above_the_threshold_of_the_training_patients() {
    let dataset = clinic();
    let train = TrainingSet::new(&dataset);
    let cohorts = Cohorts::new(&train, &dataset.test, 1).unwrap();
    // Shares of class 1: a 0, b 1/2, c 1, d 1, e 0; the threshold lies between b and c.
    let judged = cohorts.judge(&[0, 1, 0, 1, 1, 1, 2], &[1, 0, 1, 1, 1]);
    assert_eq!(judged.threshold, 0.75);
    // Half of v, all of w and x.
    assert_eq!(judged.called, [false, true, true]);
    let judged = cohorts.judge(&[0, 0, 0, 0, 1, 1, 2], &[1, 0, 0, 2, 0]);
    assert_eq!(
        (judged.threshold, &judged.called[..]),
        (0.25, &[true, false, false][..])
    );
}

#[test]
fn patients_of_one_kind_are_refused() {
    let mut dataset = clinic();
    let refused = |dataset: &Dataset, positive| {
        let error = Cohorts::new(&TrainingSet::new(dataset), &dataset.test, positive);
        error.err().unwrap().to_string()
    };
    assert!(refused(&dataset, 7).starts_with("none of the training patients is positive"));
    dataset.test = dataset.test.subset(&[0, 1]);
    assert!(refused(&dataset, 1).starts_with("none of the test patients is negative"));
    assert!(refused(&dataset, 1).contains("\nhint: "));
}

#[test]
fn classes_go_by_name_or_label_and_the_last_is_the_default() {
    let names = ["NORMAL".to_owned(), "PNEUMONIA".to_owned()];
    let of = |positive| Metric::patients(positive, &names).unwrap();
    assert_eq!(of(None), Metric::Patients { positive: 1 });
    assert_eq!(of(Some("NORMAL")), Metric::Patients { positive: 0 });
    assert_eq!(of(Some("1")), Metric::Patients { positive: 1 });
    for wrong in ["COVID", "2", ""] {
        let message = Metric::patients(Some(wrong), &names)
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("positive")
                && message.contains("NORMAL, PNEUMONIA")
                && message.contains("\nhint: "),
            "{message}"
        );
    }
}

#[test]
fn every_source_judges_the_patients() {
    let mut dataset = table().clone();
    // Rows go round three classes; so many rows of one class after the other are of one patient.
    let grouped = |split: &Split, size: usize| {
        let name = |row: usize| format!("{}-{}", row % 3, row / 3 / size);
        let names = (0..split.len()).map(name);
        split.clone().with_groups(Groups::by_name(names)).unwrap()
    };
    dataset.train = grouped(&dataset.train, 2);
    dataset.test = grouped(&dataset.test, 2);
    let recipe = Recipe {
        model: mlp(),
        protocol: Protocol::from(&crate::config::EvaluationConfig {
            epochs: 20,
            batch_size: 16,
            ..crate::config::EvaluationConfig::default()
        }),
        unroll: None,
    };
    let sources = ["random", "whole"].map(|name| Source::baseline(name, &dataset).unwrap());
    let rows = |threads| {
        Work::on(&dataset, 1).run(threads, |task| {
            let evaluation = Evaluation {
                recipe: &recipe,
                networks: None,
                teacher: None,
                pruning: None,
                rates: &[],
                store: None,
                test: &dataset.test,
                seed: 0,
                device: task.device,
                interrupt: task.interrupt,
                observer: task.observer,
            };
            let metrics = [Metric::Patients { positive: 2 }];
            evaluate(&sources, &evaluation, &metrics, 2, &task).unwrap()
        })
    };
    let found = rows(2);
    let whole = found.get("whole").unwrap().patients.clone().unwrap();
    assert_eq!((whole.train, whole.test, whole.test_positive), (15, 9, 3));
    assert_eq!(
        (whole.thresholds.len(), whole.harmonic_mean.values.len()),
        (2, 2)
    );
    assert!(whole.harmonic_mean.mean > 0.9, "{whole:?}");
    let random = found.get("random").unwrap().patients.clone().unwrap();
    let range = random.sensitivity.low..=random.sensitivity.high;
    assert!(range.contains(&random.sensitivity.mean));
    assert_eq!(rows(1).get("random").unwrap().patients, Some(random));
    // As JSON and back.
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["whole"]["patients"]["test_positive"], 3);
    assert_eq!(
        serde_json::from_value::<crate::evaluate::Rows>(json)
            .unwrap()
            .get("whole"),
        found.get("whole")
    );
}
