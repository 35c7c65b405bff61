//! IDX images; the labels are sound.
#![no_main]

use liebig_data::fuzz;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let labels = [0, 0, 8, 1, 0, 0, 0, 2, 0, 1];
    let files: [(&str, &[u8]); 4] = [
        ("train-images-idx3-ubyte", bytes),
        ("train-labels-idx1-ubyte", &labels),
        ("t10k-images-idx3-ubyte", bytes),
        ("t10k-labels-idx1-ubyte", &labels),
    ];
    fuzz::files(&files, "");
});
