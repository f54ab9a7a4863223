//! Variables: `${name}` and `${name:argument}` in every string value, in three phases
//! (devcontainer.json reference, "Variables in devcontainer.json").
//!
//! Local variables are known when the file is read, the id when the labels are, the container's when it runs. Each phase
//! replaces what it knows and leaves the rest as written. Keys are never touched, and results are not looked at again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::DevContainerId;
use crate::paths::PathStyle;
use crate::pointer::At;

/// What local variables stand for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalVariables {
    /// The host's environment, for `${localEnv:NAME}` and its older spelling `${env:NAME}`.
    pub env: BTreeMap<String, String>,
    /// The folder on the host that was opened; without one its variables stay as written.
    pub local_workspace_folder: Option<String>,
    /// Where that folder is in the container, as written: it may hold local variables itself.
    pub container_workspace_folder: Option<String>,
    /// Whether the host is Windows: its paths, and names of environment variables without regard to case.
    pub windows: bool,
}

/// What the container's variables stand for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerVariables {
    /// The environment that the container was created with, for `${containerEnv:NAME}`.
    pub env: BTreeMap<String, String>,
}

impl ContainerVariables {
    /// From the `NAME=value` texts that an engine gives. A text without `=` says nothing.
    pub fn from_list<'a>(list: impl IntoIterator<Item = &'a str>) -> Self {
        let pairs = list.into_iter().filter_map(|pair| pair.split_once('='));
        Self { env: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect() }
    }
}

/// A variable that cannot be resolved: it needs a name and has none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{variable}' in {file} can not be resolved because no environment variable name is given.")]
pub struct SubstitutionError {
    /// The variable as written, such as `${localEnv}`.
    pub variable: String,
    /// The JSON pointer of the value that holds it.
    pub pointer: String,
    /// The file's name, for the message.
    pub file: String,
}

/// Replaces the local variables. What stands below an error is left as written.
///
/// # Errors
/// Every `${localEnv}` without a name.
pub fn substitute_local(
    value: &Value,
    variables: &LocalVariables,
    file: &str,
) -> Result<Value, Vec<SubstitutionError>> {
    let local = Local::of(variables);
    let mut walk =
        Walk { file, errors: Vec::new(), replace: &|variable, arguments| local.replace(variable, arguments) };
    let value = walk.value(value, &At::Root);
    if walk.errors.is_empty() { Ok(value) } else { Err(walk.errors) }
}

/// Replaces `${devcontainerId}`.
#[must_use]
pub fn substitute_id(value: &Value, id: &DevContainerId) -> Value {
    let replace = |variable: &str, _: &[&str]| match variable {
        "devcontainerId" => Replacement::Text(id.to_string()),
        _ => Replacement::Keep,
    };
    Walk { file: "", errors: Vec::new(), replace: &replace }.value(value, &At::Root)
}

/// Replaces `${containerEnv:NAME}`.
///
/// # Errors
/// Every `${containerEnv}` without a name.
pub fn substitute_container(
    value: &Value,
    variables: &ContainerVariables,
    file: &str,
) -> Result<Value, Vec<SubstitutionError>> {
    let replace = |variable: &str, arguments: &[&str]| match variable {
        "containerEnv" => look_up(arguments, |name| variables.env.get(name)),
        _ => Replacement::Keep,
    };
    let mut walk = Walk { file, errors: Vec::new(), replace: &replace };
    let value = walk.value(value, &At::Root);
    if walk.errors.is_empty() { Ok(value) } else { Err(walk.errors) }
}

/// What becomes of one `${…}`.
enum Replacement {
    Text(String),
    Keep,
    /// An environment variable without a name.
    Unnamed,
}

/// The local variables, made ready for many look-ups.
struct Local<'a> {
    variables: &'a LocalVariables,
    /// On Windows the environment by lower-case names; elsewhere nothing.
    lower_case: Option<BTreeMap<String, &'a String>>,
    container_workspace_folder: Option<String>,
}

