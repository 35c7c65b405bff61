//! What people are told about how images were read.

use super::images::Images;
use super::scale::{Range, Scale};
use super::{Kind, named};
use crate::{Layout, LoadOptions, Note, NoteKind};

/// Notes about arrays of images that were read by this scale, the first of which are those to train on. Each has its range
/// of values.
pub(super) fn notes(
    all: &[Images<'_>],
    scale: Scale,
    ranges: &[Range],
    options: &LoadOptions,
) -> Vec<Note> {
    let Some(first) = all.first() else {
        return Vec::new();
    };
    let kind = first.element.kind;
    let range = ranges
        .iter()
        .fold(Range::default(), |all, range| all.and(*range));
    let mut notes = vec![NoteKind::Stored.note(format!("images: {}", named(first.array)))];
    let mut note = |kind: NoteKind, text: String| notes.push(kind.note(text));
    if first.axes.layout != Layout::Nhw {
        let how = match options.layout {
            Some(_) => "as asked for",
            None => "told from the channels",
        };
        let (layout, channels) = (first.axes.layout, first.axes.channels);
        note(
            NoteKind::Chosen,
            format!("image axes are {layout}, {how} ({channels})"),
        );
    }
    match (scale, kind) {
        (Scale::Unit, Kind::Bool) => {
            note(NoteKind::Converted, "bool: true is white (255)".into());
        }
        (Scale::Unit, _) => {
            let text = format!("{kind} values from {range}: multiplied by 255");
            note(NoteKind::Converted, text);
        }
        (Scale::Sixteen, _) => {
            let text = format!("{kind} values from {range}: divided by 257, as 65535 is white");
            note(NoteKind::Converted, text);
            if range.max < 4096.0 {
                let text = format!(
                    "the largest 16-bit value is {}: the images are dark",
                    range.max
                );
                note(NoteKind::Warning, text);
            }
        }
        (Scale::Bytes, Kind::U8) => {}
        (Scale::Bytes, _) => {
            let text = format!("{kind} values from {range}: taken as they are, as 255 is white");
            note(NoteKind::Converted, text);
        }
    }
    if scale == Scale::Bytes && range.max <= 1.0 {
        let text = "no image has a value above 1 of 255: all are black to the eye";
        note(NoteKind::Warning, text.into());
    }
    if first.axes.channels == 4 {
        let text = format!("transparent pixels laid on {}", options.background);
        note(NoteKind::Converted, text);
    }
    if options.transpose {
        note(NoteKind::Converted, "height and width exchanged".into());
    }
    notes
}
