//! From facts to findings, one function a thing. Nothing is looked at here.

use wharf_api::{Finding, FindingKind, Severity};
use wharf_engine::{Error, System};
use wharf_plan::{EngineFacts, EngineKind};

use super::cures;
use crate::engines::below_floor;
use crate::keychain::KeychainError;

/// Clocks that differ by more than this make certificates and tokens invalid, and builds take old files for new.
const TOLERATED_SECONDS: i64 = 30;
/// Below this nothing can be built any more.
const FULL: u64 = 200 * 1024 * 1024;
/// Below this the next image may not fit.
const NEARLY_FULL: u64 = 2 * 1024 * 1024 * 1024;

/// A disk that something is kept on.
#[derive(Debug, Clone)]
pub(super) struct Disk {
    /// As it stands at the beginning of a sentence.
    pub(super) place: String,
    /// Its bytes.
    pub(super) all: u64,
    /// Those that are free.
    pub(super) free: u64,
    /// The engine whose disk it is; absent for Wharf's own.
    pub(super) engine: Option<EngineKind>,
}

/// Why the engine of a place cannot be used.
pub(super) fn engine(place: Option<&str>, error: &Error, system: System) -> Finding {
    let (kind, why) = match error {
        Error::NoPermission { .. } => (
            FindingKind::NoPermission,
            "An engine is there, but its socket belongs to others, so nothing can be asked of it.",
        ),
        Error::Absent { .. } | Error::Refused { .. } | Error::Timeout { .. } => (
            FindingKind::StoppedEngine,
            "Environments run on an engine, and this one is meant but does not answer.",
        ),
        _ => (
            FindingKind::UnreachableEngine,
            "Environments run on an engine, and the one that is meant is out of reach.",
        ),
    };
    let (fix, commands) = match kind {
        FindingKind::NoPermission => cures::permission(error, system),
        FindingKind::StoppedEngine => cures::stopped(place, error, system),
        _ => (error.hint().unwrap_or_default(), Vec::new()),
    };
    Finding { kind, severity: Severity::Error, what: error.to_string(), why: why.to_owned(), fix, commands }
}

/// Whether the engine is new enough.
pub(super) fn version(facts: &EngineFacts, system: System) -> Option<Finding> {
    let what = below_floor(facts)?;
    let (fix, commands) = cures::update(facts.kind, system);
    Some(Finding {
        kind: FindingKind::OldEngine,
        severity: Severity::Warning,
        what: format!("{what} (at {})", facts.address),
        why: "What Wharf asks for may be missing there, or behave otherwise than it was tested.".to_owned(),
        fix,
        commands,
    })
}

/// Whether the clocks agree; `ahead` is by how many seconds the engine's is ahead of ours.
pub(super) fn clock(ahead: i64, facts: &EngineFacts, system: System) -> Option<Finding> {
    if ahead.abs() <= TOLERATED_SECONDS {
        return None;
    }
    let direction = if ahead > 0 { "ahead of" } else { "behind" };
    let (fix, commands) = cures::clock(facts, system);
    Some(Finding {
        kind: FindingKind::ClockSkew,
        severity: Severity::Warning,
        what: format!(
            "the clock of the engine at {} is {} s {direction} this computer's",
            facts.address,
            ahead.unsigned_abs()
        ),
        why: "Certificates and logins count as invalid, and builds take files for older or newer than they are.".to_owned(),
        fix,
        commands,
    })
}

/// Whether there is room.
pub(super) fn disk(disk: &Disk, system: System) -> Option<Finding> {
    let Disk { place, all, free, engine } = disk;
    // A file system without blocks of its own has nothing that could be full.
    if *all == 0 || *free >= NEARLY_FULL.min(all / 20) {
        return None;
    }
    let is_full = *free < FULL.min(all / 50);
    let (fix, commands) = cures::disk(*engine, system);
    Some(Finding {
        kind: FindingKind::FullDisk,
        severity: if is_full { Severity::Error } else { Severity::Warning },
        what: format!("{place} has {} of {} free", megabytes(*free), megabytes(*all)),
        why: if engine.is_some() {
            "Images cannot be pulled or built, and containers cannot write.".to_owned()
        } else {
            "What is wanted and what was allowed cannot be remembered.".to_owned()
        },
        fix,
        commands,
    })
}

/// The folder's configuration declares secrets, and there is no keychain that could hold them.
pub(super) fn keychain(error: &KeychainError, system: System) -> Finding {
    Finding {
        kind: FindingKind::NoKeychain,
        severity: Severity::Warning,
        what: error.to_string(),
        why: "The configuration declares secrets, which can be kept nowhere: they come from --secrets-file, from variables of the same names, or from you."
            .to_owned(),
        fix: cures::keychain(system).to_owned(),
        commands: Vec::new(),
    }
}

