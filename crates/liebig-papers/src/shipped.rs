//! The records that are compiled into the binary.

macro_rules! files {
    ($($name:literal)*) => { &[$(($name, include_str!(concat!("../data/papers/", $name, ".toml"))),)*] };
}

/// Names and contents of the files in `data/papers/`. Add a new file here; a test compares this list with the folder.
pub(crate) const PAPERS: &[(&str, &str)] = files! {
    "benchmark" "blackbox" "continual" "decouple" "detection" "domain" "dr" "early-work" "eeg" "fairness" "fashion"
    "feature-objective" "fed" "finance" "fine" "generative-diffusion" "generative-flow" "generative-gan"
    "generative-var" "gnn" "gnn-benchmark" "gnn-survey" "gradient-objective" "kernel" "label" "long" "main"
    "medical" "multi" "music" "nas" "noisy" "optimization" "parametrization" "point" "privacy" "quant" "rec"
    "retrieval" "rl" "robustness" "rs" "segmentation" "self" "snn" "speech" "super" "survey" "tabular" "text"
    "thesis" "time" "tta" "understanding" "uni" "unlearning" "video"
};

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    #[test]
    fn every_file_of_the_folder_is_shipped() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/papers");
        let mut found: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| {
                entry
                    .unwrap()
                    .path()
                    .file_stem()
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        found.sort();
        let shipped: Vec<&str> = super::PAPERS.iter().map(|(name, _)| *name).collect();
        assert_eq!(
            shipped, found,
            "src/shipped.rs does not list exactly the files in data/papers"
        );
    }
}
