//! What the engines need of this machine's network, and its complete removal.
//!
//! There is one table of our own, one bridge per Docker, and whatever Podman's netavark adds for its containers. `ip` and `nft` come from
//! an engine's root, so that nothing has to be installed for them.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use wharf_test_support::engines::Kind;

use super::definition::{ADDRESSES, Definition, ENGINES};
use crate::system;

/// Our table in the firewall.
const TABLE: &str = "wharf_xtask";
/// The table in which netavark keeps its rules, and the beginning of the chains it makes for a network in use.
const NETAVARK: &str = "inet netavark";
const NETAVARK_NETWORK: &str = "chain nv_";
/// The mark by which our rules in somebody else's chain are found again.
const COMMENT: &str = "wharf-xtask";
const FORWARDING: &str = "/proc/sys/net/ipv4/ip_forward";

/// How the machine was before the first engine started, as far as engines change it.
#[derive(Serialize, Deserialize)]
pub(super) struct Before {
    forwarding: String,
    tables: Vec<String>,
}

impl Before {
    const FILE: &str = "before.json";

    /// Notes the state once; later calls keep the first one.
    pub(super) fn note(home: &Path, tools: &Tools<'_>) -> Result<()> {
        let path = home.join(Self::FILE);
        if path.exists() {
            return Ok(());
        }
        let forwarding = std::fs::read_to_string(FORWARDING).unwrap_or_default().trim().to_owned();
        let before = Self { forwarding, tables: tools.tables()? };
        std::fs::write(&path, serde_json::to_vec(&before)?)
            .with_context(|| format!("cannot write {}", path.display()))
    }

    pub(super) fn read(home: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(home.join(Self::FILE)).ok()?).ok()
    }

    fn forget(home: &Path) {
        let _ = std::fs::remove_file(home.join(Self::FILE));
    }
}

/// The network programs of an engine's root, run in this machine's own network.
pub(super) struct Tools<'a> {
    pub(super) root: &'a Path,
}