impl<'a> Local<'a> {
    fn of(variables: &'a LocalVariables) -> Self {
        let lower_case = variables
            .windows
            .then(|| variables.env.iter().map(|(name, value)| (name.to_lowercase(), value)).collect());
        let container_workspace_folder = variables.container_workspace_folder.clone();
        let mut local = Self { variables, lower_case, container_workspace_folder };
        // The container's path may itself hold local variables, so it is the first text to be substituted.
        local.container_workspace_folder = variables.container_workspace_folder.as_deref().map(|folder| {
            replace_in(folder, &|variable, arguments| local.replace(variable, arguments), &mut |_| {})
        });
        local
    }

    fn replace(&self, variable: &str, arguments: &[&str]) -> Replacement {
        let style = if self.variables.windows { PathStyle::Windows } else { PathStyle::Linux };
        let local = self.variables.local_workspace_folder.as_deref();
        let container = self.container_workspace_folder.as_deref();
        let known = |text: Option<String>| text.map_or(Replacement::Keep, Replacement::Text);
        match variable {
            "env" | "localEnv" => look_up(arguments, |name| match &self.lower_case {
                Some(env) => env.get(&name.to_lowercase()).copied(),
                None => self.variables.env.get(name),
            }),
            "localWorkspaceFolder" => known(local.map(str::to_owned)),
            "localWorkspaceFolderBasename" => known(local.map(|folder| style.basename(folder).to_owned())),
            "containerWorkspaceFolder" => known(container.map(str::to_owned)),
            "containerWorkspaceFolderBasename" => {
                known(container.map(|folder| PathStyle::Linux.basename(folder).to_owned()))
            }
            _ => Replacement::Keep,
        }
    }
}

/// `NAME[:default[:ignored…]]`: the default counts only if the variable is unset; without one an unset variable is empty.
fn look_up<'v>(arguments: &[&str], get: impl Fn(&str) -> Option<&'v String>) -> Replacement {
    let Some(name) = arguments.first() else {
        return Replacement::Unnamed;
    };
    let value = get(name).map(String::as_str).or(arguments.get(1).copied()).unwrap_or_default();
    Replacement::Text(value.to_owned())
}

type Replace<'r> = dyn Fn(&str, &[&str]) -> Replacement + 'r;

struct Walk<'r> {
    file: &'r str,
    errors: Vec<SubstitutionError>,
    replace: &'r Replace<'r>,
}

impl Walk<'_> {
    fn value(&mut self, value: &Value, at: &At<'_>) -> Value {
        match value {
            Value::String(text) => {
                let (file, errors) = (self.file, &mut self.errors);
                Value::String(replace_in(text, self.replace, &mut |variable| {
                    errors.push(SubstitutionError {
                        variable: variable.to_owned(),
                        pointer: at.pointer(),
                        file: file.to_owned(),
                    });
                }))
            }
            Value::Array(items) => Value::Array(
                items.iter().enumerate().map(|(index, item)| self.value(item, &at.index(index))).collect(),
            ),
            Value::Object(entries) => Value::Object(
                entries.iter().map(|(key, item)| (key.clone(), self.value(item, &at.key(key)))).collect(),
            ),
            other => other.clone(),
        }
    }
}

/// Replaces each `${…}` that ends on its own line; `unnamed` hears of those that lack a name.
fn replace_in(text: &str, replace: &Replace<'_>, unnamed: &mut dyn FnMut(&str)) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let inside = &rest[start + 2..];
        let end = inside.find(['}', '\n', '\r', '\u{2028}', '\u{2029}']);
        let Some(end) = end.filter(|end| inside[*end..].starts_with('}')) else {
            result.push_str(&rest[..start + 2]);
            rest = inside;
            continue;
        };
        let variable = &rest[start..start + 2 + end + 1];
        let mut parts = inside[..end].split(':');
        let name = parts.next().unwrap_or_default();
        let arguments: Vec<&str> = parts.collect();
        result.push_str(&rest[..start]);
        match replace(name, &arguments) {
            Replacement::Text(value) => result.push_str(&value),
            Replacement::Keep => result.push_str(variable),
            Replacement::Unnamed => {
                unnamed(variable);
                result.push_str(variable);
            }
        }
        rest = &inside[end + 1..];
    }
    result.push_str(rest);
    result
}
