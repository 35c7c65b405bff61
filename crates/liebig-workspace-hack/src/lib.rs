//! Empty. Every crate of the workspace depends on this one, whose manifest asks for the union of the features that
//! they ask of shared dependencies. So `cargo run`, `cargo test` and `-p CRATE` share one build of burn, which takes
//! minutes.
