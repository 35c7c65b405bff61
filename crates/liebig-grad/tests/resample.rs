//! Exact values of the map over pixels, its errors, and its independence of the number of threads.
#![allow(clippy::unwrap_used, reason = "tests")]

use liebig_grad::{DType, Error, Result, Tap, Taps, Tensor, cpu, vjp};

fn images(shape: &[usize]) -> Tensor {
    let values = 0..shape.iter().product();
    let values = values.map(|i: usize| (i as f32 * 0.7).sin()).collect();
    Tensor::from_vec(values, shape, &cpu()).unwrap()
}

/// Columns shifted to the left; zeros fill the gap.
fn shift(columns: usize, width: usize) -> impl Fn(usize, usize) -> [Tap; 1] {
    move |y, x| {
        let source = y * width + x + columns;
        let inside = x + columns < width;
        [if inside {
            Tap {
                source,
                weight: 1.0,
            }
        } else {
            Tap::NOTHING
        }]
    }
}

#[test]
fn exact_values() {
    let x = Tensor::from_vec((0..12).map(|i| i as f32).collect(), &[2, 1, 2, 3], &cpu()).unwrap();
    let one_left = Taps::shared([2, 3], [2, 3], shift(1, 3)).unwrap();
    let expected = [1.0, 2.0, 0.0, 4.0, 5.0, 0.0, 7.0, 8.0, 0.0, 10.0, 11.0, 0.0];
    assert_eq!(x.resample(&one_left).unwrap().to_vec().unwrap(), expected);

    let each = Taps::per_image(2, [2, 3], [2, 3], |image| shift(2 * image, 3)).unwrap();
    let expected = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 8.0, 0.0, 0.0, 11.0, 0.0, 0.0];
    assert_eq!(x.resample(&each).unwrap().to_vec().unwrap(), expected);

    // The mean of a column, in double precision and with a result of another size.
    let tap = |source| Tap {
        source,
        weight: 0.5,
    };
    let mean = Taps::shared([2, 3], [1, 3], |_, x| [tap(x), tap(3 + x)]).unwrap();
    let x = Tensor::from_vec_f64((0..6).map(f64::from).collect(), &[1, 1, 2, 3], &cpu()).unwrap();
    let mean = x.resample(&mean).unwrap();
    assert_eq!(
        (mean.dtype(), mean.shape()),
        (DType::F64, &[1, 1, 1, 3][..])
    );
    assert_eq!(mean.to_vec_f64().unwrap(), [1.5, 2.5, 3.5]);
}

#[test]
fn a_constant_stays_one() {
    let taps = Taps::shared([2, 3], [2, 3], shift(1, 3)).unwrap();
    let x = images(&[1, 1, 2, 3]);
    assert!(!x.resample(&taps).unwrap().is_tracked());
    assert!(x.requires_grad().resample(&taps).unwrap().is_tracked());
}

/// A batch above the threshold: result and gradient.
#[test]
fn threads_do_not_matter() {
    let run = |threads| -> Result<Vec<u32>> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| {
            let tap = |source: usize| Tap {
                source: source % 1024,
                weight: (source as f64).cos(),
            };
            let taps = Taps::per_image(33, [32, 32], [30, 31], |image| {
                move |y: usize, x: usize| [1, 5, 9, 31].map(|k| tap(image * k + 17 * y + 3 * x * k))
            })?;
            let x = images(&[33, 3, 32, 32]).requires_grad();
            let y = x.resample(&taps)?;
            let gradient = vjp(&[&y], &[&y.detach()], &[&x], false)?;
            let values = [y.to_vec()?, gradient[0].to_vec()?].concat();
            Ok(values.into_iter().map(f32::to_bits).collect())
        })
    };
    assert!(run(1).unwrap() == run(2).unwrap());
}

#[test]
fn what_does_not_fit_is_refused() {
    let shift_of = |columns| Taps::shared([2, 3], [2, 3], shift(columns, 3)).unwrap();
    let refused = images(&[4, 2, 3]).resample(&shift_of(1));
    assert!(matches!(refused, Err(Error::Rank { op: "resample", .. })));
    let refused = images(&[1, 1, 3, 2]).resample(&shift_of(1));
    assert!(matches!(refused, Err(Error::Shapes { op: "resample", .. })));
    let each = Taps::per_image(2, [2, 3], [2, 3], |image| shift(image, 3)).unwrap();
    let refused = images(&[3, 1, 2, 3]).resample(&each);
    assert!(matches!(refused, Err(Error::Shapes { op: "resample", .. })));
    let beyond = |_, _| {
        [Tap {
            source: 6,
            weight: 0.0,
        }]
    };
    let refused = Taps::shared([2, 3], [2, 3], beyond);
    assert!(matches!(refused, Err(Error::OutOfRange { op: "Taps", .. })));
    let refused = Taps::shared([2, 0], [2, 3], shift(1, 3));
    assert!(matches!(refused, Err(Error::OutOfRange { op: "Taps", .. })));
}
