#![allow(clippy::unwrap_used, reason = "tests")]
use std::path::Path;

use liebig_data::{Dataset, Normalization, Space};
use liebig_nn::{ConvNetOptions, ModelChoice};

use super::*;
use crate::augment::Augmentation;
use crate::experts::{ExpertSettings, PoolId, Training};
use crate::init::Init;
use crate::methods::Distillation;
use crate::run::Interrupt;
use crate::tests::{Work, bits, strokes};
use crate::{Budget, Facts, Labels, Task};

fn model() -> ModelChoice {
    ModelChoice::ConvNet(ConvNetOptions {
        width: 4,
        depth: 2,
        ..ConvNetOptions::default()
    })
}

fn work(dataset: &Dataset, ipc: usize) -> Work<'_> {
    Work {
        model: model(),
        ..Work::on(dataset, ipc)
    }
}

/// Few samples, so that an epoch is quick.
fn small() -> Dataset {
    let mut dataset = strokes().clone();
    dataset.train = dataset.train.subset(&(0..400).collect::<Vec<_>>());
    dataset.hash = "small".into();
    dataset
}

fn experts(dataset: &Dataset, folder: &Path, count: u64, epochs: usize) {
    let augmentation: Augmentation = "crop_scale_rotate".parse().unwrap();
    let mut settings = ExpertSettings::published(model(), epochs, augmentation);
    settings.batch_size = 32;
    settings.lr = 0.05;
    let id = PoolId::new(settings, dataset);
    id.claim(folder).unwrap();
    let training = Training {
        dataset,
        id: &id,
        folder,
        device: &liebig_grad::cpu(),
        interrupt: &Interrupt::default(),
    };
    for index in 0..count {
        training.unit(index, |_| ()).unwrap();
    }
}

fn settings(folder: &Path) -> Settings {
    Settings {
        iterations: 30,
        experts: Some(folder.into()),
        syn_steps: 6,
        expert_epochs: 1,
        max_start_epoch: 2,
        lr_img: 100.0,
        lr_teacher: 0.05,
        ..Settings::published(&Facts::of(strokes()))
    }
}

fn run<'a>(
    task: Task<'a>,
    settings: &Settings,
    iterations: u64,
) -> (Vec<f64>, Box<dyn Distillation + 'a>) {
    let mut method = settings.start(task).unwrap();
    let losses = (0..iterations).map(|iteration| method.step(iteration).unwrap().total);
    (losses.collect(), method)
}

#[test]
fn every_variant_comes_nearer_to_the_experts() {
    let (dataset, folder) = (small(), tempfile::tempdir().unwrap());
    experts(&dataset, folder.path(), 2, 3);
    let plain = settings(folder.path());
    let datm = Settings {
        labels: MttLabels::Learnt,
        lr_label: 1.0,
        init_correct: true,
        current_max_start_epoch: 1,
        expansion_end_epoch: 10,
        ..plain.clone()
    };
    let batches = Settings {
        batch_syn: 7,
        ema_decay: 0.9,
        ..plain.clone()
    };
    let tesla = Settings {
        approximation: Approximation::Tesla,
        ..plain.clone()
    };
    let texture = Settings {
        canvas_size: 2,
        dsa_strategy: Augmentation::None,
        ..plain.clone()
    };
    for settings in [plain, datm, batches, tesla, texture] {
        settings.check(&Facts::of(&dataset)).unwrap();
        let budget = settings.budget(Budget::uniform(10, 1));
        let work = Work {
            budget: budget.clone(),
            ..work(&dataset, 1)
        };
        let (losses, set) = work.run(2, |task| {
            let (losses, method) = run(task, &settings, 30);
            (losses, method.set().unwrap())
        });
        let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len() as f64;
        let (first, last) = (mean(&losses[..6]), mean(&losses[24..]));
        assert!(last < 0.98 * first, "{first} {last} with {settings:?}");
        assert_eq!((set.len(), set.step_sizes.len()), (budget.total(), 1));
        assert!(set.step_sizes[0] > 0.0 && (set.step_sizes[0] - 0.05).abs() > 1e-9);
        assert_eq!(
            matches!(set.labels, Labels::Logits(_)),
            settings.labels == MttLabels::Learnt
        );
    }
}

#[test]
fn a_restored_state_goes_on_and_threads_do_not_matter() {
    let (dataset, folder) = (small(), tempfile::tempdir().unwrap());
    experts(&dataset, folder.path(), 2, 3);
    let settings = Settings {
        labels: MttLabels::Learnt,
        ema_decay: 0.9,
        lr_decay: MttDecay::Linear,
        batch_syn: 4,
        ..settings(folder.path())
    };
    let whole = work(&dataset, 1).run(1, |task| bits(&run(task, &settings, 4).1.set().unwrap()));
    let parts = work(&dataset, 1).run(2, |task| {
        let state = run(task, &settings, 2).1.state();
        let mut method = settings.start(task).unwrap();
        method.restore(state).unwrap();
        method.step(2).unwrap();
        method.step(3).unwrap();
        bits(&method.set().unwrap())
    });
    assert!(whole == parts);
}

