//! One image file in memory.

use crate::readers::decode::decode;
use crate::{Error, LoadOptions, SampleShape};

/// Decodes an image file (JPEG, PNG, GIF, WebP, BMP, TIFF or PNM, told by its content) as the files of an image folder are
/// decoded: turned upright as its EXIF orientation says, transparent pixels on [`background`](LoadOptions::background),
/// 16 bits rounded to 8, the first frame of an animation.
///
/// Of the options, `image_size`, `grayscale` and `background` count. Without `grayscale`, a file stored in grey gives one
/// channel and any other gives three. The pixels are `[C, H, W]`.
///
/// # Errors
/// [`Error::Image`] with the reason if the file cannot be read, is cut short, or has more than 178,956,970 pixels (PIL's
/// limit) or takes more than 768 MiB to decode.
///
/// ```
/// use liebig_data::{LoadOptions, decode_image};
///
/// let (shape, pixels) = decode_image(b"P5 2 1 255\n\x00\xff", &LoadOptions::default())?;
/// assert_eq!((shape.to_string().as_str(), pixels), ("1x1x2", vec![0, 255]));
/// # Ok::<(), liebig_data::Error>(())
/// ```
pub fn decode_image(bytes: &[u8], options: &LoadOptions) -> Result<(SampleShape, Vec<u8>), Error> {
    options.check()?;
    let decoded = decode(bytes, options.image_size, options.background);
    let picture = decoded.map_err(|reason| Error::Image {
        path: "image".into(),
        reason,
    })?;
    let picture = match options.grayscale {
        Some(true) => picture.picture.to_gray(),
        Some(false) => picture.picture.to_rgb(),
        None => picture.picture,
    };
    let shape = SampleShape::Image {
        channels: picture.channels,
        height: picture.height,
        width: picture.width,
    };
    Ok((shape, picture.pixels))
}
