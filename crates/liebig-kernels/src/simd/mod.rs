//! Vectors of the widest kind the processor has, chosen at run time.
//!
//! A kernel is a [`Kernel`] whose `run` is generic over [`Simd`]; [`launch`] compiles it once per
//! instruction set and picks one. `run` and everything it calls must be `#[inline(always)]`, or the
//! intrinsics are not inlined into the function that enables their instruction set.

mod level;
mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use level::{Level, UnknownLevel};
pub use portable::Portable;

/// An array of `V` vectors, each from its index. A macro and not `array::from_fn`, because a closure
/// that is not inlined would be compiled without the kernel's instruction set.
macro_rules! each {
    ($T:ty, $S:ty, $V:expr, |$v:ident| $value:expr) => {{
        #[allow(unused_unsafe)]
        // SAFETY: any vector may be made where vectors are in use.
        let mut vectors = [unsafe { <$S>::splat(<$T>::default()) }; $V];
        for $v in 0..$V {
            vectors[$v] = $value;
        }
        vectors
    }};
}
pub(crate) use each;

/// The element types the kernels are written for.
pub trait Element:
    Copy
    + Default
    + PartialOrd
    + Send
    + Sync
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Mul<Output = Self>
    + std::ops::Div<Output = Self>
    + std::ops::AddAssign
    + 'static
{
    /// Nearest value of this type.
    fn of(value: f64) -> Self;
    /// Square root.
    fn root(self) -> Self;
    /// Runs `kernel` with the widest vectors of this type.
    fn launch<K: Kernel<Self>>(kernel: K, level: Level);
}

impl Element for f32 {
    #[inline(always)]
    fn of(value: f64) -> Self {
        value as f32
    }
    #[inline(always)]
    fn root(self) -> Self {
        self.sqrt()
    }
    fn launch<K: Kernel<Self>>(kernel: K, level: Level) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: levels in use come from `Level::available`, which asks the processor.
        unsafe {
            match level {
                Level::Avx512 => return x86::launch_avx512(kernel),
                Level::Avx2 => return x86::launch_avx2(kernel),
                Level::Portable => {}
            }
        }
        let _ = level;
        // SAFETY: portable vectors need no instruction set.
        unsafe { kernel.run::<Portable<f32, 8>>() }
    }
}

impl Element for f64 {
    #[inline(always)]
    fn of(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn root(self) -> Self {
        self.sqrt()
    }
    fn launch<K: Kernel<Self>>(kernel: K, _level: Level) {
        // SAFETY: portable vectors need no instruction set. Double precision serves the gradient
        // checks only, so it has no hand-tuned path.
        unsafe { kernel.run::<Portable<f64, 4>>() }
    }
}

/// A computation written once for every vector width.
pub trait Kernel<T: Element> {
    /// Runs it.
    ///
    /// # Safety
    /// The processor must have the instruction set of `S`, and the pointers the kernel holds must be
    /// valid for the extents it states.
    unsafe fn run<S: Simd<T>>(self);
}

/// A vector of `LANES` elements and what the kernels do with it.
///
/// # Safety
/// Implementations may use instructions that callers must have checked for; every method may only be
/// called where they are enabled.
pub unsafe trait Simd<T: Element>: Copy {
    /// The register type.
    type Vector: Copy;
    /// Elements in one.
    const LANES: usize;
    /// Vectors side by side in a micro-kernel's tile: as many as the register file holds.
    const TILE_VECTORS: usize;
    /// All lanes `value`.
    unsafe fn splat(value: T) -> Self::Vector;
    /// Reads `LANES` elements from `from`, aligned or not.
    unsafe fn load(from: *const T) -> Self::Vector;
    /// Writes `LANES` elements to `to`, aligned or not.
    unsafe fn store(to: *mut T, value: Self::Vector);
    /// `a + b`
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a - b`
    unsafe fn sub(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a * b`
    unsafe fn mul(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a * b + c`
    unsafe fn fma(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// `value` where `sign > 0`, zero elsewhere.
    unsafe fn where_positive(sign: Self::Vector, value: Self::Vector) -> Self::Vector;
    /// Writes the transpose of a square of `LANES * LANES` elements; rows are `from_row` and `to_row`
    /// elements apart.
    #[inline(always)]
    unsafe fn transpose(from: *const T, from_row: usize, to: *mut T, to_row: usize) {
        for i in 0..Self::LANES {
            for j in 0..Self::LANES {
                // SAFETY: the caller vouches for both squares.
                unsafe { *to.add(i * to_row + j) = *from.add(j * from_row + i) };
            }
        }
    }
}

/// Reads `V` neighbouring vectors.
///
/// # Safety
/// `from` must point at `V * LANES` elements.
#[inline(always)]
pub unsafe fn load<T: Element, S: Simd<T>, const V: usize>(from: *const T) -> [S::Vector; V] {
    // SAFETY: the caller vouches for the elements.
    each!(T, S, V, |v| unsafe { S::load(from.add(v * S::LANES)) })
}

/// Writes `V` neighbouring vectors.
///
/// # Safety
/// `to` must point at `V * LANES` elements.
#[inline(always)]
pub unsafe fn store<T: Element, S: Simd<T>, const V: usize>(to: *mut T, values: [S::Vector; V]) {
    for (v, value) in values.into_iter().enumerate() {
        // SAFETY: the caller vouches for the elements.
        unsafe { S::store(to.add(v * S::LANES), value) };
    }
}

/// Adds `V` neighbouring vectors to what is there.
///
/// # Safety
/// `to` must point at `V * LANES` elements.
#[inline(always)]
pub unsafe fn add_to<T: Element, S: Simd<T>, const V: usize>(to: *mut T, values: [S::Vector; V]) {
    // SAFETY: the caller vouches for the elements.
    unsafe {
        let before = load::<T, S, V>(to);
        store::<T, S, V>(to, each!(T, S, V, |v| S::add(before[v], values[v])));
    }
}
