//! Errors of configurations.

/// Why a configuration was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration file cannot be read.
    #[error("{0}\nhint: give the path of a TOML file")]
    Io(#[from] std::io::Error),
    /// The file is not TOML.
    #[error(
        "{place}: {reason}\nhint: the file must be TOML, as `liebig distill --print-config` prints it"
    )]
    Syntax {
        /// The file.
        place: String,
        /// The parser's message, with line and column.
        reason: String,
    },
    /// An unknown key.
    #[error("{place}: unknown key `{key}`\nhint: {hint}")]
    UnknownKey {
        /// The layer that it is from, such as a file.
        place: String,
        /// The key, with dots.
        key: String,
        /// The nearest known key, or how to list all keys.
        hint: String,
    },
    /// A value of the wrong type, or an unknown name.
    #[error(
        "{place}: {key}: {reason}\nhint: `liebig methods NAME` and `liebig models NAME` list the settings with their accepted values"
    )]
    Value {
        /// The layer that it is from, such as a file.
        place: String,
        /// The key, with dots.
        key: String,
        /// What was found and what was expected.
        reason: String,
    },
    /// An unknown method.
    #[error("{place}: unknown method `{name}`\nhint: the methods are: {known}")]
    UnknownMethod {
        /// The layer that it is from, such as a file.
        place: String,
        /// The name.
        name: String,
        /// All names.
        known: String,
    },
    /// An assignment without `=`.
    #[error("{argument}: there is no `=`\nhint: write key=value, such as model.width=64")]
    NotAnAssignment {
        /// The assignment.
        argument: String,
    },
    /// A value outside its range.
    #[error("{key} is {value}, {rule}\nhint: change `{key}`")]
    OutOfRange {
        /// The key, with dots.
        key: String,
        /// The value.
        value: String,
        /// The rule that it violates.
        rule: String,
    },
}

impl Error {
    /// A value of a method's setting that violates a rule.
    pub(crate) fn of_method(key: &str, value: String, rule: String) -> Self {
        Self::OutOfRange {
            key: format!("method.{key}"),
            value,
            rule,
        }
    }
}
