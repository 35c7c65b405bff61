#![allow(clippy::unwrap_used, reason = "tests")]
use std::path::Path;

use liebig_nn::ModelChoice;

use super::*;
use crate::augment::Augmentation;
use crate::run::Interrupt;
use crate::tests::{mlp, table};
use crate::{Error as LiebigError, facts};

fn settings() -> ExpertSettings {
    ExpertSettings {
        batch_size: 8,
        lr: 0.1,
        momentum: 0.9,
        ..ExpertSettings::published(mlp(), 3, Augmentation::None)
    }
}

fn train(
    id: &PoolId,
    folder: &Path,
    units: impl IntoIterator<Item = u64>,
    interrupt: &Interrupt,
    told: impl Fn(Progress),
) -> Result<Vec<Unit>, LiebigError> {
    id.claim(folder)?;
    let training = Training {
        dataset: table(),
        id,
        folder,
        device: &liebig_grad::cpu(),
        interrupt,
    };
    units
        .into_iter()
        .map(|index| training.unit(index, &told))
        .collect()
}

fn bytes(folder: &Path, index: u64) -> Vec<u8> {
    std::fs::read(folder.join(format!("expert-{index:04}.safetensors"))).unwrap()
}

#[test]
fn order_interruptions_and_folders_do_not_change_a_byte() {
    let id = PoolId::new(settings(), table());
    let [whole, parts, other] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let free = Interrupt::default();
    let units = train(&id, whole.path(), 0..3, &free, |_| ()).unwrap();
    assert!(
        units
            .iter()
            .all(|unit| !unit.kept && unit.accuracy.unwrap() > 0.8)
    );
    // Stopped after the first epoch of expert 2, then of expert 0.
    for index in [2, 0] {
        let interrupt = Interrupt::default();
        let stop = |progress: Progress| {
            if progress.epoch == 1 {
                interrupt.set();
            }
        };
        let stopped = train(&id, parts.path(), [index], &interrupt, stop);
        assert!(matches!(stopped, Err(LiebigError::Interrupted)));
        let unfinished = format!("unfinished-{index:04}.safetensors");
        assert!(parts.path().join(&unfinished).exists());
        let heard = std::cell::Cell::new(0);
        train(&id, parts.path(), [index], &free, |_| {
            heard.set(heard.get() + 1)
        })
        .unwrap();
        // The first epoch is not repeated.
        assert_eq!(heard.get(), 2);
        assert!(!parts.path().join(&unfinished).exists());
    }
    train(&id, other.path(), [1], &free, |_| ()).unwrap();
    for (folder, index) in [(&parts, 0), (&parts, 2), (&other, 1)] {
        assert!(bytes(folder.path(), index) == bytes(whole.path(), index));
    }
    assert_ne!(bytes(whole.path(), 0), bytes(whole.path(), 1));
    let again = train(&id, whole.path(), 0..3, &free, |_| ()).unwrap();
    assert!(again.iter().all(|unit| unit.kept));
}

#[test]
fn snapshots_are_the_course_of_the_training() {
    let id = PoolId::new(settings(), table());
    let folder = tempfile::tempdir().unwrap();
    train(&id, folder.path(), 0..2, &Interrupt::default(), |_| ()).unwrap();
    let pool = ExpertPool::open(folder.path()).unwrap();
    assert_eq!((pool.experts().len(), pool.id()), (2, &id));
    let model = mlp()
        .build(facts::input(table().shape), table().class_names.len())
        .unwrap();
    let expert = &pool.experts()[1];
    assert_eq!((expert.index(), expert.epochs()), (1, 3));
    let snapshot = |epoch| expert.snapshot(epoch, &*model, &liebig_grad::cpu());
    let distance = |a: &Snapshot, b: &Snapshot| -> f64 {
        let parts = a.iter().zip(b);
        parts
            .map(|(a, b)| {
                a.sub(b)
                    .unwrap()
                    .square()
                    .unwrap()
                    .sum()
                    .unwrap()
                    .item()
                    .unwrap()
            })
            .sum()
    };
    let all: Vec<Snapshot> = (0..4).map(|epoch| snapshot(epoch).unwrap()).collect();
    assert!(
        all.windows(2)
            .all(|pair| distance(&pair[0], &pair[1]) > 0.0)
    );
    assert!(distance(&all[0], &all[3]) > distance(&all[2], &all[3]));
    let message = snapshot(4).unwrap_err().to_string();
    assert!(message.contains("no epoch 4"), "{message}");
    pool.verify(expert).unwrap();
    let listed = pool.list().unwrap();
    assert_eq!((listed[1].index, listed[1].epochs), (1, 3));
}

#[test]
fn flat_minima_take_other_ways() {
    let plain = PoolId::new(settings(), table());
    let with = |optimizer| {
        let settings = ExpertSettings {
            optimizer,
            ..settings()
        };
        PoolId::new(settings, table())
    };
    let sam = with(ExpertOptimizer::Sam {
        rho: 0.05,
        adaptive: false,
    });
    let gsam = with(ExpertOptimizer::Gsam {
        rho: 0.05,
        alpha: 0.3,
        adaptive: true,
    });
    let folders = [plain, sam, gsam].map(|id| {
        let folder = tempfile::tempdir().unwrap();
        let units = train(&id, folder.path(), [0], &Interrupt::default(), |_| ()).unwrap();
        assert!(units[0].accuracy.unwrap() > 0.8, "{units:?}");
        folder
    });
    let all = folders.each_ref().map(|folder| bytes(folder.path(), 0));
    assert!(all[0] != all[1] && all[1] != all[2]);
}

#[test]
fn another_training_in_the_same_folder_is_refused_by_key() {
    let folder = tempfile::tempdir().unwrap();
    let id = PoolId::new(settings(), table());
    id.claim(folder.path()).unwrap();
    id.claim(folder.path()).unwrap();
    let other = |change: fn(&mut ExpertSettings)| {
        let mut settings = settings();
        change(&mut settings);
        let id = PoolId::new(settings, table());
        id.claim(folder.path()).unwrap_err().to_string()
    };
    for (message, part) in [
        (
            other(|settings| settings.lr = 0.2),
            "lr is 0.1, expected 0.2",
        ),
        (other(|settings| settings.epochs = 9), "epochs is 3"),
        (
            other(|settings| settings.model = ModelChoice::ConvNet(Default::default())),
            "model.",
        ),
    ] {
        assert!(
            message.contains(part) && message.contains("hint: "),
            "{message}"
        );
    }
}

#[test]
fn folders_without_a_pool_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let open = || ExpertPool::open(folder.path()).unwrap_err();
    assert!(matches!(open(), Error::NoPool { .. }));
    PoolId::new(settings(), table())
        .claim(folder.path())
        .unwrap();
    assert!(matches!(open(), Error::Empty { .. }));
    std::fs::write(folder.path().join("experts.json"), b"{").unwrap();
    assert!(matches!(open(), Error::File { .. }));
}
