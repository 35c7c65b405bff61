//! Where datasets are looked for by name.

use std::path::{Path, PathBuf};

use crate::files::ARCHIVES;
use crate::readers::{READERS, idx, is_shard};

/// The environment variable that names a folder of datasets.
const VARIABLE: &str = "LIEBIG_DATA";

/// Where a dataset is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// In the program itself.
    BuiltIn,
    /// At this path.
    Found(PathBuf),
    /// In none of the folders that are searched.
    Missing,
}

/// The folders searched by name, in order: the one that `LIEBIG_DATA` names, if it is set, then `data` in the program's
/// per-user cache folder (Linux: `$XDG_CACHE_HOME/liebig/data` or `~/.cache/liebig/data`; macOS:
/// `~/Library/Caches/liebig/data`; Windows: `%LOCALAPPDATA%\liebig\cache\data`). They need not exist.
#[must_use]
pub fn data_roots() -> Vec<PathBuf> {
    let variable = std::env::var_os(VARIABLE)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from);
    let cache =
        directories::ProjectDirs::from("", "", "liebig").map(|dirs| dirs.cache_dir().join("data"));
    variable.into_iter().chain(cache).collect()
}

/// The first folder or dataset file in `roots` whose name is one of `names` in [`plain`] spelling.
pub(crate) fn find(names: &[&str], roots: &[PathBuf]) -> Option<PathBuf> {
    let found_in = |root: &PathBuf| {
        entries(root)
            .into_iter()
            .find(|path| names.contains(&name_of(path).as_str()))
    };
    roots.iter().find_map(found_in)
}

/// Everything in a folder that could be a dataset, sorted: folders, and files with the ending of a whole dataset. Empty
/// if the folder cannot be listed.
pub(crate) fn entries(root: &Path) -> Vec<PathBuf> {
    let Ok(listing) = fs_err::read_dir(root) else {
        return Vec::new();
    };
    let is_data = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_file = without_ending(&name).is_some();
        !name.is_empty() && !name.starts_with('.') && (is_file || path.is_dir())
    };
    let mut paths: Vec<PathBuf> = listing
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(is_data)
        .collect();
    paths.sort_unstable();
    paths
}

/// Lower case, with `-` between words: `Fashion_MNIST` is `fashion-mnist`.
pub(crate) fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace(['_', ' '], "-")
}

/// The name without the ending of a whole dataset or of an archive; `None` if it has none.
fn without_ending(name: &str) -> Option<&str> {
    let lower = name.to_lowercase();
    let readers = READERS.iter().flat_map(|reader| reader.whole);
    let endings = readers
        .chain(ARCHIVES)
        .filter(|ending| lower.ends_with(**ending));
    // `.csv.gz` rather than an ending within it.
    let longest = endings.map(|ending| ending.len()).max()?;
    name.get(..name.len() - longest)
}

/// A dataset's plain name from its path: the last part that can be a name, without the ending.
pub(crate) fn name_of(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.into());
    let canonical = fs_err::canonicalize(path).unwrap_or(absolute);
    let as_name = |part: &Path| {
        let part = part.file_name()?.to_string_lossy().into_owned();
        if let Some(prefix) = idx::prefix(&part) {
            return Some(plain(&prefix));
        }
        if is_shard(&part) {
            return None;
        }
        let part = without_ending(&part).unwrap_or(&part);
        let mut parts = READERS.iter().flat_map(|reader| reader.part);
        let is_part = parts.any(|ending| part.to_lowercase().ends_with(ending));
        (!is_part && part != "raw").then(|| plain(part))
    };
    canonical
        .ancestors()
        .find_map(as_name)
        .unwrap_or_else(|| "data".into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_are_spelt_one_way() {
        assert_eq!(plain(" Fashion_MNIST"), "fashion-mnist");
        let folder = tempfile::tempdir().unwrap();
        let name = |path: &str| name_of(&folder.path().join(path));
        assert_eq!(name("MNIST/raw"), "mnist");
        assert_eq!(
            name("Fashion_MNIST/train-images-idx3-ubyte.gz"),
            "fashion-mnist"
        );
        assert_eq!(name("cifar10/data_batch_1.bin"), "cifar10");
        assert_eq!(name("pneumoniamnist.npz"), "pneumoniamnist");
        assert_eq!(name("Iris.csv"), "iris");
        assert_eq!(name("Iris.csv.gz"), "iris");
        assert_eq!(name("MNIST.zip"), "mnist");
        assert_eq!(name("Fashion_MNIST.TAR.GZ"), "fashion-mnist");
        assert_eq!(name("a/x_train.npy"), "a");
        assert_eq!(name("b/train-00000-of-00002.parquet"), "b");
        assert_eq!(name("b/c.parquet"), "c");
        assert_eq!(
            name("gzip/emnist-letters-train-images-idx3-ubyte.gz"),
            "emnist-letters"
        );
    }

    #[test]
    fn the_first_root_wins_and_missing_roots_do_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let roots: Vec<PathBuf> = ["none", "first", "second"]
            .iter()
            .map(|root| folder.path().join(root))
            .collect();
        for path in [
            "first/Fashion_MNIST",
            "second/fashion-mnist",
            "second/mnist",
            "second/.hidden",
        ] {
            fs_err::create_dir_all(folder.path().join(path)).unwrap();
        }
        fs_err::write(folder.path().join("second/iris.csv"), "").unwrap();
        fs_err::write(folder.path().join("second/notes.txt"), "").unwrap();
        let find = |name: &str| find(&[name], &roots);
        assert_eq!(find("fashion-mnist"), Some(roots[1].join("Fashion_MNIST")));
        assert_eq!(find("mnist"), Some(roots[2].join("mnist")));
        assert_eq!(find("iris"), Some(roots[2].join("iris.csv")));
        assert_eq!(find("notes"), None);
        assert_eq!(find(".hidden"), None);
        assert_eq!(find("cifar10"), None);
    }
}
