#![allow(clippy::unwrap_used)]
use liebig_nn::initialize;

use super::*;
use crate::run::Interrupt;
use crate::tests::{Work, mlp, table};

fn training() -> Training {
    Training {
        count: 2,
        epochs: 3,
        lr: 0.1,
        momentum: 0.9,
        weight_decay: 0.0,
        batch_size: 8,
        seed: 1,
    }
}

fn work() -> Work<'static> {
    Work {
        model: mlp(),
        ..Work::on(table(), 1)
    }
}

#[test]
fn what_is_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.safetensors");
    work().run(1, |task| {
        let mut rng = liebig_data::stream(3, "x", 0);
        let weights = initialize(task.model, &mut rng, task.device).unwrap();
        write(&path, task.model, &weights, &[]).unwrap();
        let pool = Pool::read(folder.path(), task.model, task.device).unwrap();
        assert_eq!(pool.len(), 1);
        for (found, expected) in pool.weights(7).iter().zip(&weights) {
            assert_eq!(found.to_vec().unwrap(), expected.to_vec().unwrap());
        }
    });
}

#[test]
fn trained_networks_are_kept_and_are_better_than_fresh_ones() {
    let folder = tempfile::tempdir().unwrap();
    work().run(2, |task| {
        let run = |training: &Training| {
            let interrupt = Interrupt::default();
            train(
                table(),
                task.model,
                training,
                folder.path(),
                task.device,
                &interrupt,
                |_| (),
            )
            .unwrap()
        };
        let first = run(&training());
        assert!(
            first
                .iter()
                .all(|net| !net.kept && net.accuracy.unwrap() > 0.8),
            "{first:?}"
        );
        let bytes = |net: &Trained| std::fs::read(&net.path).unwrap();
        assert_ne!(bytes(&first[0]), bytes(&first[1]));
        let before = bytes(&first[0]);
        std::fs::remove_file(&first[0].path).unwrap();
        let again = run(&training());
        assert!(!again[0].kept && again[1].kept);
        assert_eq!(bytes(&again[0]), before);
    });
}

#[test]
fn other_files_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    work().run(1, |task| {
        let read = || {
            Pool::read(folder.path(), task.model, task.device)
                .unwrap_err()
                .to_string()
        };
        assert!(read().contains("no .safetensors files"));
        std::fs::write(folder.path().join("x.safetensors"), b"no").unwrap();
        let message = read();
        assert!(
            message.contains("x.safetensors") && message.contains("hint: "),
            "{message}"
        );
    });
}
