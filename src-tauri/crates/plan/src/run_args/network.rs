//! `--network` in its two notations, the options that describe the first network, and what they come to together.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::Draft;
use super::values::{Reason, fields};
use crate::container::{EndpointSettings, IpamConfig, NetworkConnection};
use crate::error::Error;

/// One `--network` as read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Attachment {
    /// The network's name, or a mode such as `host`.
    pub target: String,
    /// How the container stands in it.
    pub endpoint: EndpointSettings,
    /// Whether the notation with fields was used.
    pub detailed: bool,
}

/// Whether a name means a network that somebody made, and not one of the engine's modes.
pub(crate) fn is_user_defined(target: &str, podman: bool) -> bool {
    let mode = target.split(':').next().unwrap_or(target);
    let known = matches!(mode, "default" | "bridge" | "host" | "none" | "container");
    let podmans = podman && matches!(mode, "private" | "pasta" | "slirp4netns" | "ns" | "pod" | "no");
    !known && !podmans
}

/// Reads one `--network` as the engine's program does: Podman's modes have options behind a colon.
pub(crate) fn read(text: &str, podman: bool) -> Result<Attachment, Reason> {
    if podman && text.contains(':') && !text.contains("name=") {
        return Ok(Attachment { target: text.to_owned(), ..Attachment::default() });
    }
    attachment(text)
}

/// Reads one `--network`: a name, or fields such as `name=net,alias=db,ip=10.0.0.2`.
fn attachment(text: &str) -> Result<Attachment, Reason> {
    if text.trim().is_empty() {
        return Err("the network's name is missing".to_owned());
    }
    let detailed = text.split(',').any(|field| {
        field.split_once('=').is_some_and(|(key, _)| {
            matches!(
                key.trim().to_ascii_lowercase().as_str(),
                "name"
                    | "alias"
                    | "ip"
                    | "ip6"
                    | "mac-address"
                    | "link-local-ip"
                    | "driver-opt"
                    | "gw-priority"
            )
        })
    });
    if !detailed {
        return Ok(Attachment { target: text.to_owned(), ..Attachment::default() });
    }
    let mut attachment = Attachment { detailed: true, ..Attachment::default() };
    for field in fields(text)? {
        let Some((key, value)) = field.split_once('=') else {
            return Err(format!("`{field}` is not of the form `name=value`"));
        };
        read_field(&mut attachment, &key.trim().to_ascii_lowercase(), value.trim())?;
    }
    if attachment.target.is_empty() {
        return Err("the network's name is missing: add `name=…`".to_owned());
    }
    Ok(attachment)
}

fn read_field(attachment: &mut Attachment, key: &str, value: &str) -> Result<(), Reason> {
    let endpoint = &mut attachment.endpoint;
    match key {
        "name" => value.clone_into(&mut attachment.target),
        "alias" => endpoint.aliases.push(value.to_owned()),
        "ip" => ipam(endpoint).ipv4_address = address(value)?,
        "ip6" => ipam(endpoint).ipv6_address = address(value)?,
        "link-local-ip" => {
            let address = address(value)?;
            ipam(endpoint).link_local_ips.push(address);
        }
        "mac-address" => endpoint.mac_address = hardware_address(value)?,
        "driver-opt" => match value.split_once('=') {
            Some((name, text)) if !name.is_empty() => {
                endpoint.driver_opts.insert(name.trim().to_owned(), text.trim().to_owned());
            }
            _ => return Err(format!("`{value}` is not a driver option of the form `name=value`")),
        },
        "gw-priority" => {
            endpoint.gw_priority = value.parse().map_err(|_| format!("`{value}` is not a whole number"))?;
        }
        _ => return Err(format!("`{key}` is not a field of a network")),
    }
    Ok(())
}

