//! Where it is measured: the engine's own program, folders with the same configuration for each program, and a home of their own.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use wharf_test_support::engines::{self, Engine, Kind};
use wharf_test_support::images::DEBIAN;

use super::parts::Parts;
use super::table::Program;
use crate::system;

/// The container that the engine's own program runs.
const CONTAINER: &str = "wharf-bench-engine";
/// The folder with the large build context; images made from it are named after it.
const CONTEXT: &str = "wharf-bench-context";
/// The container that has written a large log.
const WRITER: &str = "wharf-bench-writer";
/// How many lines of a hundred bytes it has written.
const LOG_LINES: usize = 1_000_000;
/// The label of the containers that make a list long, and how many there are.
const MANY: &str = "dev.wharf.bench=many";
const HOW_MANY: usize = 100;
/// How much the large build context holds.
const CONTEXT_BYTES: usize = 500 * 1000 * 1000;

/// The prepared folders; they and the containers made from them go with it.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    /// The engine's own program with what leads it to its engine.
    engine: Vec<String>,
    /// `docker`, speaking to the engine's socket.
    client: Vec<String>,
    host: String,
    wharf: PathBuf,
    reference: Option<Reference>,
    kind: Kind,
    parts: Option<Parts>,
}

/// The reference command line: the words that start it, and the engine's program where a name on the search path is not enough.
struct Reference {
    words: Vec<String>,
    docker_path: Option<String>,
}

