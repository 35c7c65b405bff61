//! Memory that a thread keeps between calls, so that kernels do not pay for freshly mapped pages.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

use aligned_vec::AVec;

use crate::simd::Element;

/// What scratch memory is for. Each purpose has its own memory, so that several can be in use at once.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Purpose {
    /// Weights in the order in which the micro-kernel reads them.
    PackedWeights,
    /// One image with its border.
    PaddedImage,
    /// Output gradients with their channels padded to whole vectors.
    PaddedChannels,
    /// Products of one image's pixels with every weight of a narrow convolution, or products of
    /// transformed tiles (Winograd).
    Products,
    /// Transformed image tiles (Winograd).
    Values,
    /// Transformed filters (Winograd).
    Filters,
}

thread_local! {
    static SCRATCH: RefCell<HashMap<(Purpose, TypeId), Box<dyn Any>>> = RefCell::default();
}

/// Memory lent by [`take`]; returned to its thread when dropped.
pub(crate) struct Lent<T: Element> {
    purpose: Purpose,
    length: usize,
    memory: Option<Box<AVec<T>>>,
}

/// Lends `length` elements of this thread's memory for `purpose`; their contents are unspecified.
///
/// This returns a guard instead of calling a closure, because the body of a closure would be compiled
/// without the kernel's instruction set.
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
