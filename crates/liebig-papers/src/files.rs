//! Reading files up to a size limit, and writing files atomically.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use crate::error::Error;

/// The largest file that is read, in bytes. The README of the list has 0.1 MB.
pub const MAX_BYTES: u64 = 64 << 20;

/// Reads a file of at most [`MAX_BYTES`].
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Io`].
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let file = File::open(path).map_err(|source| Error::read(path, source))?;
    let size = file
        .metadata()
        .map_err(|source| Error::read(path, source))?
        .len();
    let mut bytes = Vec::new();
    // A pipe or a device reports no size, so the reading itself is limited as well.
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| Error::read(path, source))?;
    let size = size.max(bytes.len() as u64);
    if size > MAX_BYTES {
        return Err(Error::TooLarge {
            path: path.into(),
            size,
            limit: MAX_BYTES,
        });
    }
    Ok(bytes)
}

/// Reads a text file; invalid UTF-8 is an error.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Io`].
pub fn read_text(path: &Path) -> Result<String, Error> {
    String::from_utf8(read(path)?).map_err(|broken| {
        Error::read(
            path,
            std::io::Error::new(std::io::ErrorKind::InvalidData, broken.utf8_error()),
        )
    })
}

/// Writes a file by way of a temporary file in the same folder and a rename. A missing folder is created.
///
/// # Errors
/// [`Error::Io`].
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let written = || {
        std::fs::create_dir_all(folder)?;
        let mut temporary = tempfile::Builder::new()
            .prefix(".liebig-")
            .tempfile_in(folder)?;
        temporary.write_all(bytes)?;
        temporary.as_file().sync_all()?;
        readable_by_all(temporary.as_file())?;
        temporary.persist(path).map_err(|failed| failed.error)?;
        Ok(())
    };
    written().map_err(|source| Error::write(path, source))
}

/// Temporary files are readable only by their owner; the final file gets mode 644.
#[cfg(unix)]
fn readable_by_all(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_: &File) -> std::io::Result<()> {
    Ok(())
}

/// Whether a text is safe as a file name (without its extension) on every system.
pub fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 100
        && !text.starts_with(['.', '-'])
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'+' | b'.'))
}