/// What the folder's configuration requires of the machine and does not find there.
pub(super) fn requirement(one: &wharf_api::Requirement) -> Finding {
    Finding {
        kind: FindingKind::UnmetRequirement,
        severity: Severity::Warning,
        what: crate::requirements::sentence(one),
        why: "Its author says that the environment is of little use on less.".to_owned(),
        fix: crate::requirements::hint(&one.property).to_owned(),
        commands: Vec::new(),
    }
}

/// A proxy that answers in others' names.
pub(super) fn proxy(proxy: &str, host: &str, system: System) -> Finding {
    let (fix, commands) = cures::certificate(system);
    // What a person logs in to the proxy with is nobody else's business.
    let shown = proxy.rsplit_once('@').map_or(proxy, |(_, rest)| rest);
    Finding {
        kind: FindingKind::ProxyCertificate,
        severity: Severity::Error,
        what: format!("the proxy {shown} answers for {host} with a certificate that this system does not trust"),
        why: "Images and Features cannot be fetched: every encrypted connection looks as if somebody had got between."
            .to_owned(),
        fix,
        commands,
    }
}

/// Whether `no_proxy` lets a host be called directly.
pub(super) fn is_direct(no_proxy: &str, host: &str) -> bool {
    no_proxy.split(',').map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        let entry = entry.trim_start_matches('*').trim_start_matches('.');
        entry.is_empty() || host == entry || host.ends_with(&format!(".{entry}"))
    })
}

fn megabytes(bytes: u64) -> String {
    match bytes / (1024 * 1024) {
        number @ 0..10240 => format!("{number} MB"),
        number => format!("{} GB", number / 1024),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn a_disk_is_judged_by_what_is_free() {
        for (all, free, expected) in [
            (500_000 * MIB, 100_000 * MIB, None),
            (500_000 * MIB, 1_000 * MIB, Some(Severity::Warning)),
            (500_000 * MIB, 100 * MIB, Some(Severity::Error)),
            (500_000 * MIB, 0, Some(Severity::Error)),
            // A small disk may be small.
            (1_000 * MIB, 500 * MIB, None),
            (1_000 * MIB, 10 * MIB, Some(Severity::Error)),
            (0, 0, None),
        ] {
            let found = disk(&Disk { place: "x".to_owned(), all, free, engine: None }, System::Linux);
            assert_eq!(found.map(|finding| finding.severity), expected, "{free} of {all}");
        }
    }

    #[test]
    fn clocks_may_differ_a_little() {
        for (ahead, expected) in
            [(0, None), (30, None), (-30, None), (31, Some("31 s ahead of")), (-90, Some("90 s behind"))]
        {
            let found = clock(ahead, &EngineFacts::default(), System::Linux).map(|finding| finding.what);
            match expected {
                Some(words) => assert!(found.unwrap().contains(words), "{ahead}"),
                None => assert_eq!(found, None, "{ahead}"),
            }
        }
    }

    #[test]
    fn hosts_that_need_no_proxy() {
        for (no_proxy, expected) in [
            ("", false),
            ("localhost,127.0.0.1", false),
            ("docker.io", true),
            (".docker.io", true),
            ("*.docker.io", true),
            ("*", true),
            ("ocker.io", false),
        ] {
            assert_eq!(is_direct(no_proxy, "registry-1.docker.io"), expected, "{no_proxy}");
        }
    }

    #[test]
    fn every_finding_says_what_to_do_on_every_system() {
        let facts = EngineFacts {
            version: "19.03".to_owned(),
            api_version: "1.40".to_owned(),
            ..EngineFacts::default()
        };
        let gone = Error::Refused { engine: "unix:///x".to_owned() };
        let closed = Error::NoPermission { engine: "unix:///x".to_owned() };
        let full =
            Disk { place: "x".to_owned(), all: 500_000 * MIB, free: 0, engine: Some(EngineKind::Docker) };
        for system in [System::Linux, System::Mac, System::Windows] {
            let found = [
                Some(engine(None, &gone, system)),
                Some(engine(Some("colima"), &gone, system)),
                Some(engine(None, &closed, system)),
                version(&facts, system),
                clock(100, &facts, system),
                disk(&full, system),
                Some(proxy("http://p:1", "host", system)),
                Some(cures::no_engine(system)),
                super::super::compose::check(&wharf_engine::ComposePlaces::default(), system),
            ];
            for finding in found {
                let finding = finding.unwrap();
                for text in [&finding.what, &finding.why, &finding.fix] {
                    assert!(text.len() > 10, "{system:?}: {finding:?}");
                }
                assert!(!finding.commands.is_empty(), "{system:?}: {finding:?}");
            }
        }
    }
}
