//! Testing one network.

use liebig_data::{Dataset, SampleShape, Space, Split};
use liebig_grad::Device;
use liebig_nn::Learner;

use super::patients::Cohorts;
use super::{Evaluation, Outcome};
use crate::Error;
use crate::labels::highest;
use crate::run::Interrupt;
use crate::set::{SmallSet, samples};

/// Samples per call of the network.
const BATCH: usize = 256;

/// Tests a classifier, which gives the classes of samples `[n, ...]` in the space that networks train on. With `patients`,
/// it judges those too.
pub(super) fn test(
    set: &SmallSet,
    evaluation: &Evaluation<'_>,
    patients: Option<&Cohorts<'_>>,
    classify: impl Fn(Vec<f32>) -> Result<Vec<usize>, Error>,
) -> Result<Outcome, Error> {
    let classes_of = |split: &Split| classes_of(split, &set.space, evaluation.interrupt, &classify);
    let test = evaluation.test;
    let predicted = classes_of(test)?;
    let mut confusion = vec![vec![0_usize; set.classes]; set.classes];
    for (&predicted, &label) in predicted.iter().zip(test.labels()) {
        let row = confusion.get_mut(label as usize);
        if let Some(count) = row.and_then(|row| row.get_mut(predicted)) {
            *count += 1;
        }
    }
    let mut outcome = Outcome::new(confusion, test.len());
    if let Some(patients) = patients {
        outcome.judged = Some(patients.judge(&classes_of(patients.training)?, &predicted));
    }
    Ok(outcome)
}

/// The classes that a classifier gives to the samples of a split.
fn classes_of(
    split: &Split,
    space: &Space,
    interrupt: &Interrupt,
    classify: impl Fn(Vec<f32>) -> Result<Vec<usize>, Error>,
) -> Result<Vec<usize>, Error> {
    let all: Vec<usize> = (0..split.len()).collect();
    let mut classes = Vec::with_capacity(all.len());
    for batch in all.chunks(BATCH) {
        if interrupt.is_set() {
            return Err(Error::Interrupted);
        }
        classes.extend(classify(split.batch(batch, space))?);
    }
    Ok(classes)
}

/// The classes that a network predicts: those of the highest logit (the first if several are equal).
pub(super) fn predicted(
    learner: &Learner<'_>,
    (shape, classes): (SampleShape, usize),
    device: &Device,
    values: Vec<f32>,
) -> Result<Vec<usize>, Error> {
    let logits = learner
        .predict(&samples(values, shape, device)?)?
        .to_vec()?;
    Ok(logits.chunks_exact(classes.max(1)).map(highest).collect())
}

/// The accuracy of a network on a dataset's test split.
pub(crate) fn accuracy(
    learner: &Learner<'_>,
    dataset: &Dataset,
    device: &Device,
    interrupt: &Interrupt,
) -> Result<f64, Error> {
    let test = &dataset.test;
    let kind = (dataset.shape, dataset.class_names.len());
    let classify = |values| predicted(learner, kind, device, values);
    let classes = classes_of(test, &dataset.space, interrupt, classify)?;
    let right = classes.iter().zip(test.labels());
    let right = right.filter(|&(&class, &label)| class == label as usize);
    Ok(right.count() as f64 / test.len().max(1) as f64)
}
