//! Folders for what a configuration is made of beside an image: Features that are built in, a Compose project, Features in a registry.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;
use wharf_test_support::collection::{self, Kind as Collected};
use wharf_test_support::engines;
use wharf_test_support::images::DEBIAN;
use wharf_test_support::memory_registry::{Lock, MemoryRegistry};
use wharf_test_support::plugins;

use super::place::{Place, quote, quoted, write_configuration};
use super::table::Program;

/// The Features that are installed into an image.
const INSTALLED: [&str; 3] = ["one", "two", "three"];
/// How many are looked up in a registry.
const PUBLISHED: usize = 10;
/// Where they are published.
const NAMESPACE: &str = "bench";

const PROGRAMS: [Program; 3] = [Program::Engine, Program::Reference, Program::Wharf];

/// What outlives the folders' making: the registry answers as long as it is there.
pub(super) struct Parts {
    _registry: MemoryRegistry,
}

impl Parts {
    pub(super) fn make(place: &Place) -> Result<Parts> {
        let registry = MemoryRegistry::start(Lock::Open);
        publish(place, &registry)?;
        for program in PROGRAMS {
            make_features(Path::new(&place.features_folder(program)), program)?;
            make_compose(Path::new(&place.compose_folder(program)), program)?;
            make_references(Path::new(&place.references_folder(program)), program, &registry)?;
        }
        bring_plugins(place)?;
        Ok(Parts { _registry: registry })
    }
}

impl Place {
    /// The folder whose configuration has three Features of its own; for the engine, a Dockerfile that does the same.
    pub(super) fn features_folder(&self, program: Program) -> String {
        self.below(&format!("features-{}", program.name()))
    }

    /// The folder whose environment is a service of a Compose project.
    pub(super) fn compose_folder(&self, program: Program) -> String {
        self.below(&format!("compose-{}", program.name()))
    }

    /// The folder whose configuration names ten Features of a registry; where the engine's own column stands, one that lies beside it.
    pub(super) fn references_folder(&self, program: Program) -> String {
        self.below(&format!("references-{}", program.name()))
    }

    /// Shell text that changes the first Feature, so that none of the layers is there already.
    pub(super) fn renew_features(&self, program: Program) -> String {
        let folder = PathBuf::from(self.features_folder(program));
        let script = folder.join(".devcontainer").join(INSTALLED[0]).join("install.sh");
        format!("date '+# %s%N' >> {}", quote(&script.display().to_string()))
    }

    /// The engine's own build of the same.
    pub(super) fn build_equal(&self) -> Vec<String> {
        self.engine(&["build", "-t", "wharf-bench-equal", &self.features_folder(Program::Engine)])
    }

    pub(super) fn compose_up(&self) -> Vec<String> {
        let file = format!("{}/.devcontainer/compose.yaml", self.compose_folder(Program::Engine));
        self.engine(&["compose", "-f", &file, "up", "-d"])
    }

    /// Shell text that removes everything of one program's Compose project.
    pub(super) fn compose_down(&self, program: Program) -> String {
        let project = project(program);
        quoted(&self.engine(&["compose", "-p", &project, "down", "--timeout", "0"]))
    }

    /// Shell text that forgets every Feature that was fetched.
    pub(super) fn forget_features(&self) -> String {
        let home = quote(&self.below("home"));
        format!("find {home} -type d -name features -prune -exec rm -rf {{}} +")
    }

    /// Shell text that removes what these folders have led to.
    pub(super) fn remove_parts(&self, has_compose: bool) -> String {
        let engine = quoted(&self.engine(&[]));
        let mut all = vec![format!("{engine} rmi -f wharf-bench-equal || true")];
        for program in [Program::Reference, Program::Wharf] {
            let folder = self.features_folder(program);
            all.push(self.remove_labelled(&folder));
            let name = quote(&format!("reference=*{}*", project_of_features(program)));
            all.push(format!(
                "for id in $({engine} images -q --filter {name}); do {engine} rmi -f $id; done"
            ));
        }
        if has_compose {
            all.extend(PROGRAMS.map(|program| format!("{} || true", self.compose_down(program))));
        }
        all.join("; ")
    }
}