impl Place {
    pub(crate) fn make(engine: &Engine, wharf: &Path, reference: Option<&Path>) -> Result<Place> {
        let folder = engines::shared_folder();
        let program = engine_program(engine)?;
        let reference = match reference {
            None => None,
            Some(script) => Some(reference_program(&program, script, folder.path())?),
        };
        let mut place = Place {
            folder,
            engine: program,
            client: docker_program(engine, engine),
            host: engine.docker_host(),
            wharf: wharf.to_path_buf(),
            reference,
            kind: engine.kind,
            parts: None,
        };
        for name in ["home", "empty"] {
            std::fs::create_dir_all(place.folder.path().join(name))?;
        }
        let configuration = format!(r#"{{ "image": "{DEBIAN}", "postCreateCommand": "true" }}"#);
        for program in [Program::Engine, Program::Reference, Program::Wharf] {
            write_configuration(Path::new(&place.folder(program)), &configuration)?;
        }
        place.parts = Some(Parts::make(&place)?);
        Ok(place)
    }

    /// The workspace folder of one program.
    pub(crate) fn folder(&self, program: Program) -> String {
        self.below(program.name())
    }

    /// Compose is Docker's program.
    pub(crate) fn has_compose(&self) -> bool {
        self.kind == Kind::Docker
    }

    pub(super) fn below(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    pub(crate) fn container(&self) -> &'static str {
        CONTAINER
    }

    pub(crate) fn engine(&self, arguments: &[&str]) -> Vec<String> {
        joined(&self.engine, arguments)
    }

    /// The engine's own cost of what it is asked through its socket.
    pub(crate) fn client(&self, arguments: &[&str]) -> Vec<String> {
        joined(&self.client, arguments)
    }

    pub(crate) fn wharf(&self, arguments: &[&str]) -> Vec<String> {
        joined(&[self.wharf.display().to_string()], arguments)
    }

    pub(crate) fn reference(&self, arguments: &[&str]) -> Option<Vec<String>> {
        let reference = self.reference.as_ref()?;
        // Its own options stand between the verb and what the verb is about.
        let (verb, rest) = arguments.split_first()?;
        let mut words = joined(&reference.words, &[verb]);
        // What asks no engine takes no such option.
        if let Some(path) = reference.docker_path.as_ref().filter(|_| *verb != "features") {
            words.extend(["--docker-path".to_owned(), path.clone()]);
        }
        Some(joined(&words, rest))
    }

    /// What every measured program finds in its environment.
    pub(crate) fn environment(&self) -> [(&'static str, String); 4] {
        [
            ("DOCKER_HOST", self.host.clone()),
            ("HOME", self.below("home")),
            // What is measured is the command alone.
            ("WHARF_NO_KEEPER", "1".to_owned()),
            ("XDG_RUNTIME_DIR", self.below("empty")),
        ]
    }

    /// The engine's own way to the container that `up` makes: the same image, mount and endless command.
    pub(crate) fn run_container(&self) -> Vec<String> {
        let mount = format!("type=bind,source={0},target=/workspaces/engine", self.folder(Program::Engine));
        self.engine(&[
            "run",
            "-d",
            "--name",
            CONTAINER,
            "--mount",
            &mount,
            "--entrypoint",
            "/bin/sh",
            DEBIAN,
            "-c",
            "trap 'exit 0' 15; while sleep 1 & wait $!; do :; done",
        ])
    }

    /// Shell text that removes one program's container.
    pub(crate) fn remove_container(&self, program: Program) -> String {
        match program {
            Program::Engine => format!("{} rm -f {CONTAINER} || true", quoted(&self.engine)),
            Program::Reference | Program::Wharf => self.remove_labelled(&self.folder(program)),
        }
    }

    pub(super) fn remove_labelled(&self, folder: &str) -> String {
        let engine = quoted(&self.engine);
        format!(
            "for id in $({engine} ps -aq --filter {}); do {engine} rm -f $id; done",
            quote(&format!("label=devcontainer.local_folder={folder}"))
        )
    }

    /// The name of the container with the large log.
    pub(crate) fn writer(&self) -> &'static str {
        WRITER
    }

    /// Shell text that makes as many containers of environments as a list is measured with, unless they are there.
    pub(crate) fn make_many_containers(&self) -> String {
        let engine = quoted(&self.engine);
        let folder = quote(&self.below("many"));
        format!(
            "test $({engine} ps -aq --filter label={MANY} | wc -l) -ge {HOW_MANY} || for number in $(seq {HOW_MANY}); do \
             {engine} create --label {MANY} --label devcontainer.local_folder={folder}/$number \
             --label devcontainer.config_file={folder}/$number/.devcontainer.json {DEBIAN} true; done"
        )
    }

    /// Shell text that makes the container with the large log, unless it is there.
    pub(crate) fn make_large_log(&self) -> String {
        let engine = quoted(&self.engine);
        let line = "a line of a log as a container of some age has written many, with about one hundred characters in it";
        format!(
            "{engine} inspect {WRITER} >/dev/null 2>&1 || {{ {engine} run -d --name {WRITER} {DEBIAN} \
             sh -c 'yes \"{line}\" | head -n {LOG_LINES}' && {engine} wait {WRITER}; }}"
        )
    }

    /// Shell text that removes what those made.
    fn remove_long_ones(&self) -> String {
        let engine = quoted(&self.engine);
        format!(
            "for id in $({engine} ps -aq --filter label={MANY}); do {engine} rm -f $id; done; {engine} rm -f {WRITER} || true"
        )
    }

    pub(crate) fn context_folder(&self) -> String {
        self.below(CONTEXT)
    }

    /// Shell text that makes the large context differ from what any engine has seen. The folder is made when it is first needed.
    pub(crate) fn renew_context(&self) -> String {
        let folder = self.context_folder();
        let file = quote(&format!("{folder}/large"));
        let engine = quoted(&self.engine);
        let images = format!(
            "for id in $({engine} images -q --filter 'reference=*{CONTEXT}*'); do {engine} rmi -f $id; done"
        );
        format!(
            "{}; {images}; date +%s%N | dd of={file} conv=notrunc status=none",
            self.remove_labelled(&folder)
        )
    }

    /// Writes the folder with the large context.
    pub(crate) fn make_context(&self) -> Result<()> {
        let folder = PathBuf::from(self.context_folder());
        if folder.is_dir() {
            return Ok(());
        }
        write_configuration(
            &folder,
            r#"{ "build": { "dockerfile": "Dockerfile", "context": ".." }, "postCreateCommand": "true" }"#,
        )?;
        let dockerfile =
            format!("FROM {DEBIAN}\nRUN --mount=type=bind,source=large,target=/large test -s /large\n");
        std::fs::write(folder.join(".devcontainer/Dockerfile"), dockerfile)?;
        let path = folder.join("large");
        let file =
            std::fs::File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        let mut random = std::fs::File::open("/dev/urandom").context("no source of random bytes")?;
        let mut file = std::io::BufWriter::with_capacity(1 << 20, file);
        let copied = std::io::copy(&mut std::io::Read::take(&mut random, CONTEXT_BYTES as u64), &mut file)?;
        file.flush()?;
        if copied != CONTEXT_BYTES as u64 {
            bail!("only {copied} bytes of {CONTEXT_BYTES} were written to {}", path.display());
        }
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all: Vec<String> = [Program::Engine, Program::Reference, Program::Wharf]
            .map(|program| self.remove_container(program))
            .to_vec();
        all.push(self.remove_long_ones());
        if self.parts.is_some() {
            all.push(self.remove_parts(self.has_compose()));
        }
        if Path::new(&self.context_folder()).is_dir() {
            all.push(self.renew_context());
        }
        // Compose is found by the environment that the programs were measured in.
        let mut remove = system::command("sh");
        let _ = system::run(remove.args(["-c", &all.join("; ")]).envs(self.environment()));
    }
}

pub(super) fn write_configuration(folder: &Path, text: &str) -> Result<()> {
    let folder = folder.join(".devcontainer");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    std::fs::write(folder.join("devcontainer.json"), text)
        .with_context(|| format!("cannot write in {}", folder.display()))
}

/// The engine's own program. Docker's speaks to the socket from anywhere. Podman's works on the engine's files, so it runs where they are.
pub(super) fn engine_program(engine: &Engine) -> Result<Vec<String>> {
    match engine.kind {
        Kind::Docker => Ok(docker_program(engine, engine)),
        Kind::Podman => {
            let folder = engines::home()?.join("engines").join(&engine.name);
            let file = |variable: &str, name: &str| format!("{variable}={}", folder.join(name).display());
            let process = engine.process.to_string();
            Ok(joined(
                &["nsenter", "--target", &process, "--mount", "--pid", "env"].map(str::to_owned),
                &[
                    &file("CONTAINERS_CONF", "containers.conf"),
                    &file("CONTAINERS_STORAGE_CONF", "storage.conf"),
                    "PODMAN_IGNORE_CGROUPSV1_WARNING=1",
                    "podman",
                ],
            ))
        }
    }
}

/// The program `docker`, speaking to any engine through its socket. `from` is a Docker to take it from where this machine has none.
fn docker_program(from: &Engine, engine: &Engine) -> Vec<String> {
    let program = if system::has_program("docker") {
        vec!["docker".to_owned()]
    } else {
        // With the libraries that lie beside it: they may be newer than this machine's.
        let root = PathBuf::from(format!("/proc/{}/root", from.process));
        let path = |below: &str| root.join(below).display().to_string();
        let libraries = format!("{}:{}", path("usr/lib/x86_64-linux-gnu"), path("usr/lib"));
        vec![
            path("usr/lib64/ld-linux-x86-64.so.2"),
            "--library-path".to_owned(),
            libraries,
            path("usr/bin/docker"),
        ]
    };
    joined(&program, &["--host", &engine.docker_host()])
}

/// `docker` for any engine: what reaches a container through the engine's socket, as Wharf does. Podman's own program goes past its service,
/// to the container itself, which nobody can who has only the socket.
#[cfg(target_os = "linux")]
pub(super) fn program_at_the_socket(engine: &Engine) -> Result<Vec<String>> {
    let all = engines::Inventory::read().context("the test engines are not known")?;
    let docker =
        all.engine(engines::DOCKER).context("there is no Docker to take the program `docker` from")?;
    Ok(docker_program(docker, engine))
}

/// The reference starts the engine's program by one name, so where that takes more words a script stands for them.
fn reference_program(program: &[String], script: &Path, folder: &Path) -> Result<Reference> {
    let words = vec!["node".to_owned(), script.display().to_string()];
    if program[0] == "docker" {
        return Ok(Reference { words, docker_path: None });
    }
    let path = folder.join("engine-program");
    std::fs::write(&path, format!("#!/bin/sh\nexec {} \"$@\"\n", quoted(program)))
        .with_context(|| format!("cannot write {}", path.display()))?;
    system::run(system::command("chmod").arg("+x").arg(&path))?;
    Ok(Reference { words, docker_path: Some(path.display().to_string()) })
}

fn joined(first: &[String], rest: &[&str]) -> Vec<String> {
    first.iter().cloned().chain(rest.iter().map(|word| (*word).to_owned())).collect()
}

/// A command as shell text.
pub(super) fn quoted(words: &[String]) -> String {
    words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ")
}

pub(super) fn quote(word: &str) -> String {
    let plain =
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-=:,@%+".contains(c));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_the_shell() {
        for (word, text) in
            [("a/b", "a/b"), ("", "''"), ("a b", "'a b'"), ("it's", r"'it'\''s'"), ("$x", "'$x'")]
        {
            assert_eq!(quote(word), text);
        }
    }
}
