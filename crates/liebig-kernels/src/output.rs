//! Results that kernels write: memory that is not filled twice, and that threads share.

use std::ops::Range;

use rayon::prelude::*;

use crate::simd::Element;

/// The first of elements that several threads may write, each its own.
#[derive(Clone, Copy)]
pub(crate) struct Output<T>(*mut T);

// SAFETY: a pointer that may be written through in unsafe code alone, whose authors see to it that no
// two threads write the same element.
unsafe impl<T: Element> Send for Output<T> {}
// SAFETY: as above.
unsafe impl<T: Element> Sync for Output<T> {}

impl<T: Element> Output<T> {
    /// Of a slice, which must outlive its use.
    pub fn of(elements: &mut [T]) -> Self {
        Self(elements.as_mut_ptr())
    }

    /// The first element.
    pub fn as_mut_ptr(self) -> *mut T {
        self.0
    }
}

/// `length` elements that `write` writes, each of them: they are not filled before.
///
/// # Safety
/// `write` must write every element.
pub(crate) unsafe fn written<T: Element>(length: usize, write: impl FnOnce(Output<T>)) -> Vec<T> {
    let mut elements = Vec::with_capacity(length);
    write(Output(elements.as_mut_ptr()));
    // SAFETY: there is room for them, and the caller has written them.
    unsafe { elements.set_len(length) };
    elements
}

/// Channels that a thread takes at the least: whole panels of every instruction set.
const PART: usize = 64;

/// Below this many multiplications another thread costs more than it brings.
const WORTH_SHARING: usize = 1 << 20;

/// Calls `body` for all channels; with a single image in parts, on as many threads as there are and
/// the work is worth.
///
/// Larger batches keep the threads busy in another way: their shards run in parallel. What a channel's
/// result is does not depend on its part.
pub(crate) fn for_channels(
    images: usize,
    channels: usize,
    multiplications: usize,
    body: impl Fn(Range<usize>) + Send + Sync,
) {
    let panels = channels / PART;
    if images > 1 || panels < 2 || multiplications < WORTH_SHARING {
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
