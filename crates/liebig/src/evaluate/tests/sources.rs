//! What stands beside a set, and what a report says of it.

use super::*;

#[test]
fn baselines_are_coresets_or_the_whole() {
    let names = |names: &[&str]| {
        names
            .iter()
            .map(|name| name.to_string())
            .collect::<Vec<_>>()
    };
    let sources = baselines(&names(&["whole", "random"]), strokes()).unwrap();
    assert_eq!(
        sources.iter().map(Source::name).collect::<Vec<_>>(),
        ["whole", "random"]
    );
    assert!(matches!(sources[0], Source::Whole(_)));
    let error = baselines(&names(&["random", "magic"]), strokes())
        .err()
        .unwrap();
    assert!(
        matches!(&error, Error::Config(config::Error::OutOfRange { key, value, .. })
            if key == "evaluation.baselines" && value == "magic"),
        "{error}"
    );
    let message = error.to_string();
    assert!(
        message.contains("random") && message.contains("whole") && message.contains("hint:"),
        "{message}"
    );
}

#[test]
fn sources_are_evaluated_side_by_side() {
    let work = Work::on(table(), 1);
    let set = work.run(1, |task| random(&task, 0)).unwrap();
    let sources = [
        Source::Set {
            name: "mine",
            set: &set,
            making: Some(Making {
                seconds: 2.5,
                threads: 2,
            }),
        },
        Source::baseline("random", table()).unwrap(),
        Source::baseline("whole", table()).unwrap(),
    ];
    let rows = rows(&sources, &table().test, &[Metric::Accuracy], &work);
    assert_eq!(
        rows.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        ["mine", "random", "whole"]
    );
    let of = |name| rows.get(name).unwrap();
    assert!(
        rows.iter()
            .all(|(_, row)| row.n == 2 && row.accuracies.len() == 2 && row.per_class.is_none())
    );
    assert_eq!(of("mine").accuracies[0], of("random").accuracies[0]);
    assert_eq!(of("mine").seconds, Some(2.5));
    let per_minute = 100.0 * of("mine").mean / (5.0 / 60.0);
    assert_eq!(of("mine").accuracy_per_cpu_minute, Some(per_minute));
    // It takes no second.
    assert_eq!(of("random").accuracy_per_cpu_minute, None);
    assert!(of("random").seconds.unwrap() < 1.0);
    assert!(
        of("whole").mean > 0.9 && of("whole").mean > of("random").mean,
        "{rows:?}"
    );
    assert_eq!(work.heard.evaluated(), 6);
    assert_eq!(rows.get("other"), None);
}

#[test]
fn a_coreset_is_drawn_anew_for_each_network() {
    Work::on(strokes(), 1).run(1, |task| {
        let made = Source::baseline("random", strokes())
            .unwrap()
            .make(&task, 3, None)
            .unwrap();
        let sets: Vec<SmallSet> = (0..3).map(|repeat| made.set(repeat).unwrap()).collect();
        assert!(sets[0] != sets[1] && sets[0] != sets[2] && sets[1] != sets[2]);
        assert!(sets[0] == random(&task, 0).unwrap());
        let source = Source::Set {
            name: "mine",
            set: &sets[1],
            making: None,
        };
        let made = source.make(&task, 3, None).unwrap();
        assert!((0..3).all(|repeat| made.set(repeat).unwrap() == sets[1]));
    });
}

#[test]
fn real_images_take_bytes_and_what_is_learnt_takes_floats() {
    let bits = |source: &Source<'_>, work: &Work<'_>| {
        work.run(1, |task| {
            source.make(&task, 2, None).unwrap().bits_per_class()
        })
    };
    let work = Work::on(strokes(), 3);
    let mut set = work.run(1, |task| random(&task, 0)).unwrap();
    let pixels = 3.0 * 28.0 * 28.0;
    let source = |name| Source::baseline(name, strokes()).unwrap();
    // Four bits tell ten classes apart.
    assert_eq!(bits(&source("random"), &work), 8.0 * pixels + 3.0 * 4.0);
    assert_eq!(bits(&source("whole"), &work), 1000.0 * (8.0 * 784.0 + 4.0));
    let of_set = |set: &SmallSet| {
        let source = Source::Set {
            name: "mine",
            set,
            making: None,
        };
        bits(&source, &work)
    };
    assert_eq!(of_set(&set), 32.0 * pixels + 3.0 * 4.0);
    set.labels = Labels::Logits(vec![0.0; 300]);
    set.step_sizes = vec![0.1; 5];
    assert_eq!(
        of_set(&set),
        32.0 * pixels + 3.0 * 32.0 * 10.0 + 5.0 * 32.0 / 10.0
    );
    // The features of a table are floats.
    let work = Work::on(table(), 2);
    let source = Source::baseline("random", table()).unwrap();
    assert_eq!(bits(&source, &work), 2.0 * (4.0 * 32.0 + 2.0));
    assert_eq!(
        bits(&Source::Coreset(coresets::find("random").unwrap()), &work),
        bits(&source, &work)
    );
}

