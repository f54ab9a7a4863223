//! Why a text names no Feature, in Wharf's words and in the reference's.

use super::identifier_without_version;

/// Why a text names no Feature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// A bare word, which named Features of an old collection.
    // Scripts know this text from the reference.
    #[error(
        "Legacy feature '{reference}' not supported. Please check https://containers.dev/features for replacements.\nIf you were hoping to use local Features, remember to prepend your Feature name with \"./\". Please check https://containers.dev/implementors/features-distribution/#addendum-locally-referenced for more information."
    )]
    Legacy {
        /// The text.
        reference: String,
    },
    /// An address that is not a URL.
    #[error("the Feature '{reference}' is not a URL: {reason}")]
    Url {
        /// The text.
        reference: String,
        /// What keeps it from being one.
        reason: String,
    },
    /// An archive that is not named after its Feature.
    #[error(
        "the Feature '{reference}' must end in devcontainer-feature-<id>.tgz, with an id of letters, digits, `-` and `_`"
    )]
    ArchiveName {
        /// The text.
        reference: String,
    },
    /// A local Feature by its absolute path.
    #[error(
        "the Feature '{reference}' is an absolute path, and a local Feature is named relative to its configuration"
    )]
    Absolute {
        /// The text.
        reference: String,
    },
    /// A local Feature elsewhere.
    #[error("the Feature '{reference}' lies at {folder}, and a local Feature must lie in {allowed}")]
    Outside {
        /// The text.
        reference: String,
        /// Where the text leads.
        folder: String,
        /// Where it would have to lead.
        allowed: String,
    },
    /// A digest in another form than `sha256:` and 64 hexadecimal digits.
    #[error(
        "the Feature '{reference}' has the digest '{digest}', and a digest is `sha256:` and 64 hexadecimal digits"
    )]
    Digest {
        /// The text.
        reference: String,
        /// The part after the `@`.
        digest: String,
    },
    /// A tag with characters that registries refuse.
    #[error(
        "the Feature '{reference}' has the version '{tag}', and a version is up to 128 letters, digits, `.`, `_` and `-`"
    )]
    Tag {
        /// The text.
        reference: String,
        /// The part after the `:`.
        tag: String,
    },
    /// A path with characters that registries refuse.
    #[error(
        "the Feature '{reference}' has the path '{path}', and a registry has <namespace>/<id> of letters, digits, `.`, `_` and `-`"
    )]
    Path {
        /// The text.
        reference: String,
        /// What stands between the registry and the version.
        path: String,
    },
    /// Anything else.
    #[error("the Feature '{reference}' names no registry, URL or folder")]
    Unknown {
        /// The text.
        reference: String,
    },
}

impl ReferenceError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            // Its text says it.
            Self::Legacy { .. } => None,
            Self::Url { .. } | Self::ArchiveName { .. } => {
                Some("Use the address of the archive itself: https://host/devcontainer-feature-<id>.tgz".to_owned())
            }
            Self::Absolute { .. } | Self::Outside { .. } => {
                Some("Move the Feature into .devcontainer, and name it from the configuration's folder: ./<feature>".to_owned())
            }
            Self::Digest { reference, .. } => {
                let bare = identifier_without_version(reference);
                Some(format!("Write a version after a colon: {bare}:1"))
            }
            Self::Tag { .. } | Self::Path { .. } | Self::Unknown { .. } => {
                Some("Write <registry>/<namespace>/<id>:<version>, such as ghcr.io/devcontainers/features/node:1".to_owned())
            }
        }
    }

    /// The error as the reference words it where scripts may look for it.
    #[must_use]
    pub fn reference_text(&self) -> String {
        match self {
            Self::Legacy { .. } => self.to_string(),
            Self::Url { reference, .. }
            | Self::ArchiveName { reference }
            | Self::Absolute { reference }
            | Self::Outside { reference, .. }
            | Self::Digest { reference, .. }
            | Self::Tag { reference, .. }
            | Self::Path { reference, .. }
            | Self::Unknown { reference } => format!(
                "ERR: Feature '{reference}' could not be processed.  You may not have permission to access this Feature, or may not be logged in.  If the issue persists, report this to the Feature author."
            ),
        }
    }
}
