//! Which instruction set is used.

use std::sync::OnceLock;

/// The environment variable that chooses a level.
const VARIABLE: &str = "LIEBIG_SIMD";

/// Instruction sets, widest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// 16 floats a vector.
    Avx512,
    /// 8 floats a vector, fused multiply-add.
    Avx2,
    /// Plain arrays that the compiler vectorises as it can.
    Portable,
}

/// The environment asks for a level that does not exist, or that this processor does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{VARIABLE} is `{asked}`\nhint: this processor has {available}; without the variable the first is used"
)]
pub struct UnknownLevel {
    asked: String,
    available: String,
}

impl Level {
    /// The level in use: the widest the processor has, or the one that the environment variable
    /// `LIEBIG_SIMD` (`avx512`, `avx2`, `portable`) names, if the processor has that. Read once.
    pub fn current() -> Level {
        static LEVEL: OnceLock<Level> = OnceLock::new();
        *LEVEL.get_or_init(|| Self::from_environment().unwrap_or_else(|_| Self::available()[0]))
    }

    /// The level that the environment asks for, or else the widest.
    ///
    /// # Errors
    /// [`UnknownLevel`] if the variable names none of [`available`](Self::available).
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

    /// Every level this processor has, widest first.
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

    /// Its name, as `LIEBIG_SIMD` takes it.
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
