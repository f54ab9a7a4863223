//! Wanted forwards beside those that are open.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::InsidePort;

/// A local port that leads into an environment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Forward {
    /// Where it leads.
    pub inside: InsidePort,
    /// The address of this computer that it is bound to.
    pub address: IpAddr,
    /// The local port.
    pub local: u16,
}

/// What brings open forwards closer to those that are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ForwardStep {
    /// Stop to listen. Connections that are open stay.
    Close(Forward),
    /// Begin to listen.
    Open(Forward),
}

/// Compares them. A forward that is as wanted is not touched, and every local port that goes is free before another is wanted.
#[must_use]
pub fn reconcile_forwards(wanted: &[Forward], open: &[Forward]) -> Vec<ForwardStep> {
    let superfluous = open.iter().filter(|forward| !wanted.contains(forward));
    let missing = wanted.iter().filter(|forward| !open.contains(forward));
    superfluous
        .map(|forward| ForwardStep::Close(forward.clone()))
        .chain(missing.map(|forward| ForwardStep::Open(forward.clone())))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    fn forward(inside: u16, local: u16) -> Forward {
        Forward { inside: InsidePort::own(inside), address: Ipv4Addr::LOCALHOST.into(), local }
    }

    #[test]
    fn what_differs_is_closed_then_opened() {
        let cases = [
            (vec![], vec![], vec![]),
            (vec![forward(1, 1)], vec![forward(1, 1)], vec![]),
            (vec![forward(1, 1)], vec![], vec![ForwardStep::Open(forward(1, 1))]),
            (vec![], vec![forward(1, 1)], vec![ForwardStep::Close(forward(1, 1))]),
            (
                vec![forward(1, 2), forward(2, 1)],
                vec![forward(1, 1), forward(3, 3)],
                vec![
                    ForwardStep::Close(forward(1, 1)),
                    ForwardStep::Close(forward(3, 3)),
                    ForwardStep::Open(forward(1, 2)),
                    ForwardStep::Open(forward(2, 1)),
                ],
            ),
        ];
        for (wanted, open, expected) in cases {
            assert_eq!(reconcile_forwards(&wanted, &open), expected, "{wanted:?} {open:?}");
        }
    }

    proptest! {
        /// Carried out in order, the steps lead from any open forwards to the wanted ones, and no port is bound twice on the way.
        #[test]
        fn the_steps_lead_there(
            wanted in proptest::collection::btree_map(1_u16..12, 1_u16..12, 0..6),
            open in proptest::collection::btree_map(1_u16..12, 1_u16..12, 0..6),
        ) {
            let of = |ports: &std::collections::BTreeMap<u16, u16>| -> Vec<Forward> {
                ports.iter().map(|(local, inside)| forward(*inside, *local)).collect()
            };
            let (wanted, mut open) = (of(&wanted), of(&open));
            for step in reconcile_forwards(&wanted, &open) {
                match step {
                    ForwardStep::Close(forward) => open.retain(|other| *other != forward),
                    ForwardStep::Open(forward) => {
                        prop_assert!(open.iter().all(|other| other.local != forward.local));
                        open.push(forward);
                    }
                }
            }
            open.sort_by_key(|forward| forward.local);
            prop_assert_eq!(&open, &wanted);
            prop_assert_eq!(reconcile_forwards(&wanted, &open), vec![]);
        }
    }
}
