//! Packs files, for tests.
#![allow(clippy::unwrap_used)]

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A zip archive; every other file is stored, the rest deflated.
pub(crate) fn zip<T: AsRef<[u8]>>(files: &[(&str, T)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (index, (path, bytes)) in files.iter().enumerate() {
        let method = match index % 2 {
            0 => CompressionMethod::Deflated,
            _ => CompressionMethod::Stored,
        };
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(*path, options).unwrap();
        writer.write_all(bytes.as_ref()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A tar archive.
pub(crate) fn tar<T: AsRef<[u8]>>(files: &[(&str, T)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        let bytes = bytes.as_ref();
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        let path = format!("./{path}");
        builder.append_data(&mut header, path, bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The same files in every kind of archive, with a name for each.
pub(crate) fn all<T: AsRef<[u8]>>(files: &[(&str, T)]) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("set.zip", zip(files)),
        ("set.tar", tar(files)),
        ("set.tar.gz", gzip(&tar(files))),
        ("SET.TGZ", gzip(&tar(files))),
    ]
}
