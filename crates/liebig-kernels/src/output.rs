//! Memory for results: not zeroed before the kernel writes it, and shared between threads.

use std::cell::Cell;
use std::ops::Range;

use rayon::prelude::*;

use crate::simd::Element;

/// Pointer to the first of a run of elements that several threads may write, each its own part.
#[derive(Clone, Copy)]
pub(crate) struct Output<T>(*mut T);

// SAFETY: only unsafe code can write through the pointer, and that code must ensure that no two threads
// write the same element.
unsafe impl<T: Element> Send for Output<T> {}
// SAFETY: as above.
unsafe impl<T: Element> Sync for Output<T> {}

impl<T: Element> Output<T> {
    /// Points to a slice, which must outlive every use of the pointer.
    pub fn of(elements: &mut [T]) -> Self {
        Self(elements.as_mut_ptr())
    }

    /// The first element.
    pub fn as_mut_ptr(self) -> *mut T {
        self.0
    }
}

/// Allocates `length` elements without initialising them, and has `write` write all of them.
///
/// # Safety
/// `write` must write every element.
pub(crate) unsafe fn written<T: Element>(length: usize, write: impl FnOnce(Output<T>)) -> Vec<T> {
    let mut elements = Vec::with_capacity(length);
    write(Output(elements.as_mut_ptr()));
    // SAFETY: the capacity is at least `length`, and `write` has written every element.
    unsafe { elements.set_len(length) };
    elements
}

/// Smallest number of channels that a thread takes: whole panels for every instruction set.
const PART: usize = 64;

/// Below this many multiplications, another thread costs more time than it saves.
const WORTH_SHARING: usize = 1 << 20;

thread_local! {
    /// Whether the work on this thread is all there is, so that its operations may take other threads.
    static ALONE: Cell<bool> = const { Cell::new(false) };
}

/// Runs work whose operations may each be split over the available threads, because no other shard runs beside it: a batch
/// that batch normalisation needs whole. The results are the same bits.
pub fn split_operations<R>(work: impl FnOnce() -> R) -> R {
    struct Restore(bool);

    impl Drop for Restore {
        fn drop(&mut self) {
            ALONE.set(self.0);
        }
    }

    let _restore = Restore(ALONE.replace(true));
    work()
}

/// Calls `body` for all channels. For a single image with enough work, or in [`split_operations`], the channels are split
/// into parts that run on the available threads.
///
/// Other batches of several images run on the calling thread, because their shards already run in parallel.
/// A channel's result does not depend on how the channels are split.
pub(crate) fn for_channels(
    images: usize,
    channels: usize,
    multiplications: usize,
    body: impl Fn(Range<usize>) + Send + Sync,
) {
    let panels = channels / PART;
    let shared = images > 1 && !ALONE.get();
    if shared || panels < 2 || multiplications < WORTH_SHARING {
        return body(0..channels);
    }
    let parts = panels.min(rayon::current_num_threads());
    let bound = |part: usize| match part {
        _ if part == parts => channels,
        _ => part * panels / parts * PART,
    };
    (0..parts)
        .into_par_iter()
        .for_each(|part| body(bound(part)..bound(part + 1)));
}
