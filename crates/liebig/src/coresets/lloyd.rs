//! Clusters of points by Lloyd's algorithm from a k-means++ seeding.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::matrix::{Matrix, largest, single, squared_distance};

/// Clusters, none of which is empty, and their means.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Clusters {
    /// The mean of each cluster.
    pub centres: Vec<Vec<f32>>,
    /// The rows of each cluster, ascending.
    pub members: Vec<Vec<usize>>,
}

/// Rows that a thread takes at once.
const ROWS: usize = 16;

/// Cuts points into `count` clusters (or one for each point, if there are fewer) whose points are close to their mean
/// (Lloyd, 1982), starting from points drawn as k-means++ does (Arthur and Vassilvitskii, SODA 2007). Stops when nothing
/// changes any more, at the latest after `iterations` updates of the means. A cluster that loses all of its points takes
/// the one that is farthest from its centre.
pub(super) fn cluster(
    points: &Matrix,
    count: usize,
    iterations: usize,
    rng: &mut ChaCha8Rng,
) -> Clusters {
    let mut centres: Vec<Vec<f32>> = seed(points, count, rng)
        .into_iter()
        .map(|row| points.row(row).to_vec())
        .collect();
    let mut assigned = Vec::new();
    let mut members = Vec::new();
    if centres.is_empty() {
        return Clusters { centres, members };
    }
    for _ in 0..iterations.max(1) {
        let next = assign(points, &centres);
        if next == assigned {
            break;
        }
        assigned = next;
        members = vec![Vec::new(); centres.len()];
        let rows = assigned.iter().enumerate();
        rows.for_each(|(row, &cluster)| members[cluster].push(row));
        let mean = |rows: &Vec<usize>| single(&points.mean_of(rows.iter().copied()));
        centres = members.par_iter().map(mean).collect();
    }
    Clusters { centres, members }
}

/// Different rows: the first any, each further one with a probability proportional to its squared distance from the
/// nearest one so far.
fn seed(points: &Matrix, count: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let rows = points.rows();
    let mut nearest = vec![f32::INFINITY; rows];
    let mut seeds: Vec<usize> = Vec::new();
    while seeds.len() < count.min(rows) {
        let next = if seeds.is_empty() {
            rng.random_range(0..rows)
        } else {
            let total: f64 = nearest.iter().map(|&distance| f64::from(distance)).sum();
            let mut left = rng.random::<f64>() * total;
            let drawn = nearest.iter().position(|&distance| {
                left -= f64::from(distance);
                left < 0.0
            });
            // All that is left are copies of seeds, or the sum was rounded.
            let free = || (0..rows).find(|row| !seeds.contains(row));
            match drawn.or_else(free) {
                Some(next) => next,
                None => break,
            }
        };
        seeds.push(next);
        points.lower(&mut nearest, points.row(next));
        nearest[next] = 0.0;
    }
    seeds
}

/// The cluster of each row: that of the nearest centre, the first of equal ones; every cluster has a row.
fn assign(points: &Matrix, centres: &[Vec<f32>]) -> Vec<usize> {
    let nearest = |row| {
        let row = points.row(row);
        let distances = centres.iter().map(|centre| squared_distance(row, centre));
        let first = (0, f32::INFINITY);
        distances.enumerate().fold(
            first,
            |best, other| if other.1 < best.1 { other } else { best },
        )
    };
    let rows = (0..points.rows()).into_par_iter().with_min_len(ROWS);
    let (mut assigned, distances): (Vec<usize>, Vec<f32>) = rows.map(nearest).unzip();
    let mut sizes = vec![0_usize; centres.len()];
    assigned.iter().for_each(|&cluster| sizes[cluster] += 1);
    for cluster in 0..centres.len() {
        if sizes[cluster] == 0
            && let Some(row) = largest(&distances, |row| sizes[assigned[row]] > 1)
        {
            sizes[assigned[row]] -= 1;
            sizes[cluster] = 1;
            assigned[row] = cluster;
        }
    }
    assigned
}

/// The sum of the squared distances of all points from the mean of their cluster.
#[cfg(test)]
fn spread(points: &Matrix, clusters: &Clusters) -> f64 {
    let pairs = clusters.members.iter().zip(&clusters.centres);
    let of_cluster = |(rows, centre): (&Vec<usize>, &Vec<f32>)| {
        let distances = rows
            .iter()
            .map(|&row| f64::from(squared_distance(points.row(row), centre)));
        distances.sum::<f64>()
    };
    pairs.map(of_cluster).sum()
}

