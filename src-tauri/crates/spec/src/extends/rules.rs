//! What several files say of one property, as one value that a configuration can hold, and which file wrote which part of it.
//!
//! Properties that the specification merges follow its table. The others follow what they are: lists of options go on, objects
//! are merged by key, and of single values the strongest file's counts.

use serde_json::{Map, Value};

use crate::config::Hook;
use crate::merge::rules::{Rule, TABLE, is_truthy};
use crate::pointer::join_key;

/// One value, and for parts of it: the pointer below the property, the file, and the pointer below the property there.
pub(super) struct Merged {
    pub(super) value: Value,
    pub(super) origins: Vec<(String, usize, String)>,
}

/// What becomes of a property's values.
#[derive(Clone, Copy)]
enum How {
    /// As the specification's table says.
    Table(Rule),
    /// The strongest file's value.
    Last,
    /// All elements, weakest file first.
    Append,
    /// The same, each once.
    Union,
    /// Objects by key, the lists in them once each.
    Deep,
    /// Objects by key, the lists in them one after another.
    DeepAppend,
    /// Like `Deep` for one level, where another version of a Feature takes the place of the first.
    Features,
}

type Given<'v> = [(usize, &'v Value)];

/// None where no file says anything that counts.
pub(super) fn merge(property: &str, given: &Given<'_>) -> Option<Merged> {
    match how(property) {
        How::Table(rule) => by_table(rule, given),
        How::Last => given.last().map(|(author, value)| whole(*author, value)),
        How::Append => Some(list(given, false)),
        How::Union => Some(list(given, true)),
        How::Deep => Some(deep(given, true)),
        How::DeepAppend => Some(deep(given, false)),
        How::Features => Some(features(given)),
    }
}

fn how(property: &str) -> How {
    if Hook::ALL.into_iter().any(|hook| hook.property_name() == property) {
        // The commands of all files run; a configuration has room to show one.
        return How::Last;
    }
    match property {
        "customizations" | "secrets" | "settings" => How::Deep,
        "build" => How::DeepAppend,
        "features" => How::Features,
        "runArgs" => How::Append,
        "appPort" | "dockerComposeFile" | "runServices" | "extensions" => How::Union,
        _ => {
            let row = TABLE.iter().find(|(_, name, _)| *name == property);
            row.map_or(How::Last, |(_, _, rule)| How::Table(*rule))
        }
    }
}

fn whole(author: usize, value: &Value) -> Merged {
    Merged { value: value.clone(), origins: vec![(String::new(), author, String::new())] }
}

fn by_table(rule: Rule, given: &Given<'_>) -> Option<Merged> {
    // One file says it as it likes: nothing is merged, and nothing made of one form into another.
    if let [(author, value)] = given {
        return Some(whole(*author, value));
    }
    let values: Vec<(&Value, &usize)> = given.iter().map(|(author, value)| (*value, author)).collect();
    let mut outcome = rule.apply(&values)?;
    let written = |author: usize| given.iter().find(|(other, _)| *other == author).map(|(_, value)| *value);
    if rule == Rule::Most {
        as_written(&mut outcome.value, &outcome.sources, &written);
    }
    let strongest = given.last().map(|(author, _)| (String::new(), *author, String::new()));
    let parts = outcome.sources.into_iter().map(|(pointer, author)| {
        let value = outcome.value.pointer(&pointer);
        let place = written(author).and_then(Value::as_array).and_then(|items| {
            items.iter().position(|item| Some(item) == value).map(|index| format!("/{index}"))
        });
        let is_element = outcome.value.is_array() && !pointer.is_empty();
        let origin = place.unwrap_or_else(|| if is_element { String::new() } else { pointer.clone() });
        (pointer, author, origin)
    });
    let origins = strongest.into_iter().chain(parts).collect();
    Some(Merged { value: outcome.value, origins })
}

/// Amounts as their files write them: what the rule makes of them is for programs.
fn as_written<'v>(
    value: &mut Value,
    sources: &[(String, usize)],
    written: &dyn Fn(usize) -> Option<&'v Value>,
) {
    let Some(entries) = value.as_object_mut() else { return };
    entries.retain(|_, amount| is_truthy(amount));
    for (pointer, author) in sources.iter().filter(|(pointer, _)| pointer != "/gpu") {
        if let Some(amount) = written(*author).and_then(|value| value.pointer(pointer)) {
            entries.insert(pointer.trim_start_matches('/').to_owned(), amount.clone());
        }
    }
}

