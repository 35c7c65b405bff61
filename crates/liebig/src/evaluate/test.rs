//! Testing one network.

use liebig_data::{Dataset, SampleShape, Space, Split};
use liebig_grad::Device;
use liebig_nn::Learner;

use super::calibration::expected_calibration_error;
use super::{Asked, Evaluation, Outcome};
use crate::Error;
use crate::labels::{highest, softmax_at};
use crate::run::Interrupt;
use crate::set::{SmallSet, samples};

/// Samples per call of the network.
const BATCH: usize = 256;

/// What a classifier says of some samples.
#[derive(Default)]
pub(super) struct Answers {
    pub classes: Vec<usize>,
    /// `[n, classes]`; empty if it says nothing of how sure it is.
    pub probabilities: Vec<f32>,
}

/// Tests a classifier, which gives the classes of samples `[n, ...]` in the space that networks train on.
pub(super) fn test(
    set: &SmallSet,
    evaluation: &Evaluation<'_>,
    asked: Asked<'_>,
    classify: impl Fn(Vec<f32>) -> Result<Answers, Error>,
) -> Result<Outcome, Error> {
    let answers_to = |split: &Split| answers(split, &set.space, evaluation.interrupt, &classify);
    let test = evaluation.test;
    let Answers {
        classes: predicted,
        probabilities,
    } = answers_to(test)?;
    let confusion = confusion(&predicted, test, set.classes);
    let mut outcome = Outcome::new(confusion, test.len());
    if let Some(patients) = asked.patients {
        let training = answers_to(patients.training)?.classes;
        outcome.judged = Some(patients.judge(&training, &predicted));
    }
    if !probabilities.is_empty() {
        let rows = probabilities.chunks_exact(set.classes.max(1));
        let judged = rows.zip(&predicted).zip(test.labels());
        let sure = judged.map(|((row, &class), &label)| (row[class], class == label as usize));
        outcome.calibration = Some(expected_calibration_error(sure));
        if asked.probabilities {
            outcome.probabilities = Some(probabilities);
        }
    }
    Ok(outcome)
}

/// The probabilities that a network trained on a set gives to the classes of each sample of a split, `[n, classes]`.
pub(super) fn probabilities(
    learner: &Learner<'_>,
    set: &SmallSet,
    split: &Split,
    evaluation: &Evaluation<'_>,
) -> Result<Vec<f32>, Error> {
    let kind = (set.shape, set.classes);
    let classify = |values| predicted(learner, kind, evaluation.device, values);
    Ok(answers(split, &set.space, evaluation.interrupt, classify)?.probabilities)
}

/// What a classifier says of the samples of a split.
fn answers(
    split: &Split,
    space: &Space,
    interrupt: &Interrupt,
    classify: impl Fn(Vec<f32>) -> Result<Answers, Error>,
) -> Result<Answers, Error> {
    let all: Vec<usize> = (0..split.len()).collect();
    let mut answers = Answers::default();
    for batch in all.chunks(BATCH) {
        if interrupt.is_set() {
            return Err(Error::Interrupted);
        }
        let of_batch = classify(split.batch(batch, space))?;
        answers.classes.extend(of_batch.classes);
        answers.probabilities.extend(of_batch.probabilities);
    }
    Ok(answers)
}

/// What a network predicts: the classes of the highest logits (the first if several are equal).
pub(super) fn predicted(
    learner: &Learner<'_>,
    (shape, classes): (SampleShape, usize),
    device: &Device,
    values: Vec<f32>,
) -> Result<Answers, Error> {
    let logits = learner
        .predict(&samples(values, shape, device)?)?
        .to_vec()?;
    let rows = || logits.chunks_exact(classes.max(1));
    Ok(Answers {
        classes: rows().map(highest).collect(),
        probabilities: rows().flat_map(|row| softmax_at(row, 1.0)).collect(),
    })
}

/// The accuracy of a network on a dataset's test split.
pub(crate) fn accuracy(
    learner: &Learner<'_>,
    dataset: &Dataset,
    device: &Device,
    interrupt: &Interrupt,
) -> Result<f64, Error> {
    Ok(outcome(learner, dataset, &dataset.test, device, interrupt)?.accuracy)
}

/// What a network reaches on a split of a dataset.
pub(crate) fn outcome(
    learner: &Learner<'_>,
    dataset: &Dataset,
    test: &Split,
    device: &Device,
    interrupt: &Interrupt,
) -> Result<Outcome, Error> {
    let kind = (dataset.shape, dataset.class_names.len());
    let classify = |values| predicted(learner, kind, device, values);
    let answers = answers(test, &dataset.space, interrupt, classify)?;
    Ok(Outcome::new(
        confusion(&answers.classes, test, kind.1),
        test.len(),
    ))
}

/// The number of samples of each class (rows) that were taken for each class (columns).
fn confusion(predicted: &[usize], test: &Split, classes: usize) -> Vec<Vec<usize>> {
    let mut confusion = vec![vec![0_usize; classes]; classes];
    for (&predicted, &label) in predicted.iter().zip(test.labels()) {
        let row = confusion.get_mut(label as usize);
        if let Some(count) = row.and_then(|row| row.get_mut(predicted)) {
            *count += 1;
        }
    }
    confusion
}
