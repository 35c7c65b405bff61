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

    /// The same run from this element on.
    ///
    /// # Safety
    /// The element must exist.
    pub unsafe fn from(self, element: usize) -> Self {
        // SAFETY: guaranteed by the caller.
        Self(unsafe { self.0.add(element) })
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

/// Images that a thread takes at a time in [`split_operations`]: as many as the largest usual shard has.
const IMAGES: usize = 16;

/// Most parts of a batch whose sums are kept to be added.
const MOST_SUMS: usize = 8;

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
/// A channel's result does not depend on how the channels are split. A thread takes `part` channels or more.
pub(crate) fn for_channels(
    part: usize,
    images: usize,
    channels: usize,
    multiplications: usize,
    body: impl Fn(Range<usize>) + Send + Sync,
) {
    let panels = channels / part;
    let shared = images > 1 && !ALONE.get();
    if shared || panels < 2 || multiplications < WORTH_SHARING {
        return body(0..channels);
    }
    let parts = panels.min(rayon::current_num_threads());
    let bound = |index: usize| match index {
        _ if index == parts => channels,
        _ => index * panels / parts * part,
    };
    (0..parts)
        .into_par_iter()
        .for_each(|index| body(bound(index)..bound(index + 1)));
}

/// Calls `body` for all images, in [`split_operations`] for sixteen at a time, on the available threads. Returns whether it
/// did: not for other batches.
pub(crate) fn for_images(images: usize, body: impl Fn(Range<usize>) + Send + Sync) -> bool {
    let parts = image_parts(images, IMAGES);
    let split = !parts.is_empty();
    parts.into_par_iter().for_each(body);
    split
}

/// What `body` returns for parts of the images, in [`split_operations`] for up to eight parts; nothing for other batches.
pub(crate) fn of_image_parts<R: Send>(
    images: usize,
    body: impl Fn(Range<usize>) -> R + Send + Sync,
) -> Vec<R> {
    let size = images.div_ceil(MOST_SUMS).max(IMAGES);
    let parts = image_parts(images, size);
    parts.into_par_iter().map(body).collect()
}

/// Parts of `size` images, if these are all there are and are more.
fn image_parts(images: usize, size: usize) -> Vec<Range<usize>> {
    if !ALONE.get() || images <= size {
        return Vec::new();
    }
    (0..images)
        .step_by(size)
        .map(|start| start..(start + size).min(images))
        .collect()
}
