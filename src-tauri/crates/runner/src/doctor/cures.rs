//! What to do about each finding, on each system: a sentence, and the commands that carry it out.

use wharf_api::{Finding, FindingKind, Severity};
use wharf_engine::{Error, System};
use wharf_plan::{EngineFacts, EngineKind};

type Cure = (String, Vec<String>);

fn cure(sentence: &str, commands: &[&str]) -> Cure {
    (sentence.to_owned(), commands.iter().map(|command| (*command).to_owned()).collect())
}

/// Nothing is here at all.
pub(super) fn no_engine(system: System) -> Finding {
    let (fix, commands) = match system {
        System::Linux => cure(
            "Install Podman, which Wharf starts by itself, or Docker.",
            &["sudo apt-get install podman    # Debian, Ubuntu", "sudo dnf install podman        # Fedora"],
        ),
        System::Mac => cure(
            "Install Podman, or open Docker Desktop, OrbStack or Colima.",
            &["brew install podman", "podman machine init --now"],
        ),
        System::Windows => cure(
            "Install Podman or Docker Desktop.",
            &["winget install RedHat.Podman", "podman machine init --now"],
        ),
    };
    Finding {
        kind: FindingKind::NoEngine,
        severity: Severity::Error,
        what: "no container engine is on this computer, and none is named by DOCKER_HOST, a Docker context or a Podman connection"
            .to_owned(),
        why: "Environments run on Docker or Podman; Wharf brings neither.".to_owned(),
        fix,
        commands,
    }
}

pub(super) fn permission(error: &Error, system: System) -> Cure {
    let is_podman = error.to_string().contains("podman");
    match system {
        System::Linux if is_podman => cure(
            "Use a Podman of your own, which needs no rights of root.",
            &["systemctl --user enable --now podman.socket"],
        ),
        System::Linux => cure(
            "Join the group that owns the socket, which gives you root's rights on this computer, then log in again; or use a rootless engine.",
            &["sudo usermod -aG docker \"$USER\"", "newgrp docker"],
        ),
        System::Mac => cure("Let the engine set its socket up for your user again.", &["open -a Docker"]),
        System::Windows => cure(
            "Join the group that may use the engine, then log in again.",
            &["net localgroup docker-users \"%USERNAME%\" /add"],
        ),
    }
}

pub(super) fn keychain(system: System) -> &'static str {
    match system {
        System::Linux => {
            "On a desktop, start its Secret Service (GNOME Keyring, KWallet or KeePassXC); without one, use --secrets-file."
        }
        System::Mac => "Open Keychain Access and unlock the login keychain, or use --secrets-file.",
        System::Windows => "Start the service \"Credential Manager\", or use --secrets-file.",
    }
}

pub(super) fn stopped(place: Option<&str>, error: &Error, system: System) -> Cure {
    let place = place.unwrap_or_default();
    let words = error.to_string();
    let is = |name: &str| place.starts_with(name) || words.contains(name);
    if is("colima") {
        return cure("Start Colima.", &["colima start"]);
    }
    if is("orbstack") {
        return cure("Start OrbStack.", &["orb start"]);
    }
    if is("rancher-desktop") || words.contains("/.rd/") {
        return cure("Start Rancher Desktop.", &["rdctl start"]);
    }
    if is("podman-machine") {
        return cure("Start Podman's machine.", &["podman machine start"]);
    }
    match system {
        System::Linux if is("docker-desktop") => {
            cure("Start Docker Desktop.", &["systemctl --user start docker-desktop"])
        }
        System::Linux if is("docker-rootless") => {
            cure("Start your Docker.", &["systemctl --user start docker"])
        }
        System::Linux if is("podman") => {
            cure("Start Podman's service.", &["systemctl --user start podman.socket"])
        }
        System::Linux => cure("Start the engine.", &["sudo systemctl start docker"]),
        System::Mac => cure("Open Docker Desktop, and wait until it says that it runs.", &["open -a Docker"]),
        System::Windows => cure(
            "Open Docker Desktop, and wait until it says that it runs.",
            &["start \"\" \"C:\\Program Files\\Docker\\Docker\\Docker Desktop.exe\""],
        ),
    }
}

