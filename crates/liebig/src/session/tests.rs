#![allow(clippy::unwrap_used)]
use std::path::Path;

use liebig_data::Dataset;

use super::*;
use crate::artefact::Artefact;
use crate::config::Config;
use crate::init::Init;
use crate::methods::{self, Dc, Dm, Dsa, Method};
use crate::run::Error as RunError;
use crate::tests::{Drift, Heard, bits, config, on_threads, strokes, table};
use crate::{ErrorKind, Labels, MethodChoice};

/// Dc, dsa and dm, three short iterations each.
pub(super) fn short_methods() -> Vec<MethodChoice> {
    let facts = Facts {
        ipc: 2,
        ..Facts::of(strokes())
    };
    let mut dc = Dc::defaults(&facts);
    (dc.0.iterations, dc.0.batch_real) = (3, 8);
    (dc.0.outer_loops, dc.0.inner_epochs) = (2, 2);
    let mut dsa = Dsa(dc.0.clone());
    dsa.0.init = Init::Real;
    dsa.0.dsa_strategy = Dsa::defaults(&facts).0.dsa_strategy;
    let dm = Dm {
        iterations: 3,
        batch_real: 8,
        ..Dm::defaults(&facts)
    };
    vec![
        MethodChoice::new(dc),
        MethodChoice::new(dsa),
        MethodChoice::new(dm),
    ]
}

pub(super) fn random() -> MethodChoice {
    methods::find("random")
        .unwrap()
        .defaults(&Facts::of(strokes()))
}

