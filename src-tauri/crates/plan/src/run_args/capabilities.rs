//! Capabilities as the engines' programs send them: one spelling, each once, in order.

use std::collections::BTreeSet;

/// Stands for all of them, and then for itself alone.
const ALL: &str = "ALL";

/// What `--cap-add` and `--cap-drop` come to together: adding a capability outweighs dropping it.
pub(crate) fn settle(add: &[String], drop: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut add, drop) = (spelled(add), spelled(drop));
    if add.contains(ALL) {
        add = BTreeSet::from([ALL.to_owned()]);
    }
    let drop = drop.difference(&add).cloned().collect();
    (add.into_iter().collect(), drop)
}

fn spelled(names: &[String]) -> BTreeSet<String> {
    names.iter().map(|name| spelling(name)).filter(|name| !name.is_empty()).collect()
}

fn spelling(name: &str) -> String {
    let name = name.trim().to_ascii_uppercase();
    if name.is_empty() || name == ALL || name.starts_with("CAP_") { name } else { format!("CAP_{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_have_one_spelling() {
        type Names = &'static [&'static str];
        let cases: [(Names, Names, Names, Names); 5] = [
            (&["sys_ptrace", "NET_ADMIN", "CAP_SYS_PTRACE"], &[], &["CAP_NET_ADMIN", "CAP_SYS_PTRACE"], &[]),
            (&["all", "NET_RAW"], &["MKNOD"], &["ALL"], &["CAP_MKNOD"]),
            (&["NET_RAW"], &["all", "MKNOD"], &["CAP_NET_RAW"], &["ALL", "CAP_MKNOD"]),
            (&["NET_RAW"], &["net_raw", "CHOWN"], &["CAP_NET_RAW"], &["CAP_CHOWN"]),
            (&[], &[], &[], &[]),
        ];
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        for (add, drop, expected_add, expected_drop) in cases {
            assert_eq!(
                settle(&owned(add), &owned(drop)),
                (owned(expected_add), owned(expected_drop)),
                "{add:?} {drop:?}"
            );
        }
    }
}
