#![allow(clippy::unwrap_used)]
use super::*;
use crate::artefact::Shape;

const IMAGES: Facts = Facts {
    shape: Shape::Image {
        channels: 1,
        height: 28,
        width: 28,
    },
};
const TABLE: Facts = Facts {
    shape: Shape::Table { features: 4 },
};

fn sets(assignments: &[&str]) -> Layers {
    let mut layers = Layers::new(false);
    for assignment in assignments {
        layers.set(assignment).unwrap();
    }
    layers
}

fn resolve(assignments: &[&str]) -> Result<Config, Error> {
    sets(assignments)
        .resolve(&IMAGES)
        .map(|resolved| Config::clone(&resolved.config))
}

fn dc(config: &Config) -> &crate::methods::dc::Config {
    let MethodConfig::Dc(dc) = &config.method;
    dc
}

#[test]
fn defaults_follow_ipc_and_data() {
    let config = resolve(&["data.source=other", "ipc=10"]).unwrap();
    assert_eq!(
        (dc(&config).outer_loops, dc(&config).inner_epochs),
        (10, 50)
    );
    assert_eq!(config.model.name, "convnet");
    let table = sets(&["data.source=other"]).resolve(&TABLE).unwrap().config;
    assert_eq!(table.model.name, "mlp");
    assert_eq!(dc(&table).lr_img, 0.01);
    let augmented = resolve(&[
        "data.source=other",
        "evaluation.augmentation=crop_scale_rotate",
    ])
    .unwrap();
    assert_eq!(augmented.evaluation.epochs, 1000);
}

#[test]
fn the_higher_layer_wins() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.toml");
    std::fs::write(
        &path,
        "seed = 1\nipc = 3\n[method]\niterations = 5\nbatch_real = 6\n[data]\nsource = \"other\"\n",
    )
    .unwrap();
    let mut layers = Layers::new(true);
    layers.file(&path).unwrap();
    layers.set("seed=2").unwrap();
    layers.set("method.batch_real=7").unwrap();
    layers.flag("--seed", "seed", Some(3));
    layers.flag("--ipc", "ipc", None::<i64>);
    let resolved = layers.resolve(&IMAGES).unwrap();
    let config = &resolved.config;
    assert_eq!(resolved.preset.as_deref(), Some("dc/quick"));
    assert_eq!((config.seed, config.ipc), (3, 3));
    assert_eq!((dc(config).iterations, dc(config).batch_real), (5, 7));
}

#[test]
fn presets_are_chosen_by_method_dataset_and_ipc() {
    let resolved = sets(&["data.source=some/where/mnist", "ipc=1"])
        .resolve(&IMAGES)
        .unwrap();
    assert_eq!(resolved.preset.as_deref(), Some("dc/mnist_ipc1"));
    assert_eq!(resolved.published.unwrap().mean, 0.917);
    assert_eq!(dc(&resolved.config).iterations, 1000);
    let resolved = sets(&["data.source=mnist", "ipc=7"])
        .resolve(&IMAGES)
        .unwrap();
    assert_eq!((resolved.preset, resolved.published), (None, None));
}

#[test]
fn every_preset_resolves() {
    for preset in presets() {
        let mut layers = Layers::new(false);
        layers
            .push(format!("{}{}", "preset ", preset.name), preset.text)
            .unwrap();
        layers.set("data.source=other").unwrap();
        layers
            .resolve(&IMAGES)
            .unwrap_or_else(|error| panic!("{}: {error}", preset.name));
    }
    assert!(
        presets()
            .iter()
            .any(|preset| preset.name == "dc/mnist_ipc1")
    );
}

#[test]
fn a_printed_configuration_is_read_back_as_the_same() {
    let config = resolve(&["data.image_size=32x48", "seed=9", "data.grayscale=true"]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, config.to_toml().unwrap()).unwrap();
    let mut layers = Layers::new(false);
    layers.file(&path).unwrap();
    assert_eq!(*layers.resolve(&IMAGES).unwrap().config, config);
}

#[test]
fn unknown_keys_are_refused_with_the_nearest() {
    for (key, nearest) in [
        ("method.iteration=1", "method.iterations"),
        ("distance=mse", "method.distance"),
        ("sede=1", "seed"),
        ("data.imagesize=3", "data.image_size"),
        ("model.hight=3", "model.width"),
    ] {
        let message = resolve(&[key]).unwrap_err().to_string();
        assert!(
            message.contains("unknown key") && message.contains("hint: "),
            "{message}"
        );
        if key != "model.hight=3" {
            assert!(
                message.ends_with(&format!("did you mean `{nearest}`?")),
                "{message}"
            );
        }
    }
}

#[test]
fn wrong_values_are_refused_with_their_place() {
    for (assignment, part) in [
        ("ipc=many", "--set ipc=many: ipc: "),
        ("ipc=-1", "ipc"),
        ("method.init=zeros", "method.init"),
        ("method.distance=l1", "method.distance"),
        ("data.image_size=0", "data.image_size"),
        ("data=mnist", "data"),
        ("evaluation.augmentation=x", "evaluation.augmentation"),
    ] {
        let message = resolve(&[assignment]).unwrap_err().to_string();
        assert!(
            message.contains(part) && message.contains("hint: "),
            "{assignment}: {message}"
        );
    }
}

#[test]
fn values_outside_their_range_are_refused() {
    for assignment in [
        "ipc=0",
        "model.width=0",
        "model.depth=0",
        "evaluation.repeats=2000000",
        "evaluation.epochs=0",
        "evaluation.batch_size=0",
        "evaluation.lr=0.0",
        "evaluation.momentum=1.0",
        "evaluation.weight_decay=-1.0",
        "method.iterations=0",
        "method.batch_real=0",
        "method.batch_train=0",
        "method.outer_loops=0",
        "method.inner_epochs=0",
        "method.lr_img=-0.1",
        "method.lr_net=nan",
        "method.momentum_img=1.0",
    ] {
        let error = resolve(&[assignment]).unwrap_err();
        let key = assignment.split('=').next().unwrap();
        assert!(
            matches!(&error, Error::OutOfRange { key: found, .. } if found == key),
            "{assignment}: {error}"
        );
    }
}

#[test]
fn an_unknown_method_is_refused_with_the_known_ones() {
    let message = resolve(&["method.name=magic"]).unwrap_err().to_string();
    assert!(
        message.contains("unknown method `magic`") && message.ends_with("the methods are: dc"),
        "{message}"
    );
}

#[test]
fn broken_files_and_assignments_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.toml");
    std::fs::write(&path, "seed = \n").unwrap();
    let mut layers = Layers::new(false);
    let message = layers.file(&path).unwrap_err().to_string();
    assert!(
        message.contains("bad.toml") && message.contains("line 1"),
        "{message}"
    );
    assert!(matches!(
        layers.file(&folder.path().join("none.toml")),
        Err(Error::Io(_))
    ));
    assert!(matches!(
        layers.set("seed"),
        Err(Error::NotAnAssignment { .. })
    ));
}

#[test]
fn datasets_are_named_by_the_last_part_of_their_path() {
    for (source, name) in [
        ("mnist", "mnist"),
        ("../data/fashion_mnist/", "fashion-mnist"),
        ("a/pneumoniamnist.npz", "pneumoniamnist"),
        ("a/cifar-10-batches-bin", "cifar10"),
        ("a/My.Photos", "my.photos"),
    ] {
        assert_eq!(liebig_data::dataset_name(source), name);
    }
}