fn project(program: Program) -> String {
    format!("wharf-bench-{}", program.name())
}

fn project_of_features(program: Program) -> String {
    format!("vsc-features-{}", program.name())
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn install_script(name: &str) -> String {
    format!("#!/bin/sh\nset -e\nmkdir -p /usr/local/share\necho installed > /usr/local/share/{name}\n")
}

fn write_feature(folder: &Path, name: &str) -> Result<()> {
    let manifest = json!({ "id": name, "version": "1.0.0", "name": name });
    write(&folder.join(name).join("devcontainer-feature.json"), &manifest.to_string())?;
    write(&folder.join(name).join("install.sh"), &install_script(name))
}

fn make_features(folder: &Path, program: Program) -> Result<()> {
    let inner = folder.join(".devcontainer");
    for name in INSTALLED {
        write_feature(&inner, name)?;
    }
    let features: serde_json::Map<_, _> =
        INSTALLED.iter().map(|name| (format!("./{name}"), json!({}))).collect();
    write_configuration(folder, &json!({ "image": DEBIAN, "features": features }).to_string())?;
    if program != Program::Engine {
        return Ok(());
    }
    // As many layers, made in the same way.
    let layers: String = INSTALLED
        .iter()
        .map(|name| {
            format!(
                "RUN --mount=type=bind,source=.devcontainer/{name},target=/tmp/source/{name} \
                 cp -ar /tmp/source/{name} /tmp/features && chmod -R 0755 /tmp/features/{name} \
                 && cd /tmp/features/{name} && ./install.sh && rm -rf /tmp/features/{name}\n"
            )
        })
        .collect();
    let text = format!(
        "FROM {DEBIAN}\nUSER root\nRUN mkdir -p /tmp/features\nCOPY .devcontainer/devcontainer.json /tmp/features/\n\
         RUN echo HOME=/root >> /tmp/features/builtin.env\n{layers}LABEL devcontainer.metadata=\"[]\"\n"
    );
    write(&folder.join("Dockerfile"), &text)
}

fn make_compose(folder: &Path, program: Program) -> Result<()> {
    let text = format!(
        "name: {}\nservices:\n  app:\n    image: {DEBIAN}\n    command: sleep infinity\n    init: true\n    volumes:\n      - ..:/workspace\n",
        project(program)
    );
    write(&folder.join(".devcontainer/compose.yaml"), &text)?;
    let configuration =
        json!({ "dockerComposeFile": "compose.yaml", "service": "app", "workspaceFolder": "/workspace" });
    write_configuration(folder, &configuration.to_string())
}

fn publish(place: &Place, registry: &MemoryRegistry) -> Result<()> {
    let source = PathBuf::from(place.below("published"));
    for number in 0..PUBLISHED {
        write_feature(&source, &format!("feature-{number}"))?;
    }
    let _digests = collection::publish(registry, NAMESPACE, &source, Collected::Feature);
    Ok(())
}

fn make_references(folder: &Path, program: Program, registry: &MemoryRegistry) -> Result<()> {
    let names: Vec<String> = if program == Program::Engine {
        write_feature(&folder.join(".devcontainer"), INSTALLED[0])?;
        vec![format!("./{}", INSTALLED[0])]
    } else {
        (0..PUBLISHED).map(|number| format!("{}/{NAMESPACE}/feature-{number}:1", registry.host())).collect()
    };
    let features: serde_json::Map<_, _> = names.into_iter().map(|name| (name, json!({}))).collect();
    write_configuration(folder, &json!({ "image": DEBIAN, "features": features }).to_string())
}

/// Compose and buildx where the engine's program looks for them.
fn bring_plugins(place: &Place) -> Result<()> {
    let folder = PathBuf::from(place.below("home")).join(".docker/cli-plugins");
    std::fs::create_dir_all(&folder)?;
    let home = engines::home()?;
    for plugin in [plugins::COMPOSE, plugins::BUILDX] {
        let from = plugins::path(&home, plugin);
        std::fs::copy(&from, folder.join(plugin)).with_context(|| format!("no {}", from.display()))?;
    }
    Ok(())
}
