//! Every operation, against finite differences, first and second order.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Input, check};
use liebig_grad::{After, Conv2d, Indices, ResponseNorm, Tap, Taps, Targets, Tensor};

#[test]
fn arithmetic() {
    let ab = [Input(&[2, 3], -2.0, 2.0), Input(&[2, 3], 0.5, 2.0)];
    check("add", &ab, |x| x[0].add(&x[1]));
    check("sub", &ab, |x| x[0].sub(&x[1]));
    check("mul", &ab, |x| x[0].mul(&x[1]));
    check("div", &ab, |x| x[0].div(&x[1]));
    check("neg", &ab[..1], |x| x[0].neg());
    check("add_scalar", &ab[..1], |x| x[0].add_scalar(1.5));
    check("mul_scalar", &ab[..1], |x| x[0].mul_scalar(-1.5));
    check("square", &ab[..1], |x| x[0].square());
}

#[test]
fn broadcasting() {
    let row = [Input(&[2, 1, 3], -2.0, 2.0), Input(&[4, 1], 0.5, 2.0)];
    check("add", &row, |x| x[0].add(&x[1]));
    check("sub", &row, |x| x[0].sub(&x[1]));
    check("mul", &row, |x| x[0].mul(&x[1]));
    check("div", &row, |x| x[0].div(&x[1]));
    check("broadcast_to", &row[1..], |x| {
        x[0].broadcast_to(&[3, 4, 2])?.square()
    });
    check("sum_to", &row[..1], |x| x[0].square()?.sum_to(&[1, 3]));
}

#[test]
fn functions() {
    let any = [Input(&[7], -2.0, 2.0)];
    let positive = [Input(&[7], 0.3, 2.0)];
    check("exp", &any, |x| x[0].exp());
    check("log", &positive, |x| x[0].log());
    check("sqrt", &positive, |x| x[0].sqrt());
    check("recip", &positive, |x| x[0].recip());
    check("sin", &any, |x| x[0].sin());
    check("cos", &any, |x| x[0].cos());
    check("tanh", &any, |x| x[0].tanh());
    check("abs", &any, |x| x[0].abs()?.square());
    check("sigmoid", &any, |x| x[0].sigmoid());
    check("silu", &any, |x| x[0].silu());
    check("erf", &any, |x| x[0].erf());
    check("gelu", &any, |x| x[0].gelu());
    check("relu", &any, |x| x[0].relu()?.square());
    check("leaky_relu", &any, |x| x[0].leaky_relu(0.01)?.square());
    check("clamp", &any, |x| x[0].clamp(-1.0, 0.8)?.square());
    check("pow 2.5", &positive, |x| x[0].pow(2.5));
    check("pow -1", &positive, |x| x[0].pow(-1.0));
    check("pow 3", &any, |x| x[0].pow(3.0));
    check("pow 0", &any, |x| x[0].pow(0.0)?.add(&x[0]));
}

#[test]
fn choosing() {
    let ab = [Input(&[2, 3], -2.0, 2.0), Input(&[2, 3], -2.0, 2.0)];
    check("maximum", &ab, |x| x[0].maximum(&x[1])?.square());
    check("where_mask", &ab, |x| {
        let mask = x[0].greater(&x[1])?;
        assert!(!mask.is_tracked(), "a comparison is a constant");
        x[0].square()?.where_mask(&mask, &x[1].exp()?)
    });
    check(
        "where_mask broadcast",
        &[Input(&[2, 3], -2.0, 2.0), Input(&[1], 0.0, 1.0)],
        |x| {
            x[0].square()?
                .where_mask(&x[0].greater_scalar(0.3), &x[1].exp()?)
        },
    );
}

#[test]
fn reductions() {
    let x = [Input(&[2, 3, 4], -2.0, 2.0)];
    check("sum", &x, |x| x[0].square()?.sum());
    check("mean", &x, |x| x[0].square()?.mean());
    check("sum_dims", &x, |x| x[0].square()?.sum_dims(&[0, 2], false));
    check("sum_dims kept", &x, |x| x[0].square()?.sum_dims(&[1], true));
    check("mean_dims", &x, |x| x[0].square()?.mean_dims(&[1, 2], true));
    check("max_dim", &x, |x| x[0].max_dim(1, false)?.square());
    check("max_dim kept", &x, |x| x[0].max_dim(2, true)?.square());
}

