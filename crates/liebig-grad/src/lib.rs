//! Gradients of any order over burn's tensors.
