//! SIMD vectors of the widest kind that the processor supports, chosen at run time.
//!
//! A kernel implements [`Kernel`], whose `run` is generic over [`Simd`]. [`Element::launch`] compiles it
//! once per instruction set and runs the one for the given level. `run` and everything it calls must be
//! `#[inline(always)]`; otherwise the intrinsics are not inlined into the function that enables their
//! instruction set.

mod level;
mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use level::{Level, UnknownLevel};
pub use portable::Portable;

/// An array of `V` vectors, each computed from its index. This is a macro and not `array::from_fn`,
/// because a closure that is not inlined would be compiled without the kernel's instruction set.
macro_rules! each {
    ($T:ty, $S:ty, $V:expr, |$v:ident| $value:expr) => {{
        #[allow(unused_unsafe)]
        // SAFETY: this macro is only used where the instruction set is enabled.
        let mut vectors = [unsafe { <$S>::splat(<$T>::default()) }; $V];
        for $v in 0..$V {
            vectors[$v] = $value;
        }
        vectors
    }};
}
pub(crate) use each;

/// The element types that the kernels support.
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
    /// The nearest value of this type.
    fn of(value: f64) -> Self;
    /// Square root.
    fn root(self) -> Self;
    /// Runs `kernel` with the vectors of `level` for this type.
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
        // SAFETY: levels come from `Level::available`, which checks what the processor supports.
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
        // SAFETY: portable vectors need no instruction set. Double precision is only used for gradient
        // checks, so it has no hand-tuned path.
        unsafe { kernel.run::<Portable<f64, 4>>() }
    }
}

/// A computation written once for every vector width.
pub trait Kernel<T: Element> {
    /// Runs the computation.
    ///
    /// # Safety
    /// The processor must support the instruction set of `S`, and the kernel's pointers must be valid
    /// for the sizes it states.
    unsafe fn run<S: Simd<T>>(self);
}

/// A vector of `LANES` elements and the operations that the kernels need.
///
/// # Safety
/// Implementations may use instructions that not every processor supports. A method may only be called
/// where its instruction set is enabled.
pub unsafe trait Simd<T: Element>: Copy {
    /// The register type.
    type Vector: Copy;
    /// Number of elements in a vector.
    const LANES: usize;
    /// Number of vectors side by side in a micro-kernel's tile: as many as fit in the registers.
    const TILE_VECTORS: usize;
    /// A vector with `value` in all lanes.
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
    /// Writes the transpose of a square of `LANES * LANES` elements; its rows are `from_row` elements
    /// apart in the source and `to_row` in the target.
    #[inline(always)]
    unsafe fn transpose(from: *const T, from_row: usize, to: *mut T, to_row: usize) {
        for i in 0..Self::LANES {
            for j in 0..Self::LANES {
                // SAFETY: the caller guarantees that both squares exist.
                unsafe { *to.add(i * to_row + j) = *from.add(j * from_row + i) };
            }
        }
    }
}

/// Reads `V` neighbouring vectors.
///
/// # Safety
/// `from` must point to `V * LANES` elements, and the instruction set of `S` must be enabled.
#[inline(always)]
pub unsafe fn load<T: Element, S: Simd<T>, const V: usize>(from: *const T) -> [S::Vector; V] {
    // SAFETY: the caller guarantees that the elements exist.
    each!(T, S, V, |v| unsafe { S::load(from.add(v * S::LANES)) })
}

/// Writes `V` neighbouring vectors.
///
/// # Safety
/// `to` must point to `V * LANES` elements, and the instruction set of `S` must be enabled.
#[inline(always)]
pub unsafe fn store<T: Element, S: Simd<T>, const V: usize>(to: *mut T, values: [S::Vector; V]) {
    for (v, value) in values.into_iter().enumerate() {
        // SAFETY: the caller guarantees that the elements exist.
        unsafe { S::store(to.add(v * S::LANES), value) };
    }
}

/// Adds `V` neighbouring vectors to the elements at `to`.
///
/// # Safety
/// `to` must point to `V * LANES` elements, and the instruction set of `S` must be enabled.
#[inline(always)]
pub unsafe fn add_to<T: Element, S: Simd<T>, const V: usize>(to: *mut T, values: [S::Vector; V]) {
    // SAFETY: the caller guarantees that the elements exist.
    unsafe {
        let before = load::<T, S, V>(to);
        store::<T, S, V>(to, each!(T, S, V, |v| S::add(before[v], values[v])));
    }
}
