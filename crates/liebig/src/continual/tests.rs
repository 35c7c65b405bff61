#![allow(clippy::unwrap_used)]
use liebig_data::Dataset;

use super::*;
use crate::config::EvaluationConfig;
use crate::coresets::random;
use crate::run::Interrupt;
use crate::session::Quiet;
use crate::set::SmallSet;
use crate::tests::{Work, mlp, on_threads, strokes};
use crate::{Labels, Protocol, Recipe};

/// Four classes of a table, each apart from the others.
fn four() -> Dataset {
    let rows = |count: usize| {
        let values = (0..4 * count * 4).map(|place| {
            let (row, column) = (place / 4, place % 4);
            (if column == row % 4 { 4.0 } else { 0.0 }) + (place as f32 * 1.7).sin()
        });
        (
            values.collect(),
            (0..4 * count).map(|row| (row % 4) as u32).collect(),
        )
    };
    Dataset::from_table("four", 4, ["a", "b", "c", "d"], rows(12), rows(5)).unwrap()
}

fn recipe() -> Recipe {
    Recipe {
        model: mlp(),
        protocol: Protocol::from(&EvaluationConfig {
            epochs: 60,
            lr: 0.05,
            ..EvaluationConfig::default()
        }),
        unroll: None,
    }
}

#[test]
fn every_class_arrives_once_and_the_seed_decides_when() {
    let course = Course::new(11, 4, 3).unwrap();
    let sizes: Vec<usize> = course.steps().iter().map(Vec::len).collect();
    assert_eq!(sizes, [3, 3, 3, 2]);
    let mut all = course.seen(3);
    assert_eq!(course.seen(0), course.steps()[0]);
    all.sort_unstable();
    assert_eq!(all, (0..11).collect::<Vec<_>>());
    assert_eq!(course, Course::new(11, 4, 3).unwrap());
    assert_ne!(course, Course::new(11, 4, 4).unwrap());
    assert!(Course::new(10, 6, 0).is_err() && Course::new(10, 0, 0).is_err());
}

#[test]
fn a_memory_has_the_labels_of_all_classes_and_its_bytes() {
    let dataset = strokes();
    let part = dataset.of_classes(&[7, 2]).unwrap();
    Work::on(&part, 1).run(1, |task| {
        let set = random(&task, 0).unwrap();
        let mut memory = Memory::new(10, dataset.shape, &dataset.space);
        memory.add(&set, &[7, 2], true).unwrap();
        let kept = memory.set(Form::Bytes).unwrap();
        assert_eq!(
            (&kept.values, &kept.labels),
            (&set.values, &Labels::Hard(vec![7, 2]))
        );
        // 784 bytes and log2(10) bits for each.
        assert_eq!(
            (memory.bytes(Form::Learnt), memory.bytes(Form::Bytes)),
            (1569, 1569)
        );
        // Learnt samples with soft labels.
        let soft = SmallSet {
            labels: Labels::Values(vec![0.75, 0.25, 0.5, 0.5]),
            values: set
                .values
                .iter()
                .map(|value| value * 1.01 + 0.003)
                .collect(),
            ..set.clone()
        };
        memory.add(&soft, &[0, 9], false).unwrap();
        let learnt = memory.set(Form::Learnt).unwrap();
        let Labels::Values(rows) = &learnt.labels else {
            unreachable!("soft labels stay soft")
        };
        assert_eq!(
            (rows[7], rows[10 + 2], rows[20], rows[29]),
            (1.0, 1.0, 0.75, 0.25)
        );
        assert_eq!(memory.bytes(Form::Learnt), 4 * 4 * 784 + 4 * 40);
        assert_eq!(memory.bytes(Form::Bytes), 4 * 784 + 4 * 40);
        let rounded = memory.set(Form::Bytes).unwrap();
        assert_eq!(rounded.values[..2 * 784], set.values[..]);
        assert_ne!(rounded.values[2 * 784..], learnt.values[2 * 784..]);
        let shades = rounded.raw_values().unwrap();
        assert!(
            shades
                .iter()
                .all(|value| (value * 255.0 - (value * 255.0).round()).abs() < 1e-3)
        );
        assert!(memory.add(&set, &[1, 2, 3], true).is_err());
    });
}

#[test]
fn a_memory_helps_and_without_one_earlier_classes_are_forgotten() {
    let dataset = four();
    let course = Course::new(4, 2, 0).unwrap();
    let (recipe, device) = (recipe(), liebig_grad::cpu());
    let examination = Examination {
        recipe: &recipe,
        dataset: &dataset,
        course: &course,
        nets: 2,
        seed: 1,
        device: &device,
        interrupt: &Interrupt::default(),
        observer: &Quiet,
    };
    let run = |threads| {
        on_threads(threads, || {
            let mut memory = Memory::new(4, dataset.shape, &dataset.space);
            let mut tested = Vec::new();
            for (step, classes) in course.steps().iter().enumerate() {
                let part = dataset.of_classes(classes).unwrap();
                let set = Work::on(&part, 3).run(1, |task| random(&task, 0).unwrap());
                memory.add(&set, classes, true).unwrap();
                let set = memory.set(Form::Learnt).unwrap();
                let (by_step, overall) = examination.run(&set, step).unwrap();
                tested.push(Tested {
                    by_step,
                    overall,
                    seconds: 1.0,
                    bytes: memory.bytes(Form::Learnt),
                });
            }
            tested
        })
    };
    let tested = run(2);
    assert_eq!(run(1), tested);
    let with_memory = progress(&[tested]).unwrap();
    assert!(with_memory.last.mean > 0.8, "{with_memory:?}");
    assert_eq!((with_memory.accuracy.len(), with_memory.n), (2, 2));
    let training = RealTraining {
        epochs: 40,
        lr: 0.05,
    };
    let summed = |after: Vec<(Vec<Vec<f64>>, Vec<f64>)>| {
        let tested = after.into_iter().map(|(by_step, overall)| Tested {
            by_step,
            overall,
            seconds: 0.0,
            bytes: 0,
        });
        progress(&[tested.collect()]).unwrap()
    };
    let joint = summed(joint(&examination, training).unwrap());
    let forgetful = summed(fine_tuned(&examination, training).unwrap());
    assert!(
        joint.last.mean > 0.9 && joint.forgetting.mean < 0.15,
        "{joint:?}"
    );
    // The classes of the first step are gone.
    assert!(forgetful.forgetting.mean > 0.8, "{forgetful:?}");
    assert!((forgetful.last.mean - 0.5).abs() < 0.1);
}

#[test]
fn numbers_are_those_of_the_definitions() {
    let tested = |by_step: &[f64], overall: f64| Tested {
        by_step: vec![by_step.to_vec()],
        overall: vec![overall],
        seconds: 2.0,
        bytes: 7,
    };
    let order = vec![
        tested(&[0.9], 0.9),
        tested(&[0.95, 0.7], 0.8),
        tested(&[0.6, 0.5, 0.7], 0.6),
    ];
    let summed = progress(&[order]).unwrap();
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}");
    near(summed.average.mean, (0.9 + 0.8 + 0.6) / 3.0);
    near(summed.last.mean, 0.6);
    // 0.95 - 0.6 and 0.7 - 0.5.
    near(summed.forgetting.mean, (0.35 + 0.2) / 2.0);
    assert_eq!((summed.bytes, summed.orders, summed.n), (7, 1, 1));
    assert_eq!(progress(&[]), None);
}
