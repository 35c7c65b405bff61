//! Arrays of numbers as rows of a table.

use super::images::Read;
use super::stream::{Samples, Stopped, Targets};
use super::{Array, named};
use crate::memory::{HINT_SMALLER, MemoryLimit};
use crate::{Error, NoteKind, SampleShape};

/// Reads arrays `[N, F]`, the first of which is that to train on.
pub(crate) fn read_features(
    arrays: &[(&Array, Targets)],
    memory: MemoryLimit,
) -> Result<Read<f32>, Error> {
    let mut needed = 0_u64;
    for (array, _) in arrays {
        let values = array.dims.iter().product::<usize>() as u64;
        needed = needed.saturating_add(values.saturating_mul(size_of::<f32>() as u64));
        let what = || format!("{array}: features");
        memory.check(&array.shown(), needed, what, HINT_SMALLER)?;
    }
    let (mut splits, mut notes) = (Vec::new(), Vec::new());
    for (array, targets) in arrays {
        let [_, features] = array.dims[..] else {
            let reason = format!("{array}: expected [N, F], as the training samples");
            return Err(array.wrong(reason, "all splits need the same axes"));
        };
        let element = array.element()?;
        let samples = Samples {
            array,
            element,
            len: features,
            offsets: None,
        };
        let lens = targets.lens().iter();
        let mut rows: Vec<Vec<f32>> = lens.map(|samples| vec![0.0; samples * features]).collect();
        let mut numbers = Vec::new();
        let read = samples.read(targets, &mut rows, |block, values| {
            numbers.clear();
            element.decode(block, &mut numbers);
            let before = values.len();
            values.extend(numbers.iter().map(|&number| number as f32));
            match values[before..].iter().position(|value| !value.is_finite()) {
                None => Ok(()),
                Some(at) => Err(numbers[at]),
            }
        });
        match read {
            Ok(()) => {}
            Err(Stopped::Failed(error)) => return Err(error),
            Err(Stopped::Refused(number)) => {
                let reason =
                    format!("{array}: {number} is among its values, expected finite numbers");
                return Err(
                    array.wrong(reason, "fill in or leave out what is missing before saving")
                );
            }
        }
        if notes.is_empty() {
            let text = format!("features: {}", named(array));
            notes.push(NoteKind::Stored.note(text));
            notes.push(NoteKind::Chosen.note(as_table(features)));
        }
        let shape = SampleShape::Table { features };
        splits.extend(rows.into_iter().map(|rows| (shape, rows)));
    }
    Ok((splits, notes))
}

/// Says that rows of numbers are not taken for images.
fn as_table(features: usize) -> String {
    let text = format!("two axes: a table of {features} features");
    let side = |channels: usize| {
        let side = (features / channels).isqrt();
        (side > 7 && side * side * channels == features).then_some((side, channels))
    };
    match [1, 3].into_iter().find_map(side) {
        None => text,
        Some((side, 1)) => {
            format!("{text} (for images of {side}x{side}, save [N, {side}, {side}])")
        }
        Some((side, channels)) => {
            format!(
                "{text} (for images of {side}x{side}, save [N, {channels}, {side}, {side}] or [N, {side}, {side}, {channels}])"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_could_be_flat_images_are_told() {
        assert_eq!(as_table(13), "two axes: a table of 13 features");
        assert!(as_table(784).ends_with("(for images of 28x28, save [N, 28, 28])"));
        assert!(as_table(3072).contains("[N, 3, 32, 32] or [N, 32, 32, 3]"));
        assert!(!as_table(49).contains("images"), "too small for images");
    }
}
