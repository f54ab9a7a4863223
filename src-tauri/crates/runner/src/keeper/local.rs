//! Who has which port of this computer.
//!
//! Linux and Windows tell; elsewhere a port is known to be taken once it could not be bound, and by nobody in particular.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(windows, test))]
mod table;
#[cfg(windows)]
mod windows;

use std::collections::{BTreeMap, BTreeSet};

use wharf_agent::message::Machine;
use wharf_plan::ports::Holder;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(windows)]
use windows as system;

/// Local ports that somebody listens on, as far as that can be told without trying; each with what the system tells its holder by.
pub(super) fn taken() -> BTreeMap<u16, u64> {
    system::taken()
}

/// Where this process is, as far as the system says; agents say the same of themselves.
pub(super) fn machine() -> Machine {
    system::machine()
}

/// Who has which port, by what [`taken`] has told of it. A socket has the same holder all its life, so that it is looked for once.
#[derive(Default)]
pub(super) struct Holders(BTreeMap<(u16, u64), Holder>);

impl Holders {
    /// Those of these ports. Processes of other users cannot always be looked into. What is not among them is forgotten.
    pub(super) fn of<'a>(&mut self, told: impl Iterator<Item = (&'a u16, &'a u64)>) -> BTreeMap<u16, Holder> {
        let told: BTreeSet<(u16, u64)> = told.map(|(port, told)| (*port, *told)).collect();
        self.0.retain(|known, _| told.contains(known));
        self.learn(&told);
        self.0.iter().map(|((port, _), holder)| (*port, holder.clone())).collect()
    }

    /// That of one port more.
    pub(super) fn one(&mut self, port: u16, told: u64) -> Holder {
        self.learn(&BTreeSet::from([(port, told)]));
        self.0.get(&(port, told)).cloned().unwrap_or(Holder::Unknown)
    }

    /// Looks for those who are not known yet, for all of them at once.
    fn learn(&mut self, told: &BTreeSet<(u16, u64)>) {
        let new: Vec<_> = told.iter().filter(|known| !self.0.contains_key(known)).copied().collect();
        if new.is_empty() {
            return;
        }
        let found = system::holders(&new.iter().map(|(_, told)| *told).collect());
        let holder = |told| found.get(&told).cloned().unwrap_or(Holder::Unknown);
        self.0.extend(new.into_iter().map(|(port, told)| ((port, told), holder(told))));
    }
}

#[cfg(windows)]
pub(super) use windows::connected;

/// Systems where nothing tells.
#[cfg(not(any(target_os = "linux", windows)))]
mod system {
    use std::collections::{BTreeMap, BTreeSet};

    use wharf_plan::ports::Holder;

    pub(super) fn taken() -> BTreeMap<u16, u64> {
        BTreeMap::new()
    }

    pub(super) fn holders(_: &BTreeSet<u64>) -> BTreeMap<u64, Holder> {
        BTreeMap::new()
    }

    pub(super) fn machine() -> wharf_agent::message::Machine {
        wharf_agent::message::Machine::default()
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
        let mut holders = Holders::default();
        let found = holders.of([(&port, &told), (&1, &u64::MAX)].into_iter());
        let Holder::Process { pid, .. } = found[&port] else { panic!("nobody has it") };
        assert_eq!(pid, std::process::id());
        assert_eq!(found[&1], Holder::Unknown);
        // What is known is not looked for again, and what is not asked for is forgotten.
        assert_eq!(holders.of([(&1, &u64::MAX)].into_iter()), BTreeMap::from([(1, Holder::Unknown)]));
        assert_eq!(holders.0.len(), 1);
        // One more leaves the others known.
        assert_eq!(holders.one(port, told), found[&port]);
        assert_eq!(holders.0.len(), 2);
    }
}
