#![allow(clippy::unwrap_used)]
use liebig_accountant::Accountant;
use liebig_data::stream;
use liebig_grad::{Tensor, grad};
use liebig_nn::{ConvNetOptions, ModelChoice, Norm, initialize};

use super::*;
use crate::augment::Augmentation;
use crate::methods::Method;
use crate::tests::{Work, bits, config, strokes, table};
use crate::{Budget, Facts, MethodChoice, Session, State, Task};

/// So large an ε that there is hardly any noise.
const LOUD: f64 = 1e5;

fn settings(epsilon: f64) -> Ndpdc {
    Ndpdc {
        epsilon,
        accountant: Accountant::Rdp,
        iterations: 6,
        draws: 6,
        batch_real: 40,
        lr_img: 0.1,
        average: 0.0,
        dsa_strategy: Augmentation::None,
        ..Ndpdc::defaults(&Facts::of(strokes()))
    }
}

fn work() -> Work<'static> {
    Work {
        model: ModelChoice::ConvNet(ConvNetOptions {
            width: 8,
            depth: 2,
            norm: Norm::Instance,
            ..ConvNetOptions::default()
        }),
        budget: Budget::new(vec![2, 1, 1, 3, 1, 1, 1, 1, 1, 2]),
        ..Work::on(strokes(), 2)
    }
}

/// The published loss on one graph, with all real samples of each class and no noise.
fn by_hand(task: Task<'_>, settings: &Ndpdc, x: &Tensor) -> (f64, Vec<f32>) {
    let mut rng = stream(task.seed, "ndpdc/network", 0);
    let weights = initialize(task.model, &mut rng, task.device).unwrap();
    let x = x.requires_grad();
    // Rows scaled to the norm, which all exceed.
    let shortened = |x: &Tensor| {
        let features = task.model.features(&weights, x).unwrap();
        let norms = features.square().unwrap().sum_dims(&[1], true).unwrap();
        let norms = norms.sqrt().unwrap();
        assert!(
            norms
                .to_vec()
                .unwrap()
                .iter()
                .all(|&norm| f64::from(norm) > settings.clip)
        );
        let scale = norms.recip().unwrap().mul_scalar(settings.clip).unwrap();
        features
            .mul(&scale.broadcast_to(features.shape()).unwrap())
            .unwrap()
    };
    let mean = |x: &Tensor| shortened(x).mean_dims(&[0], false).unwrap();
    let losses: Vec<Tensor> = (0..10)
        .map(|class| {
            let real = mean(&task.real(task.train.of_class(class)).unwrap());
            let range = task.budget.range(class);
            let own = mean(&x.slice(0, range.start, range.end).unwrap());
            let difference = own.sub(&real).unwrap();
            let scale = settings.batch_real as f64;
            difference
                .mul_scalar(scale)
                .unwrap()
                .square()
                .unwrap()
                .sum()
                .unwrap()
        })
        .collect();
    let sum = losses
        .into_iter()
        .reduce(|sum, loss| sum.add(&loss).unwrap())
        .unwrap();
    let gradient = grad(&sum, &[&x], false).unwrap().remove(0);
    (sum.item().unwrap() / 10.0, gradient.to_vec().unwrap())
}

/// With every record in every sum and hardly any noise, an update is that of the loss on one graph.
#[test]
fn without_noise_the_sums_are_those_of_the_features() {
    work().run(2, |task| {
        let all = task.train.len() / 10;
        let settings = Ndpdc {
            batch_real: all,
            iterations: 1,
            draws: 1,
            count_noise: 1.0,
            ..settings(LOUD)
        };
        // Sums of 1000 shortened features have noise of 0.1 a value.
        let mut method = settings.start(task).unwrap();
        let before = method.set().unwrap().values;
        let x = crate::samples(before.clone(), task.train.shape(), task.device).unwrap();
        let loss = method.step(0).unwrap().total;
        let after = method.set().unwrap().values;
        let (expected, gradient) = by_hand(task, &settings, &x);
        assert!((loss / expected - 1.0).abs() < 0.02, "{loss} {expected}");
        let (mut product, mut found, mut wanted) = (0.0, 0.0, 0.0);
        for ((before, after), gradient) in before.iter().zip(&after).zip(&gradient) {
            let moved = f64::from(before - after) / settings.lr_img;
            product += moved * f64::from(*gradient);
            found += moved * moved;
            wanted += f64::from(*gradient).powi(2);
        }
        let cosine = product / (found * wanted).sqrt();
        assert!(cosine > 0.999, "{cosine}");
        assert!(
            ((found / wanted).sqrt() - 1.0).abs() < 0.02,
            "{found} {wanted}"
        );
    });
}

