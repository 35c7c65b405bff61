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
    layers.value("--method", "method.name", arguments.method.clone());
    layers.value("--data", "data.source", arguments.data.clone());
    layers.value("--ipc", "ipc", arguments.ipc);
    layers.value("--budget", "budget", arguments.budget.clone());
    layers.value("--model", "model.name", arguments.model.clone());
    let image_size = arguments.image_size.map(|size| size.to_string());
    layers.value("--image-size", "data.image_size", image_size);
    layers.value(
        "--skip-bad",
        "data.skip_bad",
        arguments.skip_bad.then_some(true),
    );
    layers.value("--strict", "data.strict", arguments.strict.then_some(true));
    layers.value(
        "--zca",
        "data.zca",
        arguments.zca.map(|zca| zca.to_string()),
    );
    layers.value("--iterations", "method.iterations", arguments.iterations);
    if let Some(target) = &arguments.dp {
        layers.make_private("--dp")?;
        layers.value("--dp", "method.epsilon", Some(target.epsilon));
        layers.value("--dp", "method.delta", target.delta);
        layers.value("--dp", "method.accountant", target.accountant.clone());
    }
    layers.value("--init", "method.init", arguments.init.clone());
    layers.value("--seed", "seed", arguments.seed);
    layers.value(
        "--eval-repeats",
        "evaluation.repeats",
        arguments.eval_repeats,
    );
    layers.value(
        "--baseline",
        "evaluation.baselines",
        arguments.baseline.clone(),
    );
    Ok(layers)
}
