//! Helpers that several tests share.
#![allow(dead_code)]

use std::path::PathBuf;

use liebig_papers::{Checkout, Import, Kind, import};

/// The upstream list. If it is absent, this prints that the test is skipped.
pub fn upstream() -> Option<PathBuf> {
    let folder = shared("catalogue/upstream");
    if folder.is_none() {
        eprintln!("skipped: ../shared/catalogue/upstream is absent");
    }
    folder
}

/// A file or folder of the shared data.
pub fn shared(path: &str) -> Option<PathBuf> {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    Some(workspace.join("../shared").join(path)).filter(|path| path.exists())
}

/// Imports only a README, without other files.
pub fn import_readme(readme: impl Into<Vec<u8>>) -> Import {
    import(&Checkout {
        readme: readme.into(),
        ..Checkout::default()
    })
    .expect("an import never fails")
}

/// The files and lines of all diagnostics of a kind.
pub fn places(import: &Import, kind: Kind) -> Vec<(String, usize)> {
    let of_kind = import
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.kind == kind);
    of_kind
        .map(|diagnostic| (diagnostic.file.clone(), diagnostic.line))
        .collect()
}

/// The number of diagnostics of a kind.
pub fn count(import: &Import, kind: Kind) -> usize {
    places(import, kind).len()
}
