//! Networks by name: their options as text and their schemas.
#![allow(clippy::unwrap_used, reason = "tests")]

use liebig_nn::{
    Activation, ConvNetOptions, Error, Input, LeNetOptions, MlpOptions, ModelChoice, Norm, Pooling,
    WeightInit,
};
use serde_json::{Value, json};

const COLOUR: Input = Input {
    channels: 3,
    height: 32,
    width: 32,
};

fn read(value: Value) -> Result<ModelChoice, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

#[test]
fn choices_are_tables_with_a_name() {
    assert_eq!(
        ModelChoice::NAMES,
        [
            "convnet",
            "mlp",
            "lenet",
            "alexnet",
            "vgg11",
            "resnet18",
            "resnet18ap",
            "alexcifarnet",
            "vit",
            "lstm",
        ]
    );
    let choice = ModelChoice::ConvNet(ConvNetOptions {
        width: 64,
        depth: 2,
        norm: Norm::None,
        activation: Activation::LeakyRelu,
        pooling: Pooling::Max,
        ..ConvNetOptions::default()
    });
    let table = json!({
        "name": "convnet", "width": 64, "depth": 2, "norm": "none", "activation": "leaky_relu",
        "pooling": "max",
    });
    assert_eq!(serde_json::to_value(&choice).unwrap(), table);
    assert_eq!(read(table), Ok(choice));
    // Options added later are only written if they are set.
    let lenet = ModelChoice::LeNet(LeNetOptions::default());
    assert_eq!(
        serde_json::to_value(&lenet).unwrap(),
        json!({ "name": "lenet" })
    );
    let lenet = ModelChoice::LeNet(LeNetOptions {
        padding: Some(2),
        init: WeightInit::Xavier,
    });
    let table = json!({ "name": "lenet", "padding": 2, "init": "xavier" });
    assert_eq!(serde_json::to_value(&lenet).unwrap(), table);
    assert_eq!(read(table), Ok(lenet));
    for name in ModelChoice::NAMES {
        let choice = ModelChoice::default_for(name, COLOUR).unwrap();
        let text = toml::to_string(&choice).unwrap();
        assert_eq!(toml::from_str(&text), Ok(choice));
    }
}

#[test]
fn missing_options_are_defaults() {
    for name in ModelChoice::NAMES {
        let expected = ModelChoice::default_for(name, COLOUR);
        assert_eq!(read(json!({ "name": name })), Ok(expected.unwrap()));
    }
    let swish = read(json!({ "name": "convnet", "activation": "swish" })).unwrap();
    let expected = ConvNetOptions {
        activation: Activation::Silu,
        ..ConvNetOptions::default()
    };
    assert_eq!(swish, ModelChoice::ConvNet(expected));
    let written = serde_json::to_value(swish).unwrap();
    assert_eq!(written["activation"], "silu");
}

#[test]
fn unknown_options_and_values_are_refused() {
    for (table, expected) in [
        (
            json!({ "name": "mlp", "depth": 3 }),
            "unknown field `depth`",
        ),
        (
            json!({ "name": "lenet", "norm": "batch" }),
            "unknown field `norm`",
        ),
        (
            json!({ "name": "convnet", "widht": 3 }),
            "unknown field `widht`",
        ),
        (json!({ "name": "convent" }), "unknown variant `convent`"),
        (json!({ "width": 3 }), "missing field `name`"),
        (json!({ "name": "mlp", "width": -1 }), "expected usize"),
        (
            json!({ "name": "convnet", "norm": "instanse" }),
            "did you mean `instance`?",
        ),
    ] {
        let error = read(table.clone()).unwrap_err();
        assert!(error.contains(expected), "{table}: {error}");
        let text = toml::to_string(&table).unwrap();
        let error = toml::from_str::<ModelChoice>(&text).unwrap_err();
        let expected = expected.replace("expected usize", "-1");
        assert!(error.to_string().contains(&expected), "{table}: {error}");
    }
}

