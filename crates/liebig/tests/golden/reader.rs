//! Reference values: tensors by name, and the file's metadata.

use std::collections::HashMap;
use std::path::Path;

use liebig_grad::{Tensor, cpu};
use safetensors::{Dtype, SafeTensors};

/// One file of reference values.
pub struct Reference {
    /// Shape and values of each tensor.
    pub entries: HashMap<String, (Vec<usize>, Vec<f32>)>,
    /// What else the file says.
    #[allow(dead_code, reason = "tests use what they need")]
    pub metadata: HashMap<String, String>,
}

impl Reference {
    /// Reads a file of this folder.
    pub fn read(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let bytes = std::fs::read(folder.join(format!("{name}.safetensors"))).unwrap();
        let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let decode = |view: &safetensors::tensor::TensorView<'_>| -> Vec<f32> {
            match view.dtype() {
                // The upper half of a single.
                Dtype::BF16 => values(view.data(), |[a, b]| [0, 0, a, b]),
                Dtype::F32 => values(view.data(), |bytes: [u8; 4]| bytes),
                other => panic!("unexpected {other:?}"),
            }
        };
        let entry = |(name, view): (&str, safetensors::tensor::TensorView<'_>)| {
            (name.to_string(), (view.shape().to_vec(), decode(&view)))
        };
        Self {
            entries: file.iter().map(entry).collect(),
            metadata: header.metadata().clone().unwrap_or_default(),
        }
    }

    /// The tensor of a name.
    pub fn tensor(&self, name: &str) -> Tensor {
        let (shape, values) = &self.entries[name];
        Tensor::from_vec(values.clone(), shape, &cpu()).unwrap()
    }
}

fn values<const N: usize>(bytes: &[u8], single: impl Fn([u8; N]) -> [u8; 4]) -> Vec<f32> {
    let values = bytes.as_chunks::<N>().0.iter();
    values
        .map(|&bytes| f32::from_le_bytes(single(bytes)))
        .collect()
}

/// Asserts that two tensors differ nowhere by more than `tolerance`, relative to the largest magnitude of the
/// expected one.
#[track_caller]
pub fn assert_close(what: &str, found: &Tensor, expected: &Tensor, tolerance: f32) {
    assert_eq!(found.shape(), expected.shape(), "{what}");
    let (found, expected) = (found.to_vec().unwrap(), expected.to_vec().unwrap());
    let largest = expected
        .iter()
        .fold(0.0, |most: f32, value| most.max(value.abs()));
    assert!(largest > 0.0, "{what}: nothing to compare with");
    for (place, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let error = (found - expected).abs() / largest;
        assert!(
            error <= tolerance,
            "{what}, value {place}: {found} and {expected}, relative {error:e}"
        );
    }
}
