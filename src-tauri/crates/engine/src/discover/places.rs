//! The list of places, in order, from the environment and the files of the engines' own tools alone.

use std::path::{Path, PathBuf};

use super::podman_connection::{self, Connection};
use super::{Surroundings, System, docker_context};
use crate::address::{Address, Tls};
use crate::error::Error;
use crate::podman_service;

/// One place to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What a person calls it: the name of a context or a connection, else one that Wharf gives, such as `colima`.
    pub name: String,
    /// Where.
    pub address: Address,
    /// Why there: `DOCKER_HOST`, `rootless Podman`, …
    pub origin: String,
}

/// What to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// In order.
    pub places: Vec<Place>,
    /// Whether a person chose it by name, so that nothing else will do.
    pub chosen: bool,
}

/// A place that is written down somewhere, with what keeps it from being tried.
#[derive(Debug)]
pub struct Known {
    /// As [`Place::name`].
    pub name: String,
    /// As [`Place::origin`].
    pub origin: String,
    /// Where, or why that cannot be read.
    pub address: Result<Address, Error>,
}

/// The variable by which a person chose an engine for this shell, if one did.
#[must_use]
pub fn choosing_variable(surroundings: &Surroundings<'_>) -> Option<&'static str> {
    if surroundings.set("DOCKER_HOST").is_some() {
        return Some("DOCKER_HOST");
    }
    match surroundings.set("DOCKER_CONTEXT") {
        // A context named "default" means: no context, whatever else is set.
        Some(name) if name == "default" => None,
        Some(_) => Some("DOCKER_CONTEXT"),
        None => ["CONTAINER_HOST", "CONTAINER_CONNECTION"]
            .into_iter()
            .find(|variable| surroundings.set(variable).is_some()),
    }
}

/// Where a command looks for an engine when it was told nothing.
///
/// # Errors
/// When what a person chose by a variable cannot be read.
pub fn places(surroundings: &Surroundings<'_>) -> Result<Places, Error> {
    if let Some(variable) = choosing_variable(surroundings) {
        return Ok(Places { places: vec![by_variable(variable, surroundings)?], chosen: true });
    }
    let mut list = Vec::new();
    if surroundings.set("DOCKER_CONTEXT").is_none()
        && let Some(name) = docker_context::current(surroundings)
        // A context that a removed program left behind must not stop us.
        && let Ok(address) = docker_context::endpoint(&name, surroundings)
    {
        list.push(context(name, address));
    }
    for place in defaults(surroundings).into_iter().chain(service(surroundings)) {
        add(&mut list, place);
    }
    Ok(Places { places: list, chosen: false })
}

/// Every place that is written down anywhere, each once: what a person may choose from.
#[must_use]
pub fn known(surroundings: &Surroundings<'_>) -> Vec<Known> {
    let mut list: Vec<Known> = Vec::new();
    let mut add = |known: Known| {
        let twin = |other: &Known| match (&other.address, &known.address) {
            (Ok(one), Ok(other)) => one.is_same_as(other),
            _ => false,
        };
        if !list.iter().any(twin) {
            list.push(known);
        }
    };
    if let Some(variable) = choosing_variable(surroundings) {
        add(match by_variable(variable, surroundings) {
            Ok(place) => place.into(),
            Err(error) => {
                Known { name: variable.to_owned(), origin: variable.to_owned(), address: Err(error) }
            }
        });
    }
    for name in docker_context::names(surroundings) {
        let address = docker_context::endpoint(&name, surroundings);
        add(Known { origin: format!("Docker context {name:?}"), name, address });
    }
    // A machine's own socket is nearer than the way into it by ssh, so the sockets come before the connections.
    let places = defaults(surroundings).into_iter().chain(service(surroundings));
    places.for_each(|place| add(place.into()));
    for connection in podman_connection::all(surroundings) {
        let origin = format!("Podman connection {:?}", connection.name);
        add(Known { origin, address: connection.address(), name: connection.name });
    }
    list
}

/// The place that a person means by a name or an address.
///
/// # Errors
/// When no place has that name, or its address cannot be read.
pub fn named(text: &str, surroundings: &Surroundings<'_>) -> Result<Place, Error> {
    if text.contains("://") {
        let address = with_tls(text.parse()?, surroundings);
        return Ok(Place { name: text.to_owned(), address, origin: "chosen by its address".to_owned() });
    }
    let mut known = known(surroundings);
    // The one that has this name at its own tool comes before a name that Wharf gives.
    let Some(index) = known.iter().position(|known| known.name == text) else {
        let connections = podman_connection::all(surroundings);
        return match connections.iter().find(|connection| connection.name == text) {
            Some(connection) => by_connection(connection),
            None => Err(Error::UnknownEngine {
                name: text.to_owned(),
                known: known.into_iter().map(|known| known.name).collect(),
            }),
        };
    };
    let Known { name, origin, address } = known.swap_remove(index);
    Ok(Place { name, origin, address: address? })
}

impl From<Place> for Known {
    fn from(place: Place) -> Known {
        Known { name: place.name, origin: place.origin, address: Ok(place.address) }
    }
}

fn by_variable(variable: &str, surroundings: &Surroundings<'_>) -> Result<Place, Error> {
    let value = surroundings.set(variable).unwrap_or_default();
    let place = |address: Address| Place { name: variable.to_owned(), address, origin: variable.to_owned() };
    match variable {
        "DOCKER_HOST" => Ok(place(with_tls(value.parse()?, surroundings))),
        "DOCKER_CONTEXT" => {
            let address = docker_context::endpoint(&value, surroundings)?;
            let place = context(value, address);
            Ok(Place { origin: format!("{} (DOCKER_CONTEXT)", place.origin), ..place })
        }
        "CONTAINER_HOST" => {
            let key = surroundings.set("CONTAINER_SSHKEY").map(PathBuf::from);
            Ok(place(podman_connection::with_identity(value.parse()?, key)))
        }
        _ => {
            let connections = podman_connection::all(surroundings);
            match connections.iter().find(|connection| connection.name == value) {
                Some(connection) => by_connection(connection),
                None => Err(Error::PodmanConnection {
                    name: value,
                    known: connections.into_iter().map(|connection| connection.name).collect(),
                }),
            }
        }
    }
}

fn by_connection(connection: &Connection) -> Result<Place, Error> {
    let origin = format!("Podman connection {:?}", connection.name);
    Ok(Place { name: connection.name.clone(), address: connection.address()?, origin })
}

fn context(name: String, address: Address) -> Place {
    Place { origin: format!("Docker context {name:?}"), name, address }
}

fn service(surroundings: &Surroundings<'_>) -> Option<Place> {
    surroundings.service_folder.as_ref().map(|folder| Place {
        name: "wharf-podman".to_owned(),
        address: Address::Unix(podman_service::socket(folder)),
        origin: "the Podman service that Wharf started".to_owned(),
    })
}

fn add(list: &mut Vec<Place>, place: Place) {
    if !list.iter().any(|other| other.address.is_same_as(&place.address)) {
        list.push(place);
    }
}

/// `DOCKER_TLS_VERIFY` and `DOCKER_TLS` turn encryption on, `DOCKER_CERT_PATH` says where the certificates are.
fn with_tls(address: Address, surroundings: &Surroundings<'_>) -> Address {
    match address {
        Address::Tcp { host, port, tls } => {
            let verify = surroundings.set("DOCKER_TLS_VERIFY").is_some();
            let wanted = verify || surroundings.set("DOCKER_TLS").is_some() || tls.is_some();
            let folder = surroundings
                .set("DOCKER_CERT_PATH")
                .map(PathBuf::from)
                .or_else(|| docker_context::config_folder(surroundings));
            Address::Tcp {
                host,
                port,
                tls: wanted.then_some(Tls { folder, verify: verify || tls.is_some() }),
            }
        }
        other => other,
    }
}

/// The places where the engines of this system listen when nobody has told them otherwise.
fn defaults(surroundings: &Surroundings<'_>) -> Vec<Place> {
    let mut list = match surroundings.system {
        System::Windows => pipes(surroundings),
        System::Linux | System::Mac => sockets(surroundings),
    };
    // Where Podman has no engine of its own, its client follows its default connection.
    if surroundings.system != System::Linux {
        let connections = podman_connection::all(surroundings);
        let default = connections.iter().find(|connection| connection.is_default);
        if let Some(place) = default.and_then(|connection| by_connection(connection).ok()) {
            add(&mut list, place);
        }
    }
    list
}

fn place(name: &str, address: Address, origin: &str) -> Place {
    Place { name: name.to_owned(), address, origin: origin.to_owned() }
}

/// The names of Podman's machines; the one that it makes unless told otherwise is always among them.
fn machines(surroundings: &Surroundings<'_>) -> Vec<String> {
    let mut names = vec!["podman-machine-default".to_owned()];
    for connection in podman_connection::all(surroundings).into_iter().filter(|found| found.is_machine) {
        // Each machine has a second connection for its root.
        let name = connection.name.strip_suffix("-root").unwrap_or(&connection.name).to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn pipes(surroundings: &Surroundings<'_>) -> Vec<Place> {
    let pipe = |name: &str| Address::NamedPipe(format!(r"\\.\pipe\{name}"));
    let mut list = vec![
        place("docker", pipe("docker_engine"), "Docker"),
        place("docker-desktop", pipe("dockerDesktopLinuxEngine"), "Docker Desktop"),
    ];
    for machine in machines(surroundings) {
        let file = if machine.starts_with("podman") { machine.clone() } else { format!("podman-{machine}") };
        list.push(place(&machine, pipe(&file), "Podman machine"));
    }
    list
}

fn sockets(surroundings: &Surroundings<'_>) -> Vec<Place> {
    let mac = surroundings.system == System::Mac;
    let in_home = |path: &str| surroundings.home.as_ref().map(|home| home.join(path));
    let runtime = surroundings.set("XDG_RUNTIME_DIR").map(PathBuf::from).or_else(|| {
        let id = surroundings.user_id.filter(|id| *id != 0 && !mac)?;
        Some(Path::new("/run/user").join(id.to_string()))
    });
    let below_runtime = |path: &str| runtime.as_ref().map(|folder| folder.join(path));
    let mut list = Vec::new();
    let mut add = |name: &str, path: Option<PathBuf>, origin: &str| {
        list.extend(path.map(|path| place(name, Address::Unix(path), origin)));
    };
    add("docker", Some(PathBuf::from("/var/run/docker.sock")), "Docker");
    add("docker-rootless", below_runtime("docker.sock"), "rootless Docker");
    add("docker-desktop", in_home(".docker/run/docker.sock"), "Docker Desktop");
    add("docker-desktop", in_home(".docker/desktop/docker.sock"), "Docker Desktop");
    add("orbstack", in_home(".orbstack/run/docker.sock"), "OrbStack");
    for (profile, socket) in colima(surroundings) {
        let name = if profile == "default" { "colima".to_owned() } else { format!("colima-{profile}") };
        add(&name, Some(socket), "Colima");
    }
    add("rancher-desktop", in_home(".rd/docker.sock"), "Rancher Desktop");
    let rootful = ("podman", Some(PathBuf::from("/run/podman/podman.sock")), "rootful Podman");
    let rootless = ("podman-rootless", below_runtime("podman/podman.sock"), "rootless Podman");
    let in_order = if surroundings.user_id == Some(0) { [rootful, rootless] } else { [rootless, rootful] };
    for (name, path, origin) in in_order {
        add(name, path, origin);
    }
    // Podman's machines put their sockets below the folder for what lives as long as a login.
    let temporary = if mac { surroundings.set("TMPDIR").map(PathBuf::from) } else { runtime.clone() };
    for machine in machines(surroundings) {
        let path = temporary.as_ref().map(|folder| folder.join(format!("podman/{machine}-api.sock")));
        add(&machine, path, "Podman machine");
    }
    if mac {
        let folder = ".local/share/containers/podman/machine";
        add("podman-machine-default", in_home(&format!("{folder}/podman.sock")), "Podman machine");
        add("podman-machine-default", in_home(&format!("{folder}/qemu/podman.sock")), "Podman machine");
    }
    list
}

/// Colima's profiles with their sockets; the default one is always among them, where each of its versions puts it.
fn colima(surroundings: &Surroundings<'_>) -> Vec<(String, PathBuf)> {
    let homes = [
        surroundings.set("COLIMA_HOME").map(PathBuf::from),
        surroundings.home.as_ref().map(|home| home.join(".colima")),
        surroundings.config_home().map(|folder| folder.join("colima")),
    ];
    let mut list: Vec<(String, PathBuf)> = Vec::new();
    for home in homes.into_iter().flatten() {
        let mut profiles: Vec<String> = (surroundings.list)(&home)
            .into_iter()
            .filter(|name| (surroundings.list)(&home.join(name)).iter().any(|file| file == "docker.sock"))
            .filter(|name| name != "default")
            .collect();
        profiles.sort();
        for profile in std::iter::once("default".to_owned()).chain(profiles) {
            let socket = home.join(&profile).join("docker.sock");
            if list.iter().all(|(_, other)| *other != socket) {
                list.push((profile, socket));
            }
        }
    }
    list
}
