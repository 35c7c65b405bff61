//! How much memory there is, and a limit on how much loading may take.

use std::path::Path;

use crate::{Error, LoadOptions};

/// The machine's available memory in bytes: what the system could give to programs without swapping.
///
/// On Linux this is `MemAvailable` of `/proc/meminfo`; elsewhere it is unknown and `None`. Limits of a container are not
/// taken into account.
#[must_use]
pub fn available_memory() -> Option<u64> {
    parse_meminfo(&fs_err::read_to_string("/proc/meminfo").ok()?)
}

fn parse_meminfo(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// What loading may still allocate; `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MemoryLimit {
    limit: Option<u64>,
    /// Bytes of the limit that are taken already.
    taken: u64,
}

impl MemoryLimit {
    /// No limit, for data that is in memory already.
    pub const NONE: Self = Self {
        limit: None,
        taken: 0,
    };

    /// The limit that the options set, otherwise the memory available now.
    pub fn of(options: &LoadOptions) -> Self {
        Self {
            limit: options.memory_limit.or_else(available_memory),
            taken: 0,
        }
    }

    /// The same limit with `bytes` more of it taken.
    #[must_use]
    pub fn less(self, bytes: u64) -> Self {
        Self {
            taken: self.taken.saturating_add(bytes),
            ..self
        }
    }

    /// What is left of the limit, in bytes.
    pub fn left(self) -> u64 {
        self.limit
            .map_or(u64::MAX, |limit| limit.saturating_sub(self.taken))
    }

    /// Refuses `needed` further bytes for `what` if they are over the limit. `hint` says how less would be needed.
    pub fn check(
        self,
        place: &Path,
        needed: u64,
        what: impl FnOnce() -> String,
        hint: &'static str,
    ) -> Result<(), Error> {
        match self.limit {
            Some(limit) if self.taken.saturating_add(needed) > limit => Err(Error::TooLarge {
                place: place.display().to_string(),
                what: what(),
                needed: self.taken.saturating_add(needed),
                limit,
                hint,
            }),
            _ => Ok(()),
        }
    }
}

/// For what cannot be made smaller by a setting.
pub(crate) const HINT_SMALLER: &str = "use a smaller dataset, or allow more memory";
/// For archives that cannot be read where they are.
pub(crate) const HINT_UNPACK: &str =
    "unpack it (`tar -xf`) and give the folder, or allow more memory";
/// For images that are resized.
pub(crate) const HINT_RESIZE: &str =
    "ask for smaller images with `data.image_size`, or allow more memory";

/// A number of bytes for people: `512 bytes`, `4.0 GiB`.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if count < 1024 {
        return format!("{count} bytes");
    }
    let mut value = count as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::files::Place;

    #[test]
    fn available_memory_is_read_from_meminfo() {
        let text =
            "MemTotal:       16316412 kB\nMemFree:         1204 kB\nMemAvailable:    2048 kB\n";
        assert_eq!(parse_meminfo(text), Some(2 << 20));
        for wrong in [
            "",
            "MemAvailable: x kB",
            "MemAvailable: 5",
            "MemAvailable: -5 kB",
        ] {
            assert_eq!(parse_meminfo(wrong), None, "{wrong}");
        }
        assert_eq!(
            parse_meminfo(&format!("MemAvailable: {} kB", u64::MAX)),
            None
        );
        if cfg!(target_os = "linux") {
            assert!(available_memory().unwrap() > 1 << 20);
        }
    }

    #[test]
    fn what_is_taken_counts() {
        let limit = MemoryLimit::of(&LoadOptions {
            memory_limit: Some(100),
            ..LoadOptions::default()
        });
        let check = |limit: MemoryLimit, needed| {
            limit.check(
                Path::new("set"),
                needed,
                || "3 images of 1x2x2".into(),
                HINT_RESIZE,
            )
        };
        assert!(check(limit, 100).is_ok() && check(limit, 101).is_err());
        assert_eq!(
            (limit.left(), limit.less(40).left(), limit.less(140).left()),
            (100, 60, 0)
        );
        assert!(check(limit.less(40), 60).is_ok());
        let error = check(limit.less(40), 5000).unwrap_err();
        assert!(matches!(
            error,
            Error::TooLarge {
                needed: 5040,
                limit: 100,
                ..
            }
        ));
        assert_eq!(
            error.to_string(),
            "set: 3 images of 1x2x2: loading needs 4.9 KiB of memory, the limit is 100 bytes\nhint: ask for smaller images with `data.image_size`, or allow more memory"
        );
        assert!(check(MemoryLimit::NONE, u64::MAX).is_ok());
        assert!(check(limit.less(u64::MAX), u64::MAX).is_err());
    }

    #[test]
    fn a_file_over_the_limit_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs_err::write(&path, [7; 10]).unwrap();
        let limit = |bytes| MemoryLimit {
            limit: Some(bytes),
            taken: 0,
        };
        assert_eq!(Place::on_disk(&path).read(limit(10)).unwrap(), [7; 10]);
        assert!(matches!(
            Place::on_disk(&path).read(limit(9)),
            Err(Error::TooLarge {
                needed: 10,
                limit: 9,
                ..
            })
        ));
    }

    #[test]
    fn bytes_are_written_for_people() {
        let cases = [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1024, "1.0 KiB"),
            (1 << 20, "1.0 MiB"),
        ];
        for (count, text) in cases {
            assert_eq!(bytes(count), text);
        }
        assert_eq!(bytes((1 << 20) - 1), "1.0 MiB");
        assert_eq!(bytes(70_000 * 4096 * 4096), "1.1 TiB");
        assert_eq!(bytes(u64::MAX), "16384.0 PiB");
    }
}