impl Tools<'_> {
    fn run(&self, program: &str, arguments: &[&str]) -> Result<String> {
        system::output(system::command("chroot").arg(self.root).arg(program).args(arguments))
    }

    fn tables(&self) -> Result<Vec<String>> {
        let text = self.run("nft", &["list", "tables"])?;
        Ok(text.lines().filter_map(|line| line.strip_prefix("table ")).map(str::to_owned).collect())
    }

    /// Names of the interfaces whose address begins so.
    fn interfaces(&self, prefix: &str) -> Result<Vec<String>> {
        Ok(interfaces_with(&self.run("ip", &["-o", "-4", "address", "show"])?, prefix))
    }

    /// Our rules in the chain that another program made drop everything.
    fn forward_rules(&self) -> Vec<String> {
        let text = self.run("nft", &["-a", "list", "chain", "ip", "filter", "FORWARD"]).unwrap_or_default();
        handles_of(&text)
    }

    fn load(&self, rules: &str) -> Result<()> {
        let mut nft = system::command("chroot");
        nft.arg(self.root).args(["nft", "-f", "-"]).stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut nft = nft.spawn().context("nft could not be started")?;
        if let Some(mut stdin) = nft.stdin.take() {
            std::io::Write::write_all(&mut stdin, rules.as_bytes())?;
        }
        let output = nft.wait_with_output()?;
        if !output.status.success() {
            bail!("nft refused the engines' rules: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }
}

/// Makes the engine's bridge and the common table; both may be there already.
pub(super) fn prepare(engine: &Definition, tools: &Tools<'_>) -> Result<()> {
    tools.load(&format!(
        "table ip {TABLE}\ndelete table ip {TABLE}\ntable ip {TABLE} {{\n chain postrouting {{\n  type nat hook postrouting priority 100; policy accept;\n  ip saddr {ADDRESSES} ip daddr != {ADDRESSES} masquerade\n }}\n}}\n"
    ))?;
    // Another engine or a firewall may drop what it does not know; a rule of its chain must let our addresses through.
    let forward = tools.run("nft", &["list", "chain", "ip", "filter", "FORWARD"]).unwrap_or_default();
    if forward.contains("policy drop") && tools.forward_rules().is_empty() {
        for side in ["saddr", "daddr"] {
            tools.load(&format!(
                "insert rule ip filter FORWARD ip {side} {ADDRESSES} accept comment \"{COMMENT}\"\n"
            ))?;
        }
    }
    let bridge = engine.bridge();
    let (Some(prefix), Some(gateway)) = (engine.address_prefix(), engine.gateway()) else { return Ok(()) };
    if engine.kind == Kind::Docker && !tools.interfaces(&prefix)?.contains(&bridge) {
        // One of the same name without the address is left from an attempt that was interrupted.
        let _ = tools.run("ip", &["link", "delete", &bridge]);
        tools.run("ip", &["link", "add", &bridge, "type", "bridge"])?;
        tools.run("ip", &["address", "add", &format!("{gateway}/17"), "dev", &bridge])?;
        tools.run("ip", &["link", "set", &bridge, "up"])?;
    }
    Ok(())
}

/// Removes every bridge that carries one of the engine's addresses: its own and those of networks made in it.
pub(super) fn remove(engine: &Definition, tools: &Tools<'_>) -> Result<()> {
    let Some(prefix) = engine.address_prefix() else { return Ok(()) };
    for interface in tools.interfaces(&prefix)? {
        tools.run("ip", &["link", "delete", &interface])?;
    }
    Ok(())
}

/// Removes what the engines had in common; only for when none of them runs any more.
pub(super) fn remove_common(home: &Path, tools: &Tools<'_>) -> Result<()> {
    let tables = tools.tables()?;
    if tables.iter().any(|table| table == &format!("ip {TABLE}")) {
        tools.run("nft", &["delete", "table", "ip", TABLE])?;
    }
    for handle in tools.forward_rules() {
        tools.run("nft", &["delete", "rule", "ip", "filter", "FORWARD", "handle", &handle])?;
    }
    let Some(before) = Before::read(home) else { return Ok(()) };
    if is_ours_to_remove(&before, &tables, tools) {
        tools.run("nft", &["delete", "table", "inet", "netavark"])?;
    }
    remove_netavark_chains(&before, tools);
    // Something else that forwards may have come in the meantime; it would have a bridge.
    if before.forwarding == "0" && !has_bridge() {
        std::fs::write(FORWARDING, "0").with_context(|| format!("cannot write {FORWARDING}"))?;
    }
    Before::forget(home);
    Ok(())
}

/// Whether netavark's table came with our engines and no network of another Podman is in it.
fn is_ours_to_remove(before: &Before, tables: &[String], tools: &Tools<'_>) -> bool {
    let is_new =
        tables.iter().any(|table| table == NETAVARK) && !before.tables.iter().any(|table| table == NETAVARK);
    is_new
        && tools
            .run("nft", &["list", "table", "inet", "netavark"])
            .is_ok_and(|table| !table.contains(NETAVARK_NETWORK))
}

/// An old netavark keeps its chains in the tables that all users of iptables share: what refers to its chains goes, then the chains, then
/// the tables if they were not there before and hold nothing else.
fn remove_netavark_chains(before: &Before, tools: &Tools<'_>) {
    for table in ["filter", "nat"] {
        let full = format!("ip {table}");
        if before.tables.contains(&full) {
            continue;
        }
        let listing = tools.run("iptables-save", &["-t", table]).unwrap_or_default();
        if !listing.contains("NETAVARK") || has_foreign_rules(&listing) {
            continue;
        }
        let _ = tools.run("nft", &["delete", "table", "ip", table]);
    }
}

/// Whether a listing of `iptables-save` has a rule or a chain that netavark did not make.
fn has_foreign_rules(listing: &str) -> bool {
    listing.lines().any(|line| {
        let is_rule = line.starts_with("-A");
        let is_chain = line.starts_with(':') && !line.contains(" ACCEPT ");
        (is_rule || is_chain) && !line.contains("NETAVARK") && !line.contains("netavark")
    })
}

fn has_bridge() -> bool {
    std::fs::read_dir("/sys/class/net")
        .into_iter()
        .flatten()
        .flatten()
        .any(|interface| interface.path().join("bridge").exists())
}

/// What of the engines is still to be seen in the network, in words.
pub(super) fn leftovers(before: Option<&Before>, tools: &Tools<'_>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for prefix in ENGINES.iter().filter_map(Definition::address_prefix) {
        let interfaces = tools.interfaces(&prefix)?.into_iter();
        found.extend(interfaces.map(|name| format!("network interface {name}")));
    }
    let expected: &[String] = before.map_or(&[], |before| &before.tables);
    for table in tools.tables()? {
        if table.ends_with(TABLE) || (before.is_some() && table == NETAVARK && !expected.contains(&table)) {
            found.push(format!("firewall table {table}"));
        }
    }
    found.extend(
        tools
            .forward_rules()
            .into_iter()
            .map(|handle| format!("firewall rule {handle} in chain ip filter FORWARD")),
    );
    Ok(found)
}

fn interfaces_with(listing: &str, prefix: &str) -> Vec<String> {
    listing
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace().skip(1);
            let name = words.next()?;
            (words.next()? == "inet" && words.next()?.starts_with(prefix)).then(|| name.to_owned())
        })
        .collect()
}

