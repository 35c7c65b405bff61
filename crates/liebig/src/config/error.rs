//! What can be wrong with a configuration.

/// Why a configuration was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration file cannot be read.
    #[error("{0}\nhint: give --config the path of a TOML file")]
    Io(#[from] std::io::Error),
    /// Not TOML.
    #[error(
        "{place}: {reason}\nhint: the file must be TOML, as `liebig distill --print-config` prints it"
    )]
    Syntax {
        /// The file, or `--set`.
        place: String,
        /// The parser's message, with line and column.
        reason: String,
    },
    /// A key that nothing reads.
    #[error("{place}: unknown key `{key}`\nhint: {hint}")]
    UnknownKey {
        /// Where it was said.
        place: String,
        /// The key, with dots.
        key: String,
        /// The nearest known key, or how to list all.
        hint: String,
    },
    /// A value of the wrong type or an unknown name.
    #[error(
        "{place}: {key}: {reason}\nhint: `liebig distill --print-config` shows every key with a value it accepts"
    )]
    Value {
        /// Where it was said.
        place: String,
        /// The key, with dots.
        key: String,
        /// What was found and what was expected.
        reason: String,
    },
    /// No method of that name.
    #[error("{place}: unknown method `{name}`\nhint: the methods are: {known}")]
    UnknownMethod {
        /// Where it was said.
        place: String,
        /// The name.
        name: String,
        /// All names.
        known: String,
    },
    /// `--set` without `=`.
    #[error("--set {argument}: no `=`\nhint: write --set key=value, such as --set model.width=64")]
    NotAnAssignment {
        /// The argument.
        argument: String,
    },
    /// A value outside its range.
    #[error("{key} is {value}, {rule}\nhint: set it with --set {key}=VALUE")]
    OutOfRange {
        /// The key, with dots.
        key: String,
        /// The value.
        value: String,
        /// The rule it breaks.
        rule: String,
    },
}
