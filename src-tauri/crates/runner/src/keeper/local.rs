//! Who has which port of this computer.
//!
//! Linux and Windows tell; elsewhere a port is known to be taken once it could not be bound, and by nobody in particular.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(windows, test))]
mod table;
#[cfg(windows)]
mod windows;

use std::collections::BTreeMap;

use wharf_plan::ports::Holder;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(windows)]
use windows as system;

/// Local ports that somebody listens on, as far as that can be told without trying; each with what the system tells its holder by.
pub(super) fn taken() -> BTreeMap<u16, u64> {
    system::taken()
}

/// Who has a port, by what [`taken`] has told. Processes of other users cannot always be looked into.
pub(super) fn holder(told: u64) -> Holder {
    system::holder(told).unwrap_or(Holder::Unknown)
}

#[cfg(windows)]
pub(super) use windows::connected;

/// Systems where nothing tells.
#[cfg(not(any(target_os = "linux", windows)))]
mod system {
    use std::collections::BTreeMap;

    use wharf_plan::ports::Holder;

    pub(super) fn taken() -> BTreeMap<u16, u64> {
        BTreeMap::new()
    }

    pub(super) fn holder(_: u64) -> Option<Holder> {
        None
    }
}

#[cfg(all(test, any(target_os = "linux", windows)))]
mod tests {
    use super::*;

    #[test]
    fn a_listener_of_ours_is_found_with_its_process() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let told = taken()[&port];
        let Holder::Process { pid, .. } = holder(told) else { panic!("nobody has it") };
        assert_eq!(pid, std::process::id());
        assert_eq!(holder(u64::MAX), Holder::Unknown);
    }
}
