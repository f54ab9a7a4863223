//! `--publish` and `--expose`: `[address:][host:]container[/protocol]`, single ports and ranges.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::values::Reason;
use crate::container::{Empty, PortBinding};

/// What one `--publish` adds: each container port (`80/tcp`) with its binding.
pub(crate) fn publish(text: &str) -> Result<Vec<(String, PortBinding)>, Reason> {
    let text = standard_notation(text)?;
    let (address, host, container) = split(&text);
    let (ports, protocol) = container.split_once('/').unwrap_or((container, ""));
    if ports.is_empty() {
        return Err("the container's port is missing".to_owned());
    }
    let protocol = protocol_name(protocol)?;
    let address = address_text(address)?;
    let (first, last) = range(ports)?;
    let host_range = if host.is_empty() { None } else { Some(range(host)?) };
    if let Some((host_first, host_last)) = host_range
        && last - first != host_last - host_first
        && first != last
    {
        return Err("the two ranges differ in length".to_owned());
    }
    Ok((first..=last)
        .map(|port| {
            let host_port = match host_range {
                None => String::new(),
                Some((host_first, host_last)) if first == last && host_first != host_last => {
                    format!("{host_first}-{host_last}")
                }
                Some((host_first, _)) => (host_first + (port - first)).to_string(),
            };
            (format!("{port}/{protocol}"), PortBinding { host_ip: address.clone(), host_port })
        })
        .collect())
}

/// What one `--expose` adds.
pub(crate) fn expose(text: &str, exposed: &mut BTreeMap<String, Empty>) -> Result<(), Reason> {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, ""));
    let protocol = protocol_name(protocol)?;
    let (first, last) = range(ports)?;
    exposed.extend((first..=last).map(|port| (format!("{port}/{protocol}"), Empty {})));
    Ok(())
}

/// `published=8080,target=80,protocol=udp` is another way to write `8080:80/udp`.
fn standard_notation(text: &str) -> Result<String, Reason> {
    if !text.contains('=') {
        return Ok(text.to_owned());
    }
    let (mut published, mut target, mut protocol) = ("", "", "tcp");
    for field in text.split(',') {
        match field.split_once('=') {
            Some(("published", value)) => published = value,
            Some(("target", value)) => target = value,
            Some(("protocol", value)) => protocol = value,
            Some((key, _)) if !key.is_empty() => {}
            _ => return Err(format!("`{field}` is not of the form `name=value`")),
        }
    }
    Ok(format!("{published}:{target}/{protocol}"))
}

/// Address, host part and container part. An IPv6 address may stand with or without brackets.
fn split(text: &str) -> (&str, &str, &str) {
    let Some((before, container)) = text.rsplit_once(':') else { return ("", "", text) };
    match before.rsplit_once(':') {
        Some((address, host)) => (address, host, container),
        None => ("", before, container),
    }
}

fn address_text(address: &str) -> Result<String, Reason> {
    if address.is_empty() {
        return Ok(String::new());
    }
    let bare = address.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(address);
    bare.parse::<IpAddr>().map(|_| bare.to_owned()).map_err(|_| format!("`{address}` is not an IP address"))
}

fn protocol_name(protocol: &str) -> Result<String, Reason> {
    let protocol = protocol.to_ascii_lowercase();
    match protocol.as_str() {
        "" => Ok("tcp".to_owned()),
        "tcp" | "udp" | "sctp" => Ok(protocol),
        _ => Err(format!("`{protocol}` is not a protocol; write `tcp`, `udp` or `sctp`")),
    }
}

fn range(text: &str) -> Result<(u32, u32), Reason> {
    let number = |text: &str| {
        text.parse::<u16>()
            .map(u32::from)
            .map_err(|_| format!("`{text}` is not a port number from 0 to 65535"))
    };
    match text.split_once('-') {
        None => number(text).map(|port| (port, port)),
        Some((first, last)) => {
            let (first, last) = (number(first)?, number(last)?);
            if first <= last { Ok((first, last)) } else { Err(format!("`{text}` ends before it begins")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_ports() {
        let table: [(&str, Option<&str>); 20] = [
            ("80", Some("80/tcp=:")),
            ("8080:80", Some("80/tcp=:8080")),
            ("127.0.0.1:8080:80", Some("80/tcp=127.0.0.1:8080")),
            ("127.0.0.1::80", Some("80/tcp=127.0.0.1:")),
            ("53:53/udp", Some("53/udp=:53")),
            ("53:53/UDP", Some("53/udp=:53")),
            ("[::1]:8080:80", Some("80/tcp=::1:8080")),
            ("::1:8080:80", Some("80/tcp=::1:8080")),
            ("8000-8001:80-81", Some("80/tcp=:8000 81/tcp=:8001")),
            ("8000-8009:80", Some("80/tcp=:8000-8009")),
            ("3000-3001", Some("3000/tcp=: 3001/tcp=:")),
            ("published=8080,target=80", Some("80/tcp=:8080")),
            ("published=53,target=53,protocol=udp", Some("53/udp=:53")),
            ("8000-8001:80-82", None),
            ("8080:", None),
            ("", None),
            ("host:8080:80", None),
            ("80:80/icmp", None),
            ("70000:80", None),
            ("90-80", None),
        ];
        for (text, expected) in table {
            let shown = publish(text).ok().map(|ports| {
                ports
                    .iter()
                    .map(|(port, binding)| format!("{port}={}:{}", binding.host_ip, binding.host_port))
                    .collect::<Vec<_>>()
                    .join(" ")
            });
            assert_eq!(shown.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn exposed_ports() {
        let mut exposed = BTreeMap::new();
        expose("80", &mut exposed).unwrap();
        expose("7000-7001/udp", &mut exposed).unwrap();
        assert_eq!(exposed.keys().collect::<Vec<_>>(), ["7000/udp", "7001/udp", "80/tcp"]);
        assert!(expose("eighty", &mut exposed).is_err());
    }
}
