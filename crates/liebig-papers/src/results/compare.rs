//! Puts published and measured numbers into one table.

use serde::Serialize;

use super::{Measured, Published, Selection, key};

/// A row: a published number, the numbers we measured in the same setting, or both.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The method.
    pub method: String,
    /// The dataset.
    pub dataset: String,
    /// Images per class; `None` for the whole dataset.
    pub ipc: Option<f64>,
    /// The network that was trained and tested.
    pub network: String,
    /// The published number.
    pub published: Option<Published>,
    /// Liebig's own numbers.
    pub measured: Vec<Measured>,
}

/// Arranges the selected numbers in rows, sorted by dataset, images per class and method. A measured number is put beside
/// the published ones of the same method, dataset and images per class that have no note; if there are none, it gets a row
/// of its own.
pub fn compare(
    published: &[Published],
    measured: &[Measured],
    selection: &Selection,
) -> Vec<Comparison> {
    let mut rows: Vec<Comparison> = published
        .iter()
        .filter(|result| {
            selection.wants(
                &result.method,
                &result.dataset,
                result.ipc,
                &result.evaluated_on,
            )
        })
        .map(|result| Comparison {
            method: result.method.clone(),
            dataset: result.dataset.clone(),
            ipc: result.ipc,
            network: result.evaluated_on.clone(),
            published: Some(result.clone()),
            measured: Vec::new(),
        })
        .collect();
    for number in measured
        .iter()
        .filter(|m| selection.wants(&m.method, &m.dataset, Some(m.ipc), &m.network))
    {
        let mut placed = false;
        for row in rows.iter_mut().filter(|row| is_setting_of(row, number)) {
            row.measured.push(number.clone());
            placed = true;
        }
        if !placed {
            rows.push(Comparison {
                method: number.method.clone(),
                dataset: number.dataset.clone(),
                ipc: Some(number.ipc),
                network: number.network.clone(),
                published: None,
                measured: vec![number.clone()],
            });
        }
    }
    let budget = |row: &Comparison| row.ipc.unwrap_or(f64::INFINITY);
    rows.sort_by(|a, b| {
        let names = |row: &Comparison| (key(&row.method), row.network.clone());
        a.dataset
            .cmp(&b.dataset)
            .then(budget(a).total_cmp(&budget(b)))
            .then(names(a).cmp(&names(b)))
    });
    rows
}

/// Whether a number belongs in a row. Networks are spelled differently (`convnet`, `ConvNet-3`), so it is enough that one
/// name begins with the other.
fn is_setting_of(row: &Comparison, number: &Measured) -> bool {
    let plain = row
        .published
        .as_ref()
        .is_none_or(|published| published.note.is_empty());
    let (ours, theirs) = (key(&number.network), key(&row.network));
    plain
        && key(&row.method) == key(&number.method)
        && key(&row.dataset) == key(&number.dataset)
        && row.ipc == Some(number.ipc)
        && (theirs.starts_with(&ours) || ours.starts_with(&theirs))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn number(method: &str, dataset: &str, network: &str) -> Measured {
        Measured {
            method: method.into(),
            dataset: dataset.into(),
            ipc: 1.0,
            network: network.into(),
            mean: 91.2,
            std: 0.4,
            n: 5,
            record: "records/run.json".into(),
        }
    }

    #[test]
    fn ours_stand_beside_theirs() {
        let published = super::super::published().unwrap();
        let selection = Selection {
            dataset: Some("mnist".into()),
            ipc: Some(1.0),
            ..Selection::default()
        };
        let measured = [
            number("dc", "mnist", "convnet"),
            number("new", "mnist", ""),
            number("dc", "svhn", ""),
        ];
        let rows = compare(&published, &measured, &selection);
        let dc: Vec<_> = rows.iter().filter(|row| row.method == "DC").collect();
        assert_eq!(
            (dc.len(), dc[0].published.is_some(), dc[0].measured.len()),
            (1, true, 1)
        );
        let new: Vec<_> = rows.iter().filter(|row| row.method == "new").collect();
        assert_eq!((new.len(), new[0].published.is_some()), (1, false));
        assert!(
            rows.iter()
                .all(|row| row.dataset == "mnist" && row.ipc.is_none_or(|ipc| ipc == 1.0))
        );
        assert_eq!(
            compare(&published, &[], &Selection::default()).len(),
            published.len()
        );
    }
}