impl Draft {
    /// Gives the container its networks: the first is its mode, and those that the engine cannot take at its creation are connected
    /// afterwards.
    pub(super) fn settle_networks(&mut self) -> Result<(), Error> {
        let first = std::mem::take(&mut self.first_network);
        let mut networks = std::mem::take(&mut self.networks);
        if networks.is_empty() {
            // `podman run` without root's rights makes a private network; its compatible interface would make a bridge.
            if self.podman && self.rootless && first == EndpointSettings::default() {
                "private".clone_into(&mut self.spec.body.host_config.network_mode);
            }
            if first == EndpointSettings::default() {
                return Ok(());
            }
            networks.push((Attachment { target: "default".to_owned(), ..Default::default() }, String::new()));
        }
        let single = networks.len() == 1;
        let mut named = BTreeSet::new();
        let mut user_defined: Option<bool> = None;
        for (index, (mut attachment, property)) in networks.into_iter().enumerate() {
            let own = is_user_defined(&attachment.target, self.podman);
            let flag = format!("--network={}", attachment.target);
            if index == 0 {
                attachment.target.clone_into(&mut self.spec.body.host_config.network_mode);
                self.add_options_beside(&mut attachment, &first, own)?;
            }
            if *user_defined.get_or_insert(own) != own {
                return Err(Error::Conflict {
                    flag,
                    other: format!("--network={}", self.spec.body.host_config.network_mode),
                    property,
                });
            }
            if !named.insert(attachment.target.clone()) {
                return Err(Error::Conflict { other: flag.clone(), flag, property });
            }
            if index > 0 && !self.several_networks {
                let Attachment { target: network, endpoint, .. } = attachment;
                self.spec.further_networks.push(NetworkConnection { network, endpoint });
            } else if !single || attachment.endpoint != EndpointSettings::default() {
                let endpoints = &mut self.spec.body.networking_config.endpoints_config;
                endpoints.insert(attachment.target, attachment.endpoint);
            }
        }
        Ok(())
    }

    /// What `--ip`, `--network-alias`, `--link` and the like say about the first network.
    fn add_options_beside(
        &mut self,
        attachment: &mut Attachment,
        beside: &EndpointSettings,
        own: bool,
    ) -> Result<(), Error> {
        let flag = format!("--network={}", attachment.target);
        if let Some((other, property)) = self.first_network_flag.take() {
            if attachment.detailed && overlap(&attachment.endpoint, beside) {
                return Err(Error::Conflict { flag: other.to_owned(), other: flag, property });
            }
            if !own && !beside.aliases.is_empty() {
                return Err(Error::Conflict { flag: "--network-alias".to_owned(), other: flag, property });
            }
        }
        merge_endpoint(&mut attachment.endpoint, beside);
        if own {
            attachment.endpoint.links.clone_from(&self.links);
        }
        if !self.several_networks {
            self.spec.body.mac_address.clone_from(&attachment.endpoint.mac_address);
        }
        Ok(())
    }
}

/// Whether a network's own fields and the options beside it say the same thing twice.
fn overlap(fields: &EndpointSettings, beside: &EndpointSettings) -> bool {
    let empty = IpamConfig::default();
    let (left, right) =
        (fields.ipam_config.as_ref().unwrap_or(&empty), beside.ipam_config.as_ref().unwrap_or(&empty));
    let both = |left: &str, right: &str| !left.is_empty() && !right.is_empty();
    (!fields.aliases.is_empty() && !beside.aliases.is_empty())
        || both(&fields.mac_address, &beside.mac_address)
        || both(&left.ipv4_address, &right.ipv4_address)
        || both(&left.ipv6_address, &right.ipv6_address)
        || (!left.link_local_ips.is_empty() && !right.link_local_ips.is_empty())
}

fn merge_endpoint(endpoint: &mut EndpointSettings, beside: &EndpointSettings) {
    endpoint.aliases.extend(beside.aliases.iter().cloned());
    if !beside.mac_address.is_empty() {
        endpoint.mac_address.clone_from(&beside.mac_address);
    }
    if let Some(addresses) = &beside.ipam_config {
        let merged = ipam(endpoint);
        if !addresses.ipv4_address.is_empty() {
            merged.ipv4_address.clone_from(&addresses.ipv4_address);
        }
        if !addresses.ipv6_address.is_empty() {
            merged.ipv6_address.clone_from(&addresses.ipv6_address);
        }
        merged.link_local_ips.extend(addresses.link_local_ips.iter().cloned());
    }
}

