//! Image files, as one picture of a folder.
#![no_main]

use liebig_data::fuzz;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let files: [(&str, &[u8]); 4] = [
        ("train/a/1.png", bytes),
        ("train/b/1.png", bytes),
        ("test/a/1.png", bytes),
        ("test/b/1.png", bytes),
    ];
    fuzz::files(&files, "");
});
