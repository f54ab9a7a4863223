//! The Features that a configuration and its caller ask for, with the short names of Features' first days put into today's.

use serde_json::{Map, Value, json};

/// Where the Features of the first collection live today.
const COLLECTION: &str = "ghcr.io/devcontainers/features";

/// The version that short names mean, so that what they gave once does not change under them.
const VERSION: &str = "1";

/// Short names that became references.
const MOVED: [&str; 18] = [
    "aws-cli",
    "azure-cli",
    "desktop-lite",
    "docker-in-docker",
    "docker-from-docker",
    "dotnet",
    "git",
    "git-lfs",
    "github-cli",
    "java",
    "kubectl-helm-minikube",
    "node",
    "powershell",
    "python",
    "ruby",
    "rust",
    "sshd",
    "terraform",
];

/// Short names that became references under another name.
const RENAMED: [(&str, &str); 2] = [("golang", "go"), ("common", "common-utils")];

/// Short names that became an option of another Feature.
const BECAME_OPTIONS: [(&str, &str, &str); 3] = [
    ("gradle", "java", "installGradle"),
    ("maven", "java", "installMaven"),
    ("jupyterlab", "python", "installJupyterlab"),
];

/// A Feature as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedFeature {
    /// What the user wrote. Labels, lockfiles and messages show it.
    pub user_id: String,
    /// The reference that it stands for; the same, but for short names.
    pub id: String,
    /// The options as given: an object, or a text or boolean for the option `version`.
    pub options: Value,
    /// Only the caller asks for it, so the lockfile, which belongs to the configuration, does not hold it.
    pub additional: bool,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// The Features, the configuration's first.
    pub features: Vec<AskedFeature>,
    /// What to tell about short names.
    pub warnings: Vec<String>,
}

/// A short name and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedIdentifier {
    /// The reference.
    pub id: String,
    /// What to tell about it.
    pub warning: String,
}

/// The Features of a configuration and those that its caller adds. What the configuration says of a Feature wins.
/// `auto_mapping` is whether short names are understood.
#[must_use]
pub fn asked(features: &Map<String, Value>, additional: &Map<String, Value>, auto_mapping: bool) -> Asked {
    let plain = |(user_id, options): (&String, &Value), additional: bool| AskedFeature {
        user_id: user_id.clone(),
        id: user_id.clone(),
        options: options.clone(),
        additional,
    };
    let own = features.iter().map(|feature| plain(feature, false));
    let added = additional.iter().filter(|(id, _)| !features.contains_key(*id));
    let mut asked = Asked {
        features: own.chain(added.map(|feature| plain(feature, true))).collect(),
        warnings: Vec::new(),
    };
    if auto_mapping {
        asked.turn_into_options();
        for feature in &mut asked.features {
            if let Some(mapped) = map_identifier(&feature.id) {
                feature.id = mapped.id;
                asked.warnings.push(mapped.warning);
            }
        }
    }
    asked
}

/// The reference that a short name stands for.
#[must_use]
pub fn map_identifier(id: &str) -> Option<MappedIdentifier> {
    let renamed = RENAMED.iter().find(|(name, _)| *name == id).map(|(_, current)| *current);
    let current = renamed.or_else(|| MOVED.iter().find(|name| **name == id).copied())?;
    Some(MappedIdentifier {
        id: format!("{COLLECTION}/{current}:{VERSION}"),
        warning: format!(
            "(!) WARNING: Using the deprecated '{id}' Feature. See https://github.com/devcontainers/features/tree/main/src/{current}#example-usage for the updated Feature."
        ),
    })
}

impl Asked {
    /// Features that are an option of another one today: that option of the other Feature, which is added if nobody asked for it.
    fn turn_into_options(&mut self) {
        let older = |feature: &AskedFeature| {
            BECAME_OPTIONS.iter().find(|(name, _, _)| *name == feature.user_id).copied()
        };
        let found: Vec<_> = self
            .features
            .iter()
            .filter_map(|feature| older(feature).map(|older| (older, feature.additional)))
            .collect();
        for ((name, current, option), additional) in found {
            self.warnings.push(format!(
                "(!) WARNING: Using the deprecated '{name}' Feature. It is now part of the '{current}' Feature. See https://github.com/devcontainers/features/tree/main/src/{current}#options for the updated Feature."
            ));
            let full = format!("{COLLECTION}/{current}");
            let same = |feature: &&mut AskedFeature| {
                let id = &feature.user_id;
                id == current || *id == full || id.starts_with(&format!("{full}:"))
            };
            if let Some(feature) = self.features.iter_mut().find(same) {
                let mut options = match std::mem::take(&mut feature.options) {
                    Value::Object(options) => options,
                    Value::String(version) => Map::from_iter([("version".to_owned(), version.into())]),
                    _ => Map::new(),
                };
                options.insert(option.to_owned(), true.into());
                feature.options = Value::Object(options);
            } else {
                let id = format!("{full}:{VERSION}");
                self.features.push(AskedFeature {
                    user_id: id.clone(),
                    id,
                    options: json!({ option: true }),
                    additional,
                });
            }
        }
        self.features.retain(|feature| older(feature).is_none());
    }
}
