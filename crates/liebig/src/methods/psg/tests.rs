#![allow(clippy::unwrap_used)]
use liebig_accountant::Accountant;
use liebig_grad::{Targets, Tensor};
use liebig_nn::{ConvNetOptions, Learner, ModelChoice, Sgd};

use super::*;
use crate::methods::gradient_matching::objective::match_target;
use crate::methods::{Distance, Method};
use crate::tests::{Work, bits, strokes};
use crate::{Facts, State};

/// So large an ε that there is hardly any noise.
const LOUD: f64 = 1e5;

fn settings(epsilon: f64) -> Psg {
    Psg {
        epsilon,
        accountant: Accountant::Rdp,
        iterations: 2,
        batch_real: 100,
        outer_loops: 2,
        image_steps: 2,
        inner_epochs: 1,
        ..Psg::defaults(&Facts::of(strokes()))
    }
}

fn work() -> Work<'static> {
    Work {
        model: ModelChoice::ConvNet(ConvNetOptions {
            width: 8,
            depth: 2,
            ..ConvNetOptions::default()
        }),
        ..Work::on(strokes(), 1)
    }
}

/// With every record in the sum, hardly any noise and no shortening, the target is the gradient of all data.
#[test]
fn without_noise_the_target_is_the_gradient_of_everything() {
    work().run(2, |task| {
        let settings = Psg {
            batch_real: task.train.len(),
            clip: 20.0,
            iterations: 1,
            outer_loops: 1,
            image_steps: 1,
            ..settings(LOUD)
        };
        let mut method = settings.start(task).unwrap();
        let before = method.set().unwrap().values;
        let x = crate::samples(before.clone(), task.train.shape(), task.device).unwrap();
        let loss = method.step(0).unwrap().total;
        let after = method.set().unwrap().values;
        let mut rng = liebig_data::stream(task.seed, "psg/network", 0);
        let learner = Learner::fresh(task.model, Sgd::new(0.0), &mut rng, task.device).unwrap();
        let all: Vec<usize> = (0..task.train.len()).collect();
        let labels = task
            .train
            .labels()
            .iter()
            .map(|&label| label as usize)
            .collect();
        let target = learner
            .gradient(&task.real(&all).unwrap(), &Targets::Hard(labels))
            .unwrap();
        let targets = Targets::Hard((0..10).collect());
        let (expected, gradient) =
            match_target(&learner, Distance::Ours, &target, &x, &targets).unwrap();
        assert!((loss / expected - 1.0).abs() < 0.01, "{loss} {expected}");
        let gradient: Vec<f32> = Tensor::to_vec(&gradient).unwrap();
        let (mut product, mut found, mut wanted) = (0.0, 0.0, 0.0);
        for ((before, after), gradient) in before.iter().zip(&after).zip(&gradient) {
            let moved = f64::from(before - after);
            product += moved * f64::from(*gradient);
            found += moved * moved;
            wanted += f64::from(*gradient).powi(2);
        }
        let cosine = product / (found * wanted).sqrt();
        assert!(cosine > 0.99, "{cosine}");
    });
}

#[test]
fn every_update_is_charged() {
    work().run(2, |task| {
        let method = settings(1.0).start(task).unwrap();
        let guarantee = method.guarantee().unwrap();
        assert_eq!(guarantee.charges.len(), 1);
        assert_eq!(guarantee.charges[0].steps(), 8);
        assert_eq!(guarantee.charges[0].mechanism().rate(), 0.01);
        assert!(guarantee.epsilon <= 1.0 && guarantee.epsilon > 0.999);
    });
}

#[test]
fn a_restored_state_goes_on_with_the_same_noise() {
    work().run(2, |task| {
        let mut straight = settings(1.0).start(task).unwrap();
        straight.step(0).unwrap();
        let checkpoint = straight.state().checkpoint(1).unwrap();
        straight.step(1).unwrap();
        let mut resumed = settings(1.0).start(task).unwrap();
        resumed
            .restore(State::restored(checkpoint, task.device).unwrap())
            .unwrap();
        resumed.step(1).unwrap();
        assert!(bits(&resumed.set().unwrap()) == bits(&straight.set().unwrap()));
        assert!(
            straight
                .state()
                .checkpoint(2)
                .unwrap()
                .arrays
                .iter()
                .all(|array| !array.name.contains("secret"))
        );
    });
}

#[test]
fn defaults_are_the_published_ones() {
    let facts = Facts {
        ipc: 10,
        ..Facts::of(strokes())
    };
    let psg = Psg::defaults(&facts);
    assert_eq!(
        (
            psg.iterations,
            psg.image_steps,
            psg.outer_loops,
            psg.inner_epochs
        ),
        (1000, 10, 10, 50)
    );
    assert_eq!(
        (psg.batch_real, psg.clip, psg.lr_img, psg.momentum_img),
        (256, 0.1, 0.1, 0.5)
    );
    let many = Facts {
        samples: 100,
        ..facts
    };
    assert!(
        psg.check(&many)
            .unwrap_err()
            .to_string()
            .contains("at most 100")
    );
}
