//! What the markers of a JPEG file say: the frame's header, and whether the file is complete.

/// A JPEG file's frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Bits of a sample.
    pub bits: u8,
    /// 1 (grey), 3 (RGB or YCbCr) or 4 (CMYK or YCCK).
    pub components: u8,
    pub progressive: bool,
    /// Whether there is EXIF metadata before the frame's data.
    pub has_exif: bool,
}

const START_OF_SCAN: u8 = 0xda;
const END_OF_IMAGE: u8 = 0xd9;

/// The header of the frame, or the reason why the file cannot be read.
pub(super) fn frame(bytes: &[u8]) -> Result<Frame, String> {
    let mut has_exif = false;
    let mut frame = None;
    for (marker, segment) in (Segments { bytes, at: 2 }) {
        match (marker, segment) {
            (0xe1, _) => has_exif |= segment.starts_with(b"Exif\0"),
            // The start of a frame: every number of this row that is not a table or an extension.
            (0xc0..=0xcf, &[bits, _, _, _, _, components, ..])
                if ![0xc4, 0xc8, 0xcc].contains(&marker) =>
            {
                if !matches!(components, 1 | 3 | 4) {
                    return Err(format!(
                        "a JPEG of {components} components, expected 1, 3 or 4"
                    ));
                }
                let progressive = marker == 0xc2;
                frame = Some((bits, components, progressive));
            }
            (START_OF_SCAN | END_OF_IMAGE, _) => break,
            _ => {}
        }
    }
    let (bits, components, progressive) =
        frame.ok_or("its JPEG header is damaged or cut short, or it has no image")?;
    Ok(Frame {
        bits,
        components,
        progressive,
        has_exif,
    })
}

/// Whether the file ends before its end marker. The decoder fills what such a file lacks with grey, so the marker is looked
/// for here.
pub(super) fn is_cut_short(bytes: &[u8]) -> bool {
    // What follows a thumbnail within the header, where a file may be cut as well, the decoder misses.
    if bytes.ends_with(&[0xff, END_OF_IMAGE]) {
        return false;
    }
    let mut segments = Segments { bytes, at: 2 };
    loop {
        match segments.next() {
            None => return true,
            Some((END_OF_IMAGE, _)) => return false,
            Some((START_OF_SCAN, _)) => segments.skip_scan(),
            Some(_) => {}
        }
    }
}

/// The segments of a JPEG file: the marker and the bytes that belong to it.
struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Segments<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        // Bytes between segments are wrong, but decoders pass over them.
        while *self.bytes.get(self.at)? != 0xff || matches!(*self.bytes.get(self.at + 1)?, 0 | 0xff)
        {
            self.at += 1;
        }
        let marker = *self.bytes.get(self.at + 1)?;
        self.at += 2;
        if matches!(marker, 0x01 | 0xd0..=0xd9) {
            return Some((marker, &[]));
        }
        let length = self.bytes.get(self.at..self.at + 2)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]])).max(2);
        let segment = self.bytes.get(self.at + 2..self.at + length)?;
        self.at += length;
        Some((marker, segment))
    }
}

impl Segments<'_> {
    /// Goes to the first marker after the compressed data, in which 0xff is followed by 0 or by a restart marker.
    fn skip_scan(&mut self) {
        while let Some(step) = self.bytes[self.at..].iter().position(|&byte| byte == 0xff) {
            self.at += step;
            match self.bytes.get(self.at + 1) {
                Some(0 | 0xd0..=0xd7) => self.at += 2,
                Some(0xff) => self.at += 1,
                _ => return,
            }
        }
        self.at = self.bytes.len();
    }
}
