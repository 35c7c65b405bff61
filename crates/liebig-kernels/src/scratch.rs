//! Memory that a thread keeps between calls, so that hot kernels never touch fresh pages.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;

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
    /// Products of one image's pixels with every weight of a narrow convolution.
    Products,
}

thread_local! {
    static SCRATCH: RefCell<HashMap<(Purpose, TypeId), Box<dyn Any>>> = RefCell::default();
}

/// Lends `length` elements of this thread's memory for `purpose`; what they hold is unspecified.
pub(crate) fn with<T: Element, R>(
    purpose: Purpose,
    length: usize,
    body: impl FnOnce(&mut [T]) -> R,
) -> R {
    let key = (purpose, TypeId::of::<T>());
    let taken = SCRATCH.with_borrow_mut(|all| all.remove(&key));
    let mut memory: Box<AVec<T>> = taken
        .and_then(|any| any.downcast().ok())
        .unwrap_or_else(|| Box::new(AVec::new(64)));
    if memory.len() < length {
        memory.resize(length, T::default());
    }
    let result = body(&mut memory[..length]);
    SCRATCH.with_borrow_mut(|all| all.insert(key, memory));
    result
}
