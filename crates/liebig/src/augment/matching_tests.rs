//! Matching losses under a Siamese augmentation, and their gradients with respect to the synthetic images,
//! against PyTorch's values (`tests/golden/make_matching.py`).
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../../tests/golden/reader.rs"]
pub(crate) mod reader;

use liebig_grad::{Tensor, cpu};
use liebig_nn::{ConvNetOptions, Input, Learner, Model, ModelChoice, Sgd, load_state_dict};
use reader::{Reference, assert_close};

use super::Draw;
use crate::methods::siamese::{Siamese, back};
use crate::methods::{Distance, distribution_matching, matching};

const CLASSES: usize = 3;
const TOLERANCE: f32 = 1e-5;

pub(crate) fn network(reference: &Reference, prefix: &str) -> (Box<dyn Model>, Vec<Tensor>) {
    let input = Input {
        channels: 3,
        height: 16,
        width: 16,
    };
    let options = ConvNetOptions {
        width: 8,
        depth: 2,
        ..ConvNetOptions::default()
    };
    let model = ModelChoice::ConvNet(options).build(input, CLASSES).unwrap();
    let state = reference
        .entries
        .iter()
        .filter_map(|(name, (shape, values))| {
            let name = name.strip_prefix(prefix)?;
            Some((name.to_string(), shape.clone(), values.clone()))
        });
    let weights = load_state_dict(&*model, &state.collect::<Vec<_>>(), &cpu()).unwrap();
    (model, weights)
}

/// A draw as the file's metadata has it: operations with their parameters, separated by `|`.
pub(crate) fn parse(text: &str) -> Draw {
    let step = |step: &str| {
        let (name, numbers) = step.split_once(' ').unwrap();
        let numbers: Vec<f64> = numbers.split(' ').map(|n| n.parse().unwrap()).collect();
        match (name, &numbers[..]) {
            ("color", &[brightness, saturation, contrast]) => {
                Draw::color(brightness, saturation, contrast)
            }
            ("crop", &[down, right]) => Draw::crop(down as i64, right as i64),
            ("cutout", &[row, column]) => Draw::cutout(row as usize, column as usize),
            ("flip", &[mirrored]) => Draw::flip(mirrored != 0.0),
            ("scale", &[x, y]) => Draw::scale(x, y),
            ("rotate", &[degrees]) => Draw::rotate(degrees),
            other => panic!("unexpected {other:?}"),
        }
    };
    text.split(" | ").map(step).fold(Draw::none(), Draw::then)
}

/// One class of the file.
struct Class {
    siamese: Siamese,
    real: Tensor,
    synthetic: Tensor,
}

/// Computes the losses of all classes, with their gradients with respect to the synthetic images, and checks the
/// losses' sum and the gradients.
fn check(kind: &str, pull: impl Fn(&Learner<'_>, &[Class]) -> Vec<(f64, Tensor)>) {
    let reference = Reference::read("matching");
    let (model, weights) = network(&reference, "state.");
    let learner = Learner::with_weights(&*model, weights, Vec::new(), Sgd::new(0.0)).unwrap();
    let class = |class: usize| Class {
        siamese: parse(&reference.metadata[&format!("draw.{class}")]).into(),
        real: reference.tensor(&format!("real.{class}")),
        synthetic: reference.tensor(&format!("synthetic.{class}")),
    };
    let classes: Vec<Class> = (0..CLASSES).map(class).collect();
    let pulled = pull(&learner, &classes);
    assert_eq!(pulled.len(), CLASSES);
    for (class, (_, gradient)) in pulled.iter().enumerate() {
        let expected = reference.tensor(&format!("{kind}.images.{class}"));
        assert_close(
            &format!("{kind}, class {class}"),
            gradient,
            &expected,
            TOLERANCE,
        );
    }
    let total: f64 = pulled.iter().map(|(loss, _)| loss).sum();
    let expected = reference.tensor(&format!("{kind}.loss")).item().unwrap();
    let error = (total - expected).abs() / expected;
    assert!(
        error < f64::from(TOLERANCE),
        "{kind}: {total} and {expected}"
    );
}

#[test]
fn feature_matching_is_pytorchs() {
    // One class at a time, as for most networks.
    check("feature", |learner, classes| {
        let pull = |class: &Class| {
            class
                .siamese
                .pull(&class.real, &class.synthetic, |real, x| {
                    let (real, x) = ([real.clone()], [x.clone()]);
                    Ok(distribution_matching::match_means(learner, &real, &x)?.remove(0))
                })
        };
        classes.iter().map(|class| pull(class).unwrap()).collect()
    });
}

#[test]
fn feature_matching_of_all_classes_at_once_is_pytorchs() {
    // As for networks that normalise over the batch.
    check("feature", |learner, classes| {
        let leaves: Vec<Tensor> = classes
            .iter()
            .map(|class| class.synthetic.requires_grad())
            .collect();
        let real = classes
            .iter()
            .map(|class| class.siamese.apply(&class.real).unwrap());
        let real: Vec<Tensor> = real.collect();
        let transformed = classes
            .iter()
            .zip(&leaves)
            .map(|(class, x)| class.siamese.apply(x).unwrap());
        let transformed: Vec<Tensor> = transformed.collect();
        let matched = distribution_matching::match_means(learner, &real, &transformed).unwrap();
        let places = matched.into_iter().zip(transformed.iter().zip(&leaves));
        places
            .map(|((loss, gradient), (transformed, x))| {
                (loss, back(transformed, &gradient, x).unwrap())
            })
            .collect()
    });
}

#[test]
fn gradient_matching_is_pytorchs() {
    check("gradient", |learner, classes| {
        let pull = |(index, class): (usize, &Class)| {
            class
                .siamese
                .pull(&class.real, &class.synthetic, |real, x| {
                    matching::match_class(learner, Distance::Ours, real, x, index)
                })
        };
        classes
            .iter()
            .enumerate()
            .map(|class| pull(class).unwrap())
            .collect()
    });
}
