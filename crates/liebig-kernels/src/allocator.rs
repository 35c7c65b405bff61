//! The allocator's settings.

use std::sync::Once;

/// Tells the C library to keep the memory that is freed, once per process.
///
/// Activations of some megabytes come and go a thousand times a second. By default glibc gives such
/// memory back to the system, which clears every page when it is asked for again: 5 to 9 % of the time
/// (`bench/README.md` has the measurement, beside other allocators).
///
/// `liebig_grad::cpu` calls this, so every program that makes a tensor on the CPU has the setting. It is
/// one of the whole process: what was once used is reused by everything in it, but returned to the
/// system only at its end. Where the environment already configures the allocator
/// (`MALLOC_MMAP_THRESHOLD_`, `MALLOC_TRIM_THRESHOLD_`, `MALLOC_TOP_PAD_`, or `GLIBC_TUNABLES` with a
/// `glibc.malloc` entry), nothing is changed: `MALLOC_TRIM_THRESHOLD_=131072` keeps glibc's default.
///
/// It does nothing on systems without glibc, and with another global allocator it has no effect on
/// that.
pub fn keep_memory() {
    static ONCE: Once = Once::new();
    ONCE.call_once(set);
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn set() {}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn set() {
    let variables = [
        "MALLOC_MMAP_THRESHOLD_",
        "MALLOC_TRIM_THRESHOLD_",
        "MALLOC_TOP_PAD_",
    ];
    let tunables = std::env::var("GLIBC_TUNABLES");
    let configured = variables
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    if configured || tunables.is_ok_and(|all| all.contains("glibc.malloc")) {
        return;
    }
    // SAFETY: glibc's `mallopt` takes the allocator's lock, so other threads may be using it, and
    // ignores values out of range.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 32 << 20);
        libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX);
        libc::mallopt(libc::M_TOP_PAD, 64 << 20);
    }
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::keep_memory;

    /// Bytes of memory that the process has.
    fn resident() -> usize {
        let statistics = std::fs::read_to_string("/proc/self/statm").unwrap();
        let pages = statistics.split(' ').nth(1).unwrap();
        pages.parse::<usize>().unwrap() * 4096
    }

    #[test]
    fn freed_memory_is_kept() {
        keep_memory();
        let bytes = 24 << 20;
        let before = resident();
        drop(std::hint::black_box(vec![1u8; bytes]));
        assert!(resident() > before + bytes / 2);
    }
}
