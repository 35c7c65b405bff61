//! Damages files at random, for tests that a reader reads or refuses whatever it is given.
//!
//! [`survives`] is the test: it hands damaged copies of a few good files to a reader. Which copies depends on the name
//! alone, so a failure can be repeated.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::stream;

/// The environment variable that says how many damaged files each reader is given.
const VARIABLE: &str = "LIEBIG_MUTATIONS";
const USUAL: u64 = 2000;
/// The most bytes of memory that a whole test run may have used at any time, if many damaged files are asked for.
const MAX_MEMORY: u64 = 1 << 30;

/// Numbers that headers go wrong with.
const NUMBERS: &[u64] = &[
    0,
    1,
    2,
    3,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0xffff,
    0x0001_0000,
    0x7fff_ffff,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    u64::MAX,
];

/// Gives `read` damaged copies of `good` (at least one file): 2,000, or as many as the environment variable
/// `LIEBIG_MUTATIONS` says. `read` may do with one what it wants but panic.
///
/// # Panics
/// If `read` panics, with the number of the copy; [`damaged`] makes that copy again.
pub(crate) fn survives(name: &str, good: &[Vec<u8>], read: impl Fn(&[u8]) + Sync) {
    let asked = std::env::var(VARIABLE)
        .ok()
        .and_then(|count| count.parse().ok());
    let failed = (0..asked.unwrap_or(USUAL))
        .into_par_iter()
        .find_first(|&index| {
            let bytes = damaged(name, index, good);
            catch_unwind(AssertUnwindSafe(|| read(&bytes))).is_err()
        });
    assert_eq!(failed, None, "{name}: the reader panicked at this copy");
    if let Some(most) = most_memory().filter(|_| asked.is_some()) {
        assert!(most < MAX_MEMORY, "{name}: {most} bytes of memory");
    }
}

/// Copy `index` of those that [`survives`] makes.
pub(crate) fn damaged(name: &str, index: u64, good: &[Vec<u8>]) -> Vec<u8> {
    let mut rng = stream(index, name, 0);
    let mut bytes = good[rng.random_range(0..good.len())].clone();
    for _ in 0..rng.random_range(1..5) {
        damage(&mut bytes, good, &mut rng);
    }
    bytes
}

/// One change of some bytes.
fn damage(bytes: &mut Vec<u8>, good: &[Vec<u8>], rng: &mut ChaCha8Rng) {
    if bytes.is_empty() {
        bytes.push(rng.random());
        return;
    }
    let at = place(bytes.len(), rng);
    let end = (at + rng.random_range(1..65)).min(bytes.len());
    match rng.random_range(0..12) {
        0 => bytes[at] ^= 1 << rng.random_range(0..8),
        1 => bytes[at] = rng.random(),
        2 | 3 => put_number(bytes, at, rng),
        4 => put_digit(bytes, at, rng),
        5 => bytes.truncate(at),
        6 => drop(bytes.drain(at..end)),
        7 => bytes[at..end].fill(if rng.random() { 0 } else { 0xff }),
        8 => {
            let copy = bytes[at..end].to_vec();
            let to = rng.random_range(0..=bytes.len());
            bytes.splice(to..to, copy);
        }
        9 => {
            let noise: Vec<u8> = (at..end).map(|_| rng.random()).collect();
            bytes.splice(at..at, noise);
        }
        10 => {
            let to = rng.random_range(0..bytes.len());
            bytes.swap(at, to);
        }
        _ => {
            let other = &good[rng.random_range(0..good.len())];
            let from = rng.random_range(0..=other.len());
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
    }
}

/// A place in a file of `len` bytes. Half of them are near the start or the end, where headers and directories are.
fn place(len: usize, rng: &mut ChaCha8Rng) -> usize {
    let near = len.min(128);
    match rng.random_range(0..4) {
        0 => rng.random_range(0..near),
        1 => len - 1 - rng.random_range(0..near),
        _ => rng.random_range(0..len),
    }
}

/// Overwrites 2, 4 or 8 bytes by a number, in either byte order.
fn put_number(bytes: &mut [u8], at: usize, rng: &mut ChaCha8Rng) {
    let numbers = [NUMBERS, &[bytes.len() as u64]].concat();
    let number = numbers[rng.random_range(0..numbers.len())];
    let len = [2, 4, 8][rng.random_range(0..3)];
    let mut written = number.to_le_bytes()[..len].to_vec();
    if rng.random() {
        written.reverse();
    }
    for (byte, new) in bytes[at..].iter_mut().zip(written) {
        *byte = new;
    }
}

/// Changes the next number that is written as text, by another digit or by more digits.
fn put_digit(bytes: &mut Vec<u8>, at: usize, rng: &mut ChaCha8Rng) {
    let Some(found) = bytes[at..].iter().position(u8::is_ascii_digit) else {
        return;
    };
    let digit = b'0' + rng.random_range(0..10);
    match rng.random() {
        true => bytes[at + found] = digit,
        false => {
            let digits = vec![digit; rng.random_range(1..25)];
            bytes.splice(at + found..at + found, digits);
        }
    }
}

/// The most memory that this process has had, in bytes, where the system says so.
fn most_memory() -> Option<u64> {
    let status = fs_err::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[test]
fn copies_differ_from_the_good_files_and_can_be_made_again() {
    let good = [b"a header of 100 bytes".repeat(20), vec![7; 300]];
    let copies: Vec<Vec<u8>> = (0..500)
        .map(|index| damaged("test", index, &good))
        .collect();
    let same = copies.iter().filter(|copy| good.contains(copy)).count();
    assert!(same < 25, "{same} of 500 are not damaged");
    let mut distinct = copies.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert!(distinct.len() > 450, "{} are distinct", distinct.len());
    assert_eq!(copies[17], damaged("test", 17, &good));
    assert_ne!(copies[17], damaged("other", 17, &good));
}

#[test]
#[should_panic(expected = "the reader panicked at this copy")]
fn a_panic_is_found() {
    survives("test", &[vec![1; 50]], |bytes| assert_eq!(bytes[0], 1));
}
