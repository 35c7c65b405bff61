//! The few fused operations that Liebig's speed rests on.
