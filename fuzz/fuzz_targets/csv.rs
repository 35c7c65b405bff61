//! Tables.
#![no_main]

use liebig_data::fuzz;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::file("x.csv", bytes));
