//! The machine that a run used.

use serde::{Deserialize, Serialize};

/// The properties of a machine that affect durations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Operating system.
    pub os: String,
    /// Processor family.
    pub arch: String,
    /// The processor's name, if the system reports it.
    pub cpu: Option<String>,
    /// Number of threads that can run at once.
    pub cores: usize,
}

impl Machine {
    /// This machine.
    #[must_use]
    pub fn this() -> Self {
        Self {
            os: std::env::consts::OS.into(),
            arch: std::env::consts::ARCH.into(),
            cpu: proc_field("/proc/cpuinfo", "model name"),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// Peak memory of this process, in bytes; known on Linux only.
#[must_use]
pub fn peak_rss_bytes() -> Option<u64> {
    let field = proc_field("/proc/self/status", "VmHWM")?;
    let kibibytes: u64 = field.strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// The value of a `name: value` line.
fn proc_field(path: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_string())
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn memory_that_was_held_is_counted() {
        let held = vec![1_u8; 64 << 20];
        assert!(held.iter().all(|&byte| byte == 1));
        assert!(peak_rss_bytes().unwrap() > 64 << 20);
    }
}