#[test]
fn moving() {
    let x = [Input(&[2, 3, 4], -2.0, 2.0)];
    check("reshape", &x, |x| x[0].square()?.reshape(&[4, 6]));
    check("flatten_from", &x, |x| x[0].square()?.flatten_from(1));
    check("permute", &x, |x| x[0].square()?.permute(&[2, 0, 1]));
    check("transpose", &x, |x| x[0].square()?.transpose(0, 2));
    check("slice", &x, |x| x[0].square()?.slice(2, 1, 3));
    check("pad", &x, |x| x[0].square()?.pad(&[(1, 0), (0, 2), (1, 1)]));
    check("flip", &x, |x| x[0].square()?.flip(1));
    check("split", &x, |x| {
        let parts = x[0].square()?.split(2, &[1, 2, 1])?;
        parts[0].exp()?.mul(&parts[1])
    });
    let parts = [Input(&[2, 1], -2.0, 2.0), Input(&[2, 3], -2.0, 2.0)];
    check("cat", &parts, |x| {
        Tensor::cat(&[&x[0], &x[1].square()?, &x[0]], 1)?.square()
    });
}

#[test]
fn indexing() {
    let x = [Input(&[3, 4], -2.0, 2.0)];
    check("index_select", &x, |x| {
        x[0].square()?.index_select(0, &[2, 0, 2])
    });
    check("gather", &x, |x| {
        let indices = Indices::new(vec![1, 1, 3, 0, 2, 2], &[3, 2])?;
        x[0].square()?.gather(1, &indices)
    });
}

#[test]
fn products() {
    let ab = [Input(&[2, 3], -2.0, 2.0), Input(&[3, 4], -2.0, 2.0)];
    check("matmul", &ab, |x| x[0].matmul(&x[1]));
    check("matmul of transposes", &ab, |x| {
        x[1].transpose(0, 1)?.matmul(&x[0].transpose(0, 1)?)
    });
    let batched = [Input(&[2, 2, 3], -2.0, 2.0), Input(&[2, 3, 1], -2.0, 2.0)];
    check("batched matmul", &batched, |x| x[0].matmul(&x[1]));
}

#[test]
fn solving() {
    // Only the symmetric part counts, so a matrix near a multiple of the identity needs no symmetry.
    let shifted = |a: &Tensor| {
        let n = a.shape()[0];
        let values = (0..n * n).map(|i| if i / n == i % n { 3.0 } else { 0.0 });
        a.add(&Tensor::from_vec_f64(
            values.collect(),
            &[n, n],
            &liebig_grad::cpu(),
        )?)
    };
    let ab = [Input(&[3, 3], -0.9, 0.9), Input(&[3, 2], -2.0, 2.0)];
    check("solve", &ab, |x| shifted(&x[0])?.solve(&x[1]));
    check("solve, squared", &ab, |x| {
        shifted(&x[0])?.solve(&x[1])?.square()
    });
    check("solve for the square", &ab[..1], |x| {
        shifted(&x[0])?.solve(&x[0].square()?)
    });
    // Ridge regression, as feature regression has it.
    let features = [
        Input(&[3, 4], -1.0, 1.0),
        Input(&[3, 2], -1.0, 1.0),
        Input(&[2, 4], -1.0, 1.0),
    ];
    check("ridge regression", &features, |x| {
        let kernel = x[0].matmul(&x[0].transpose(0, 1)?)?;
        let weights = shifted(&kernel)?.solve(&x[1])?;
        x[2].matmul(&x[0].transpose(0, 1)?)?.matmul(&weights)
    });
}

