//! The term that keeps the class of a learnt label ahead of the others.

/// `-mean(min(highest - second, most))` over the rows of labels `[n, classes]`, and its gradient with respect to them.
pub(super) fn margin(labels: &[f32], classes: usize, most: f64) -> (f64, Vec<f32>) {
    let mut gradient = vec![0.0; labels.len()];
    let rows = labels.chunks_exact(classes.max(1));
    let share = 1.0 / rows.len().max(1) as f64;
    let mut sum = 0.0;
    for (row, slope) in rows.zip(gradient.chunks_exact_mut(classes.max(1))) {
        let Some((first, second)) = two_highest(row) else {
            continue;
        };
        let ahead = f64::from(row[first]) - f64::from(row[second]);
        sum += share * ahead.min(most);
        if ahead < most {
            slope[first] = -share as f32;
            slope[second] = share as f32;
        }
    }
    (-sum, gradient)
}

/// The places of the highest value and the second; `None` if there are not two values.
fn two_highest(row: &[f32]) -> Option<(usize, usize)> {
    let mut places: Vec<usize> = (0..row.len()).collect();
    // Stable: of equal values, the first is the highest.
    places.sort_by(|&a, &b| row[b].total_cmp(&row[a]));
    match places[..] {
        [first, second, ..] => Some((first, second)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::margin;

    #[test]
    fn the_margin_by_hand() {
        // The first row is 0.1 ahead, the second far enough.
        let (value, gradient) = margin(&[0.5, 0.25, 0.375, -1.0, 2.0, 0.0], 3, 0.5);
        assert_eq!(value, -0.5 * (0.125 + 0.5));
        assert_eq!(gradient, [-0.5, 0.0, 0.5, 0.0, 0.0, 0.0]);
        assert_eq!(margin(&[1.0, 2.0], 1, 0.5), (0.0, vec![0.0, 0.0]));
    }
}