fn handles_of(chain: &str) -> Vec<String> {
    chain
        .lines()
        .filter(|line| line.contains(&format!("\"{COMMENT}\"")))
        .filter_map(|line| line.rsplit_once("# handle ").map(|(_, handle)| handle.trim().to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{handles_of, has_foreign_rules, interfaces_with};

    #[test]
    fn interfaces_are_found_by_the_beginning_of_their_address() {
        let listing = "1: lo    inet 127.0.0.1/8 scope host lo\\  valid_lft forever\n\
                       5: wharf-docker28    inet 10.201.0.1/17 scope global wharf-docker28\\  valid_lft forever\n\
                       9: br-0a1b    inet 10.201.128.1/24 scope global br-0a1b\\  valid_lft forever\n\
                       7: other    inet 10.20.1.1/24 scope global other\\  valid_lft forever\n";
        assert_eq!(interfaces_with(listing, "10.201."), ["wharf-docker28", "br-0a1b"]);
        assert!(interfaces_with(listing, "10.203.").is_empty());
    }

    #[test]
    fn only_our_rules_are_found_by_their_comment() {
        let chain = "\tip saddr 10.200.0.0/14 counter packets 0 accept comment \"wharf-xtask\" # handle 12\n\
                     \tip saddr 10.9.0.0/16 accept comment \"other\" # handle 4\n";
        assert_eq!(handles_of(chain), ["12"]);
    }

    #[test]
    fn a_table_with_anything_but_netavark_stays() {
        let cases = [
            (
                "*nat\n:PREROUTING ACCEPT [0:0]\n:NETAVARK-HOSTPORT-DNAT - [0:0]\n-A PREROUTING -j NETAVARK-HOSTPORT-DNAT\nCOMMIT\n",
                false,
            ),
            ("*nat\n:PREROUTING ACCEPT [0:0]\n:DOCKER - [0:0]\n", true),
            ("*filter\n:FORWARD DROP [0:0]\n:NETAVARK_FORWARD - [0:0]\n", true),
            ("*nat\n:NETAVARK-X - [0:0]\n-A POSTROUTING -s 10.9.0.0/16 -j MASQUERADE\n", true),
        ];
        for (listing, expected) in cases {
            assert_eq!(has_foreign_rules(listing), expected, "{listing}");
        }
    }
}
