//! The units of work, by name.

use liebig_grad::Device;

use super::network::Sizes;
use super::{matching, product, training, trajectory};
use crate::Error;

/// A unit of work, ready to run any number of times.
pub(super) type Unit = Box<dyn FnMut() -> Result<(), Error>>;

/// A named unit of work.
pub struct Workload {
    /// Its name, the same as in the PyTorch yardstick.
    pub name: &'static str,
    /// What one unit does.
    pub about: &'static str,
    /// Makes its inputs.
    pub prepare: fn(&Device) -> Result<Unit, Error>,
}

/// Every workload.
pub const WORKLOADS: &[Workload] = &[
    Workload {
        name: "matrix_product_2048",
        about: "product of two matrices of 2,048 x 2,048: the speed of the machine",
        prepare: |device| product::matrix_product(2048, device),
    },
    Workload {
        name: "real_gradient_256",
        about: "mean cross-entropy gradient of 256 images of one class",
        prepare: |device| matching::real_gradient(256, Sizes::default(), device),
    },
    Workload {
        name: "per_sample_gradients_256_w32",
        about: "gradients of 256 images one by one, each shortened to 0.1, and their sum; width 32",
        prepare: |device| {
            let narrow = Sizes {
                width: 32,
                ..Sizes::default()
            };
            matching::per_sample_gradients(256, narrow, device)
        },
    },
    Workload {
        name: "match_step_ipc1",
        about: "gradient of the matching distance with respect to 1 image",
        prepare: |device| matching::match_step(1, device),
    },
    Workload {
        name: "match_step_ipc10",
        about: "gradient of the matching distance with respect to 10 images",
        prepare: |device| matching::match_step(10, device),
    },
    Workload {
        name: "match_step_ipc50",
        about: "gradient of the matching distance with respect to 50 images",
        prepare: |device| matching::match_step(50, device),
    },
    Workload {
        name: "dc_iteration_ipc1",
        about: "one image update of gradient matching, 10 classes of 256 real and 1 synthetic image",
        prepare: |device| matching::dc_iteration(1, device),
    },
    Workload {
        name: "dc_iteration_ipc10",
        about: "one image update of gradient matching, 10 classes of 256 real and 10 synthetic images",
        prepare: |device| matching::dc_iteration(10, device),
    },
    Workload {
        name: "dm_iteration_ipc10",
        about: "one image update of distribution matching, 10 classes of 256 real and 10 synthetic images",
        prepare: |device| matching::dm_iteration(10, device),
    },
    Workload {
        name: "trajectory_step_n10_ipc1",
        about: "gradient through 10 SGD steps on 10 images with respect to images and step size",
        prepare: |device| trajectory::trajectory_step(10, 1, device),
    },
    Workload {
        name: "trajectory_step_n10_ipc10",
        about: "gradient through 10 SGD steps on 100 images with respect to images and step size",
        prepare: |device| trajectory::trajectory_step(10, 10, device),
    },
    Workload {
        name: "trajectory_step_n30_ipc10",
        about: "gradient through 30 SGD steps on 100 images with respect to images and step size",
        prepare: |device| trajectory::trajectory_step(30, 10, device),
    },
    Workload {
        name: "trajectory_step_n20_128px_ipc1",
        about: "gradient through 20 SGD steps on 10 images of 128 pixels, depth 5, in a tenth of PyTorch's memory",
        prepare: trajectory::large_trajectory_step,
    },
    Workload {
        name: "dd_iteration_n60_w32_ipc1",
        about: "one image update of dataset distillation: 60 steps of width 32 on 10 images, 512 real ones",
        prepare: |device| trajectory::dd_iteration(60, 1, device),
    },
    Workload {
        name: "dd_iteration_n60_w32_ipc10",
        about: "one image update of dataset distillation: 60 steps of width 32 on 100 images, 512 real ones",
        prepare: |device| trajectory::dd_iteration(60, 10, device),
    },
    Workload {
        name: "train_epoch_2048",
        about: "8 SGD steps with batches of 256",
        prepare: |device| training::train(2048, 256, 1, device),
    },
    Workload {
        name: "train_small_ipc10",
        about: "20 SGD steps on 100 images",
        prepare: |device| training::train(100, 100, 20, device),
    },
    Workload {
        name: "expert_epoch_2048",
        about: "8 SGD steps with augmented batches of 256",
        prepare: |device| training::expert_epoch(2048, 256, device),
    },
    Workload {
        name: "inference_2048",
        about: "class predictions for 2,048 images",
        prepare: training::inference,
    },
    Workload {
        name: "network_step_mlp",
        about: "one SGD step of the perceptron on 256 images",
        prepare: |device| training::network_step("mlp", 256, device),
    },
    Workload {
        name: "network_step_lenet",
        about: "one SGD step of LeNet on 256 images",
        prepare: |device| training::network_step("lenet", 256, device),
    },
    Workload {
        name: "network_step_alexnet",
        about: "one SGD step of AlexNet on 64 images",
        prepare: |device| training::network_step("alexnet", 64, device),
    },
    Workload {
        name: "network_step_vgg11",
        about: "one SGD step of VGG11 on 64 images",
        prepare: |device| training::network_step("vgg11", 64, device),
    },
    Workload {
        name: "network_step_resnet18",
        about: "one SGD step of ResNet18 on 64 images",
        prepare: |device| training::network_step("resnet18", 64, device),
    },
    Workload {
        name: "network_step_resnet18_batch",
        about: "one SGD step of ResNet18 with batch normalisation on 64 images",
        prepare: |device| training::network_step("resnet18:norm=batch", 64, device),
    },
    Workload {
        name: "network_step_resnet18ap",
        about: "one SGD step of ResNet18 with average pooling on 64 images",
        prepare: |device| training::network_step("resnet18ap", 64, device),
    },
    Workload {
        name: "network_step_convnet_batch",
        about: "one SGD step of the ConvNet with batch normalisation on 256 images",
        prepare: |device| training::network_step("convnet:norm=batch", 256, device),
    },
    Workload {
        name: "network_step_convnet_none",
        about: "one SGD step of the ConvNet without normalisation on 64 images",
        prepare: |device| training::network_step("convnet:norm=none", 64, device),
    },
    Workload {
        name: "network_step_vit",
        about: "one SGD step of the vision transformer on 64 images",
        prepare: |device| training::network_step("vit", 64, device),
    },
];

#[cfg(test)]
mod tests {
    use super::WORKLOADS;

    #[test]
    fn pytorch_has_the_same_units() {
        let script = include_str!("../../../../bench/torch_units.py");
        for workload in WORKLOADS {
            let entry = format!("\"{}\": lambda units", workload.name);
            assert!(script.contains(&entry), "{}", workload.name);
        }
        assert_eq!(script.matches("lambda units").count(), WORKLOADS.len());
    }
}
