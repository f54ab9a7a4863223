//! Which text of which file a merged value is, for whoever wants to look at it or change it.

use serde_json::Value;

use super::MergedConfig;
use super::rules::{Rule, TABLE};
use crate::config::Hook;
use crate::document::Document;
use crate::extends::Place;
use crate::pointer::{join_key, property_of};
use crate::resolve::ResolvedConfig;
use crate::source::Source;

/// Properties of a configuration that are told entry by entry.
const BY_ENTRY: [&str; 5] = ["build", "features", "secrets", "runArgs", "customizations"];

/// One value, and who wrote it.
#[derive(Debug, Clone)]
pub struct ValueOrigin<'d> {
    /// The value as a person would write its name, such as `containerEnv.EDITOR` or `mounts[1]`.
    pub property: String,
    /// Who wrote it.
    pub source: Source,
    /// Where it stands, if it stands in a file.
    pub place: Option<Place<'d>>,
}

impl MergedConfig {
    /// The author of every value, in the order in which documents show them.
    #[must_use]
    pub fn origins<'d>(
        &self,
        config: &ResolvedConfig,
        document: Option<&'d Document>,
    ) -> Vec<ValueOrigin<'d>> {
        let mut origins = Vec::new();
        for (property, value) in &self.json {
            match TABLE.iter().find(|(merged, _, _)| merged == property) {
                Some((merged, written, rule)) => {
                    self.merged_origins(merged, written, *rule, config, document, &mut origins);
                }
                None => origins.extend(written_origins(property, value, config, document)),
            }
        }
        origins
    }

    fn merged_origins<'d>(
        &self,
        merged: &str,
        written: &str,
        rule: Rule,
        config: &ResolvedConfig,
        document: Option<&'d Document>,
        origins: &mut Vec<ValueOrigin<'d>>,
    ) {
        let top = join_key("", merged);
        let inside = format!("{top}/");
        let parts =
            self.sources.iter().filter(|(pointer, _)| **pointer == top || pointer.starts_with(&inside));
        let mut parts: Vec<(&String, &Source)> = parts.collect();
        // As texts, the tenth element stands before the second.
        parts.sort_by_key(|(pointer, _)| last_number(pointer));
        for (pointer, source) in parts {
            let below = &pointer[top.len()..];
            let written = join_key("", written);
            let place = source.file().zip(document).and_then(|(file, document)| {
                let document = file_of(document, file);
                let at = match rule {
                    Rule::Collect | Rule::CollectAlways => written.clone(),
                    // The last part is the author's place among all who say something about the tool.
                    Rule::PerTool => format!("{written}{}", &below[..below.rfind('/').unwrap_or(0)]),
                    Rule::Union | Rule::Mounts | Rule::Ports => {
                        let value = self.json.get(merged)?.pointer(below)?;
                        let index = index_of(document.value.pointer(&written)?, value, config);
                        index.map_or_else(|| written.clone(), |index| format!("{written}/{index}"))
                    }
                    _ => format!("{written}{below}"),
                };
                document.place(&at).or_else(|| document.place(&written))
            });
            origins.push(ValueOrigin { property: property_of(pointer), source: source.clone(), place });
        }
    }
}

/// Where the values of a configuration stand by itself.
#[must_use]
pub fn origins_of_document<'d>(config: &ResolvedConfig, document: &'d Document) -> Vec<ValueOrigin<'d>> {
    let value = config.to_json();
    let entries = value.as_object().into_iter().flatten();
    entries.flat_map(|(property, value)| written_origins(property, value, config, Some(document))).collect()
}

fn written_origins<'d>(
    property: &str,
    value: &Value,
    config: &ResolvedConfig,
    document: Option<&'d Document>,
) -> Vec<ValueOrigin<'d>> {
    let top = join_key("", property);
    let is_told_by_entry = BY_ENTRY.contains(&property)
        || TABLE.iter().any(|(_, written, rule)| {
            *written == property && !matches!(rule, Rule::Last | Rule::LastBoolean | Rule::Any)
        }) && Hook::ALL.iter().all(|hook| hook.property_name() != property);
    let pointers: Vec<String> = match value {
        Value::Object(entries) if is_told_by_entry && !entries.is_empty() => {
            entries.keys().map(|key| join_key(&top, key)).collect()
        }
        Value::Array(items) if is_told_by_entry && !items.is_empty() => {
            (0..items.len()).map(|index| format!("{top}/{index}")).collect()
        }
        _ => vec![top],
    };
    let own = Source::Config { path: config.path.clone() };
    let origins = pointers.into_iter().filter_map(|pointer| {
        let place = document?.place(&pointer)?;
        let layer = document?.layers().iter().find(|layer| layer.document.path == place.path());
        let source = layer.map_or_else(|| own.clone(), crate::extends::Layer::source);
        Some(ValueOrigin { property: property_of(&pointer), source, place: Some(place) })
    });
    origins.collect()
}

fn file_of<'d>(document: &'d Document, file: &std::path::Path) -> &'d Document {
    let layer = document.layers().iter().find(|layer| layer.document.path == file);
    layer.map_or(document, |layer| &layer.document)
}

/// The element that a merged one is, which may have had variables in it, and a port that may have been written as a text.
fn index_of(written: &Value, merged: &Value, config: &ResolvedConfig) -> Option<usize> {
    written.as_array()?.iter().position(|item| {
        let item = config.substitute(item);
        item == *merged
            || item.as_str().and_then(|text| text.strip_prefix("localhost:")) == Some(&merged.to_string())
    })
}

fn last_number(pointer: &str) -> usize {
    pointer.rsplit('/').next().and_then(|last| last.parse().ok()).unwrap_or(0)
}
