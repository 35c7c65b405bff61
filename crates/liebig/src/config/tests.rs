#![allow(clippy::unwrap_used)]
use liebig_data::SampleShape;

use super::*;
use crate::methods::{self, Dc, Dm};
use crate::{Facts, MethodChoice};

fn images() -> Facts {
    Facts {
        dataset: "other".into(),
        shape: SampleShape::Image {
            channels: 1,
            height: 28,
            width: 28,
        },
        classes: 10,
        ipc: 1,
        model: "convnet".into(),
        batch_norm: false,
        samples: 60_000,
        constant_space: true,
    }
}

fn table() -> Facts {
    Facts {
        shape: SampleShape::Table { features: 4 },
        model: "mlp".into(),
        ..images()
    }
}

fn sets(assignments: &[&str]) -> Layers {
    let mut layers = Layers::new(false);
    for assignment in assignments {
        layers.set(assignment).unwrap();
    }
    layers
}

fn resolve(assignments: &[&str]) -> Result<Config, Error> {
    sets(assignments)
        .resolve(&images())
        .map(|resolved| Config::clone(&resolved.config))
}

fn dc(config: &Config) -> &Dc {
    config.method.settings_as().unwrap()
}

#[test]
fn defaults_follow_ipc_and_data() {
    let config = resolve(&["data.source=other", "ipc=10"]).unwrap();
    assert_eq!(
        (dc(&config).0.outer_loops, dc(&config).0.inner_epochs),
        (10, 50)
    );
    assert_eq!(config.model.name(), "convnet");
    let table = sets(&["data.source=other"])
        .resolve(&table())
        .unwrap()
        .config;
    assert_eq!(table.model.name(), "mlp");
    assert_eq!(dc(&table).0.lr_img, 0.01);
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
    layers.value("--seed", "seed", Some(3));
    layers.value("--ipc", "ipc", None::<i64>);
    let resolved = layers.resolve(&images()).unwrap();
    let config = &resolved.config;
    assert_eq!(resolved.preset.as_deref(), Some("dc/quick"));
    assert_eq!((config.general.seed, config.general.ipc), (3, 3));
    assert_eq!((dc(config).0.iterations, dc(config).0.batch_real), (5, 7));
}

#[test]
fn presets_are_chosen_by_method_dataset_and_ipc() {
    let resolved = sets(&["data.source=some/where/mnist", "ipc=1"])
        .resolve(&images())
        .unwrap();
    assert_eq!(resolved.preset.as_deref(), Some("dc/mnist_ipc1"));
    assert_eq!(resolved.published.unwrap().mean, 0.917);
    assert_eq!(dc(&resolved.config).0.iterations, 1001);
    let resolved = sets(&["data.source=mnist", "ipc=7"])
        .resolve(&images())
        .unwrap();
    assert_eq!((resolved.preset, resolved.published), (None, None));
}

#[test]
fn a_network_may_have_a_preset_of_its_own() {
    let preset = |quick, network: &str| {
        let mut layers = Layers::new(quick);
        layers.set("method.name=dd").unwrap();
        layers.set("data.source=mnist").unwrap();
        layers.set(&format!("model.name={network}")).unwrap();
        let resolved = layers.resolve(&images()).unwrap();
        let published = resolved.published.map(|published| published.mean);
        (resolved.preset.unwrap(), published)
    };
    assert_eq!(
        preset(false, "convnet"),
        ("dd/mnist_ipc1".into(), Some(0.952))
    );
    assert_eq!(
        preset(false, "lenet"),
        ("dd/mnist_lenet_ipc1".into(), Some(0.94))
    );
    assert_eq!(preset(true, "lenet").0, "dd/mnist_lenet_ipc1.quick");
    // What was published for one network says nothing about another.
    assert_eq!(preset(false, "mlp"), ("dd/mnist_ipc1".into(), None));
}

#[test]
fn a_width_is_free_if_only_the_preset_says_it() {
    let free = |quick, assignments: &[&str]| {
        let mut layers = Layers::new(quick);
        for assignment in ["method.name=dd", "data.source=other"]
            .iter()
            .chain(assignments)
        {
            layers.set(assignment).unwrap();
        }
        layers.free_width().unwrap()
    };
    assert_eq!(free(true, &[]), Some(64));
    assert_eq!(free(false, &[]), None);
    assert_eq!(free(true, &["model.width=32"]), None);
    assert_eq!(free(true, &["model.name=mlp"]), None);
}

