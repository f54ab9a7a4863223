//! What is wrong with a request: which option, at which place of the configuration, and why.

use std::fmt::Write as _;

/// Why a plan cannot be made. Every variant names the property that it is about, for example `runArgs[3]`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The option does not exist.
    #[error("`{flag}` is not an option of `{command}`")]
    UnknownFlag {
        /// As written.
        flag: String,
        /// `docker run` or `docker build`.
        command: &'static str,
        /// Where it stands.
        property: String,
        /// The option that was probably meant.
        suggestion: Option<String>,
    },
    /// Something that is no option stands where only options can.
    #[error("`{text}` is not an option, and `{command}` would take it for the {taken_for}")]
    NotAFlag {
        /// As written.
        text: String,
        /// `docker run` or `docker build`.
        command: &'static str,
        /// What the engine's own program would take it for.
        taken_for: &'static str,
        /// Where it stands.
        property: String,
    },
    /// The option is the last one and has no value.
    #[error("`{flag}` needs a value")]
    MissingValue {
        /// As written.
        flag: String,
        /// Where it stands.
        property: String,
    },
    /// Only Podman knows it.
    #[error("`{flag}` is an option of Podman, and this engine is Docker")]
    PodmanOnly {
        /// The option, with the value where only the value is Podman's.
        flag: String,
        /// Where it stands.
        property: String,
    },
    /// An engine's interface has no word for it.
    #[error("`{flag}` cannot be used here: {reason}")]
    NotExpressible {
        /// The option.
        flag: String,
        /// Where it stands.
        property: String,
        /// Why not.
        reason: String,
    },
    /// The value is not of the option's form.
    #[error("`{value}` is not a value for `{flag}`: {reason}")]
    Value {
        /// The option.
        flag: String,
        /// As written.
        value: String,
        /// Where it stands.
        property: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Two options that cannot both be meant.
    #[error("`{flag}` cannot be used together with `{other}`")]
    Conflict {
        /// The later option.
        flag: String,
        /// The earlier one.
        other: String,
        /// Where the later one stands.
        property: String,
    },
    /// A file of the host that an option names.
    #[error("the file `{path}`, which `{flag}` names, {reason}")]
    File {
        /// The option.
        flag: String,
        /// As written.
        path: String,
        /// Where it stands.
        property: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    /// The property that is to be changed, for example `runArgs[3]`.
    #[must_use]
    pub fn property(&self) -> &str {
        match self {
            Error::UnknownFlag { property, .. }
            | Error::NotAFlag { property, .. }
            | Error::MissingValue { property, .. }
            | Error::PodmanOnly { property, .. }
            | Error::NotExpressible { property, .. }
            | Error::Value { property, .. }
            | Error::Conflict { property, .. }
            | Error::File { property, .. } => property,
        }
    }

    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Error::UnknownFlag { suggestion: Some(suggestion), .. } => format!("Did you mean `{suggestion}`?"),
            Error::UnknownFlag { flag, command, .. } => {
                let mut hint = format!("Remove it, or look up the option in the help of `{command}`.");
                if flag.contains(' ') {
                    let words: Vec<String> = flag.split_whitespace().map(|word| format!("\"{word}\"")).collect();
                    hint.clear();
                    let _ = write!(hint, "Write each word as an entry of its own: {}.", words.join(", "));
                }
                hint
            }
            Error::NotAFlag { .. } => {
                "An option and its value are two entries, or one with `=` between them. Check the entry before it."
                    .to_owned()
            }
            Error::MissingValue { .. } => "Add the value as the next entry.".to_owned(),
            Error::PodmanOnly { .. } => "Remove it, or choose a Podman engine.".to_owned(),
            Error::File { .. } => "Create the file, or correct its path.".to_owned(),
            Error::Conflict { .. } => "Remove one of them.".to_owned(),
            Error::NotExpressible { .. } | Error::Value { .. } => return None,
        })
    }
}

impl From<Error> for crate::state::Blocker {
    fn from(error: Error) -> Self {
        let property = Some(error.property().to_owned()).filter(|property| !property.is_empty());
        crate::state::Blocker::Impossible { message: error.to_string(), property, hint: error.hint() }
    }
}
