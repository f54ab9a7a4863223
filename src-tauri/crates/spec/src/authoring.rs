//! What authors of Features and Templates publish: descriptions with what packaging adds, and pages that tell of them.
//!
//! Specification: devcontainer-features-distribution.md and devcontainer-templates-distribution.md. Nothing is read, written or sent here.

mod description;
mod page;

pub use description::{DescriptionError, collection, feature_description, is_complete, template_description};
pub use page::{PageFacts, feature_page, template_page};

/// What a collection holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Features.
    Feature,
    /// Templates.
    Template,
}

impl Kind {
    /// `feature` or `template`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Feature => "feature",
            Self::Template => "template",
        }
    }

    /// `Feature` or `Template`, as sentences name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Feature => "Feature",
            Self::Template => "Template",
        }
    }

    /// The file that describes one.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Self::Feature => "devcontainer-feature.json",
            Self::Template => "devcontainer-template.json",
        }
    }

    /// The file that one is packed into.
    #[must_use]
    pub fn archive(self, id: &str) -> String {
        format!("devcontainer-{}-{id}.tgz", self.word())
    }
}