#[test]
fn updates_above_the_threshold_change_nothing() {
    let (dataset, folder) = (small(), tempfile::tempdir().unwrap());
    experts(&dataset, folder.path(), 1, 2);
    let at = |threshold| Settings {
        threshold,
        ..settings(folder.path())
    };
    let after = |settings: &Settings, iterations| {
        work(&dataset, 1).run(1, |task| {
            bits(&run(task, settings, iterations).1.set().unwrap())
        })
    };
    assert!(after(&at(1e-6), 3) == after(&at(0.0), 0));
    assert!(after(&at(1e6), 3) == after(&at(0.0), 3));
}

#[test]
fn the_window_of_start_epochs_grows() {
    let settings = Settings {
        max_start_epoch: 20,
        current_max_start_epoch: 10,
        expansion_end_epoch: 100,
        ..Settings::published(&Facts::of(strokes()))
    };
    let bounds = [0, 9, 10, 50, 99, 100, 5000].map(|iteration| settings.start_bound(iteration));
    assert_eq!(bounds, [10, 10, 11, 15, 19, 20, 20]);
    assert_eq!(settings.last_epoch(), 22);
}

#[test]
fn experts_that_do_not_fit_are_named() {
    let (dataset, folder) = (small(), tempfile::tempdir().unwrap());
    experts(&dataset, folder.path(), 2, 2);
    let plain = settings(folder.path());
    let refuses = |dataset: &Dataset, settings: &Settings, part: &str| {
        let message = work(dataset, 1).run(1, |task| match settings.start(task) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        });
        assert!(
            message.contains(part) && message.contains("hint: "),
            "{message}"
        );
    };
    refuses(
        &dataset,
        &Settings {
            experts: None,
            ..plain.clone()
        },
        "method.experts",
    );
    refuses(
        &dataset,
        &Settings {
            max_start_epoch: 5,
            ..plain.clone()
        },
        "5 are needed",
    );
    refuses(strokes(), &plain, "dataset.hash");
    let mut other = dataset.clone();
    other.space = Space::from(Normalization {
        mean: vec![0.5],
        std: vec![0.5],
        known: false,
    });
    refuses(&other, &plain, "space");
    let wider = Work {
        model: ModelChoice::ConvNet(ConvNetOptions {
            width: 8,
            depth: 2,
            ..ConvNetOptions::default()
        }),
        ..Work::on(&dataset, 1)
    };
    let message = wider.run(1, |task| plain.start(task).err().unwrap().to_string());
    assert!(message.contains("expert-0000.safetensors"), "{message}");
    // Damaged, and of another pool.
    let path = folder.path().join("expert-0001.safetensors");
    let bytes = std::fs::read(&path).unwrap();
    let mut damaged = bytes.clone();
    let last = damaged.len() - 3;
    damaged[last] ^= 0x10;
    for content in [damaged, bytes[..bytes.len() - 8].to_vec(), b"no".to_vec()] {
        std::fs::write(&path, content).unwrap();
        refuses(&dataset, &plain, "expert-0001.safetensors");
    }
    let elsewhere = tempfile::tempdir().unwrap();
    experts(&dataset, elsewhere.path(), 2, 3);
    std::fs::copy(elsewhere.path().join("expert-0001.safetensors"), &path).unwrap();
    refuses(&dataset, &plain, "another pool");
    std::fs::remove_file(&path).unwrap();
    work(&dataset, 1).run(1, |task| plain.start(task).map(|_| ()).unwrap());
}

#[test]
fn what_contradicts_itself_is_refused() {
    let facts = Facts::of(strokes());
    let plain = settings(Path::new("x"));
    assert!(plain.check(&facts).is_ok());
    for wrong in [
        Settings {
            min_start_epoch: 2,
            ..plain.clone()
        },
        Settings {
            current_max_start_epoch: 3,
            ..plain.clone()
        },
        Settings {
            init_correct: true,
            init: Init::Noise,
            ..plain.clone()
        },
        Settings {
            dsa_strategy: "crop_scale_rotate".parse().unwrap(),
            ..plain.clone()
        },
        Settings {
            canvas_size: 2,
            batch_syn: 3,
            ..plain.clone()
        },
    ] {
        assert!(wrong.check(&facts).is_err(), "{wrong:?}");
    }
    let batch_norm = Facts {
        batch_norm: true,
        ..facts
    };
    assert!(plain.check(&batch_norm).is_err());
}
