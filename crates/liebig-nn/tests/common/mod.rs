//! What the integration tests share: networks, reference values, and how far apart two tensors are.
#![allow(dead_code, clippy::unwrap_used, reason = "tests use what they need")]

use std::collections::HashMap;
use std::path::Path;

use liebig_grad::{Targets, Tensor, cpu};
use liebig_nn::{ConvNetOptions, Input, Model, ModelChoice, StateEntry, load_state_dict};
use safetensors::{Dtype, SafeTensors};

pub const COLOUR: Input = Input {
    channels: 3,
    height: 32,
    width: 32,
};
pub const GREY: Input = Input {
    channels: 1,
    height: 28,
    width: 28,
};

pub fn square(channels: usize, side: usize) -> Input {
    Input {
        channels,
        height: side,
        width: side,
    }
}

pub fn depth(depth: usize) -> ConvNetOptions {
    ConvNetOptions {
        depth,
        ..ConvNetOptions::default()
    }
}

pub fn convnet(input: Input, classes: usize, options: ConvNetOptions) -> Box<dyn Model> {
    let choice = ModelChoice::ConvNet(options);
    choice.build(input, classes).unwrap()
}

/// The network with its default options.
pub fn default(name: &str, input: Input, classes: usize) -> Box<dyn Model> {
    let choice = ModelChoice::default_for(name, input).unwrap();
    let model = choice.build(input, classes).unwrap();
    assert_eq!((model.name(), choice.name()), (name, name));
    model
}

/// One file of reference values.
pub struct Reference {
    entries: HashMap<String, (Vec<usize>, Vec<f64>)>,
    metadata: HashMap<String, String>,
    order: Vec<String>,
}

impl Reference {
    pub fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/golden")
            .join(format!("{name}.safetensors"));
        let bytes = std::fs::read(path).unwrap();
        let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let mut entries = HashMap::new();
        let mut order = Vec::new();
        for (name, view) in file.iter() {
            let values = view.data().chunks_exact(view.dtype().bitsize() / 8);
            let values = values.map(|value| decode(value, view.dtype())).collect();
            order.push(name.to_string());
            entries.insert(name.to_string(), (view.shape().to_vec(), values));
        }
        Self {
            entries,
            metadata: header.metadata().clone().unwrap_or_default(),
            order,
        }
    }

    pub fn tensor(&self, name: &str) -> Tensor {
        let (shape, values) = &self.entries[name];
        let values = values.iter().map(|&value| value as f32).collect();
        Tensor::from_vec(values, shape, &cpu()).unwrap()
    }

    pub fn value(&self, name: &str) -> f64 {
        self.entries[name].1[0]
    }

    pub fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    pub fn targets(&self, name: &str) -> Targets {
        let classes = self.entries[name].1.iter();
        Targets::Hard(classes.map(|&class| class as usize).collect())
    }

    /// The entries whose names start with `prefix.`, without it.
    pub fn dict(&self, prefix: &str) -> Vec<StateEntry> {
        let entry = |name: &String| {
            let key = name.strip_prefix(prefix)?.strip_prefix('.')?;
            let (shape, values) = &self.entries[name];
            let values = values.iter().map(|&value| value as f32).collect();
            Some((key.to_string(), shape.clone(), values))
        };
        self.order.iter().filter_map(entry).collect()
    }

    /// The network that the values are of.
    pub fn model(&self) -> Box<dyn Model> {
        let sizes = self.metadata["input"].split(' ');
        let sizes: Vec<usize> = sizes.map(|size| size.parse().unwrap()).collect();
        let input = Input {
            channels: sizes[0],
            height: sizes[1],
            width: sizes[2],
        };
        let mut choice = serde_json::Map::new();
        for (key, value) in &self.metadata {
            let value = match value.parse::<usize>() {
                Ok(number) => number.into(),
                Err(_) => value.as_str().into(),
            };
            match key.as_str() {
                "input" | "classes" => None,
                "model" => choice.insert("name".into(), value),
                option => choice.insert(option.into(), value),
            };
        }
        let choice: ModelChoice = serde_json::from_value(choice.into()).unwrap();
        let classes = self.metadata["classes"].parse().unwrap();
        choice.build(input, classes).unwrap()
    }

    pub fn weights(&self, model: &dyn Model) -> Vec<Tensor> {
        load_state_dict(model, &self.dict("state"), &cpu()).unwrap()
    }
}

fn decode(bytes: &[u8], dtype: Dtype) -> f64 {
    match dtype {
        Dtype::BF16 => {
            let high = u16::from_le_bytes(bytes.try_into().unwrap());
            f32::from_bits(u32::from(high) << 16).into()
        }
        Dtype::F32 => f32::from_le_bytes(bytes.try_into().unwrap()).into(),
        Dtype::I64 => i64::from_le_bytes(bytes.try_into().unwrap()) as f64,
        other => panic!("unexpected {other:?}"),
    }
}

pub fn largest(values: &[f32]) -> f32 {
    values.iter().fold(0.0, |most, value| most.max(value.abs()))
}

/// Asserts that two tensors differ nowhere by more than `tolerance`, relative to the largest
/// magnitude of the expected one or to `floor`, whichever is greater.
#[track_caller]
pub fn assert_close(what: &str, found: &Tensor, expected: &Tensor, tolerance: f32, floor: f32) {
    assert_eq!(found.shape(), expected.shape(), "{what}");
    let (found, expected) = (found.to_vec().unwrap(), expected.to_vec().unwrap());
    assert!(found.iter().all(|value| value.is_finite()), "{what}");
    let differences: Vec<f32> = found.iter().zip(&expected).map(|(a, b)| a - b).collect();
    let error = largest(&differences) / largest(&expected).max(floor).max(f32::MIN_POSITIVE);
    assert!(error <= tolerance, "{what}: relative error {error:e}");
}

/// [`assert_close`] for a list as long as the model's parameters. Biases that a norm cancels have a
/// gradient of zero but for rounding, so nothing is measured finer than a hundredth of the list's
/// largest magnitude.
#[track_caller]
pub fn assert_all_close(
    what: &str,
    model: &dyn Model,
    found: &[Tensor],
    expected: &[Tensor],
    tolerance: f32,
) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let magnitudes: Vec<f32> = expected
        .iter()
        .map(|tensor| largest(&tensor.to_vec().unwrap()))
        .collect();
    let floor = 0.01 * largest(&magnitudes);
    for ((parameter, found), expected) in model.parameters().iter().zip(found).zip(expected) {
        let what = format!("{what}, {}", parameter.name);
        assert_close(&what, found, expected, tolerance, floor);
    }
}

pub fn bits(tensor: &Tensor) -> Vec<u32> {
    let values = tensor.to_vec().unwrap();
    values.into_iter().map(f32::to_bits).collect()
}

/// Runs `body` with so many threads.
pub fn with_threads<R: Send>(threads: usize, body: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.unwrap().install(body)
}
