//! The hand: turns a glyph into line segments in pixels, differently each time.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::SIDE;
use super::glyphs::{GLYPHS, Point};

/// A straight piece of a curve, in pixels; the centre of the first pixel is (0.5, 0.5).
pub(super) type Segment = (Point, Point);

/// Each control point is moved by up to this much, in glyph heights.
const SHAKE: f32 = 0.035;
/// The bending field moves its nodes by up to this much, in glyph heights.
const BEND: f32 = 0.10;
/// Nodes of the bending field per side.
const NODES: usize = 4;
/// Tangent of the largest rotation to either side (12 degrees).
const ROTATION: f32 = 0.22;
/// Largest slant to either side: a shift in x per unit of y.
const SLANT: f32 = 0.28;
/// Glyph width and height in pixels: middle and spread to either side.
const WIDTH: (f32, f32) = (14.5, 2.5);
const HEIGHT: (f32, f32) = (19.0, 1.5);
/// Largest shift of the centre, in pixels.
const SHIFT: f32 = 1.25;
/// Segments per span between two control points.
const STEPS: usize = 5;

/// Uniform in `-spread..spread`.
fn uniform(rng: &mut ChaCha8Rng, spread: f32) -> f32 {
    (2.0 * rng.random::<f32>() - 1.0) * spread
}

/// Writes a class's glyph once, at random.
pub(super) fn write(class: usize, rng: &mut ChaCha8Rng) -> Vec<Segment> {
    let glyph = GLYPHS[class].choose(rng).copied().unwrap_or_default();
    let field = Field::random(rng);
    let map = Affine::random(rng);
    let mut segments = Vec::new();
    for curve in glyph {
        let shaken: Vec<Point> = curve
            .iter()
            .map(|[x, y]| [x + uniform(rng, SHAKE), y + uniform(rng, SHAKE)])
            .collect();
        let points: Vec<Point> = smooth(&shaken)
            .into_iter()
            .map(|point| map.apply(field.bend(point)))
            .collect();
        segments.extend(points.windows(2).map(|pair| (pair[0], pair[1])));
    }
    segments
}

/// Points on the Catmull-Rom curve through `points`, whose first and last point count twice.
fn smooth(points: &[Point]) -> Vec<Point> {
    let at = |index: usize| points[index.clamp(1, points.len()) - 1]; // index 0 is the doubled first point
    let mut curve = vec![at(1)];
    for span in 1..points.len() {
        let [before, from, to, after] = [at(span - 1), at(span), at(span + 1), at(span + 2)];
        for step in 1..=STEPS {
            let t = step as f32 / STEPS as f32;
            curve.push(std::array::from_fn(|axis| {
                let (p0, p1, p2, p3) = (before[axis], from[axis], to[axis], after[axis]);
                let slope = p2 - p0;
                let square = 2.0 * p0 - 5.0 * p1 + 4.0 * p2 - p3;
                let cube = 3.0 * (p1 - p2) + p3 - p0;
                p1 + 0.5 * t * (slope + t * (square + t * cube))
            }));
        }
    }
    curve
}

/// Random displacements on a grid over the unit square, smooth in between: the elastic distortion.
struct Field([[Point; NODES]; NODES]);

impl Field {
    fn random(rng: &mut ChaCha8Rng) -> Self {
        let mut nodes = [[[0.0; 2]; NODES]; NODES];
        for axis in nodes.iter_mut().flatten().flatten() {
            *axis = uniform(rng, BEND);
        }
        Self(nodes)
    }

    fn bend(&self, point: Point) -> Point {
        let [(column, u), (row, v)] = point.map(|x| {
            let x = x.clamp(0.0, 1.0) * (NODES - 1) as f32;
            let node = (x as usize).min(NODES - 2);
            let t = x - node as f32;
            (node, t * t * (3.0 - 2.0 * t)) // no kink where two cells meet
        });
        std::array::from_fn(|axis| {
            let node = |row: usize, column: usize| self.0[row][column][axis];
            let upper = node(row, column) * (1.0 - u) + node(row, column + 1) * u;
            let lower = node(row + 1, column) * (1.0 - u) + node(row + 1, column + 1) * u;
            point[axis] + upper * (1.0 - v) + lower * v
        })
    }
}

/// From the unit square to pixels: size, slant, rotation, shift.
struct Affine {
    matrix: [[f32; 2]; 2],
    centre: Point,
}

impl Affine {
    fn random(rng: &mut ChaCha8Rng) -> Self {
        let width = WIDTH.0 + uniform(rng, WIDTH.1);
        let height = HEIGHT.0 + uniform(rng, HEIGHT.1);
        let slant = uniform(rng, SLANT);
        let tangent = uniform(rng, ROTATION);
        let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
        let sine = tangent * cosine;
        let middle = SIDE as f32 / 2.0;
        Self {
            matrix: [
                [cosine * width, (-cosine * slant - sine) * height],
                [sine * width, (-sine * slant + cosine) * height],
            ],
            centre: [middle + uniform(rng, SHIFT), middle + uniform(rng, SHIFT)],
        }
    }

    fn apply(&self, [x, y]: Point) -> Point {
        let (x, y) = (x - 0.5, y - 0.5);
        std::array::from_fn(|axis| {
            self.centre[axis] + self.matrix[axis][0] * x + self.matrix[axis][1] * y
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_passes_through_its_points() {
        let points = [[0.0, 0.0], [1.0, 0.5], [0.5, 1.0]];
        let curve = smooth(&points);
        assert_eq!(curve.len(), 1 + 2 * STEPS);
        for (found, expected) in [curve[0], curve[STEPS], curve[2 * STEPS]]
            .iter()
            .zip(points)
        {
            assert!((found[0] - expected[0]).abs() < 1e-6 && (found[1] - expected[1]).abs() < 1e-6);
        }
    }

    #[test]
    fn two_points_make_a_straight_line() {
        for [x, y] in smooth(&[[0.0, 0.0], [1.0, 2.0]]) {
            assert!((y - 2.0 * x).abs() < 1e-6);
        }
    }

    #[test]
    fn without_distortion_the_square_lands_in_the_middle_upright() {
        let map = Affine {
            matrix: [[14.0, 0.0], [0.0, 20.0]],
            centre: [14.0, 14.0],
        };
        assert_eq!(map.apply([0.0, 0.0]), [7.0, 4.0]);
        assert_eq!(map.apply([1.0, 1.0]), [21.0, 24.0]);
    }
}
