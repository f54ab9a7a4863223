//! What an environment is made of beside its configuration: files and images that change without it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wharf_spec::Dockerfile;

use super::{Change, Difference};

/// What an environment was made of, or would be made of now. What could not be looked at is not compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Ingredients {
    /// The text of the Dockerfile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dockerfile: Option<String>,
    /// The fingerprint of the build context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// The image that all of it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<BaseImage>,
    /// The content of each Feature, by the name that it is asked for with: a registry's digest, or the hash of a folder.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub features: BTreeMap<String, String>,
    /// The content of each Compose file, by its path.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub compose: BTreeMap<String, String>,
    /// What the images of the project's other services are built from, by their names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub services: BTreeMap<String, Built>,
}

/// What an image is built from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Built {
    /// The text of the Dockerfile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dockerfile: Option<String>,
    /// The fingerprint of what the Dockerfile takes out of its context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
}

/// An image by the name that it was asked for with, and the id that the engine had it under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BaseImage {
    /// The name.
    pub name: String,
    /// The id.
    pub id: String,
}

/// What differs, in the order in which an image is made.
#[must_use]
pub fn of_ingredients(applied: &Ingredients, current: &Ingredients) -> Vec<Difference> {
    let mut found = Vec::new();
    found.extend(base(applied, current));
    let own = |of: &Ingredients| Built { dockerfile: of.dockerfile.clone(), context: of.context.clone() };
    found.extend(built(&own(applied), &own(current)));
    found.extend(features(applied, current));
    found.extend(compose(applied, current));
    found.extend(services(applied, current));
    found
}

fn built(before: &Built, after: &Built) -> impl Iterator<Item = Difference> {
    dockerfile(before.dockerfile.as_deref(), after.dockerfile.as_deref())
        .into_iter()
        .chain(context(before, after))
}

/// Which services there are is for the Compose files to say; here is what the same ones are built from.
fn services<'a>(applied: &'a Ingredients, current: &'a Ingredients) -> impl Iterator<Item = Difference> + 'a {
    current.services.iter().flat_map(|(name, after)| {
        let found = applied.services.get(name).into_iter().flat_map(move |before| built(before, after));
        found.map(move |found| Difference {
            property: format!("{} of the service {name}", found.property),
            ..found
        })
    })
}

fn base(applied: &Ingredients, current: &Ingredients) -> Option<Difference> {
    let (before, after) = (applied.base.as_ref()?, current.base.as_ref()?);
    if before.name != after.name || before.id == after.id {
        return None;
    }
    let is_built = current.dockerfile.is_some() || !current.features.is_empty();
    Some(Difference {
        property: format!("image {}", after.name),
        before: Some(Value::from(before.id.clone())),
        after: Some(Value::from(after.id.clone())),
        change: if is_built { Change::Rebuild } else { Change::Recreate },
        effect: if is_built {
            "The image that it rests on is another one: it is built anew from its first instruction."
        } else {
            "The name means another image now, and the container is made from that one."
        }
        .to_owned(),
        layer: is_built.then(|| format!("FROM {}", after.name)),
    })
}

fn dockerfile(before: Option<&str>, after: Option<&str>) -> Option<Difference> {
    let (before, after) = (before?, after?);
    if before == after {
        return None;
    }
    let (old, new) = (Dockerfile::parse(before), Dockerfile::parse(after));
    let (earlier, later) = (old.instructions(), new.instructions());
    let same = earlier.iter().zip(&later).take_while(|(one, other)| one.text == other.text).count();
    let text = |instruction: Option<&wharf_spec::dockerfile::WrittenInstruction>| {
        instruction.map(|instruction| Value::from(instruction.text.clone()))
    };
    let first = later.get(same);
    if first.is_none() && earlier.len() == later.len() && old.directives().eq(new.directives()) {
        return Some(Difference {
            property: "Dockerfile".to_owned(),
            before: None,
            after: None,
            change: Change::Hot,
            effect: "Its instructions are the same.".to_owned(),
            layer: None,
        });
    }
    let layer = first.map(|first| format!("line {}: {}", first.line, first.first_line()));
    Some(Difference {
        property: "Dockerfile".to_owned(),
        before: text(earlier.get(same)),
        after: text(first),
        change: Change::Rebuild,
        effect: match &layer {
            Some(layer) => format!("The image is built anew from {layer}"),
            None => "The image is built anew; its last instructions are gone.".to_owned(),
        },
        layer,
    })
}

fn context(applied: &Built, current: &Built) -> Option<Difference> {
    if applied.context.as_ref()? == current.context.as_ref()? {
        return None;
    }
    let instructions = Dockerfile::parse(current.dockerfile.as_deref().unwrap_or_default()).instructions();
    let reader = instructions.iter().find(|instruction| instruction.reads_context());
    let layer = reader.map(|reader| format!("line {}: {}", reader.line, reader.first_line()));
    Some(Difference {
        property: "build context".to_owned(),
        before: None,
        after: None,
        change: if layer.is_some() { Change::Rebuild } else { Change::Hot },
        effect: match &layer {
            Some(layer) => format!("The image is built anew from {layer}, if what that reads has changed"),
            None => "The Dockerfile takes nothing out of it.".to_owned(),
        },
        layer,
    })
}