#[cfg(test)]
mod tests {
    use liebig_data::stream;
    use proptest::prelude::*;

    use super::*;
    use crate::coresets::matrix::points;

    fn rng(seed: u64) -> ChaCha8Rng {
        stream(seed, "lloyd", 0)
    }

    #[test]
    fn two_heaps_are_found_from_every_seeding() {
        let heaps = [
            0.0, 0.0, 0.0, 2.0, 2.0, 0.0, 2.0, 2.0, 20.0, 21.0, 22.0, 21.0,
        ];
        let points = Matrix::new(heaps.to_vec(), 2);
        for seed in 0..20 {
            let mut clusters = cluster(&points, 2, 50, &mut rng(seed));
            clusters.members.sort();
            clusters.centres.sort_by(|a, b| a[0].total_cmp(&b[0]));
            assert_eq!(clusters.members, [vec![0, 1, 2, 3], vec![4, 5]]);
            assert_eq!(clusters.centres, [[1.0, 1.0], [21.0, 21.0]]);
            assert_eq!(spread(&points, &clusters), 4.0 * 2.0 + 2.0 * 1.0);
        }
    }

    #[test]
    fn an_empty_cluster_takes_the_farthest_point() {
        let points = Matrix::new(vec![0.0, 1.0, 5.0, 6.0], 1);
        // Nothing is nearest to 100; farthest from its centre is 6.
        assert_eq!(assign(&points, &[vec![0.0], vec![100.0]]), [0, 0, 0, 1]);
        // 9 is farther from its centre than any other point, but the only one of its cluster.
        let points = Matrix::new(vec![0.0, 1.0, 2.0, 9.0], 1);
        let centres = [vec![1.0], vec![100.0], vec![12.0]];
        assert_eq!(assign(&points, &centres), [1, 0, 0, 2]);
    }

    #[test]
    fn a_point_far_away_is_most_likely_a_seed() {
        // One point at 10, nine at 0 or 1. It is the first seed with probability 1/10, otherwise the second with 100 of
        // 103 or 81 of 87.
        let points = Matrix::new(vec![0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 10.0], 1);
        let found = (0..100)
            .filter(|&draw| seed(&points, 2, &mut rng(draw)).contains(&9))
            .count();
        assert!(found > 90, "{found}");
    }

    proptest! {
        #[test]
        fn clusters_are_a_partition_with_their_means(points in points(20), count in 0..25_usize, seed: u64) {
            let clusters = cluster(&points, count, 50, &mut rng(seed));
            prop_assert_eq!(clusters.members.len(), count.min(points.rows()));
            prop_assert!(clusters.members.iter().all(|rows| !rows.is_empty()));
            if count > 0 {
                let mut all = clusters.members.concat();
                all.sort_unstable();
                prop_assert_eq!(all, (0..points.rows()).collect::<Vec<_>>());
            }
            for (rows, centre) in clusters.members.iter().zip(&clusters.centres) {
                prop_assert_eq!(&single(&points.mean_of(rows.iter().copied())), centre);
            }
        }

        #[test]
        fn every_iteration_lowers_the_spread(points in points(30), count in 1..6_usize, seed: u64) {
            let after = |iterations| spread(&points, &cluster(&points, count, iterations, &mut rng(seed)));
            let spreads: Vec<f64> = (1..8).map(after).collect();
            for pair in spreads.windows(2) {
                prop_assert!(pair[1] <= pair[0] + 1e-5, "{:?}", spreads);
            }
        }

        #[test]
        fn at_the_end_every_point_is_nearest_to_its_own_mean(points in points(20), count in 1..5_usize, seed: u64) {
            let clusters = cluster(&points, count, 1000, &mut rng(seed));
            let to = |row: usize, centre: &Vec<f32>| squared_distance(points.row(row), centre);
            for (rows, centre) in clusters.members.iter().zip(&clusters.centres) {
                // A cluster of one can be what a re-seeding left.
                for &row in rows.iter().filter(|_| rows.len() > 1) {
                    let nearest = clusters.centres.iter().map(|other| to(row, other)).fold(f32::INFINITY, f32::min);
                    prop_assert!(to(row, centre) <= nearest);
                }
            }
        }
    }
}
