//! What is measured, by which commands, and what each may cost.

use wharf_test_support::engines::Kind;

use super::place::{Place, quoted};
use super::table::Program;

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Work {
    /// `up` where there is no container yet.
    UpCold,
    /// `up` where everything runs already.
    UpWarm,
    /// `exec true` where the environment was probed before.
    Exec,
    /// The same through the keeper's connection.
    ExecKept,
    /// `read-configuration`.
    ReadConfiguration,
    /// `up` of an image with three Features that were built before.
    UpFeatures,
    /// `build` of the same, with another content than ever before.
    BuildFeatures,
    /// `up` of a Compose project that is not there yet.
    UpCompose,
    /// `features resolve-dependencies` of ten Features that nobody has fetched yet.
    ResolveCold,
    /// The same where they were fetched before.
    ResolveCached,
    /// The memory of `up`.
    Memory,
    /// The memory of `up` that sends a build context of 500 MB.
    MemoryContext,
    /// `list` where the engine has 100 containers of environments.
    List,
    /// `logs` of 100 MB that a container has written, as it wrote them.
    Logs,
    /// The memory of `logs` of the same, woven with the log of its hooks.
    MemoryLogs,
}

/// What Wharf may cost at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bound {
    /// So many times what the engine's own program takes.
    Times(f64),
    /// So many milliseconds more than a program that does nothing.
    MillisecondsMore(f64),
    /// So many MiB.
    Mebibytes(f64),
}

/// One program's way of doing a work: what to run before each time, and the command that is measured.
pub(crate) struct Plan {
    pub(crate) program: Program,
    /// Shell text run once, before the first time: what makes the container run that the work needs.
    pub(crate) once: Option<String>,
    /// Shell text run before each time; it is not measured.
    pub(crate) before: Option<String>,
    /// The program and its arguments.
    pub(crate) command: Vec<String>,
}