#[test]
fn convolution() {
    for (stride, padding) in [(1, 0), (1, 1), (2, 1), (1, 2)] {
        let options = Conv2d { stride, padding };
        let inputs = [
            Input(&[2, 4, 5, 2], -1.0, 1.0),
            Input(&[3, 3, 2, 3], -1.0, 1.0),
            Input(&[3], -1.0, 1.0),
        ];
        let name = format!("conv2d, stride {stride}, padding {padding}");
        check(&name, &inputs, |x| x[0].conv2d(&x[1], Some(&x[2]), options));
        // Squared, so that second derivatives with respect to one input alone are not zero.
        check(&format!("{name}, squared"), &inputs[..2], |x| {
            x[0].conv2d(&x[1], None, options)?.square()
        });
    }
}

#[test]
fn pooling() {
    let x = [Input(&[2, 5, 4, 2], -2.0, 2.0)];
    check("avg_pool2d", &x, |x| x[0].square()?.avg_pool2d(2, 2));
    check("avg_pool2d overlapping", &x, |x| {
        x[0].square()?.avg_pool2d(3, 1)
    });
    for (kernel, stride, padding) in [(2, 2, 0), (3, 2, 0), (3, 2, 1), (2, 1, 1), (1, 2, 0)] {
        let name = format!("max_pool2d {kernel}, stride {stride}, padding {padding}");
        check(&name, &x, |x| {
            x[0].max_pool2d(kernel, stride, padding)?.square()
        });
    }
}

#[test]
fn response_normalisation() {
    let x = [Input(&[2, 2, 1, 5], -2.0, 2.0)];
    for (size, beta) in [(4, 0.75), (3, 0.75), (1, 0.5), (2, 1.5), (12, 0.75)] {
        let norm = ResponseNorm {
            size,
            alpha: 0.9,
            beta,
            k: 0.5,
        };
        let name = format!("local_response_norm {size}, exponent {beta}");
        check(&name, &x, |x| x[0].local_response_norm(norm));
    }
}

#[test]
fn lstm_cell() {
    let inputs = [Input(&[2, 12], -2.0, 2.0), Input(&[2, 3], -1.5, 1.5)];
    // Together and apart: a gradient may reach one of the outputs alone.
    check("lstm_cell", &inputs, |x| {
        let (hidden, cell) = x[0].lstm_cell(&x[1])?;
        hidden.add(&cell.square()?)
    });
    check("lstm_cell, hidden", &inputs, |x| {
        Ok(x[0].lstm_cell(&x[1])?.0)
    });
    check("lstm_cell, cell", &inputs, |x| Ok(x[0].lstm_cell(&x[1])?.1));
    check("lstm_cell twice", &inputs, |x| {
        let (hidden, cell) = x[0].lstm_cell(&x[1])?;
        let gates = Tensor::cat(&[&hidden, &cell, &hidden, &hidden], 1)?;
        let (hidden, cell) = gates.add(&x[0])?.lstm_cell(&cell)?;
        hidden.mul(&cell)
    });
}

#[test]
fn fused_block() {
    let inputs = [
        Input(&[2, 4, 5, 3], -1.0, 1.0),
        Input(&[3], 0.5, 1.5),
        Input(&[3], -0.5, 0.5),
    ];
    for after in After::ALL {
        check(&format!("instance_norm {after:?}"), &inputs, |x| {
            x[0].instance_norm(&x[1], &x[2], 1e-2, after)
        });
        check(&format!("instance_norm {after:?}, squared"), &inputs, |x| {
            x[0].instance_norm(&x[1], &x[2], 1e-2, after)?.square()
        });
        check(&format!("batch_norm {after:?}, squared"), &inputs, |x| {
            let [output, _, _] = x[0].batch_norm(&x[1], &x[2], 1e-2, after)?;
            output.square()
        });
    }
}

