#![allow(clippy::unwrap_used)]
use super::*;

/// `(rate, noise, steps, δ, RDP, PLD)`: dp-accounting 0.6.0, the latter with a grid of 1e-4 or, at rate 1, exact.
const REFERENCE: [(f64, f64, u64, f64, f64, f64); 9] = [
    (256.0 / 60_000.0, 1.0, 1000, 1e-5, 1.097_885, 0.727_64),
    (256.0 / 60_000.0, 1.0, 14_062, 1e-5, 3.078_673, 2.822_62),
    (0.01, 1.1, 10_000, 1e-5, 5.6320, 5.192_62),
    (0.01, 4.0, 10_000, 1e-5, 1.035_490, 0.947_00),
    (256.0 / 50_000.0, 0.8, 2000, 1e-5, 2.640_97, 2.138_17),
    (0.02, 2.0, 5000, 1e-6, 3.872_624, 3.609_24),
    (256.0 / 12_000.0, 2.0, 2000, 1e-5, 2.266_078, 2.077_57),
    (1.0, 10.0, 1, 1e-5, 0.375_291, 0.340_669),
    (1.0, 50.0, 100, 1e-5, 0.794_522, 0.725_522),
];

fn charge(rate: f64, noise: f64, steps: u64) -> Charge {
    Charge::new(Mechanism::new(rate, noise).unwrap(), steps)
}

#[test]
fn known_values_are_met() {
    for (rate, noise, steps, delta, rdp, pld) in REFERENCE {
        for (accountant, expected) in [(Accountant::Rdp, rdp), (Accountant::Pld, pld)] {
            let found = epsilon(&[charge(rate, noise, steps)], delta, accountant).unwrap();
            assert!(
                (found - expected).abs() < 1e-4,
                "{accountant} of {rate} {noise} {steps}: {found}, expected {expected}"
            );
        }
    }
}

#[test]
fn divergences_of_one_use_are_met() {
    let mechanism = Mechanism::new(0.01, 1.1).unwrap();
    for (order, expected) in [
        (1.5, 9.5545e-5),
        (2.0, 1.285_10e-4),
        (3.5, 2.311_45e-4),
        (8.0, 5.840_70e-4),
        (32.0, 8.469_416),
    ] {
        let found = rdp::divergence(mechanism, order);
        assert!((found / expected - 1.0).abs() < 1e-5, "{order}: {found}");
    }
}

/// Private Set Generation's noise, calibrated with Rényi divergences, and the ε that losses give for it.
#[test]
fn published_noise_is_met() {
    let rate = 256.0 / 60_000.0;
    for (steps, target, expected, spent) in [
        (10_000, 1.0, 1.8793, 0.913),
        (10_000, 10.0, 0.6038, 8.880),
        (100_000, 1.0, 5.5098, 0.916),
        (100_000, 10.0, 0.9657, 9.292),
        (200_000, 1.0, 7.7557, 0.918),
        (200_000, 10.0, 1.2136, 9.307),
    ] {
        let found = noise(target, 1e-5, (rate, steps), &[], Accountant::Rdp).unwrap();
        assert!((found - expected).abs() < 2e-4, "{steps} {target}: {found}");
        let pld = epsilon(&[charge(rate, found, steps)], 1e-5, Accountant::Pld).unwrap();
        assert!((pld - spent).abs() < 2e-3, "{steps} {target}: {pld}");
    }
}

#[test]
fn calibrated_noise_is_the_smallest_that_fits() {
    for accountant in [Accountant::Rdp, Accountant::Pld] {
        for (rate, besides) in [
            (0.02, vec![]),
            (1.0, vec![]),
            (0.02, vec![charge(1.0, 20.0, 1)]),
        ] {
            let found = noise(1.0, 1e-5, (rate, 100), &besides, accountant).unwrap();
            let at = |noise: f64| {
                let mut charges = besides.clone();
                charges.push(charge(rate, noise, 100));
                epsilon(&charges, 1e-5, accountant).unwrap()
            };
            assert!(
                at(found) <= 1.0 && at(0.999 * found) > 1.0,
                "{accountant} {found}"
            );
        }
    }
}

#[test]
fn what_is_released_besides_costs() {
    for accountant in [Accountant::Rdp, Accountant::Pld] {
        let spent = |charges: &[Charge]| epsilon(charges, 1e-5, accountant).unwrap();
        let (main, counts) = (charge(0.01, 1.5, 1000), charge(1.0, 30.0, 1));
        let (alone, both) = (spent(&[main]), spent(&[main, counts]));
        assert!(
            both > alone && both < alone + spent(&[counts]),
            "{alone} {both}"
        );
        // Twice the same is twice the steps; nothing costs nothing.
        let (parts, whole) = (spent(&[main, main]), spent(&[charge(0.01, 1.5, 2000)]));
        assert!((parts - whole).abs() < 1e-6, "{parts} {whole}");
        assert_eq!(spent(&[]), 0.0);
        assert_eq!(spent(&[charge(0.5, 1.0, 0)]), 0.0);
    }
    // Discretised and exact agree where both are possible.
    let nearly = epsilon(&[charge(1.0 - 1e-9, 10.0, 1)], 1e-5, Accountant::Pld).unwrap();
    assert!((nearly - 0.340_669).abs() < 1e-4, "{nearly}");
}

#[test]
fn numbers_that_make_no_sense_are_refused() {
    for (rate, noise) in [
        (0.0, 1.0),
        (1.1, 1.0),
        (f64::NAN, 1.0),
        (0.1, 0.0),
        (0.1, f64::NAN),
    ] {
        assert!(Mechanism::new(rate, noise).is_err(), "{rate} {noise}");
    }
    for delta in [0.0, 1.0, -1.0, f64::NAN] {
        assert!(epsilon(&[], delta, Accountant::Rdp).is_err(), "{delta}");
    }
    let ask = |target, rate| noise(target, 1e-5, (rate, 10), &[], Accountant::Pld);
    assert!(matches!(ask(0.0, 0.1), Err(Error::Epsilon { .. })));
    assert!(matches!(ask(f64::NAN, 0.1), Err(Error::Epsilon { .. })));
    assert!(matches!(ask(1.0, 2.0), Err(Error::Rate { .. })));
    // What is released besides is too much already.
    let besides = [charge(1.0, 1.0, 1)];
    let found = noise(1.0, 1e-5, (0.1, 10), &besides, Accountant::Rdp);
    assert!(matches!(found, Err(Error::OutOfReach { .. })), "{found:?}");
}