/// Which Features there are is the configuration's to say; here is what the same ones hold.
fn features<'a>(applied: &'a Ingredients, current: &'a Ingredients) -> impl Iterator<Item = Difference> + 'a {
    current.features.iter().filter_map(|(id, after)| {
        let before = applied.features.get(id).filter(|before| *before != after)?;
        Some(Difference {
            property: format!("Feature {id}"),
            before: Some(Value::from(before.clone())),
            after: Some(Value::from(after.clone())),
            change: Change::Rebuild,
            effect: "It has other content: it and the Features behind it are installed anew.".to_owned(),
            layer: Some(id.clone()),
        })
    })
}

/// Which files there are is the configuration's to say too.
fn compose<'a>(applied: &'a Ingredients, current: &'a Ingredients) -> impl Iterator<Item = Difference> + 'a {
    current.compose.iter().filter_map(|(path, after)| {
        applied.compose.get(path).filter(|before| *before != after)?;
        Some(Difference {
            property: format!("Compose file {path}"),
            before: None,
            after: None,
            change: Change::Recreate,
            effect: "The services are made anew.".to_owned(),
            layer: None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(dockerfile: &str, context: &str) -> Ingredients {
        Ingredients {
            dockerfile: Some(dockerfile.to_owned()),
            context: Some(context.to_owned()),
            ..Ingredients::default()
        }
    }

    #[test]
    fn what_a_changed_dockerfile_or_context_takes() {
        const TEXT: &str = "FROM debian\nRUN a\nCOPY . /x\nRUN b\n";
        type Expected<'a> = (&'a str, Change, Option<&'a str>);
        let table: [(Ingredients, &[Expected<'_>]); 8] = [
            (of(TEXT, "1"), &[]),
            (
                of("FROM debian\nRUN c\nCOPY . /x\nRUN b\n", "1"),
                &[("Dockerfile", Change::Rebuild, Some("line 2: RUN c"))],
            ),
            (
                of("# a word\nFROM debian\nRUN a\nCOPY . /x\nRUN b\n", "1"),
                &[("Dockerfile", Change::Hot, None)],
            ),
            (of("FROM debian\nRUN a\nCOPY . /x\n", "1"), &[("Dockerfile", Change::Rebuild, None)]),
            (
                of("FROM debian\nRUN a\nCOPY . /x\nRUN b\nUSER dev\n", "1"),
                &[("Dockerfile", Change::Rebuild, Some("line 5: USER dev"))],
            ),
            (of(TEXT, "2"), &[("build context", Change::Rebuild, Some("line 3: COPY . /x"))]),
            (Ingredients { context: None, ..of(TEXT, "1") }, &[]),
            (
                of("FROM debian\nRUN a\n", "2"),
                &[("Dockerfile", Change::Rebuild, None), ("build context", Change::Hot, None)],
            ),
        ];
        for (current, expected) in table {
            let found = of_ingredients(&of(TEXT, "1"), &current);
            let shown: Vec<_> = found
                .iter()
                .map(|found| (found.property.as_str(), found.change, found.layer.as_deref()))
                .collect();
            assert_eq!(shown, expected, "{current:?}");
        }
    }

    #[test]
    fn what_the_builds_of_services_take() {
        let made = |dockerfile: &str, context: &str| Ingredients {
            services: [(
                "db".to_owned(),
                Built { dockerfile: Some(dockerfile.to_owned()), context: Some(context.to_owned()) },
            )]
            .into(),
            ..Ingredients::default()
        };
        const TEXT: &str = "FROM debian\nCOPY . /x\n";
        let before = made(TEXT, "1");
        let table: [(Ingredients, &[(&str, Change)]); 4] = [
            (before.clone(), &[]),
            (
                made("FROM debian\nRUN a\nCOPY . /x\n", "1"),
                &[("Dockerfile of the service db", Change::Rebuild)],
            ),
            (made(TEXT, "2"), &[("build context of the service db", Change::Rebuild)]),
            (Ingredients::default(), &[]),
        ];
        for (after, expected) in table {
            let found = of_ingredients(&before, &after);
            let shown: Vec<_> = found.iter().map(|found| (found.property.as_str(), found.change)).collect();
            assert_eq!(shown, expected, "{after:?}");
        }
    }

    #[test]
    fn what_images_features_and_compose_files_take() {
        let made = |id: &str, feature: &str, file: &str| Ingredients {
            base: Some(BaseImage { name: "debian".to_owned(), id: id.to_owned() }),
            features: [("./tool".to_owned(), feature.to_owned())]
                .into_iter()
                .filter(|(_, hash)| !hash.is_empty())
                .collect(),
            compose: [("/c.yml".to_owned(), file.to_owned())]
                .into_iter()
                .filter(|(_, hash)| !hash.is_empty())
                .collect(),
            ..Ingredients::default()
        };
        type Case<'a> = (Ingredients, Ingredients, &'a [(&'a str, Change)]);
        let table: [Case<'_>; 5] = [
            (made("1", "a", "x"), made("1", "a", "x"), &[]),
            (made("1", "", ""), made("2", "", ""), &[("image debian", Change::Recreate)]),
            (made("1", "a", ""), made("2", "a", ""), &[("image debian", Change::Rebuild)]),
            (made("1", "a", ""), made("1", "b", ""), &[("Feature ./tool", Change::Rebuild)]),
            (made("1", "", "x"), made("1", "", "y"), &[("Compose file /c.yml", Change::Recreate)]),
        ];
        for (before, after, expected) in table {
            let found = of_ingredients(&before, &after);
            let shown: Vec<_> = found.iter().map(|found| (found.property.as_str(), found.change)).collect();
            assert_eq!(shown, expected, "{after:?}");
        }
    }
}