#[test]
fn losses() {
    let x = [Input(&[3, 4], -2.0, 2.0)];
    check("log_softmax", &x, |x| x[0].log_softmax(1));
    check("softmax", &x, |x| x[0].softmax(1));
    check("softmax over rows", &x, |x| x[0].softmax(0));
    check("cross_entropy", &x, |x| {
        x[0].cross_entropy(&Targets::Hard(vec![1, 3, 0]))
    });
    let soft = [Input(&[3, 4], -2.0, 2.0), Input(&[3, 4], 0.0, 1.0)];
    check("soft cross_entropy", &soft, |x| {
        x[0].cross_entropy(&Targets::Soft(x[1].clone()))
    });
    check("squared_error", &x, |x| {
        x[0].squared_error(&Targets::Hard(vec![1, 3, 0]))
    });
    check("soft squared_error", &soft, |x| {
        x[0].squared_error(&Targets::Soft(x[1].clone()))
    });
}

#[test]
fn sampling() {
    let inputs = [
        Input(&[2, 2, 4, 5], -1.0, 1.0),
        Input(&[2, 3, 2, 2], -1.2, 1.2),
    ];
    for align_corners in [true, false] {
        let name = format!("grid_sample, align_corners {align_corners}");
        check(&name, &inputs, |x| x[0].grid_sample(&x[1], align_corners));
    }
}

/// Taps in no regular order, so that any indexing error shows.
fn scattered<const N: usize>(seed: usize, pixels: usize, y: usize, x: usize) -> [Tap; N] {
    std::array::from_fn(|k| Tap {
        source: (seed * 5 + y * 7 + x * 3 + k * k + k) % pixels,
        weight: ((seed + 2 * y + 3 * x + k) as f64).sin(),
    })
}

#[test]
fn resampling() {
    let x = [Input(&[3, 2, 3, 5], -1.0, 1.0)];
    let (from, to) = ([3, 5], [4, 2]);
    let taps = [
        Taps::shared(from, to, |y, x| scattered::<1>(0, 15, y, x)),
        Taps::shared(from, to, |y, x| scattered::<4>(1, 15, y, x)),
        Taps::per_image(3, from, to, |i| move |y, x| scattered::<2>(i, 15, y, x)),
        Taps::per_image(3, from, to, |i| move |y, x| scattered::<3>(i, 15, y, x)),
    ];
    for (i, taps) in taps.into_iter().enumerate() {
        let taps = taps.unwrap();
        check(&format!("resample {i}"), &x, |x| x[0].resample(&taps));
        check(&format!("resample {i}, squared"), &x, |x| {
            x[0].square()?.resample(&taps)?.square()
        });
    }
}

#[test]
fn third_order_of_the_fused_block() {
    // The function is a gradient of a gradient, so its second order is the block's fourth order.
    let inputs = [Input(&[1, 2, 2, 1], -1.0, 1.0), Input(&[1], 0.5, 1.5)];
    check("instance_norm, thrice", &inputs, |x| {
        let beta = common::random(&[1], 0.2, 0.3, 3);
        let x: Vec<Tensor> = x
            .iter()
            .map(|x| {
                if x.is_tracked() {
                    x.clone()
                } else {
                    x.requires_grad()
                }
            })
            .collect();
        let y = x[0]
            .instance_norm(&x[1], &beta, 0.1, After::ReluAvgPool)?
            .square()?
            .sum()?;
        let gradients = liebig_grad::grad(&y, &[&x[0], &x[1]], true)?;
        gradients[0].square()?.sum()?.add(&gradients[1].square()?)
    });
}

#[test]
fn third_order_of_the_lstm_cell() {
    let inputs = [Input(&[2, 8], -2.0, 2.0), Input(&[2, 2], -1.5, 1.5)];
    check("lstm_cell, thrice", &inputs, |x| {
        let x = x.iter().map(|x| match x.is_tracked() {
            true => x.clone(),
            false => x.requires_grad(),
        });
        let x: Vec<Tensor> = x.collect();
        let (hidden, cell) = x[0].lstm_cell(&x[1])?;
        let y = hidden.exp()?.add(&cell.square()?)?.sum()?;
        let gradients = liebig_grad::grad(&y, &[&x[0], &x[1]], true)?;
        gradients[0].square()?.sum()?.add(&gradients[1].exp()?)
    });
}
