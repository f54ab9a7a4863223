//! Paths of one file, written as another file of another folder would write them.

use serde_json::Value;

use crate::paths::PathStyle;

/// Where paths stand that are relative to their file (devcontainer.json reference).
const PATHS: [&str; 5] =
    ["/build/dockerfile", "/build/context", "/dockerFile", "/context", "/dockerComposeFile"];

/// The value of a file in `from`, its paths as a file in `to` writes them.
pub(super) fn rebased(value: &Value, from: &str, to: &str, style: PathStyle) -> Value {
    let mut value = value.clone();
    if from == to {
        return value;
    }
    let path = |text: &str| rebased_path(text, from, to, style);
    for pointer in PATHS {
        match value.pointer_mut(pointer) {
            Some(Value::String(text)) => *text = path(text),
            Some(Value::Array(items)) => {
                for item in items {
                    if let Value::String(text) = item {
                        *text = path(text);
                    }
                }
            }
            _ => {}
        }
    }
    let local = |key: &str| if is_local_feature(key) { path(key) } else { key.to_owned() };
    if let Some(Value::Object(features)) = value.get_mut("features") {
        *features = std::mem::take(features).into_iter().map(|(key, item)| (local(&key), item)).collect();
    }
    if let Some(Value::Array(order)) = value.get_mut("overrideFeatureInstallOrder") {
        for item in order {
            if let Value::String(text) = item {
                *text = local(text);
            }
        }
    }
    value
}

/// A folder beside the configuration, as the specification tells it from a name in a registry.
fn is_local_feature(id: &str) -> bool {
    id.starts_with("./") || id.starts_with("../")
}

/// What begins with a variable is not known yet and stays; what cannot be reached from there becomes absolute.
fn rebased_path(path: &str, from: &str, to: &str, style: PathStyle) -> String {
    if path.is_empty() || path.starts_with("${") || style.is_absolute(path) {
        return path.to_owned();
    }
    let full = style.resolve(from, path);
    let drive = |path: &str| path.get(..2).filter(|drive| drive.ends_with(':')).map(str::to_lowercase);
    if drive(&full) != drive(to) {
        return full;
    }
    let relative = style.with_slashes(&style.relative(to, &full));
    match relative.as_str() {
        "" => ".".to_owned(),
        text if text.starts_with("..") => relative,
        _ => format!("./{relative}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_keep_their_place() {
        let cases = [
            ("Dockerfile", "/w/base", "/w/.devcontainer", "../base/Dockerfile"),
            ("..", "/w/base", "/w/.devcontainer", ".."),
            (".", "/w/.devcontainer/base", "/w/.devcontainer", "./base"),
            ("../x", "/w/.devcontainer/base", "/w/.devcontainer", "./x"),
            ("/abs/Dockerfile", "/w/base", "/w", "/abs/Dockerfile"),
            ("${localEnv:D}/x", "/w/base", "/w", "${localEnv:D}/x"),
        ];
        for (path, from, to, expected) in cases {
            assert_eq!(
                rebased_path(path, from, to, PathStyle::Linux),
                expected,
                "{path} from {from} to {to}"
            );
        }
        let windows = [
            (r"C:\w\base", r"C:\w\.devcontainer", "../base/Dockerfile"),
            (r"D:\mine", r"C:\w\.devcontainer", r"D:\mine\Dockerfile"),
        ];
        for (from, to, expected) in windows {
            assert_eq!(rebased_path("Dockerfile", from, to, PathStyle::Windows), expected, "{from} to {to}");
        }
    }
}