#[test]
fn depth_follows_the_images() {
    let depth = |height, width| {
        let input = Input {
            channels: 3,
            height,
            width,
        };
        match ModelChoice::default_for("convnet", input) {
            Ok(ModelChoice::ConvNet(options)) => options.depth,
            other => panic!("{other:?}"),
        }
    };
    let depths = [(28, 28), (32, 64), (64, 64), (128, 128)].map(|(h, w)| depth(h, w));
    assert_eq!(depths, [3, 3, 4, 5]);
    let mlp = ModelChoice::default_for("mlp", COLOUR);
    assert_eq!(mlp, Ok(ModelChoice::Mlp(MlpOptions { width: 128 })));
}

#[test]
fn unknown_names_are_refused_with_the_nearest() {
    let refused = |name| ModelChoice::default_for(name, COLOUR).unwrap_err();
    assert_eq!(
        refused("convent").to_string(),
        "`model.name`: there is no network `convent`; choose one of convnet, mlp, lenet, \
         alexnet, vgg11, resnet18, resnet18ap, alexcifarnet, vit, lstm (did you mean `convnet`?)"
    );
    assert!(matches!(
        refused("LeNet5"),
        Error::Unknown {
            nearest: "lenet",
            ..
        }
    ));
    let error = "instanse".parse::<Norm>().unwrap_err().to_string();
    assert!(
        error.starts_with("`model.norm`: there is no norm"),
        "{error}"
    );
    assert!(error.contains("did you mean `instance`?"), "{error}");
    assert_eq!("swish".parse(), Ok(Activation::Silu));
    assert!("swich".parse::<Activation>().is_err());
    assert!("mean".parse::<Pooling>().is_err());
    assert_eq!(ModelChoice::about("convent"), None);
    assert!(ModelChoice::schema("convent").is_none());
}

/// Every option has a description and a default that its own schema allows.
#[test]
fn schemas_describe_the_options() {
    for name in ModelChoice::NAMES {
        assert!(!ModelChoice::about(name).unwrap().contains('\n'));
        let schema = ModelChoice::schema(name).unwrap().to_value();
        assert_eq!(schema["additionalProperties"], false, "{schema:#}");
        let choice = ModelChoice::default_for(name, COLOUR).unwrap();
        let mut options = serde_json::to_value(choice).unwrap();
        let options = options.as_object_mut().unwrap();
        options.remove("name");
        let properties = schema["properties"].as_object().unwrap();
        assert!(options.keys().all(|option| properties.contains_key(option)));
        for (option, property) in properties {
            assert!(property["description"].is_string(), "{schema:#}");
            // One that is not written has its default in the schema, or none.
            let default = options.get(option).or(property.get("default"));
            let default = default.unwrap_or(&Value::Null);
            if options.contains_key(option) {
                assert_eq!(property["default"], *default);
            }
            match property.get("enum") {
                Some(names) => assert!(names.as_array().unwrap().contains(default)),
                None => {
                    let bounds = ["minimum", "maximum"].map(|key| property[key].as_u64().unwrap());
                    let within = |value: u64| bounds[0] <= value && value <= bounds[1];
                    assert!(default.is_null() || default.as_u64().is_some_and(within));
                }
            }
        }
    }
    let schema = ModelChoice::schema("convnet").unwrap().to_value();
    let properties = &schema["properties"];
    assert_eq!(properties["depth"]["maximum"], 6);
    assert_eq!(properties["width"]["maximum"], 65536);
    let names = json!(["none", "batch", "layer", "instance", "group"]);
    assert_eq!(properties["norm"]["enum"], names);
}

#[test]
fn the_schema_of_all_networks_has_one_part_for_each() {
    let schema = schemars::schema_for!(ModelChoice).to_value();
    let parts = schema["oneOf"].as_array().unwrap();
    let names = parts
        .iter()
        .map(|part| part["properties"]["name"]["const"].as_str());
    let expected = ModelChoice::NAMES.iter().copied().map(Some);
    assert!(names.eq(expected), "{schema:#}");
    let closed = |part: &Value| part["additionalProperties"] == false;
    assert!(parts.iter().all(closed));
}