fn list(given: &Given<'_>, once: bool) -> Merged {
    // A single value that nobody adds to stays single.
    if let [(author, value)] = given {
        return whole(*author, value);
    }
    let mut items: Vec<Value> = Vec::new();
    let mut origins: Vec<_> =
        given.last().map(|(author, _)| (String::new(), *author, String::new())).into_iter().collect();
    for (author, value) in given {
        let elements: Vec<(&Value, String)> = match value {
            Value::Array(elements) => {
                elements.iter().enumerate().map(|(index, element)| (element, format!("/{index}"))).collect()
            }
            single => vec![(*single, String::new())],
        };
        for (element, origin) in elements {
            if once && items.contains(element) {
                continue;
            }
            origins.push((format!("/{}", items.len()), *author, origin));
            items.push(element.clone());
        }
    }
    Merged { value: Value::Array(items), origins }
}

fn deep(given: &Given<'_>, once: bool) -> Merged {
    let all_objects = given.iter().all(|(_, value)| value.is_object());
    let all_lists = given.iter().all(|(_, value)| value.is_array());
    match given {
        [(author, value)] => whole(*author, value),
        _ if all_lists => list(given, once),
        [.., (author, value)] if !all_objects => whole(*author, value),
        _ => {
            let mut entries = Map::new();
            let mut origins: Vec<_> =
                given.last().map(|(author, _)| (String::new(), *author, String::new())).into_iter().collect();
            for key in given.iter().filter_map(|(_, value)| value.as_object()).flat_map(Map::keys) {
                if entries.contains_key(key) {
                    continue;
                }
                let below: Vec<(usize, &Value)> =
                    given.iter().filter_map(|(author, value)| Some((*author, value.get(key)?))).collect();
                let merged = deep(&below, once);
                let pointer = join_key("", key);
                origins.extend(merged.origins.into_iter().map(|(inside, author, origin)| {
                    (format!("{pointer}{inside}"), author, format!("{pointer}{origin}"))
                }));
                entries.insert(key.clone(), merged.value);
            }
            Merged { value: Value::Object(entries), origins }
        }
    }
}

/// Each Feature once, with the version and the options of the strongest file that asks for it, at its first place.
fn features(given: &Given<'_>) -> Merged {
    let mut kept: Vec<(&String, &Value, usize)> = Vec::new();
    for (author, value) in given {
        for (id, options) in value.as_object().into_iter().flatten() {
            let same = kept.iter_mut().find(|(other, _, _)| without_version(other) == without_version(id));
            match same {
                Some(earlier) => *earlier = (id, options, *author),
                None => kept.push((id, options, *author)),
            }
        }
    }
    let strongest = given.last().map(|(author, _)| (String::new(), *author, String::new()));
    let parts = kept.iter().map(|(id, _, author)| {
        let pointer = join_key("", id);
        (pointer.clone(), *author, pointer)
    });
    Merged {
        origins: strongest.into_iter().chain(parts).collect(),
        value: kept.iter().map(|(id, options, _)| ((*id).clone(), (*options).clone())).collect(),
    }
}

/// A Feature's name without `:tag` or `@sha256:digest`; folders and addresses have no version.
fn without_version(id: &str) -> &str {
    if id.starts_with('.') || id.starts_with('/') || id.contains("://") {
        return id;
    }
    let id = id.split_once('@').map_or(id, |(name, _)| name);
    let name = id.rfind('/').map_or(0, |slash| slash + 1);
    id[name..].find(':').map_or(id, |colon| &id[..name + colon])
}

/// A file that says where the container comes from takes back what weaker files say of it in another way.
pub(super) fn settle_scenario(layers: &mut [Map<String, Value>]) {
    const OLD_DOCKERFILE: [&str; 2] = ["dockerFile", "context"];
    const COMPOSE: [&str; 3] = ["dockerComposeFile", "service", "runServices"];
    let decides = |entries: &Map<String, Value>| {
        entries.contains_key("dockerFile")
            || entries.contains_key("image")
            || entries.contains_key("dockerComposeFile")
            || entries.get("build").is_some_and(|build| build.get("dockerfile").is_some())
    };
    let Some(strongest) = layers.iter().rposition(decides) else { return };
    let (weaker, rest) = layers.split_at_mut(strongest);
    let chosen = &rest[0];
    let (old, new) = (
        chosen.contains_key("dockerFile"),
        chosen.get("build").is_some_and(|build| build.get("dockerfile").is_some()),
    );
    let image = chosen.contains_key("image") && !old && !new;
    let compose = chosen.contains_key("dockerComposeFile") && !old && !new && !image;
    for entries in weaker {
        let mut drop = |names: &[&str]| names.iter().for_each(|name| drop_entry(entries, name));
        if !image {
            drop(&["image"]);
        }
        if !compose {
            drop(&COMPOSE);
        }
        if !old {
            drop(&OLD_DOCKERFILE);
        }
        if image || compose {
            drop(&["build"]);
        }
        if old && let Some(Value::Object(build)) = entries.get_mut("build") {
            drop_entry(build, "dockerfile");
            drop_entry(build, "context");
        }
    }
}

fn drop_entry(entries: &mut Map<String, Value>, name: &str) {
    entries.shift_remove(name);
}
