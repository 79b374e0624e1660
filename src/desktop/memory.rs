//! Memory, which many threads share.

/// Has all threads take their memory from four pools. Left alone, glibc makes up to eight for each
/// processor, and what a job of thousands has freed in one is of no use to the others: after some
/// checks of a fleet the dashboard would hold three times what it needs (mallopt(3), `M_ARENA_MAX`).
/// With fewer the two threads that read a fleet wait for each other.
pub fn share() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it sets a number of the allocator's.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 4);
    }
}