pub(super) fn session(config: &Config, dataset: &'static Dataset) -> Session<'static> {
    Session::new(config.clone().check().unwrap().into(), dataset).unwrap()
}

fn resume() -> RunOptions {
    RunOptions {
        resume: true,
        ..RunOptions::default()
    }
}

fn distilled(folder: &Path) -> Vec<u8> {
    std::fs::read(folder.join("distilled.safetensors")).unwrap()
}

/// The iterations that the metrics have.
fn recorded(folder: &Path) -> Vec<u64> {
    let text = std::fs::read_to_string(folder.join("metrics.jsonl")).unwrap();
    let iteration = |line| {
        serde_json::from_str::<crate::run::Metric>(line)
            .unwrap()
            .iteration
    };
    text.lines().map(iteration).collect()
}

#[test]
fn memory_and_folder_give_the_same_bytes_for_every_number_of_threads() {
    for method in short_methods() {
        let config = config(method, strokes(), 2);
        let in_memory = on_threads(1, || session(&config, strokes()).distil().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let report = on_threads(2, || {
            session(&config, strokes())
                .run(folder.path(), RunOptions::default())
                .unwrap()
        });
        let name = config.method.name();
        assert!(
            distilled(folder.path()) == in_memory.to_bytes().unwrap(),
            "{name}"
        );
        assert_eq!(report.artefact, folder.path().join("distilled.safetensors"));
        assert_eq!(
            (report.iterations, recorded(folder.path())),
            (3, vec![1, 2, 3])
        );
        // Every iteration moved the set, and each snapshot is an artefact.
        let step = |iteration: u64| {
            let name = format!("checkpoints/step_{iteration:06}.safetensors");
            Artefact::read(&folder.path().join(name)).unwrap()
        };
        for iteration in 0..3 {
            assert_ne!(
                step(iteration).set.values,
                step(iteration + 1).set.values,
                "{name}"
            );
        }
        assert_eq!(step(3).to_bytes().unwrap(), distilled(folder.path()));
        assert!(folder.path().join("images/step_000003.png").exists());
        let text = std::fs::read_to_string(folder.path().join("config.toml")).unwrap();
        assert_eq!(text, config.to_toml().unwrap());
    }
}

#[test]
fn other_seeds_give_other_sets() {
    let mut config = config(short_methods().remove(0), strokes(), 1);
    let first = session(&config, strokes()).distil().unwrap();
    config.general.seed = 1;
    let second = session(&config, strokes()).distil().unwrap();
    assert_ne!(bits(&first.set), bits(&second.set));
}

#[test]
fn a_resumed_run_gives_the_bytes_of_one_that_was_never_stopped() {
    for method in short_methods() {
        let config = config(method, strokes(), 2);
        let name = config.method.name();
        let straight = Heard::default();
        let expected = session(&config, strokes())
            .observed_by(&straight)
            .distil()
            .unwrap();
        // Stopped before the first iteration, and after the first and the second.
        for after in 0..3 {
            let folder = tempfile::tempdir().unwrap();
            let interrupt = Interrupt::default();
            if after == 0 {
                interrupt.set();
            }
            let heard = Heard::stopping(after, interrupt.clone());
            let stopped = session(&config, strokes())
                .interrupted_by(interrupt)
                .observed_by(&heard);
            let error = stopped
                .run(folder.path(), RunOptions::default())
                .unwrap_err();
            assert!(matches!(error, Error::Interrupted), "{name}: {error}");
            assert_eq!(error.kind(), ErrorKind::Interrupted);
            assert_eq!(heard.losses().len() as u64, after);
            assert!(!folder.path().join("distilled.safetensors").exists());
            let error = session(&config, strokes())
                .run(folder.path(), RunOptions::default())
                .unwrap_err();
            assert!(
                matches!(error, Error::Run(RunError::Exists(_))),
                "{name}: {error}"
            );
            assert_eq!(error.kind(), ErrorKind::Usage);
            let again = Heard::default();
            let resumed = session(&config, strokes()).observed_by(&again);
            let report = resumed.run(folder.path(), resume()).unwrap();
            assert!(
                distilled(folder.path()) == expected.to_bytes().unwrap(),
                "{name} after {after}"
            );
            assert_eq!(recorded(folder.path()), [1, 2, 3]);
            assert_eq!(
                [heard.losses(), again.losses()].concat(),
                straight.losses(),
                "{name}"
            );
            assert_eq!(report.iterations, 3);
            let manifest = std::fs::read_to_string(folder.path().join("manifest.json")).unwrap();
            let manifest: crate::run::Manifest = serde_json::from_str(&manifest).unwrap();
            let attempts = manifest.attempts.iter();
            let reached: Vec<_> = attempts
                .map(|attempt| (attempt.from_iteration, attempt.to_iteration))
                .collect();
            assert_eq!(reached, [(0, after), (after, 3)], "{name}");
            assert!(manifest.attempts[1].finished && !manifest.attempts[0].finished);
        }
    }
}

#[test]
fn an_iteration_that_was_stopped_halfway_is_done_again_from_its_start() {
    let drift = |stopped_in| Drift {
        stopped_in,
        ..Drift::defaults(&Facts::of(strokes()))
    };
    let expected = session(
        &config(MethodChoice::new(drift(None)), strokes(), 2),
        strokes(),
    )
    .distil()
    .unwrap();
    for iteration in 0..4 {
        let folder = tempfile::tempdir().unwrap();
        let stopped = config(MethodChoice::new(drift(Some(iteration))), strokes(), 2);
        let error = session(&stopped, strokes())
            .run(folder.path(), RunOptions::default())
            .unwrap_err();
        assert!(matches!(error, Error::Interrupted), "{error}");
        let whole = config(MethodChoice::new(drift(None)), strokes(), 2);
        session(&whole, strokes())
            .run(folder.path(), resume())
            .unwrap();
        assert!(
            distilled(folder.path()) == expected.to_bytes().unwrap(),
            "{iteration}"
        );
        assert_eq!(recorded(folder.path()), [1, 2, 3, 4]);
    }
}

#[test]
fn a_finished_run_is_only_evaluated_again() {
    let config = config(short_methods().remove(2), strokes(), 1);
    let folder = tempfile::tempdir().unwrap();
    session(&config, strokes())
        .run(folder.path(), RunOptions::default())
        .unwrap();
    let before = distilled(folder.path());
    let heard = Heard::default();
    session(&config, strokes())
        .observed_by(&heard)
        .run(folder.path(), resume())
        .unwrap();
    assert!(heard.losses().is_empty());
    assert!(distilled(folder.path()) == before);
}

#[test]
fn another_configuration_is_not_resumed() {
    let mut config = config(random(), strokes(), 1);
    let folder = tempfile::tempdir().unwrap();
    session(&config, strokes())
        .run(folder.path(), RunOptions::default())
        .unwrap();
    config.general.budget = Some("0=3".into());
    let error = session(&config, strokes())
        .run(folder.path(), resume())
        .unwrap_err();
    assert!(
        matches!(error, Error::Run(RunError::OtherConfig { .. })),
        "{error}"
    );
    assert!(error.to_string().contains("+ budget = \"0=3\""), "{error}");
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[test]
fn a_coreset_in_a_folder_is_the_baselines_first_draw() {
    let mut config = config(random(), strokes(), 3);
    config.evaluation.repeats = 1;
    config.evaluation.epochs = 5;
    let folder = tempfile::tempdir().unwrap();
    let report = session(&config, strokes())
        .run(folder.path(), RunOptions::default())
        .unwrap();
    assert_eq!((report.method.as_str(), report.iterations), ("random", 0));
    let artefact = Artefact::read(&report.artefact).unwrap();
    assert_eq!(
        artefact.set.labels,
        Labels::Hard((0..10).flat_map(|class| [class; 3]).collect())
    );
    for (sample, label) in artefact
        .set
        .values
        .chunks_exact(784)
        .zip(artefact.classes())
    {
        let real = &strokes().train.class_indices(10)[label as usize];
        assert!(
            real.iter()
                .any(|&index| strokes().train.batch(&[index], &strokes().space) == sample)
        );
    }
    // The first draw of the baseline, evaluated by the same streams.
    let (distilled, baseline) = (
        report.rows.get("distilled").unwrap(),
        report.rows.get("random").unwrap(),
    );
    assert_eq!(distilled.accuracies, baseline.accuracies);
    let snapshot = folder.path().join("checkpoints/step_000000.safetensors");
    assert_eq!(
        std::fs::read(snapshot).unwrap(),
        artefact.to_bytes().unwrap()
    );
    // It can be resumed, too.
    session(&config, strokes())
        .run(folder.path(), resume())
        .unwrap();
    assert_eq!(Artefact::read(&report.artefact).unwrap(), artefact);
}

/// Whether two reports are the same, but for what reading a number in JSON may change.
fn assert_alike(a: &Report, b: &Report) {
    let rows = |report: &Report| {
        let rows = report.rows.iter();
        rows.map(|(name, row)| (name.to_string(), row.n, row.accuracies.len()))
            .collect::<Vec<_>>()
    };
    assert_eq!(rows(a), rows(b));
    let numbers = |report: &Report| {
        let mut numbers = vec![
            report.seconds,
            report.distill_seconds,
            report.bits_per_class,
        ];
        for (_, row) in report.rows.iter() {
            numbers.extend([
                row.mean,
                row.std,
                row.bits_per_class,
                row.seconds.unwrap_or(-1.0),
            ]);
            numbers.extend(&row.accuracies);
        }
        numbers
    };
    for (a, b) in numbers(a).into_iter().zip(numbers(b)) {
        assert!((a - b).abs() <= 1e-15 * a.abs(), "{a} {b}");
    }
    let rest = |report: &Report| Report {
        seconds: 0.0,
        distill_seconds: 0.0,
        bits_per_class: 0.0,
        rows: Rows::default(),
        ..report.clone()
    };
    assert_eq!(rest(a), rest(b));
}

#[test]
fn the_report_in_the_folder_is_the_one_that_is_returned() {
    let mut config = config(short_methods().remove(2), table(), 2);
    config.method = MethodChoice::new(Dm {
        iterations: 2,
        ..Dm::defaults(&Facts::of(table()))
    });
    config.evaluation.baselines = vec!["random".into(), "whole".into()];
    for repeats in [0, 2] {
        config.evaluation.repeats = repeats;
        config.evaluation.epochs = 3;
        config.evaluation.augmentation = Augmentation::None;
        let mut resolved = Resolved::from(config.clone().check().unwrap());
        resolved.preset = Some("dm/leaves_ipc2".into());
        resolved.published = Some(crate::Published {
            mean: 0.9,
            std: Some(0.1),
            whole: None,
            source: "a paper".into(),
        });
        let folder = tempfile::tempdir().unwrap();
        let heard = Heard::default();
        let session = Session::new(resolved, table()).unwrap().observed_by(&heard);
        let report = session.run(folder.path(), RunOptions::default()).unwrap();
        let text = std::fs::read_to_string(folder.path().join("results.json")).unwrap();
        let read: Report = serde_json::from_str(&text).unwrap();
        assert_alike(&read, &report);
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["dataset"], "leaves");
        let names: Vec<&str> = report.rows.iter().map(|(name, _)| name).collect();
        if repeats == 0 {
            assert!(names.is_empty());
            assert!(json.as_object().unwrap().contains_key("whole") && json["whole"].is_null());
        } else {
            assert_eq!(names, ["distilled", "random", "whole"]);
            assert_eq!(json["distilled"]["n"], 2);
        }
        assert_eq!(heard.evaluated(), 3 * repeats);
        // Six samples of four features in three classes: 2 * 4 * 32 bits a class, and 2 bits for each of 2 labels.
        assert_eq!(report.bits_per_class, 260.0);
    }
}

#[test]
fn where_the_data_lies_does_not_change_the_bytes() {
    let mut config = config(random(), strokes(), 1);
    let bytes = |config: &Config| {
        session(config, strokes())
            .distil()
            .unwrap()
            .to_bytes()
            .unwrap()
    };
    let first = bytes(&config);
    config.data.source = "another/place".into();
    assert!(bytes(&config) == first);
    config.data.grayscale = Some(true);
    assert!(bytes(&config) != first);
}

#[test]
fn an_estimate_is_a_time_and_leaves_nothing_behind() {
    for method in short_methods() {
        let mut config = config(method, strokes(), 1);
        let session_of = |config: &Config| session(config, strokes());
        let estimate = session_of(&config).estimate().unwrap();
        assert!(estimate.distill_seconds > 0.0 && estimate.distill_seconds < 60.0);
        assert_eq!(estimate.evaluate_seconds, 0.0);
        config.evaluation.repeats = 2;
        config.evaluation.epochs = 10;
        let estimate = session_of(&config).estimate().unwrap();
        assert!(estimate.evaluate_seconds > 0.0 && estimate.evaluate_seconds < 60.0);
    }
}

#[test]
fn a_request_to_stop_is_heard_in_the_evaluation() {
    let mut config = config(random(), strokes(), 1);
    config.evaluation.repeats = 1;
    let set = session(&config, strokes()).distil().unwrap().set;
    let interrupt = Interrupt::default();
    let session = session(&config, strokes()).interrupted_by(interrupt.clone());
    interrupt.set();
    assert!(matches!(
        session.evaluate(&set, None),
        Err(Error::Interrupted)
    ));
}

/// Asks to stop after so many networks.
struct StopAfter(std::sync::atomic::AtomicUsize, Interrupt);

impl Observer for StopAfter {
    fn observe(&self, event: Event<'_>) {
        use std::sync::atomic::Ordering;
        if let Event::Evaluated = event
            && self.0.fetch_sub(1, Ordering::Relaxed) == 1
        {
            self.1.set();
        }
    }
}

#[test]
fn an_interrupted_evaluation_goes_on_network_by_network() {
    let mut config = config(random(), strokes(), 1);
    config.evaluation.repeats = 2;
    config.evaluation.epochs = 3;
    config.evaluation.baselines = vec!["k-means".into(), "class-mean".into()];
    let whole = tempfile::tempdir().unwrap();
    let run = |folder: &Path, session: Session<'_>| {
        on_threads(1, || session.run(folder, resume())).map(|report| report.rows)
    };
    let expected = run(whole.path(), session(&config, strokes())).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let interrupt = Interrupt::default();
    let stop = StopAfter(3.into(), interrupt.clone());
    let stopped = session(&config, strokes())
        .interrupted_by(interrupt)
        .observed_by(&stop);
    let error = run(folder.path(), stopped).unwrap_err();
    assert!(matches!(error, Error::Interrupted), "{error}");
    let kept = folder.path().join("evaluation");
    assert_eq!(std::fs::read_dir(&kept).unwrap().count(), 3);
    let rows = run(folder.path(), session(&config, strokes())).unwrap();
    assert!(!kept.exists());
    for ((name, row), (expected_name, expected)) in rows.iter().zip(expected.iter()) {
        assert_eq!(
            (name, &row.accuracies),
            (expected_name, &expected.accuracies)
        );
    }
}

/// Ends a distillation after so many iterations, and keeps the sets.
struct Ending(u64, std::sync::Mutex<Vec<Artefact>>);

impl Observer for Ending {
    fn observe(&self, _: Event<'_>) {}

    fn iterated(&self, iteration: &Iteration<'_>) -> std::ops::ControlFlow<()> {
        assert_eq!(iteration.iterations(), 3);
        assert!(iteration.losses().total.is_finite());
        self.1.lock().unwrap().push(iteration.artefact().unwrap());
        match iteration.done() < self.0 {
            true => std::ops::ControlFlow::Continue(()),
            false => std::ops::ControlFlow::Break(()),
        }
    }
}

#[test]
fn an_observer_sees_the_set_and_ends_a_run_that_can_go_on() {
    for method in short_methods() {
        let config = config(method, strokes(), 1);
        let straight = session(&config, strokes()).distil().unwrap();
        let ending = Ending(2, Default::default());
        let folder = tempfile::tempdir().unwrap();
        let report = session(&config, strokes())
            .observed_by(&ending)
            .run(folder.path(), RunOptions::default())
            .unwrap();
        assert_eq!(report.iterations, 2);
        let seen = ending.1.into_inner().unwrap();
        assert_eq!(seen.len(), 2);
        assert!(distilled(folder.path()) == seen[1].to_bytes().unwrap());
        assert!(seen[0].set.values != seen[1].set.values);
        session(&config, strokes())
            .run(folder.path(), resume())
            .unwrap();
        assert!(distilled(folder.path()) == straight.to_bytes().unwrap());
    }
}

#[test]
fn a_set_of_another_program_gets_the_recipe() {
    let config = config(short_methods().remove(2), strokes(), 1);
    let session = session(&config, strokes());
    let foreign = Foreign {
        method: "mine".into(),
        values: vec![0.5; 10 * 784],
        labels: Labels::Hard((0..10).collect()),
        step_sizes: vec![0.02],
    };
    let artefact = session.adopt(foreign.clone()).unwrap();
    assert_eq!(artefact.recipe, session.recipe());
    assert_eq!(artefact.provenance.method, "mine");
    assert!(artefact.provenance.version.ends_with(", imported"));
    assert_eq!(
        artefact.recipe.common_lr(&artefact.set),
        f64::from(0.02_f32)
    );
    for broken in [
        Foreign {
            values: vec![0.5; 784],
            ..foreign.clone()
        },
        Foreign {
            values: vec![f32::NAN; 7840],
            ..foreign.clone()
        },
        Foreign {
            labels: Labels::Hard(vec![10; 10]),
            ..foreign
        },
    ] {
        let error = session.adopt(broken).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data, "{error}");
    }
}