#[test]
fn the_nearest_sample_gives_the_class() {
    let work = Work::on(table(), 1);
    let sources = [Source::baseline("whole@nearest", table()).unwrap()];
    let rows = rows(&sources, &table().test, &[Metric::Accuracy], &work);
    // Worked out in one dimension after the other.
    let (train, test, space) = (&table().train, &table().test, &table().space);
    let all = |split: &Split| split.batch(&(0..split.len()).collect::<Vec<_>>(), space);
    let (known, asked) = (all(train), all(test));
    let len = table().shape.len();
    let right = asked
        .chunks(len)
        .zip(test.labels())
        .filter(|(sample, label)| {
            let far = |other: &[f32]| -> f64 {
                let square = |(a, b): (&f32, &f32)| f64::from(a - b).powi(2);
                sample.iter().zip(other).map(square).sum()
            };
            let nearest = known
                .chunks(len)
                .map(far)
                .enumerate()
                .min_by(|(_, a), (_, b)| a.total_cmp(b));
            train.labels()[nearest.unwrap().0] == **label
        });
    let expected = right.count() as f64 / test.len() as f64;
    assert_eq!(rows.get("whole@nearest").unwrap().mean, expected);
    assert!(Source::baseline("random@sideways", table()).is_err());
}

#[test]
fn real_samples_of_as_many_bytes_are_more_than_distilled_ones() {
    Work::on(strokes(), 2).run(1, |task| {
        let set = random(&task, 0).unwrap();
        let source = Source::baseline("random@bytes", strokes()).unwrap();
        let made = source.make(&task, 1, Some(&set)).unwrap();
        let [two, more] = [set.len(), made.set(0).unwrap().len()];
        // Distilled pixels take four bytes, real ones one.
        assert_eq!((two, more), (20, 80));
        assert!((made.bits_per_class() / set.bits_per_class() - 1.0).abs() < 0.001);
        assert!(matches!(source.make(&task, 1, None), Err(Error::NoSet)));
    });
}

#[test]
fn a_judge_stands_in_the_place_of_networks() {
    let artefact = crate::tests::artefact();
    let device = liebig_grad::cpu();
    let heard = crate::tests::Heard::default();
    let interrupt = Interrupt::default();
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let with = |baselines: &[String], judge: &mut Judge<'_>| {
        ArtefactEvaluation {
            artefact: &artefact,
            dataset: strokes(),
            models: &[],
            repeats: 2,
            protocols: &[],
            teacher: None,
            pruning: None,
            store: None,
            epochs: None,
            making: None,
            baselines,
            networks: None,
            metrics: &[],
            seed: 0,
            device: &device,
            interrupt: &interrupt,
            observer: &heard,
        }
        .judged("mine", judge)
    };
    let mut seen = Vec::new();
    let report = with(
        &names(&["random", "k-means"]),
        &mut |source, set, repeat| {
            seen.push((
                source.to_owned(),
                set.len(),
                repeat,
                set.values[400].to_bits(),
            ));
            Ok(0.25 * (repeat + 1) as f64)
        },
    );
    let report = report.unwrap();
    let [result] = &report.results[..] else {
        unreachable!("there is one judge");
    };
    assert_eq!((&*result.model, &*result.protocol), ("mine", "judged"));
    let sources: Vec<&str> = result.rows.iter().map(|(source, _)| source).collect();
    assert_eq!(sources, ["distilled", "random", "k-means"]);
    let row = result.rows.get("distilled").unwrap();
    assert_eq!((row.mean, row.std, row.n), (0.375, 0.125, 2));
    assert_eq!((seen.len(), heard.evaluated()), (6, 6));
    // The distilled set is the same in each repeat, random ones are not.
    assert_eq!(seen[0], ("distilled".into(), 20, 0, seen[1].3));
    assert_ne!(seen[2].3, seen[3].3);
    let random = names(&["random@tuned"]);
    assert!(with(&random, &mut |_, _, _| Ok(0.5)).is_err());
    let error = with(&[], &mut |_, _, _| Ok(50.0)).unwrap_err();
    assert!(error.to_string().contains("accuracy is 50"), "{error}");
    assert!(with(&[], &mut |_, _, _| Err(Error::Interrupted)).is_err());
}
