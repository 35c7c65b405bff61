//! Losses, accuracies and pictures as an event file, which TensorBoard and the services that read its files show.
//!
//! A file is a series of records, each the length, its checksum, a protocol buffer `Event` and its checksum; the messages
//! here have the fields of TensorFlow's `event.proto` and `summary.proto` that are needed.

use std::io::Write;
use std::path::Path;

use prost::Message;

use super::{Error, Metric};

/// The file's name. TensorBoard looks for `tfevents` in names.
pub(super) const FILE: &str = "events.out.tfevents.liebig";

#[derive(Clone, PartialEq, Message)]
struct Event {
    #[prost(double, tag = "1")]
    wall_time: f64,
    #[prost(int64, tag = "2")]
    step: i64,
    #[prost(string, optional, tag = "3")]
    file_version: Option<String>,
    #[prost(message, optional, tag = "5")]
    summary: Option<Summary>,
}

#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(message, repeated, tag = "1")]
    value: Vec<Value>,
}

#[derive(Clone, PartialEq, Message)]
struct Value {
    #[prost(string, tag = "1")]
    tag: String,
    #[prost(float, optional, tag = "2")]
    simple_value: Option<f32>,
    #[prost(message, optional, tag = "4")]
    image: Option<Image>,
}

#[derive(Clone, PartialEq, Message)]
struct Image {
    #[prost(int32, tag = "1")]
    height: i32,
    #[prost(int32, tag = "2")]
    width: i32,
    /// The number of channels.
    #[prost(int32, tag = "3")]
    colorspace: i32,
    #[prost(bytes = "vec", tag = "4")]
    encoded_image_string: Vec<u8>,
}

/// The loss of an iteration, and its parts.
pub(super) fn metric(metric: &Metric) -> Vec<u8> {
    let parts = metric.parts.iter();
    let parts = parts.map(|(name, loss)| (format!("loss/{name}"), *loss));
    let all = std::iter::once(("loss".to_owned(), metric.loss)).chain(parts);
    scalars(metric.iteration, metric.seconds, all)
}

/// Numbers by name after an iteration. Times are the seconds of the run.
pub(super) fn scalars(
    iteration: u64,
    seconds: f64,
    numbers: impl IntoIterator<Item = (String, f64)>,
) -> Vec<u8> {
    let value = |(tag, number): (String, f64)| Value {
        tag,
        simple_value: Some(number as f32),
        image: None,
    };
    event(iteration, seconds, numbers.into_iter().map(value).collect())
}

/// The set after an iteration, as a PNG of this size.
pub(super) fn picture(
    iteration: u64,
    seconds: f64,
    (width, height): (u32, u32),
    png: Vec<u8>,
) -> Vec<u8> {
    let side = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
    let value = Value {
        tag: "distilled".into(),
        simple_value: None,
        image: Some(Image {
            height: side(height),
            width: side(width),
            colorspace: 3,
            encoded_image_string: png,
        }),
    };
    event(iteration, seconds, vec![value])
}

fn event(iteration: u64, seconds: f64, value: Vec<Value>) -> Vec<u8> {
    record(&Event {
        wall_time: seconds,
        step: i64::try_from(iteration).unwrap_or(i64::MAX),
        file_version: None,
        summary: Some(Summary { value }),
    })
}

/// What a file begins with.
pub(super) fn beginning() -> Vec<u8> {
    record(&Event {
        wall_time: 0.0,
        step: 0,
        file_version: Some("brain.Event:2".into()),
        summary: None,
    })
}

fn record(event: &Event) -> Vec<u8> {
    let data = event.encode_to_vec();
    let length = (data.len() as u64).to_le_bytes();
    let mut record = Vec::with_capacity(data.len() + 16);
    record.extend(length);
    record.extend(masked(&length).to_le_bytes());
    record.extend(&data);
    record.extend(masked(&data).to_le_bytes());
    record
}

/// The checksum of the format: CRC-32C, rotated and shifted, because checksums of data that hold checksums are weak.
fn masked(data: &[u8]) -> u32 {
    crc32c::crc32c(data)
        .rotate_right(15)
        .wrapping_add(0xa282_ead8)
}

/// Appends records to a run's file, which is begun if it is not there.
pub(super) fn append(folder: &Path, records: &[u8]) -> Result<(), Error> {
    let path = folder.join(FILE);
    let new = !path.exists();
    let mut file = fs_err::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)?;
    if new {
        file.write_all(&beginning())?;
    }
    Ok(file.write_all(records)?)
}

/// Replaces a run's file by one with these records.
pub(super) fn rewrite(folder: &Path, records: &[u8]) -> Result<(), Error> {
    let all = [&beginning(), records].concat();
    Ok(crate::atomic::write(&folder.join(FILE), &all)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The events of a file; panics if a checksum is wrong.
    fn read(mut bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        while !bytes.is_empty() {
            let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
            let check = |data: &[u8], at: usize| {
                let found = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
                assert_eq!(found, masked(data));
            };
            check(&bytes[..8], 8);
            let data = &bytes[12..12 + length];
            check(data, 12 + length);
            events.push(Event::decode(data).unwrap());
            bytes = &bytes[16 + length..];
        }
        events
    }

    #[test]
    fn the_checksum_is_that_of_the_format() {
        // CRC-32C of "123456789" is 0xe3069283.
        let expected = 0xe306_9283_u32.rotate_right(15).wrapping_add(0xa282_ead8);
        assert_eq!(masked(b"123456789"), expected);
    }

    #[test]
    fn a_file_is_begun_once_and_can_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let loss = |iteration| {
            metric(&Metric {
                iteration,
                loss: 0.5,
                seconds: 2.0,
                parts: [("real".to_owned(), 0.25)].into(),
            })
        };
        append(folder.path(), &loss(1)).unwrap();
        append(folder.path(), &loss(2)).unwrap();
        let bytes = || std::fs::read(folder.path().join(FILE)).unwrap();
        let events = read(&bytes());
        assert_eq!(events.len(), 3);
        assert_eq!(events[0].file_version.as_deref(), Some("brain.Event:2"));
        let summary = events[2].summary.as_ref().unwrap();
        let tags: Vec<&str> = summary
            .value
            .iter()
            .map(|value| value.tag.as_str())
            .collect();
        assert_eq!((events[2].step, tags), (2, vec!["loss", "loss/real"]));
        rewrite(folder.path(), &picture(3, 1.0, (5, 4), vec![7])).unwrap();
        let events = read(&bytes());
        let image = events[1].summary.as_ref().unwrap().value[0].image.as_ref();
        assert_eq!((events.len(), image.unwrap().width), (2, 5));
    }
}
