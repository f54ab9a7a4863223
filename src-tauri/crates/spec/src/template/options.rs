//! The options of a Template, put into its files.

use indexmap::IndexMap;

use super::TemplateManifest;

/// What `${templateOption:…}` begins with.
const OPENING: &str = "${templateOption:";

/// The value of every option: what was given, and the Template's defaults for the rest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers {
    values: IndexMap<String, String>,
}

impl Answers {
    /// Joins what was given with the defaults of the Template, if it could be read. What was given need not be declared.
    #[must_use]
    pub fn new(given: IndexMap<String, String>, manifest: Option<&TemplateManifest>) -> Self {
        let mut values = given;
        for (name, option) in manifest.into_iter().flat_map(|manifest| &manifest.options) {
            if let Some(default) = &option.default
                && !values.contains_key(name)
            {
                values.insert(name.clone(), default.clone());
            }
        }
        Self { values }
    }

    /// The value of an option; empty if it has none.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// What was given and is not among the values that the Template declares: name, value, and those that it declares.
    pub fn refused<'a>(
        &'a self,
        manifest: &'a TemplateManifest,
    ) -> impl Iterator<Item = (&'a str, &'a str, Vec<&'a str>)> {
        self.values.iter().filter_map(|(name, value)| {
            let option = manifest.options.get(name).filter(|option| !option.accepts(value))?;
            let choices = match option.kind.as_str() {
                "boolean" => vec!["true", "false"],
                _ => option.choices.iter().map(String::as_str).collect(),
            };
            Some((name.as_str(), value.as_str(), choices))
        })
    }
}

/// A file's text with every `${templateOption:name}` replaced. White space around the name is allowed; what has no value becomes
/// nothing, and what only looks alike stays.
#[must_use]
pub fn fill_in(text: &str, answers: &Answers) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(OPENING) {
        let (before, from) = rest.split_at(start);
        filled.push_str(before);
        let inside = &from[OPENING.len()..];
        match inside.split_once('}').map(|(name, after)| (name.trim(), after)) {
            Some((name, after)) if is_name(name) => {
                filled.push_str(answers.value(name));
                rest = after;
            }
            _ => {
                filled.push_str(OPENING);
                rest = inside;
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