impl Work {
    pub(crate) const ALL: [Work; 15] = [
        Work::UpCold,
        Work::UpWarm,
        Work::Exec,
        Work::ExecKept,
        Work::ReadConfiguration,
        Work::UpFeatures,
        Work::BuildFeatures,
        Work::UpCompose,
        Work::ResolveCold,
        Work::ResolveCached,
        Work::Memory,
        Work::MemoryContext,
        // Last, because what they need stays on the engine until the end.
        Work::List,
        Work::Logs,
        Work::MemoryLogs,
    ];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Work::UpCold => "up, no container yet",
            Work::UpWarm => "up, already running",
            Work::Exec => "exec true, probed before",
            Work::ExecKept => "exec true, with the keeper",
            Work::ReadConfiguration => "read-configuration",
            Work::UpFeatures => "up, three Features built before",
            Work::BuildFeatures => "build, three Features",
            Work::UpCompose => "up, Compose",
            Work::ResolveCold => "ten Features, never fetched",
            Work::ResolveCached => "ten Features, fetched before",
            Work::Memory => "memory of up",
            Work::MemoryContext => "memory of up, 500 MB context",
            Work::List => "list, 100 containers",
            Work::Logs => "logs, 100 MB",
            Work::MemoryLogs => "memory of logs, 100 MB",
        }
    }

    /// What the engine's column holds.
    pub(crate) fn baseline(self) -> &'static str {
        match self {
            Work::UpCold | Work::UpFeatures => "run -d",
            Work::BuildFeatures => "build",
            Work::UpCompose => "compose up -d",
            Work::ResolveCold | Work::ResolveCached => "wharf, a local Feature",
            Work::UpWarm => "inspect",
            Work::Exec | Work::ExecKept => "exec",
            Work::ReadConfiguration => "true",
            Work::List => "ps -a",
            Work::Logs => "docker logs",
            Work::Memory | Work::MemoryContext | Work::MemoryLogs => "",
        }
    }

    pub(crate) fn is_memory(self) -> bool {
        matches!(self, Work::Memory | Work::MemoryContext | Work::MemoryLogs)
    }

    pub(crate) fn bound(self, engine: Kind) -> Bound {
        match (self, engine) {
            (Work::UpCold | Work::UpFeatures, Kind::Docker) => Bound::Times(1.5),
            (Work::UpCold | Work::UpFeatures, Kind::Podman) => Bound::Times(2.0),
            (Work::BuildFeatures, _) => Bound::Times(1.1),
            (Work::UpCompose, _) => Bound::Times(1.4),
            (Work::ResolveCold, _) => Bound::MillisecondsMore(100.0),
            (Work::ResolveCached, _) => Bound::MillisecondsMore(10.0),
            (Work::UpWarm, _) => Bound::Times(1.0),
            (Work::Exec, _) => Bound::Times(1.1),
            (Work::ExecKept, _) => Bound::Times(0.25),
            (Work::ReadConfiguration, _) => Bound::MillisecondsMore(8.0),
            (Work::Memory, _) => Bound::Mebibytes(30.0),
            (Work::MemoryContext, _) => Bound::Mebibytes(50.0),
            (Work::List, _) => Bound::Times(2.0),
            (Work::Logs, _) => Bound::Times(1.5),
            (Work::MemoryLogs, _) => Bound::Mebibytes(30.0),
        }
    }

    /// The programs' ways of doing it, in the table's order.
    pub(crate) fn plans(self, place: &Place) -> Vec<Plan> {
        let programs: &[Program] = match self {
            _ if self.is_memory() => &[Program::Wharf],
            Work::UpCompose if !place.has_compose() => &[],
            // Nothing of the reference stays in the background.
            Work::ExecKept => &[Program::Engine, Program::Wharf],
            // The reference has no such command.
            Work::List | Work::Logs => &[Program::Engine, Program::Wharf],
            _ => &[Program::Engine, Program::Reference, Program::Wharf],
        };
        programs.iter().filter_map(|program| self.plan(*program, place)).collect()
    }

    fn plan(self, program: Program, place: &Place) -> Option<Plan> {
        let folder = place.folder(program);
        let tool = |arguments: &[&str]| match program {
            Program::Engine => Some(place.engine(arguments)),
            Program::Wharf => Some(place.wharf(arguments)),
            Program::Reference => place.reference(arguments),
        };
        let workspace = ["--workspace-folder", folder.as_str()];
        let (before, command) = match (self, program) {
            (Work::UpCold, Program::Engine) => (Some(place.remove_container(program)), place.run_container()),
            (Work::UpCold | Work::Memory, _) => {
                (Some(place.remove_container(program)), tool(&[&["up"], &workspace[..]].concat())?)
            }
            (Work::UpWarm, Program::Engine) => (None, tool(&["inspect", place.container()])?),
            (Work::UpWarm, _) => (None, tool(&[&["up"], &workspace[..]].concat())?),
            (Work::Exec | Work::ExecKept, Program::Engine) => {
                (None, tool(&["exec", place.container(), "true"])?)
            }
            (Work::Exec | Work::ExecKept, _) => {
                (None, tool(&[&["exec"], &workspace[..], &["true"]].concat())?)
            }
            (Work::UpFeatures, Program::Engine) => {
                (Some(place.remove_container(program)), place.run_container())
            }
            (Work::UpFeatures, _) => {
                let folder = place.features_folder(program);
                (Some(place.remove_labelled(&folder)), tool(&["up", "--workspace-folder", &folder])?)
            }
            (Work::BuildFeatures, Program::Engine) => {
                (Some(place.renew_features(program)), place.build_equal())
            }
            (Work::BuildFeatures, _) => {
                let folder = place.features_folder(program);
                (Some(place.renew_features(program)), tool(&["build", "--workspace-folder", &folder])?)
            }
            (Work::UpCompose, Program::Engine) => (Some(place.compose_down(program)), place.compose_up()),
            (Work::UpCompose, _) => {
                let folder = place.compose_folder(program);
                (Some(place.compose_down(program)), tool(&["up", "--workspace-folder", &folder])?)
            }
            (Work::ResolveCold | Work::ResolveCached, _) => {
                let folder = place.references_folder(program);
                let command = ["features", "resolve-dependencies", "--workspace-folder", &folder];
                let before = (self == Work::ResolveCold).then(|| place.forget_features());
                let command =
                    if program == Program::Engine { place.wharf(&command) } else { tool(&command)? };
                (before, command)
            }
            (Work::ReadConfiguration, Program::Engine) => (None, vec!["/bin/true".to_owned()]),
            (Work::ReadConfiguration, _) => {
                (None, tool(&[&["read-configuration"], &workspace[..]].concat())?)
            }
            (Work::List, Program::Engine) => (None, tool(&["ps", "-a"])?),
            (Work::List, _) => (None, tool(&["list"])?),
            // Podman's own program reads the file that its service would have to be asked for.
            (Work::Logs, Program::Engine) => (None, place.client(&["logs", place.writer()])),
            (Work::Logs, _) => {
                (None, tool(&["logs", "--source", "container", "--container-id", place.writer()])?)
            }
            (Work::MemoryLogs, _) => (None, tool(&["logs", "--container-id", place.writer()])?),
            (Work::MemoryContext, _) => {
                let folder = place.context_folder();
                (Some(place.renew_context()), tool(&["up", "--workspace-folder", &folder])?)
            }
        };
        let once = match (self, program) {
            (Work::UpFeatures, Program::Reference | Program::Wharf) => {
                let folder = place.features_folder(program);
                Some(quoted(&tool(&["up", "--workspace-folder", &folder])?))
            }
            (Work::List, _) => Some(place.make_many_containers()),
            (Work::Logs | Work::MemoryLogs, _) => Some(place.make_large_log()),
            (Work::UpWarm | Work::Exec | Work::ExecKept, Program::Engine) => {
                let inspect = quoted(&place.engine(&["inspect", place.container()]));
                Some(format!("{inspect} || {}", quoted(&place.run_container())))
            }
            // It leaves by itself when the container goes.
            (Work::ExecKept, _) => {
                let up = quoted(&tool(&[&["up"], &workspace[..]].concat())?);
                // A keeper that is not connected would be passed over in silence, and something else measured.
                let ports = quoted(&tool(&["ports", "--json", &folder])?);
                Some(format!("WHARF_NO_KEEPER= {up} && {ports} | grep -Eq '\"connection\": ?\"connected\"'"))
            }
            (Work::UpWarm | Work::Exec, _) => Some(quoted(&tool(&[&["up"], &workspace[..]].concat())?)),
            _ => None,
        };
        Some(Plan { program, once, before, command })
    }
}