#[test]
fn a_sum_that_is_used_again_is_the_same_sum() {
    work().run(2, |task| {
        let again = Ndpdc {
            draws: 2,
            ..settings(1.0)
        };
        let mut method = again.start(task).unwrap();
        let state = method.state();
        let first = method.step(0).unwrap().total;
        method.step(1).unwrap();
        // From the same state, the sum after the last is the first one, noise included.
        let mut other = again.start(task).unwrap();
        other.restore(state).unwrap();
        assert_eq!(other.step(2).unwrap().total, first);
        let charges = method.guarantee().unwrap().charges;
        assert_eq!(charges[0].steps(), 2);
        assert!(charges[0].mechanism().noise() < settings_noise(task));
    });
}

/// The noise for six sums.
fn settings_noise(task: Task<'_>) -> f64 {
    let method = settings(1.0).start(task).unwrap();
    let charges = method.guarantee().unwrap().charges;
    assert_eq!(charges[0].steps(), 6);
    charges[0].mechanism().noise()
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
        // Another run with the same seed has other noise.
        let mut other = settings(1.0).start(task).unwrap();
        other.step(0).unwrap();
        other.step(1).unwrap();
        assert!(bits(&other.set().unwrap()) != bits(&straight.set().unwrap()));
    });
}

#[test]
fn a_finished_run_keeps_no_secret() {
    work().run(1, |task| {
        let mut method = settings(1.0).start(task).unwrap();
        let has_secret = |state: State| {
            let checkpoint = state.checkpoint(1).unwrap();
            checkpoint
                .arrays
                .iter()
                .any(|array| array.name.contains("secret"))
        };
        assert!(has_secret(method.state()));
        (0..6).for_each(|iteration| drop(method.step(iteration).unwrap()));
        assert!(!has_secret(method.state()));
    });
}

#[test]
fn the_artefact_says_what_is_guaranteed() {
    let distil = |epsilon| {
        let config = config(MethodChoice::new(settings(epsilon)), strokes(), 1);
        let session = Session::new(config.check().unwrap().into(), strokes()).unwrap();
        session.distil().unwrap()
    };
    let artefact = distil(2.0);
    let guarantee = artefact.provenance.privacy.clone().unwrap();
    assert!(
        guarantee.epsilon <= 2.0 && guarantee.epsilon > 1.99,
        "{guarantee:?}"
    );
    assert_eq!((guarantee.delta, guarantee.charges.len()), (1e-5, 2));
    assert_eq!(guarantee.charges[0].mechanism().rate(), 0.04);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set.safetensors");
    artefact.write(&path).unwrap();
    let read = crate::artefact::Artefact::read(&path).unwrap();
    assert_eq!(read.provenance.privacy, Some(guarantee));
}

#[test]
fn what_would_leak_is_refused() {
    let check = |facts: &Facts| settings(1.0).check(facts).unwrap_err().to_string();
    let facts = Facts::of(strokes());
    assert!(settings(1.0).check(&facts).is_ok());
    let measured = Facts {
        constant_space: false,
        ..facts.clone()
    };
    assert!(
        check(&measured).contains("normalisation"),
        "{}",
        check(&measured)
    );
    let batch_norm = Facts {
        batch_norm: true,
        ..facts.clone()
    };
    assert!(check(&batch_norm).contains("batch normalisation"));
    assert!(check(&Facts::of(table())).contains("normalisation"));
    let few = Facts {
        samples: 100,
        ..facts
    };
    assert!(check(&few).contains("at most 10"), "{}", check(&few));
}
