//! Memory that a thread keeps between calls, so that hot kernels never touch fresh pages.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

use aligned_vec::AVec;

use crate::simd::Element;

/// What a piece of scratch memory is for; each purpose has its own, so that two may be held at once.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Purpose {
    /// Weights in the order the micro-kernel reads them.
    PackedWeights,
    /// One image with its border.
    PaddedImage,
    /// Output gradients with their channels filled up to whole vectors.
    PaddedChannels,
    /// Products of one image's pixels with every weight of a narrow convolution, or of tiles' values.
    Products,
    /// Values of an image's tiles (Winograd).
    Values,
    /// Values of filters (Winograd).
    Filters,
}

thread_local! {
    static SCRATCH: RefCell<HashMap<(Purpose, TypeId), Box<dyn Any>>> = RefCell::default();
}

/// Memory lent by [`take`]; goes back to its thread when dropped.
pub(crate) struct Lent<T: Element> {
    purpose: Purpose,
    length: usize,
    memory: Option<Box<AVec<T>>>,
}

/// Lends `length` elements of this thread's memory for `purpose`; what they hold is unspecified.
///
/// A guard and not a closure: a closure's body would be compiled without the kernel's instruction set.
pub(crate) fn take<T: Element>(purpose: Purpose, length: usize) -> Lent<T> {
    let key = (purpose, TypeId::of::<T>());
    let kept = SCRATCH.with_borrow_mut(|all| all.remove(&key));
    let mut memory: Box<AVec<T>> = kept
        .and_then(|any| any.downcast().ok())
        .unwrap_or_else(|| Box::new(AVec::new(64)));
    if memory.len() < length {
        memory.resize(length, T::default());
    }
    Lent {
        purpose,
        length,
        memory: Some(memory),
    }
}

impl<T: Element> Deref for Lent<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        self.memory
            .as_ref()
            .map_or(&[], |memory| &memory[..self.length])
    }
}

impl<T: Element> DerefMut for Lent<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        self.memory
            .as_mut()
            .map_or(&mut [], |memory| &mut memory[..self.length])
    }
}

impl<T: Element> Drop for Lent<T> {
    fn drop(&mut self) {
        if let Some(memory) = self.memory.take() {
            let key = (self.purpose, TypeId::of::<T>());
            SCRATCH.with_borrow_mut(|all| all.insert(key, memory));
        }
    }
}
