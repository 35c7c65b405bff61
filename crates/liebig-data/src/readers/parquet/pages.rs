//! Checks the sizes in a file's headers before the parquet crate allocates memory for them.

use parquet::basic::CompressionCodec;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, Length};

use super::file::{Content, ParquetFile};
use super::guard::damaged;
use super::thrift::Compact;
use crate::Error;
use crate::memory::{HINT_SMALLER, MemoryLimit};

/// Checks a column of values in a row group: that its pages are in the file, and that none of them claims to unpack to more
/// than its compression can do, or than there is memory for.
pub(super) fn check(
    file: &ParquetFile,
    chunk: &ColumnChunkMetaData,
    memory: MemoryLimit,
) -> Result<(), Error> {
    let wrong = |reason: String| damaged(&file.path, reason);
    let first = chunk
        .dictionary_page_offset()
        .unwrap_or(chunk.data_page_offset());
    let range = u64::try_from(first)
        .ok()
        .zip(u64::try_from(chunk.compressed_size()).ok());
    let end = range.and_then(|(start, len)| start.checked_add(len));
    let (Some((start, _)), Some(end)) = (range, end.filter(|&end| end <= file.content.len()))
    else {
        return Err(wrong(format!(
            "column `{}` is said to be {} bytes from byte {first} on, but the file has {}",
            chunk.column_path(),
            chunk.compressed_size(),
            file.content.len()
        )));
    };
    let mut at = start;
    while at < end {
        let (header, sizes) =
            header(&file.content, at).ok_or_else(|| wrong(format!("byte {at}: no page header")))?;
        let [_, unpacked, packed] = sizes;
        let sizes = u64::try_from(unpacked).ok().zip(u64::try_from(packed).ok());
        let possible = sizes.filter(|&(unpacked, packed)| {
            packed <= end.saturating_sub(at + header)
                && unpacked <= most(chunk.compression_codec(), packed)
        });
        let Some((unpacked, packed)) = possible else {
            return Err(wrong(format!(
                "byte {at}: a page of {packed} bytes that unpacks to {unpacked} is not possible here"
            )));
        };
        memory.check(&file.path, unpacked, || "a page".into(), HINT_SMALLER)?;
        at += header + packed;
    }
    Ok(())
}

/// The length of a page header, and its first three numbers: kind, unpacked size, packed size.
fn header(content: &Content, at: u64) -> Option<(u64, [i64; 3])> {
    let mut compact = Compact::new(content.get_read(at).ok()?);
    let sizes = compact.first_numbers()?;
    Some((compact.read, sizes))
}

/// The most bytes that so many packed ones can unpack to.
fn most(codec: CompressionCodec, packed: u64) -> u64 {
    let factor = match codec {
        CompressionCodec::UNCOMPRESSED => 1,
        // A copy of up to 64 bytes takes two bytes at least.
        CompressionCodec::SNAPPY => 32,
        CompressionCodec::LZ4 | CompressionCodec::LZ4_RAW => 256,
        CompressionCodec::GZIP => 1032,
        // A block of up to 128 KiB of one byte takes four bytes.
        _ => 1 << 15,
    };
    packed.saturating_mul(factor).saturating_add(64)
}
