//! CIFAR batches.
#![no_main]

use liebig_data::fuzz;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::files(
    &[("data_batch_1.bin", bytes), ("test_batch.bin", bytes)],
    ""
));