pub(super) fn update(kind: EngineKind, system: System) -> Cure {
    match (system, kind) {
        (System::Linux, EngineKind::Docker) => cure(
            "Update Docker from its own packages, or use Podman.",
            &["sudo apt-get update", "sudo apt-get install --only-upgrade docker-ce docker.io"],
        ),
        (System::Linux, EngineKind::Podman) => {
            cure("Update Podman.", &["sudo apt-get update", "sudo apt-get install --only-upgrade podman"])
        }
        (System::Mac, EngineKind::Docker) => cure("Update Docker.", &["brew upgrade --cask docker"]),
        (System::Mac, EngineKind::Podman) => {
            cure("Update Podman and its machine.", &["brew upgrade podman", "podman machine init --now"])
        }
        (System::Windows, EngineKind::Docker) => {
            cure("Update Docker.", &["winget upgrade Docker.DockerDesktop"])
        }
        (System::Windows, EngineKind::Podman) => cure("Update Podman.", &["winget upgrade RedHat.Podman"]),
    }
}

pub(super) fn clock(facts: &EngineFacts, system: System) -> Cure {
    if !facts.local {
        return cure(
            "Let the clock of the engine's machine be set by the network.",
            &["sudo timedatectl set-ntp true"],
        );
    }
    match (system, facts.kind) {
        (System::Linux, _) => {
            cure("Let this computer's clock be set by the network.", &["sudo timedatectl set-ntp true"])
        }
        (_, EngineKind::Podman) => cure(
            "The clock of the virtual machine stood still while the computer slept; start it again.",
            &["podman machine stop", "podman machine start"],
        ),
        (System::Windows, EngineKind::Docker) => cure(
            "The clock of the virtual machine stood still while the computer slept; start it again.",
            &["wsl --shutdown"],
        ),
        (System::Mac, EngineKind::Docker) => cure(
            "The clock of the virtual machine stood still while the computer slept; start it again.",
            &["docker desktop restart"],
        ),
    }
}

pub(super) fn disk(engine: Option<EngineKind>, system: System) -> Cure {
    match (engine, system) {
        (Some(EngineKind::Docker), _) => cure(
            "See what takes the room, then remove images and build caches that nothing uses.",
            &["docker system df", "docker image prune", "docker builder prune"],
        ),
        (Some(EngineKind::Podman), _) => cure(
            "See what takes the room, then remove images that nothing uses.",
            &["podman system df", "podman image prune"],
        ),
        (None, System::Windows) => cure("Free some room on that disk.", &["cleanmgr"]),
        (None, System::Linux | System::Mac) => {
            cure("Free some room on that disk, or keep the state elsewhere with WHARF_STATE_DIR.", &["df -h"])
        }
    }
}

pub(super) fn compose(system: System) -> Cure {
    let commands: &[&str] = match system {
        System::Linux => &[
            "sudo apt-get install docker-compose-plugin    # from Docker's own packages",
            "sudo apt-get install docker-compose           # from Debian's or Ubuntu's",
        ],
        System::Mac => &["brew install docker-compose"],
        System::Windows => &["winget install Docker.DockerCompose"],
    };
    cure("Install Docker Compose; it works with Podman too.", commands)
}

pub(super) fn certificate(system: System) -> Cure {
    let commands: &[&str] = match system {
        System::Linux => &[
            "sudo cp proxy-ca.crt /usr/local/share/ca-certificates/",
            "sudo update-ca-certificates",
            "sudo systemctl restart docker",
        ],
        System::Mac => &[
            "sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain proxy-ca.crt",
        ],
        System::Windows => &["certutil -addstore -f Root proxy-ca.crt"],
    };
    cure(
        "Ask whoever runs the proxy for its certificate, make this system trust it, and start the engine again.",
        commands,
    )
}
