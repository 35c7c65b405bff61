//! Tensors that do not fit.
#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn wrong_tensors_are_refused_by_name() {
    let images = || -> Entry<'_> { ("images", Dtype::F32, &[2, 1, 1, 2], vec![0; 16]) };
    let nan = floats(&[f32::NAN; 4]);
    let cases: [(&[Entry<'_>], &str); 13] = [
        (&[labels(&[0, 1])], "images"),
        (&[images()], "labels"),
        (
            &[
                ("images", Dtype::F32, &[2, 2], vec![0; 16]),
                labels(&[0, 1]),
            ],
            "images",
        ),
        (
            &[
                ("images", Dtype::F64, &[2, 1, 1, 2], vec![0; 32]),
                labels(&[0, 1]),
            ],
            "images",
        ),
        (
            &[("images", Dtype::F32, &[2, 1, 1, 2], nan), labels(&[0, 1])],
            "images",
        ),
        (&[images(), labels(&[0, 2])], "labels"),
        (&[images(), labels(&[0, -1])], "labels"),
        (
            &[images(), ("labels", Dtype::I64, &[1], vec![0; 8])],
            "labels",
        ),
        (
            &[images(), ("labels", Dtype::F32, &[2, 2], vec![0; 16])],
            "labels",
        ),
        (
            &[
                images(),
                labels(&[0, 1]),
                ("step_sizes", Dtype::F32, &[2], floats(&[0.1, -1.0])),
            ],
            "step_sizes",
        ),
        (
            &[
                images(),
                labels(&[0, 1]),
                ("step_sizes", Dtype::F32, &[1, 1], floats(&[0.1])),
            ],
            "step_sizes",
        ),
        (
            &[
                images(),
                labels(&[0, 1]),
                ("extra", Dtype::U8, &[1], vec![0]),
            ],
            "extra",
        ),
        (
            &[
                ("images", Dtype::F32, &[0, 1, 1, 2], vec![]),
                ("labels", Dtype::I64, &[0], vec![]),
            ],
            "images",
        ),
    ];
    for (tensors, field) in cases {
        refuses(&with_tensors(tensors), field);
    }
}
