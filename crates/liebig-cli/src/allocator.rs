//! The allocator's settings.

/// Lets the C library keep the memory that is freed.
///
/// Activations of some megabytes come and go a thousand times a second. By default glibc gives such
/// memory back to the system, which clears every page when it is asked for again: 5 to 9 % of the time
/// (`bench/README.md` has the measurement, beside other allocators).
pub fn keep_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: called before any other thread starts; values out of range would be ignored.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 32 << 20);
        libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX);
        libc::mallopt(libc::M_TOP_PAD, 64 << 20);
    }
}
