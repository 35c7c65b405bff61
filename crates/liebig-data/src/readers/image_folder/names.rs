//! What the name of a file or folder says about it.

/// Endings of image files that can be read, without the dot. The content decides which kind it is.
const IMAGES: &[&str] = &[
    "apng", "bmp", "dib", "gif", "jfif", "jif", "jpe", "jpeg", "jpg", "pam", "pbm", "pgm", "png",
    "pnm", "ppm", "tif", "tiff", "webp",
];

/// Endings of image files that cannot be read, except if their content is of another kind.
const OTHER_IMAGES: &[&str] = &[
    "arw", "avif", "avifs", "cr2", "cr3", "dng", "eps", "exr", "hdr", "heic", "heics", "heif",
    "hif", "ico", "j2k", "jp2", "jpf", "jpx", "jxl", "nef", "psd", "qoi", "raw", "svg", "tga",
    "xcf",
];

/// Files and folders that systems and tools leave behind, in lower case.
const SYSTEM: &[&str] = &[
    "thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "icon\r",
    "__macosx",
    "__pycache__",
    "@eadir",
    "$recycle.bin",
    "system volume information",
    "lost+found",
];

/// What a file's name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    Hidden,
    System,
    Image,
    /// An image of a kind that cannot be read.
    OtherImage,
    /// Nothing: it has no ending.
    Unsaid,
    /// Something else.
    Other,
}

impl Named {
    pub fn of(name: &str) -> Self {
        if is_hidden(name) {
            return Self::Hidden;
        }
        if is_system(name) {
            return Self::System;
        }
        let Some((_, ending)) = name.rsplit_once('.') else {
            return Self::Unsaid;
        };
        // `jpg_large` and `jpg~` too.
        let ending = ending.to_lowercase();
        let letters = ending
            .split(|letter: char| !letter.is_alphanumeric())
            .next();
        match letters.unwrap_or_default() {
            letters if IMAGES.contains(&letters) => Self::Image,
            letters if OTHER_IMAGES.contains(&letters) => Self::OtherImage,
            // A number, as in `frame.0001`, is no ending.
            letters if letters.bytes().all(|letter| letter.is_ascii_digit()) => Self::Unsaid,
            _ => Self::Other,
        }
    }
}

pub(super) fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

pub(super) fn is_system(name: &str) -> bool {
    SYSTEM.contains(&name.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        let cases = [
            ("a.jpg", Named::Image),
            ("IMG_1.JPEG", Named::Image),
            ("a.b.Tif", Named::Image),
            ("a.jpg_large", Named::Image),
            ("a.png~", Named::Image),
            ("a.HEIC", Named::OtherImage),
            ("frame.0001", Named::Unsaid),
            ("a", Named::Unsaid),
            ("a.txt", Named::Other),
            ("a.jpgx", Named::Other),
            ("._a.png", Named::Hidden),
            (".DS_Store", Named::Hidden),
            ("Thumbs.db", Named::System),
            ("__MACOSX", Named::System),
        ];
        for (name, expected) in cases {
            assert_eq!(Named::of(name), expected, "{name}");
        }
    }
}
