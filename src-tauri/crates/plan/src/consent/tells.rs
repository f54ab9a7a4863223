//! The tier that tells: what a person should know, without having to decide.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wharf_spec::{ImageReference, Scenario, Source};

use super::config_source;
use crate::flags::Argument;
use crate::run_args;
use crate::state::{Observed, Running};

/// Something worth knowing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tell {
    /// A sentence for a person.
    pub text: String,
    /// Who wrote it.
    pub source: Source,
    /// The property.
    pub property: String,
}

/// Everything that tells, in order.
#[must_use]
pub fn tells(wanted: &Running, observed: &Observed) -> Vec<Tell> {
    let mut found = Vec::new();
    let mut add = |text: String, property: String| {
        let tell = Tell { text, source: config_source(wanted), property };
        if !found.contains(&tell) {
            found.push(tell);
        }
    };
    match wanted.configuration.config.scenario() {
        Some(Scenario::Image { image }) if !ImageReference::parse(&image).is_pinned() => {
            add(format!("The image {image} is not pinned: what it holds can change."), "image".to_owned());
        }
        Some(Scenario::Dockerfile { build, .. }) => {
            let text = observed.dockerfile.known().and_then(Option::as_ref);
            let target = crate::platform::of_build(wanted, &build, observed);
            let base =
                text.and_then(|text| crate::image::base_name(&build, target.as_deref(), text, observed));
            if let Some(base) =
                base.filter(|base| base != "scratch" && !ImageReference::parse(base).is_pinned())
            {
                add(
                    format!("The base image {base} is not pinned: what it holds can change."),
                    "build.dockerfile".to_owned(),
                );
            }
        }
        _ => {}
    }
    for (name, property) in host_variables(&wanted.configuration.raw) {
        add(format!("The variable {name} of this computer flows in."), property);
    }
    let arguments = Argument::list("runArgs", &wanted.configuration.config.run_args);
    for (flag, value, property) in run_args::options(&arguments).unwrap_or_default() {
        if flag == "env" && !value.contains('=') {
            add(format!("The variable {value} of this computer flows in."), property.to_owned());
        }
    }
    found
}

/// The host's variables that a configuration, as written, refers to, with the property of each.
#[must_use]
pub fn host_variables(raw: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(raw, "", &mut |text, property| {
        for part in text.split("${").skip(1) {
            let Some((inner, _)) = part.split_once('}') else { continue };
            let mut words = inner.split(':');
            if let (Some("localEnv" | "env"), Some(name)) = (words.next(), words.next()) {
                found.push((name.to_owned(), property.to_owned()));
            }
        }
    });
    found
}

fn walk(value: &Value, property: &str, see: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => see(text, property),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{property}[{index}]"), see);
            }
        }
        Value::Object(entries) => {
            for (key, item) in entries {
                let property = if property.is_empty() { key.clone() } else { format!("{property}.{key}") };
                walk(item, &property, see);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn variables_of_the_host() {
        let raw = json!({
            "image": "x",
            "containerEnv": {"A": "${localEnv:HOME}/x", "B": "${containerEnv:PATH}"},
            "mounts": ["source=${env:USER:me},target=/x"],
        });
        let expected = [("HOME", "containerEnv.A"), ("USER", "mounts[0]")];
        let expected = expected.map(|(name, property)| (name.to_owned(), property.to_owned()));
        assert_eq!(host_variables(&raw), expected);
    }
}
