//! Choice of the instruction set.

use std::sync::OnceLock;

/// The environment variable that selects a level.
const VARIABLE: &str = "LIEBIG_SIMD";

/// Instruction sets, widest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// 16 floats per vector.
    Avx512,
    /// 8 floats per vector, with fused multiply-add.
    Avx2,
    /// Plain arrays, which the compiler vectorises where it can.
    Portable,
}

/// The environment variable names a level that does not exist or that this processor does not support.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{VARIABLE} is `{asked}`, which is not a SIMD level of this processor\nhint: set it to one of {available}, or unset it to use the first of them"
)]
pub struct UnknownLevel {
    asked: String,
    available: String,
}

impl Level {
    /// The level in use: the one named by the environment variable `LIEBIG_SIMD` (`avx512`, `avx2` or
    /// `portable`) if the processor supports it, otherwise the widest one that the processor supports.
    /// The variable is read once.
    pub fn current() -> Level {
        static LEVEL: OnceLock<Level> = OnceLock::new();
        *LEVEL.get_or_init(|| Self::from_environment().unwrap_or_else(|_| Self::available()[0]))
    }

    /// The level named by the environment variable, or the widest one if the variable is not set.
    ///
    /// # Errors
    /// [`UnknownLevel`] if the variable is set to something other than one of
    /// [`available`](Self::available).
    pub fn from_environment() -> Result<Level, UnknownLevel> {
        match std::env::var_os(VARIABLE) {
            Some(asked) => Self::named(&asked.to_string_lossy()),
            None => Ok(Self::available()[0]),
        }
    }

    fn named(asked: &str) -> Result<Level, UnknownLevel> {
        let available = Self::available();
        let found = available.iter().find(|level| level.name() == asked);
        found.copied().ok_or_else(|| {
            let names: Vec<&str> = available.iter().map(|level| level.name()).collect();
            UnknownLevel {
                asked: asked.to_string(),
                available: names.join(", "),
            }
        })
    }

    /// Every level that this processor supports, widest first.
    pub fn available() -> Vec<Level> {
        let mut levels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            if is_x86_feature_detected!("avx512f") {
                levels.push(Level::Avx512);
            }
            levels.push(Level::Avx2);
        }
        levels.push(Level::Portable);
        levels
    }

    /// The name of the level, as used in `LIEBIG_SIMD`.
    pub fn name(self) -> &'static str {
        match self {
            Level::Avx512 => "avx512",
            Level::Avx2 => "avx2",
            Level::Portable => "portable",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Level;

    #[test]
    fn levels_are_found_by_name_and_others_refused() {
        for level in Level::available() {
            assert_eq!(Level::named(level.name()), Ok(level));
        }
        for bad in ["", "avx", "AVX2", "sse9"] {
            let message = Level::named(bad).map_err(|error| error.to_string());
            assert!(
                message.is_err_and(|text| text.contains("portable")),
                "{bad}"
            );
        }
    }
}
