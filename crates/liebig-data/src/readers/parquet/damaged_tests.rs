use std::path::Path;

use parquet::basic::{Compression, GzipLevel, ZstdLevel};

use super::image_tests::images;
use super::tests::plain;
use super::written::Style;
use crate::LoadOptions;
use crate::readers::mutate::survives;

#[test]
fn damaged_files_are_read_or_refused() {
    let all = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::ZSTD(ZstdLevel::default()),
        Compression::LZ4_RAW,
    ];
    let tables: Vec<Vec<u8>> = all
        .map(|compression| {
            plain(&Style {
                compression,
                rows_in_group: 5,
            })
        })
        .to_vec();
    let options = LoadOptions {
        memory_limit: Some(256 << 20),
        skip_bad: true,
        ..LoadOptions::default()
    };
    let read = |bytes: &[u8]| {
        let content = super::file::Content::in_memory(bytes.to_vec());
        let _ = super::read_one(Path::new("t.parquet"), content, &options);
    };
    survives("parquet table", &tables, read);
    let images: Vec<Vec<u8>> = all
        .map(|compression| {
            images(
                6,
                &Style {
                    compression,
                    rows_in_group: 4,
                },
            )
        })
        .to_vec();
    survives("parquet images", &images, read);
}
