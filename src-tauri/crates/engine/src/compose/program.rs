//! Finding Compose's program: a plugin of Docker's, a program of its own, or what Podman starts in its place.

use std::path::{Path, PathBuf};

use crate::executable::is_executable;

/// Who wrote the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ComposeKind {
    /// Docker's Compose, in whichever version.
    Docker,
    /// podman-compose, which has fewer options and writes no dollar sign twice.
    PodmanCompose,
}

/// Compose as it is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposeProgram {
    /// The program.
    pub program: PathBuf,
    /// What comes before Compose's own arguments.
    pub arguments: Vec<String>,
    /// Who wrote it.
    pub kind: ComposeKind,
}

/// Where programs are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComposePlaces {
    /// The folders of the search path.
    pub path: Vec<PathBuf>,
    /// The folders where Docker's program looks for its plugins.
    pub plugins: Vec<PathBuf>,
}

impl ComposePlaces {
    /// Those of a computer, from its environment and the user's home folder.
    #[must_use]
    pub fn of(environment: &dyn Fn(&str) -> Option<String>, home: Option<&Path>) -> Self {
        let configuration =
            environment("DOCKER_CONFIG").filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let configuration = configuration.or_else(|| home.map(|home| home.join(".docker")));
        let system = [
            "/usr/local/lib/docker/cli-plugins",
            "/usr/local/libexec/docker/cli-plugins",
            "/usr/lib/docker/cli-plugins",
            "/usr/libexec/docker/cli-plugins",
            "/opt/homebrew/lib/docker/cli-plugins",
            r"C:\Program Files\Docker\cli-plugins",
        ];
        let path = environment("PATH").unwrap_or_default();
        Self {
            path: std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect(),
            plugins: configuration
                .map(|folder| folder.join("cli-plugins"))
                .into_iter()
                .chain(system.map(PathBuf::from))
                .collect(),
        }
    }

    /// The program to start: the one that was asked for if it is there, else Docker's plugin, `docker-compose`, and for Podman what
    /// that has. None where there is none.
    #[must_use]
    pub fn find(&self, asked: Option<&str>, podman: bool) -> Option<ComposeProgram> {
        let alone = |program: PathBuf| {
            let name =
                program.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            match name.as_str() {
                "docker" | "podman" => ComposeProgram {
                    program,
                    arguments: vec!["compose".to_owned()],
                    kind: ComposeKind::Docker,
                },
                "podman-compose" => {
                    ComposeProgram { program, arguments: Vec::new(), kind: ComposeKind::PodmanCompose }
                }
                _ => ComposeProgram { program, arguments: Vec::new(), kind: ComposeKind::Docker },
            }
        };
        let on_path = |name: &str| self.path.iter().find_map(|folder| executable(folder, name));
        let asked = || {
            let asked = asked?;
            if asked.contains(['/', '\\']) {
                Some(PathBuf::from(asked)).filter(|path| path.is_file())
            } else {
                on_path(asked)
            }
        };
        // The plugin is a program of its own too, and faster without Docker's in front of it.
        let plugin = || self.plugins.iter().find_map(|folder| executable(folder, "docker-compose"));
        let found = asked().or_else(plugin).or_else(|| on_path("docker-compose"));
        let of_podman = || podman.then(|| on_path("podman-compose").or_else(|| on_path("podman"))).flatten();
        found.or_else(of_podman).map(alone)
    }
}

impl ComposeProgram {
    /// The same as a person would type it: a plugin is typed as a verb of Docker's own program.
    #[must_use]
    pub fn shown(&self) -> String {
        let name =
            self.program.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if self.program.parent().is_some_and(|folder| folder.ends_with("cli-plugins")) {
            return "docker compose".to_owned();
        }
        std::iter::once(name).chain(self.arguments.iter().cloned()).collect::<Vec<_>>().join(" ")
    }

    /// The options that name a project's files.
    #[must_use]
    pub fn of_files(&self, files: &[String], env_file: Option<&str>) -> Vec<String> {
        let files = files.iter().flat_map(|file| ["-f".to_owned(), file.clone()]);
        let env_file = env_file.map(|file| ["--env-file".to_owned(), file.to_owned()]).into_iter().flatten();
        files.chain(env_file).collect()
    }

    /// `config`: the whole project, services of every profile included where the program knows how.
    #[must_use]
    pub fn config(
        &self,
        files: &[String],
        env_file: Option<&str>,
        project: Option<&str>,
        major: u32,
    ) -> Vec<String> {
        let mut words = self.of_files(files, env_file);
        words.extend(project.map(|project| format!("--project-name={project}")));
        if self.kind == ComposeKind::Docker && major >= 2 {
            words.extend(["--profile".to_owned(), "*".to_owned()]);
        }
        words.push("config".to_owned());
        words
    }

    /// `config --services`: the names of the services that start by themselves, with those whose profile is active. The first version
    /// of Compose names all.
    #[must_use]
    pub fn services(&self, files: &[String], env_file: Option<&str>, project: Option<&str>) -> Vec<String> {
        let mut words = self.of_files(files, env_file);
        words.extend(project.map(|project| format!("--project-name={project}")));
        words.extend(["config", "--services"].map(str::to_owned));
        words
    }

    /// `up -d --no-build`: what is missing is made and started, what is there is started.
    #[must_use]
    pub fn up(
        &self,
        project: &str,
        files: &[String],
        env_file: Option<&str>,
        keep: bool,
        services: &[String],
    ) -> Vec<String> {
        let mut words = vec![format!("--project-name={project}")];
        words.extend(self.of_files(files, env_file));
        words.extend(["up", "-d", "--no-build"].map(str::to_owned));
        if keep {
            words.push("--no-recreate".to_owned());
        }
        words.extend(services.iter().cloned());
        words
    }
}

fn executable(folder: &Path, name: &str) -> Option<PathBuf> {
    let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    is_executable(&path).then_some(path)
}
