//! Entry points for fuzzing: readers are handed arbitrary bytes, and may do with them what they want but panic, abort or
//! take more than [`MEMORY`].

use crate::files::Place;
use crate::memory::MemoryLimit;
use crate::readers::Request;
use crate::readers::recognise::recognise;
use crate::{Error, LoadOptions};

/// The memory limit of every reader, in bytes.
pub const MEMORY: u64 = 256 << 20;

/// The bytes as a dataset in one file, of a format that the file's name says (`x.npz`, `x.csv`, ...).
pub fn file(name: &str, bytes: &[u8]) {
    files(&[(name, bytes)], name);
}

/// The bytes as an archive (`x.zip`, `x.tar`, `x.tar.gz`) that holds a dataset.
pub fn archive(name: &str, bytes: &[u8]) {
    let limit = MemoryLimit::of(&options());
    let place = Place::in_memory([(name, bytes.to_vec())]).join(name);
    let Ok(inside) = place.inside(limit) else {
        return;
    };
    let entries = inside.walk(|_| true).unwrap_or_default();
    for entry in entries.iter().take(20) {
        let _ = entry.read(limit.less(inside.held()));
    }
    let _ = read(&inside, limit.less(inside.held()));
}

/// Several files as a folder, of which `path` is loaded: one of them, or `""` for the folder.
pub fn files(files: &[(&str, &[u8])], path: &str) {
    let files = files.iter().map(|(name, bytes)| (name, bytes.to_vec()));
    let place = Place::in_memory(files).join(path);
    let _ = read(&place, MemoryLimit::of(&options()));
}

fn read(place: &Place, memory: MemoryLimit) -> Result<(), Error> {
    let found = recognise(place)?;
    let request = Request {
        classes: None,
        options: &options(),
        memory,
    };
    (found.reader.read)(&found.at, &request).map(|_| ())
}

fn options() -> LoadOptions {
    LoadOptions {
        memory_limit: Some(MEMORY),
        ..LoadOptions::default()
    }
}