#[test]
fn every_preset_resolves() {
    for preset in presets() {
        let mut layers = Layers::new(false);
        layers
            .push(format!("preset {}", preset.name), preset.text)
            .unwrap();
        layers.set("data.source=other").unwrap();
        let (method, _) = preset.name.split_once('/').unwrap();
        layers.set(&format!("method.name={method}")).unwrap();
        layers
            .resolve(&images())
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
    assert_eq!(*layers.resolve(&images()).unwrap().config, config);
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
        ("ipc=many", "ipc=many: ipc: "),
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
        message.contains("unknown method `magic`")
            && message.contains(
                "the methods are: dc, dsa, dm, frepo, dd, rat-bptt, sldd, mtt, ndpdc, psg, random"
            ),
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

#[test]
fn a_configuration_without_layers_is_that_of_the_layers_defaults() {
    for (facts, model) in [(images(), "convnet"), (table(), "mlp")] {
        for entry in methods::all() {
            let config = Config::new(entry.defaults(&facts), &facts).unwrap();
            assert_eq!(config.model.name(), model);
            let name = format!("method.name={}", entry.name);
            let layers = sets(&["data.source=other", &name]);
            let resolved = layers.resolve(&facts).unwrap().config;
            let mut expected = resolved.clone();
            // `Config::new` knows of no source.
            assert_eq!(config.data, DataConfig::default());
            expected = Config {
                data: config.data.clone(),
                ..Config::clone(&expected)
            }
            .check()
            .unwrap();
            assert_eq!(config.check().unwrap(), expected, "{}", entry.name);
        }
    }
}

#[test]
fn an_unknown_network_is_refused() {
    let facts = Facts {
        model: "magic".into(),
        ..images()
    };
    let dm = MethodChoice::new(Dm {
        iterations: 1,
        ..methods::Method::defaults(&facts)
    });
    let message = Config::new(dm, &facts).unwrap_err().to_string();
    assert!(
        message.contains("`magic`") && message.contains("convnet"),
        "{message}"
    );
    let message = resolve(&["model.name=magic"]).unwrap_err().to_string();
    assert!(
        message.starts_with("model.name=magic: model.name: ") && message.contains("`magic`"),
        "{message}"
    );
}

#[test]
fn evaluation_defaults_follow_the_method() {
    let of = |name: &str, facts: &Facts| {
        let method = methods::find(name).unwrap().defaults(facts);
        let evaluation = Config::new(method, facts).unwrap().evaluation;
        (evaluation.augmentation.to_string(), evaluation.epochs)
    };
    let mnist = Facts {
        dataset: "mnist".into(),
        ..images()
    };
    let batch_norm = Facts {
        batch_norm: true,
        ..images()
    };
    assert_eq!(of("dc", &images()), ("none".into(), 300));
    assert_eq!(of("dc", &mnist), ("crop_scale_rotate".into(), 1000));
    assert_eq!(of("dc", &batch_norm), ("crop_noise".into(), 1000));
    assert_eq!(of("dc", &table()), ("none".into(), 300));
    let dsa = "color_crop_cutout_flip_scale_rotate";
    assert_eq!(of("dsa", &images()), (dsa.into(), 1000));
    assert_eq!(of("dm", &images()), (dsa.into(), 1000));
    assert_eq!(
        of("dm", &mnist),
        ("color_crop_cutout_scale_rotate".into(), 1000)
    );
    assert_eq!(of("dm", &table()), ("none".into(), 300));
    assert_eq!(of("random", &images()), ("none".into(), 300));
}

#[test]
fn batch_norm_is_seen_in_the_layers() {
    let config = resolve(&["data.source=other", "model.norm=batch"]).unwrap();
    assert_eq!(config.evaluation.augmentation.to_string(), "crop_noise");
}

#[test]
fn a_budget_is_kept_as_it_was_written_and_read_back() {
    let config = resolve(&["budget=3=2, 4=7"]).unwrap();
    assert_eq!(config.general.budget.as_deref(), Some("3=2, 4=7"));
    let text = config.to_toml().unwrap();
    assert!(text.contains("\nbudget = \"3=2, 4=7\"\n"), "{text}");
    let mut layers = Layers::new(false);
    layers.push("config.toml".into(), &text).unwrap();
    assert_eq!(*layers.resolve(&images()).unwrap().config, config);
    let without = resolve(&[]).unwrap();
    assert_eq!(without.general.budget, None);
    assert!(!without.to_toml().unwrap().contains("budget"));
    assert!(matches!(resolve(&["budget=7"]), Err(Error::Value { key, .. }) if key == "budget"));
}

#[test]
fn every_method_is_printed_and_read_back_as_the_same() {
    for entry in methods::all() {
        let config = resolve(&[&format!("method.name={}", entry.name), "fill=noise"]).unwrap();
        assert_eq!(config.general.fill, Fill::Noise);
        let mut layers = Layers::new(false);
        layers
            .push("config.toml".into(), &config.to_toml().unwrap())
            .unwrap();
        assert_eq!(
            *layers.resolve(&images()).unwrap().config,
            config,
            "{}",
            entry.name
        );
    }
}

#[test]
fn baselines_are_coresets_or_the_whole() {
    let config = resolve(&["evaluation.baselines=[\"whole\", \"random\"]"]).unwrap();
    assert_eq!(config.evaluation.baselines, ["whole", "random"]);
    assert!(
        resolve(&["evaluation.baselines=[]"])
            .unwrap()
            .evaluation
            .baselines
            .is_empty()
    );
    let error = resolve(&["evaluation.baselines=[\"random\", \"magic\"]"]).unwrap_err();
    assert!(
        matches!(&error, Error::OutOfRange { key, value, rule }
            if key == "evaluation.baselines" && value == "magic" && rule.contains("random") && rule.contains("whole")),
        "{error}"
    );
}

#[test]
fn numbers_that_no_one_means_are_refused() {
    for assignment in ["ipc=5000000000", "method.batch_real=5000000000", "seed=-1"] {
        assert!(resolve(&[assignment]).is_err(), "{assignment}");
    }
    let config = resolve(&["seed=9223372036854775807"]).unwrap();
    assert_eq!(config.general.seed, i64::MAX as u64);
    let mut beyond = config.clone();
    beyond.general.seed = u64::MAX;
    assert!(beyond.check().is_err());
}

#[test]
fn the_settings_that_all_methods_have_are_listed_as_they_are_accepted() {
    let settings = common_settings();
    let default = |key: &str| {
        let setting = settings.iter().find(|setting| setting.key == key).unwrap();
        setting.default.clone()
    };
    let config = resolve(&["data.source=strokes", "method.name=random"]).unwrap();
    let table = toml::Table::try_from(&config).unwrap();
    for setting in &settings {
        assert!(
            setting.about.len() > 5 && !setting.range.is_empty(),
            "{setting:?}"
        );
        let (part, key) = setting.key.rsplit_once('.').unwrap_or(("", &setting.key));
        let found = match part {
            "" => table.get(key),
            part => table[part].get(key),
        };
        let found = found.map(|value| serde_json::to_value(value).unwrap());
        assert_eq!(found, setting.default, "{}", setting.key);
    }
    assert_eq!(default("ipc"), Some(1.into()));
    assert_eq!(default("budget"), None);
    for key in [
        "seed",
        "fill",
        "data.image_size",
        "evaluation.baselines",
        "evaluation.epochs",
    ] {
        assert!(settings.iter().any(|setting| setting.key == key), "{key}");
    }
}

#[test]
fn what_must_be_known_before_the_data_is_selected() {
    let layers = sets(&[
        "method.name=dm",
        "ipc=10",
        "data.source=a/b",
        "data.image_size=16",
    ]);
    let selection = layers.select().unwrap();
    assert_eq!((selection.method.as_str(), selection.ipc), ("dm", 10));
    assert_eq!(selection.data.source, "a/b");
    assert_eq!(selection.data.image_size, Some("16x16".parse().unwrap()));
    assert!(matches!(
        sets(&["magic=1"]).select(),
        Err(Error::UnknownKey { .. })
    ));
}
