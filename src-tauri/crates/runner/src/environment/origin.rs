//! Where a value of an environment was written, for the messages about it.

use std::path::Path;

use wharf_api as api;
use wharf_spec::extends::{Layer, Place, Role};
use wharf_spec::merge::{ValueOrigin, origins_of_document};
use wharf_spec::{Diagnostic, Hook, MergedConfig, Source};

use super::Environment;
use crate::convert;
use crate::error::CommandFailure;

impl Environment {
    /// Where a property such as `runArgs[3]` stands in the configuration.
    pub(crate) fn property_location(&self, property: &str) -> Option<api::Location> {
        Some(location(&self.document.as_ref()?.place(&pointer(property))?, property))
    }

    /// Where the configuration asks for a Feature.
    pub(crate) fn feature_location(&self, user_id: &str) -> Option<api::Location> {
        let pointer = format!("/features/{}", user_id.replace('~', "~0").replace('/', "~1"));
        Some(location(&self.document.as_ref()?.place(&pointer)?, "features"))
    }

    /// The same of a property in one of the files that the configuration is put together from, where each has its own say. Of a file of another
    /// kind that the configuration leads to, such as Compose's, the file alone.
    fn location_in(&self, file: &Path, property: &str) -> Option<api::Location> {
        let merged = self.document.as_ref()?.place(&pointer(property));
        if let Some(place) = merged.as_ref().filter(|place| place.path() == file) {
            return Some(location(place, property));
        }
        let layer = self.layers().iter().find(|layer| layer.document.path == file);
        match layer {
            Some(layer) => layer.document.place(&pointer(property)).map(|place| location(&place, property)),
            None if file != self.configuration.path => Some(api::Location {
                path: file.display().to_string(),
                property: Some(property.to_owned()),
                ..api::Location::default()
            }),
            None => merged.map(|place| location(&place, property)),
        }
    }

    pub(super) fn layers(&self) -> &[Layer] {
        self.document.as_ref().map_or(&[], |document| document.layers())
    }

    /// Where a mount with this source stands, as far as it is written out there.
    pub(crate) fn place_of_text(&self, source: &str) -> Option<api::Location> {
        let config = &self.configuration.config;
        let index = config.mounts.iter().position(|mount| mount.fields().source.as_deref() == Some(source));
        let property = match index {
            Some(index) => format!("mounts[{index}]"),
            None if self.workspace.mount.as_ref().is_some_and(|mount| mount.contains(source)) => {
                "workspaceMount".to_owned()
            }
            None => format!("runArgs[{}]", config.run_args.iter().position(|word| word.contains(source))?),
        };
        self.property_location(&property)
    }

    /// Who brings a value, on the wire.
    pub(crate) fn origin(&self, source: &Source, property: &str) -> api::Origin {
        let (feature, image) = match source {
            Source::Feature { id } => (Some(id.clone()), None),
            Source::Image { name, feature, .. } => (feature.clone(), Some(name.clone())),
            Source::Config { .. } | Source::Overlay { .. } => (None, None),
        };
        let location = source.file().and_then(|file| self.location_in(file, property));
        api::Origin { property: property.to_owned(), location, feature, image }
    }

    /// Who wrote each value: of the merged configuration, else of the configuration by itself.
    pub(crate) fn origins(&self, merged: Option<&MergedConfig>) -> Vec<api::ValueOrigin> {
        let document = self.document.as_ref();
        let found = match (merged, document) {
            (Some(merged), document) => merged.origins(&self.configuration, document),
            (None, Some(document)) => origins_of_document(&self.configuration, document),
            (None, None) => Vec::new(),
        };
        found.iter().map(|found| self.value_origin(found)).collect()
    }

    fn value_origin(&self, found: &ValueOrigin<'_>) -> api::ValueOrigin {
        let (image, entry, feature) = match &found.source {
            Source::Feature { id } => (None, None, Some(id.clone())),
            Source::Image { name, index, feature } => {
                (Some(name.clone()), u32::try_from(*index).ok(), feature.clone())
            }
            Source::Config { .. } | Source::Overlay { .. } => (None, None, None),
        };
        let from = match &found.source {
            Source::Feature { .. } => api::ValueAuthor::Feature,
            Source::Image { .. } => api::ValueAuthor::Image,
            Source::Overlay { .. } => api::ValueAuthor::Overlay,
            Source::Config { path } => {
                let layer = self.layers().iter().find(|layer| layer.document.path == *path);
                match layer.map(|layer| layer.role) {
                    Some(Role::Base) => api::ValueAuthor::Extended,
                    _ => api::ValueAuthor::Configuration,
                }
            }
        };
        api::ValueOrigin {
            property: found.property.clone(),
            from,
            location: found.place.as_ref().map(|place| location(place, &found.property)),
            image,
            entry,
            feature,
            flag: None,
        }
    }

    /// Whether a command that failed stands in this configuration as it ran. A container's label keeps commands of its creation,
    /// which may have been changed since.
    pub(crate) fn has_command(&self, failure: &CommandFailure) -> bool {
        Hook::ALL
            .into_iter()
            .filter(|hook| hook.property_name() == failure.hook)
            .flat_map(|hook| self.configuration.commands(hook))
            .any(|author| {
                author.value.commands().into_iter().any(|(name, command)| {
                    name == failure.name.as_deref() && crate::host::describe(&command) == failure.command
                })
            })
    }

    /// The configuration's text, for the lines that findings lie in.
    pub(crate) fn text(&self) -> &str {
        self.document.as_ref().map_or("", |document| document.text.as_str())
    }

    /// The text of the file that a finding is about.
    pub(crate) fn text_of(&self, found: &Diagnostic) -> &str {
        let layer = self.layers().iter().find(|layer| layer.document.path == found.path);
        layer.map_or_else(|| self.text(), |layer| &layer.document.text)
    }

    /// Sends what is worth saying about the configuration.
    pub(crate) fn report(&self, step: &crate::events::StepRecord<'_>) {
        for found in &self.diagnostics {
            step.send(convert::diagnostic(found, self.text_of(found)));
        }
    }
}

fn location(place: &Place<'_>, property: &str) -> api::Location {
    let position = place.position();
    api::Location {
        path: place.path().display().to_string(),
        line: Some(position.line),
        column: Some(position.column),
        length: u32::try_from(place.length()).ok(),
        property: Some(property.to_owned()),
        source_line: place.line().map(str::to_owned),
    }
}

/// `runArgs[3]` and `build.args.X` as the JSON pointers `/runArgs/3` and `/build/args/X`.
pub(super) fn pointer(property: &str) -> String {
    let mut pointer = String::with_capacity(property.len() + 1);
    for part in property.split('.') {
        let (name, index) =
            part.split_once('[').map_or((part, None), |(name, rest)| (name, rest.strip_suffix(']')));
        pointer.push('/');
        pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
        if let Some(index) = index {
            pointer.push('/');
            pointer.push_str(index);
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_become_pointers() {
        let cases = [
            ("image", "/image"),
            ("runArgs[3]", "/runArgs/3"),
            ("build.args.X", "/build/args/X"),
            ("a/b", "/a~1b"),
        ];
        for (property, expected) in cases {
            assert_eq!(pointer(property), expected);
        }
    }
}
