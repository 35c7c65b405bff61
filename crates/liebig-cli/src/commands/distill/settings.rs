//! From flags to layers of configuration.

use liebig::config::{Error, Layers};

use crate::args::DistillArguments;

/// The layers that the command line asks for, in rising precedence: file, assignments, flags.
pub fn layers(arguments: &DistillArguments) -> Result<Layers, Error> {
    let mut layers = Layers::new(arguments.quick);
    if let Some(path) = &arguments.config {
        layers.file(path)?;
    }
    for assignment in &arguments.set {
        layers.set(assignment)?;
    }
    layers.flag("--method", "method.name", arguments.method.clone());
    layers.flag("--data", "data.source", arguments.data.clone());
    layers.flag("--ipc", "ipc", arguments.ipc);
    layers.flag("--model", "model.name", arguments.model.clone());
    layers.flag(
        "--image-size",
        "data.image_size",
        arguments.image_size.map(|size| size.to_string()),
    );
    layers.flag("--iterations", "method.iterations", arguments.iterations);
    layers.flag("--batch-real", "method.batch_real", arguments.batch_real);
    layers.flag("--init", "method.init", arguments.init.clone());
    layers.flag("--lr-img", "method.lr_img", arguments.lr_img);
    layers.flag("--seed", "seed", arguments.seed);
    layers.flag(
        "--eval-repeats",
        "evaluation.repeats",
        arguments.eval_repeats,
    );
    Ok(layers)
}