/// The fixed addresses, made on first use.
pub(crate) fn ipam(endpoint: &mut EndpointSettings) -> &mut IpamConfig {
    endpoint.ipam_config.get_or_insert_with(IpamConfig::default)
}

/// An IP address, unchanged if it is one.
pub(crate) fn address(text: &str) -> Result<String, Reason> {
    text.trim()
        .parse::<IpAddr>()
        .map(|address| address.to_string())
        .map_err(|_| format!("`{text}` is not an IP address"))
}

/// Six bytes in hexadecimal with `:` or `-` between them.
pub(crate) fn hardware_address(text: &str) -> Result<String, Reason> {
    let parts: Vec<&str> = text.trim().split([':', '-']).collect();
    let is_byte = |part: &&str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    if matches!(parts.len(), 6 | 8 | 20) && parts.iter().all(is_byte) {
        Ok(parts.join(":").to_ascii_lowercase())
    } else {
        Err(format!("`{text}` is not a hardware address such as `92:d0:c6:0a:29:33`"))
    }
}

/// `name:address` from `name:address` or `name=address`, brackets around an IPv6 address removed.
pub(crate) fn extra_host(text: &str) -> Result<String, Reason> {
    let reason = || {
        "write `name:address`, for example `db:10.0.0.2` or `host.docker.internal:host-gateway`".to_owned()
    };
    let (name, value) = text.split_once('=').or_else(|| text.split_once(':')).ok_or_else(reason)?;
    if name.is_empty() || name.contains(':') {
        return Err(reason());
    }
    if value == "host-gateway" {
        return Ok(format!("{name}:{value}"));
    }
    let bare = value.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(value);
    bare.trim().parse::<IpAddr>().map_err(|_| format!("`{value}` is not an IP address"))?;
    Ok(format!("{name}:{bare}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn attachments() {
        let table = [
            ("host", "host", json!({})),
            ("container:db", "container:db", json!({})),
            ("slirp4netns:allow_host_loopback=true", "slirp4netns:allow_host_loopback=true", json!({})),
            ("name=net", "net", json!({})),
            (
                "name=net,alias=a,alias=b,ip=10.0.0.2,gw-priority=1",
                "net",
                json!({"Aliases": ["a", "b"], "IPAMConfig": {"IPv4Address": "10.0.0.2"}, "GwPriority": 1}),
            ),
            (
                "name=net,\"driver-opt=com.x=1\",mac-address=92-D0-C6-0A-29-33,ip6=fd00::2",
                "net",
                json!({"DriverOpts": {"com.x": "1"}, "MacAddress": "92:d0:c6:0a:29:33", "IPAMConfig": {"IPv6Address": "fd00::2"}}),
            ),
        ];
        for (text, target, endpoint) in table {
            let read = attachment(text).unwrap();
            assert_eq!(read.target, target);
            assert_eq!(serde_json::to_value(&read.endpoint).unwrap(), endpoint, "{text}");
        }
        for text in ["", "alias=a", "name=net,ip=here", "name=net,colour=red", "name=net,gw-priority=high"] {
            assert!(attachment(text).is_err(), "{text}");
        }
    }

    #[test]
    fn extra_hosts() {
        let table = [
            ("db:10.0.0.2", Some("db:10.0.0.2")),
            ("db=10.0.0.2", Some("db:10.0.0.2")),
            ("db:::1", Some("db:::1")),
            ("db:[::1]", Some("db:::1")),
            ("host.docker.internal:host-gateway", Some("host.docker.internal:host-gateway")),
            ("db", None),
            (":10.0.0.2", None),
            ("db:example.org", None),
        ];
        for (text, expected) in table {
            assert_eq!(extra_host(text).ok().as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn networks_that_somebody_made() {
        let table = [
            ("host", false, false),
            ("container:x", false, false),
            ("mine", false, true),
            ("pasta", false, true),
            ("pasta", true, false),
            ("slirp4netns:mtu=1", true, false),
        ];
        for (name, podman, expected) in table {
            assert_eq!(is_user_defined(name, podman), expected, "{name}");
        }
    }
}
