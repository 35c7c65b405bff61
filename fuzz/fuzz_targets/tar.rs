//! Tar archives, gzipped or not.
#![no_main]

use liebig_data::fuzz;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::archive("x.tar.gz", bytes));
