#![allow(clippy::unwrap_used)]
use liebig_data::{Dataset, LoadOptions};

use super::*;
use crate::config::EvaluationConfig;
use crate::coresets::random;
use crate::run::Interrupt;
use crate::session::Quiet;
use crate::set::SmallSet;
use crate::tests::{Work, mlp, on_threads, strokes};
use crate::{Labels, Protocol, Recipe};

/// Four classes of a table, each apart from the others: class `c` is large in column `c`.
fn four() -> Dataset {
    rows("four", ["a", "b", "c", "d"], 5, |label| (label, 4.0))
}

/// Four classes, of which the class called `a` is low in column 1, `b` in column 2, and so on.
fn turned(name: &str, classes: [&str; 4], test: usize) -> Dataset {
    rows(name, classes, test, |label| {
        let letter = classes[label].to_lowercase();
        let place = ["a", "b", "c", "d"]
            .iter()
            .position(|known| *known == letter);
        ((place.unwrap() + 1) % 4, -4.0)
    })
}

/// Classes with a mean in a column each, with twelve training rows and some test rows of each.
fn rows(
    name: &str,
    classes: [&str; 4],
    test: usize,
    mean: impl Fn(usize) -> (usize, f32),
) -> Dataset {
    let rows = |count: usize| {
        let values = (0..4 * count * 4).map(|place| {
            let (row, column) = (place / 4, place % 4);
            let (at, mean) = mean(row % 4);
            (if column == at { mean } else { 0.0 }) + (place as f32 * 1.7).sin()
        });
        (
            values.collect(),
            (0..4 * count).map(|row| (row % 4) as u32).collect(),
        )
    };
    Dataset::from_table(name, 4, classes, rows(12), rows(test)).unwrap()
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
    let course = Course::of_classes(11, 4, 3).unwrap();
    let classes = || course.steps().iter().map(|step| &step.classes);
    assert_eq!(classes().map(Vec::len).collect::<Vec<_>>(), [3, 3, 3, 2]);
    let mut all: Vec<u32> = classes().flatten().copied().collect();
    all.sort_unstable();
    assert_eq!(all, (0..11).collect::<Vec<_>>());
    assert_eq!(course, Course::of_classes(11, 4, 3).unwrap());
    assert_ne!(course, Course::of_classes(11, 4, 4).unwrap());
    assert!(Course::of_classes(10, 6, 0).is_err() && Course::of_classes(10, 0, 0).is_err());
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

/// What networks reach on a course with a memory of one random sample of each class and step, and by training on real data.
fn examined(domains: &Domains, course: &Course) -> [Progress; 3] {
    let (recipe, device) = (recipe(), liebig_grad::cpu());
    let examination = Examination {
        recipe: &recipe,
        domains,
        course,
        nets: 2,
        seed: 1,
        device: &device,
        interrupt: &Interrupt::default(),
        observer: &Quiet,
    };
    let first = domains.first();
    let with_memory = |threads| {
        on_threads(threads, || {
            let mut memory = Memory::new(first.class_names.len(), first.shape, &first.space);
            let mut tested = Vec::new();
            for (place, step) in course.steps().iter().enumerate() {
                let part = domains.part(step).unwrap();
                let set = Work::on(&part, 3).run(1, |task| random(&task, 0).unwrap());
                memory.add(&set, &step.classes, true).unwrap();
                let set = memory.set(Form::Learnt).unwrap();
                tested.push(Tested {
                    accuracies: examination.run(&set, place).unwrap(),
                    seconds: 1.0,
                    bytes: memory.bytes(Form::Learnt),
                });
            }
            tested
        })
    };
    let tested = with_memory(2);
    assert_eq!(with_memory(1), tested);
    let training = RealTraining {
        epochs: 40,
        lr: 0.05,
    };
    let summed = |after: Vec<Accuracies>| {
        let tested = after.into_iter().map(|accuracies| Tested {
            accuracies,
            seconds: 0.0,
            bytes: 0,
        });
        progress(&[tested.collect()]).unwrap()
    };
    [
        progress(&[tested]).unwrap(),
        summed(joint(&examination, training).unwrap()),
        summed(fine_tuned(&examination, training).unwrap()),
    ]
}

#[test]
fn a_memory_helps_and_without_one_earlier_classes_are_forgotten() {
    let domains = Domains::new(vec![four()]).unwrap();
    let course = Course::of_classes(4, 2, 0).unwrap();
    let [with_memory, joint, forgetful] = examined(&domains, &course);
    assert!(with_memory.last.mean > 0.8, "{with_memory:?}");
    assert_eq!((with_memory.accuracy.len(), with_memory.n), (2, 2));
    assert!(
        joint.last.mean > 0.9 && joint.forgetting.mean < 0.15,
        "{joint:?}"
    );
    // The classes of the first step are gone.
    assert!(forgetful.forgetting.mean > 0.8, "{forgetful:?}");
    assert!((forgetful.last.mean - 0.5).abs() < 0.1);
}

#[test]
fn a_memory_keeps_earlier_domains_and_without_one_they_are_forgotten() {
    // The second one has the classes in other columns, in another order and case, and a quarter as many test rows.
    let other = |test| turned("other", ["D", "c", "B", "a"], test);
    let domains = Domains::new(vec![four(), other(5)]).unwrap();
    assert_eq!(domains.datasets()[1].class_names, ["a", "b", "c", "d"]);
    assert_eq!(domains.datasets()[1].space, domains.first().space);
    let course = Course::of_domains(2, 4);
    let [with_memory, joint, forgetful] = examined(&domains, &course);
    assert!(with_memory.last.mean > 0.7, "{with_memory:?}");
    assert!(joint.last.mean > 0.9, "{joint:?}");
    assert!(forgetful.forgetting.mean > 0.5, "{forgetful:?}");
    assert!(forgetful.by_step[1][1].mean > 0.9, "{forgetful:?}");
    assert_eq!(
        joint.by_step.iter().map(Vec::len).collect::<Vec<_>>(),
        [1, 2]
    );
    // Domains count the same, whatever their sizes.
    let domains = Domains::new(vec![four(), other(20)]).unwrap();
    for summed in examined(&domains, &course) {
        let [first, second] = [0, 1].map(|domain| summed.by_step[1][domain].mean);
        assert!((summed.last.mean - (first + second) / 2.0).abs() < 1e-12);
    }
}

#[test]
fn domains_are_brought_to_the_first_ones_shape_or_refused() {
    let small = LoadOptions {
        image_size: Some((12, 14)),
        grayscale: Some(false),
        ..LoadOptions::default()
    };
    let load = |sources: &[&str], options: &LoadOptions| {
        let sources: Vec<String> = sources.iter().map(|&source| source.into()).collect();
        Domains::load(&sources, options)
    };
    let folder = tempfile::tempdir().unwrap();
    let png = |name: &str, class: &str, file: usize| {
        let path = folder.path().join(name).join(class);
        std::fs::create_dir_all(&path).unwrap();
        let image = image::RgbImage::from_pixel(9, 7, image::Rgb([file as u8, 200, 10]));
        image.save(path.join(format!("{file}.png"))).unwrap();
    };
    for class in 0..10 {
        for file in 0..4 {
            png("coloured", &class.to_string(), file);
            if class < 9 {
                png("nine", &class.to_string(), file);
            }
        }
    }
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (coloured, nine) = (path("coloured"), path("nine"));
    let domains = load(&["strokes", &coloured], &LoadOptions::default()).unwrap();
    for dataset in domains.datasets() {
        assert_eq!(dataset.shape, strokes().shape);
    }
    let domains = load(&[&coloured, "strokes"], &LoadOptions::default()).unwrap();
    assert_eq!(domains.datasets()[1].shape.to_string(), "3x7x9");
    let domains = load(&["strokes", "strokes"], &small).unwrap();
    assert_eq!(domains.datasets()[1].shape.to_string(), "3x12x14");
    let message = load(&["strokes", &nine], &LoadOptions::default()).unwrap_err();
    let message = message.to_string();
    assert!(
        message.contains("only strokes has 9") && message.contains("hint:"),
        "{message}"
    );
    let refused = |datasets| Domains::new(datasets).unwrap_err().to_string();
    assert!(refused(Vec::new()).contains("no dataset"));
    let message = refused(vec![strokes().clone(), four()]);
    assert!(
        message.contains("1x28x28") && message.contains("4 features"),
        "{message}"
    );
    let message = refused(vec![four(), turned("other", ["a", "b", "c", "A"], 5)]);
    assert!(message.contains("only four has d"), "{message}");
}

#[test]
fn numbers_are_those_of_the_definitions() {
    let tested = |by_step: &[f64], overall: f64| Tested {
        accuracies: Accuracies {
            by_step: vec![by_step.to_vec()],
            overall: vec![overall],
        },
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
    assert_eq!(summed.by_step[2][1].mean, 0.5);
    assert_eq!((summed.bytes, summed.orders, summed.n), (7, 1, 1));
    assert_eq!(progress(&[]), None);
}
