//! Unrolled training on augmented images: the gradient with respect to the images before augmentation.
#![allow(clippy::unwrap_used, reason = "tests")]

use liebig::augment::{Mode, Sharing, Strategy};
use liebig_data::stream;
use liebig_grad::{InnerOptimizer, InnerRule, InnerState, Keep, Targets, Tensor, Trajectory, cpu};
use liebig_nn::{ConvNetOptions, Input, Model, ModelChoice, TrainingSteps, initialize};

const IMAGES: usize = 3;
const SIDE: usize = 8;

fn double(tensor: &Tensor) -> Tensor {
    Tensor::from_vec_f64(tensor.to_vec_f64().unwrap(), tensor.shape(), &cpu()).unwrap()
}

/// Training on images that are flipped or rotated at each step, each with parameters of its own.
fn steps<'a>(model: &'a dyn Model, images: Tensor) -> TrainingSteps<'a> {
    let strategy: Strategy = "flip_rotate".parse().unwrap();
    TrainingSteps::new(model, images, Targets::Hard(vec![0, 1, 1]))
        .unwrap()
        .with_transform(move |step, x| {
            let mut rng = stream(7, "augment", step as u64);
            let sharing = Sharing::PerImage(IMAGES);
            let draw = strategy.draw(Mode::Single, sharing, (SIDE, SIDE), &mut rng);
            draw.apply(x)
        })
}

#[test]
fn gradients_pass_through_the_augmentation_of_every_step() {
    let input = Input {
        channels: 1,
        height: SIDE,
        width: SIDE,
    };
    let options = ConvNetOptions {
        width: 4,
        depth: 1,
        ..ConvNetOptions::default()
    };
    let model = ModelChoice::ConvNet(options).build(input, 2).unwrap();
    let weights = initialize(&*model, &mut stream(1, "weights", 0), &cpu()).unwrap();
    let weights: Vec<Tensor> = weights.iter().map(double).collect();
    let pixels: Vec<f64> = (0..IMAGES * SIDE * SIDE)
        .map(|i| (i as f64 * 0.37).sin())
        .collect();
    let images = |pixels: &[f64]| {
        Tensor::from_vec_f64(pixels.to_vec(), &[IMAGES, 1, SIDE, SIDE], &cpu()).unwrap()
    };
    let optimizer = InnerOptimizer {
        rule: InnerRule::Sgd {
            momentum: 0.9,
            weight_decay: 0.0,
        },
        lr: vec![0.1; 6],
    };
    // Half the squared norm of the last weights.
    let value = |pixels: &[f64]| {
        let steps = steps(&*model, images(pixels));
        let last = optimizer.train(&steps, &InnerState::new(&weights)).unwrap();
        let squares = last.weights.iter().map(|weight| {
            let values = weight.to_vec_f64().unwrap();
            values.iter().map(|value| value * value).sum::<f64>()
        });
        0.5 * squares.sum::<f64>()
    };
    let steps = steps(&*model, images(&pixels));
    let start = InnerState::new(&weights);
    let trajectory = Trajectory::train(&steps, &start, optimizer.clone(), Keep::default()).unwrap();
    let gradient = trajectory.backward(trajectory.last()).unwrap();
    let found = gradient.inputs[0].to_vec_f64().unwrap();
    let largest = found
        .iter()
        .fold(0.0f64, |most, value| most.max(value.abs()));
    assert!(largest > 1e-3);
    for (pixel, found) in found.iter().enumerate() {
        let at = |shift: f64| {
            let mut pixels = pixels.clone();
            pixels[pixel] += shift;
            value(&pixels)
        };
        let expected = (at(1e-6) - at(-1e-6)) / 2e-6;
        let error = (found - expected).abs() / largest;
        assert!(
            error < 1e-5,
            "pixel {pixel}: {found}, but differences say {expected}"
        );
    }
}
