//! Presets are built into the library: a new or changed one is a reason to compile again.

fn main() {
    println!("cargo::rerun-if-changed=configs");
}
