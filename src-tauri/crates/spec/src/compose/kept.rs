//! What may be kept of a project between two looks, and what it was made of, so that a look can tell whether it is still the same.

use serde_json::{Map, Value, json};

use super::project::ComposeProject;
use super::values::labels_of;
use crate::labels::{tells_runtime, tells_whose};
use crate::paths::PathStyle;

/// Properties of a service that only its container needs, where passwords usually stand.
const OF_CONTAINER: [&str; 5] = ["configs", "develop", "environment", "healthcheck", "secrets"];

/// Properties of a service whose entries are commands in its container: of those it counts whether they have more rights than that.
const HOOKS: [&str; 2] = ["post_start", "pre_stop"];

impl ComposeProject {
    /// The project as data that may be written down: without what its containers are given and nobody else looks at.
    #[must_use]
    pub fn to_kept(&self) -> Value {
        let mut kept = without_extensions(&self.raw);
        if let Some(Value::Object(configs)) = kept.get_mut("configs") {
            configs.values_mut().filter_map(Value::as_object_mut).for_each(|config| {
                config.shift_remove("content");
            });
        }
        if let Some(Value::Object(services)) = kept.get_mut("services") {
            for service in services.values_mut().filter_map(Value::as_object_mut) {
                *service = without_extensions(service);
                service.retain(|name, _| !OF_CONTAINER.contains(&name.as_str()));
                // Where its log goes is part of what a person allows; how much is kept of it is not.
                service.retain(|name, value| name != "logging" || !keeps_log(value));
                if let Some(annotations) = service.get_mut("annotations") {
                    let said = labels_of(annotations).into_iter();
                    *annotations = said.filter(|(name, _)| tells_runtime(name)).collect();
                }
                if let Some(labels) = service.get_mut("labels") {
                    *labels = kept_labels(labels);
                }
                for (_, hooks) in service.iter_mut().filter(|(name, _)| HOOKS.contains(&name.as_str())) {
                    let rights = |hook: &Value| json!({ "privileged": hook.get("privileged") });
                    *hooks = match &*hooks {
                        Value::Array(hooks) => hooks.iter().map(rights).collect(),
                        one => rights(one),
                    };
                }
            }
        }
        Value::Object(kept)
    }

    /// The project that was written down, and which of its services started although they have a profile.
    #[must_use]
    pub fn of_kept(kept: Value, enabled: Vec<String>) -> Self {
        Self { enabled, ..Self::of(kept) }
    }
}

/// Whether `logging` of a service only says how much of the log the engine keeps for itself.
#[must_use]
pub fn keeps_log(logging: &Value) -> bool {
    let bounds = [
        "compress",
        "env",
        "env-regex",
        "labels",
        "labels-regex",
        "max-buffer-size",
        "max-file",
        "max-size",
        "mode",
        "tag",
    ];
    let driver = logging.get("driver").unwrap_or(&Value::Null);
    let is_own = driver.is_null() || matches!(driver.as_str(), Some("" | "json-file" | "local" | "none"));
    is_own
        && match logging.get("options") {
            None | Some(Value::Null) => true,
            Some(options) => labels_of(options).keys().all(|name| bounds.contains(&name.as_str())),
        }
}

/// The labels of a service: of those that tell whose a container is also what they say.
fn kept_labels(labels: &Value) -> Value {
    let said = labels_of(labels).into_iter();
    let said = said.map(|(name, value)| (tells_whose(&name), name, value));
    said.map(|(counts, name, value)| (name, value.filter(|_| counts))).collect()
}

fn without_extensions(object: &Map<String, Value>) -> Map<String, Value> {
    object
        .iter()
        // podman-compose takes some for options of the engine's program.
        .filter(|(name, _)| !name.starts_with("x-") || name.starts_with("x-podman"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Whether a text may refer to a variable: its name stands there as a word, or letters are written in a way that could be its name.
#[must_use]
pub fn may_refer_to(text: &str, variable: &str, style: PathStyle) -> bool {
    let is_hidden = || {
        let mut after = text.split('\\').skip(1);
        after.any(|rest| rest.starts_with(['x', 'u', 'U', '\r', '\n']))
    };
    let same = |word: &str| match style {
        PathStyle::Windows => word.eq_ignore_ascii_case(variable),
        PathStyle::Linux | PathStyle::Darwin => word == variable,
    };
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(same) || is_hidden()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::Dollars;

    #[test]
    fn variables_that_a_text_may_refer_to() {
        let table = [
            ("image: x:$TAG", "TAG", true),
            ("image: x:${TAG:-1}", "TAG", true),
            ("environment:\n  - TAG", "TAG", true),
            ("image: x:$TAGS", "TAG", false),
            ("image: x:$MY_TAG", "TAG", false),
            ("image: \"x:$\\x54AG\"", "TAG", true),
            ("image: \"x:$TA\\\nG\"", "TAG", true),
            ("command: \"a\\tb\"", "TAG", false),
        ];
        for (text, variable, expected) in table {
            assert_eq!(may_refer_to(text, variable, PathStyle::Linux), expected, "{text}");
        }
        assert!(may_refer_to("$tag", "TAG", PathStyle::Windows));
        assert!(!may_refer_to("$tag", "TAG", PathStyle::Linux));
    }

    #[test]
    fn what_is_kept_is_the_same_project_without_its_environments() {
        let text = "name: p\nx-password: geheim\nx-podman: {pod_args: [--infra]}\nconfigs: {c: {content: geheim}}\nvolumes: {v: {driver_opts: {o: a}}}\nservices:\n  \
                    a:\n    build: {context: /c, args: {A: '1'}}\n    environment: {PASSWORD: geheim}\n    annotations: {a: geheim, run.oci.x: z}\n    logging: {driver: local, options: {tag: geheim}}\n    labels: {l: geheim, com.docker.compose.project: other}\n    \
                    x-more: geheim\n    post_start: [{command: geheim, privileged: true}]\n    privileged: true\n    depends_on: [b]\n  b:\n    image: i\n    user: $$me\n    logging: {driver: syslog}\n    profiles: [p]\n";
        let project = ComposeProject::read(text, Dollars::Doubled).unwrap().with_enabled("a\nb\n");
        assert_eq!(project.enabled, ["b"]);
        let kept = project.to_kept();
        assert!(!kept.to_string().contains("geheim"), "{kept}");
        let again = ComposeProject::of_kept(kept, project.enabled.clone());
        assert_eq!(serde_json::to_value(&again).unwrap(), serde_json::to_value(&project).unwrap());
        assert_eq!(again.services["a"].raw["privileged"], true);
        assert_eq!(again.services["a"].raw["post_start"][0]["privileged"], true);
        assert_eq!(again.services["a"].raw["annotations"], json!({"run.oci.x": "z"}));
        assert_eq!(again.services["b"].raw["logging"], json!({"driver": "syslog"}));
        let labels = json!({"l": null, "com.docker.compose.project": "other"});
        assert_eq!(again.services["a"].raw["labels"], labels);
        assert_eq!(again.raw["volumes"], project.raw["volumes"]);
        assert_eq!(again.raw["x-podman"], project.raw["x-podman"]);
    }
}
