//! The gradient of trajectory matching against PyTorch's, through the graph of all steps
//! (`tests/golden/make_trajectory.py`).
#![allow(clippy::unwrap_used, reason = "tests")]

use liebig_grad::{InnerOptimizer, Targets, Tensor};
use liebig_nn::{Model, TrainingSteps};

use super::gradient::{Pull, Segment, exact, tesla};
use super::settings::Settings;
use crate::augment::Draw;
use crate::augment::matching_tests::reader::{Reference, assert_close};
use crate::augment::matching_tests::{network, parse};
use crate::synthetic::{Group, LearntLabels};

const STEPS: usize = 10;
const TOLERANCE: f32 = 2e-5;

/// The file, with what a student needs.
struct Case {
    reference: Reference,
    model: Box<dyn Model>,
    segment: Segment,
    draws: Vec<Draw>,
    labels: LearntLabels,
}

fn case() -> Case {
    let reference = Reference::read("trajectory");
    let (model, start) = network(&reference, "start.");
    let (_, target) = network(&reference, "target.");
    let draws = (0..STEPS).map(|step| parse(&reference.metadata[&format!("draw.{step}")]));
    Case {
        draws: draws.collect(),
        // The optimiser's step is the negative gradient, for the check of the labels.
        labels: LearntLabels::Logits(Group::new(
            &reference.tensor("logits"),
            liebig_nn::Sgd::new(1.0),
        )),
        segment: Segment { start, target },
        model,
        reference,
    }
}

impl Case {
    fn steps(&self) -> TrainingSteps<'_> {
        let batch = |step| {
            let text = &self.reference.metadata[&format!("batch.{step}")];
            text.split(' ').map(|i| i.parse().unwrap()).collect()
        };
        let images = self.reference.tensor("images");
        TrainingSteps::new(&*self.model, images, self.labels.targets().unwrap())
            .unwrap()
            .with_batches((0..STEPS).map(batch).collect())
            .unwrap()
            .with_transform(|step, x| self.draws[step].apply(x))
    }

    fn optimizer(&self) -> InnerOptimizer {
        let lr = self.reference.tensor("lr").item().unwrap();
        InnerOptimizer {
            rule: Settings::rule(),
            lr: vec![lr; STEPS],
        }
    }

    fn check(mut self, prefix: &str, pull: &Pull) {
        let expected = |key: &str| self.reference.tensor(&format!("{prefix}{key}"));
        let close = |what: &str, found: f64, expected: &Tensor| {
            let expected = expected.item().unwrap();
            let error = (found - expected).abs() / expected.abs();
            assert!(error < f64::from(TOLERANCE), "{what}: {found} {expected}");
        };
        close("loss", pull.loss, &expected("loss"));
        close("lr", pull.lr.iter().sum(), &expected("of_lr"));
        assert_close("images", &pull.inputs[0], &expected("of_images"), TOLERANCE);
        // What a step of the labels subtracts from the logits.
        let expected = expected("of_logits");
        let before = self.labels.value().unwrap().clone();
        self.labels.step(&pull.inputs[1]).unwrap();
        let found = before.sub(self.labels.value().unwrap()).unwrap();
        // The difference of two numbers of magnitude 2.
        assert_close("logits", &found, &expected, 5e-4);
    }
}

#[test]
fn the_exact_gradient_is_pytorchs() {
    for memory in [0, 1 << 30] {
        let case = case();
        let pull = exact(&case.steps(), &case.segment, case.optimizer(), memory).unwrap();
        case.check("", &pull);
    }
}

#[test]
fn teslas_gradient_is_pytorchs_with_constant_weights() {
    let case = case();
    let pull = tesla(&case.steps(), &case.segment, &case.optimizer(), || Ok(())).unwrap();
    case.check("tesla.", &pull);
}

#[test]
fn teslas_gradient_lacks_the_way_through_later_steps() {
    let case = case();
    let exactly = exact(&case.steps(), &case.segment, case.optimizer(), 0).unwrap();
    let nearly = tesla(&case.steps(), &case.segment, &case.optimizer(), || Ok(())).unwrap();
    let apart = |exactly: &Tensor, nearly: &Tensor| {
        let norm = |tensor: Tensor| tensor.square().unwrap().sum().unwrap().item().unwrap();
        (norm(exactly.sub(nearly).unwrap()) / norm(exactly.clone())).sqrt()
    };
    let difference = apart(&exactly.inputs[0], &nearly.inputs[0]);
    assert!((0.01..1.0).contains(&difference), "{difference}");
    // After a single step there is nothing to lack.
    let one = InnerOptimizer {
        lr: vec![0.05],
        ..case.optimizer()
    };
    let steps = case.steps();
    let exactly = exact(&steps, &case.segment, one.clone(), 0).unwrap();
    let nearly = tesla(&steps, &case.segment, &one, || Ok(())).unwrap();
    assert!(apart(&exactly.inputs[0], &nearly.inputs[0]) < 1e-6);
}

#[test]
fn hard_labels_have_no_gradient() {
    let case = case();
    let images = case.reference.tensor("images");
    let targets = Targets::Hard(vec![0, 1, 2, 0, 1, 2]);
    let steps = TrainingSteps::new(&*case.model, images, targets).unwrap();
    for pull in [
        exact(&steps, &case.segment, case.optimizer(), 0).unwrap(),
        tesla(&steps, &case.segment, &case.optimizer(), || Ok(())).unwrap(),
    ] {
        assert_eq!(pull.inputs.len(), 1);
    }
}
