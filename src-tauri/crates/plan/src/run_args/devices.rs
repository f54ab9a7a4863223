//! `--device`, `--gpus`, and the options that give a rate or a weight to a device.

use std::collections::BTreeMap;

use super::values::{Reason, bytes, fields, key_value};
use crate::container::{DeviceMapping, DeviceRequest, ThrottleDevice, Ulimit, WeightDevice};

/// A `--device` as read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ReadDevice {
    /// A file of the host's `/dev`.
    Mapping(DeviceMapping),
    /// A name of the Container Device Interface, `vendor.example/class=name`.
    Qualified(String),
}

/// Reads one `--device`: `host[:container][:permissions]`.
pub(crate) fn device(text: &str) -> Result<ReadDevice, Reason> {
    if is_qualified(text) {
        return Ok(ReadDevice::Qualified(text.to_owned()));
    }
    let parts: Vec<&str> = text.split(':').collect();
    let (host, inside, permissions) = match parts.as_slice() {
        [host] => (*host, *host, "rwm"),
        [host, mode] if is_mode(mode) => (*host, *host, *mode),
        [host, inside] => (*host, *inside, "rwm"),
        [host, inside, mode] if is_mode(mode) => (*host, *inside, *mode),
        [_, _, mode] => return Err(format!("`{mode}` are not permissions; write any of `r`, `w` and `m`")),
        _ => return Err("write `host`, `host:container` or `host:container:permissions`".to_owned()),
    };
    if host.is_empty() || !inside.starts_with('/') {
        return Err("a device is named by an absolute path, for example `/dev/fuse`".to_owned());
    }
    Ok(ReadDevice::Mapping(DeviceMapping {
        path_on_host: host.to_owned(),
        path_in_container: inside.to_owned(),
        cgroup_permissions: permissions.to_owned(),
    }))
}

fn is_mode(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|letter| "rwm".contains(letter))
        && text.chars().all(|letter| text.matches(letter).count() == 1)
}

fn is_qualified(text: &str) -> bool {
    let Some((kind, name)) = text.split_once('=') else { return false };
    let Some((vendor, class)) = kind.split_once('/') else { return false };
    let word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_alphabetic())
            && word.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.".contains(letter))
    };
    word(vendor) && word(class) && !name.is_empty()
}

/// Reads one `--gpus`: `all`, a number, or fields such as `device=0`, `"device=0,1"`, `driver=nvidia`.
pub(crate) fn gpus(text: &str) -> Result<DeviceRequest, Reason> {
    let mut request =
        DeviceRequest { capabilities: vec![vec!["gpu".to_owned()]], ..DeviceRequest::default() };
    let mut seen: Vec<String> = Vec::new();
    for field in fields(text)? {
        let (key, value) = field.split_once('=').unwrap_or(("count", &field));
        if seen.iter().any(|earlier| earlier == key) {
            return Err(format!("`{key}` is given twice"));
        }
        seen.push(key.to_owned());
        let list = || value.split(',').map(str::to_owned).collect::<Vec<_>>();
        match key {
            "count" if value == "all" => request.count = -1,
            "count" => {
                request.count =
                    value.parse().map_err(|_| format!("`{value}` is neither `all` nor a number of GPUs"))?;
            }
            "driver" => value.clone_into(&mut request.driver),
            "device" => request.device_ids = list(),
            "capabilities" => {
                request.capabilities = vec![list().into_iter().chain(["gpu".to_owned()]).collect()];
            }
            "options" => request.options = fields(value)?.iter().map(|option| key_value(option)).collect(),
            _ => return Err(format!("`{key}` is not a field of `--gpus`")),
        }
    }
    if !seen.iter().any(|key| key == "count") && request.device_ids.is_empty() {
        request.count = 1;
    }
    Ok(request)
}

/// `/dev/path:rate` with a size.
pub(crate) fn bytes_per_second(text: &str) -> Result<ThrottleDevice, Reason> {
    let (path, rate) = device_and_number(text)?;
    let rate = u64::try_from(bytes(rate)?).map_err(|_| "the rate is negative".to_owned())?;
    Ok(ThrottleDevice { path: path.to_owned(), rate })
}

/// `/dev/path:rate` with a count.
pub(crate) fn operations_per_second(text: &str) -> Result<ThrottleDevice, Reason> {
    let (path, rate) = device_and_number(text)?;
    let rate = rate.parse().map_err(|_| format!("`{rate}` is not a whole number"))?;
    Ok(ThrottleDevice { path: path.to_owned(), rate })
}

/// `/dev/path:weight`.
pub(crate) fn weight(text: &str) -> Result<WeightDevice, Reason> {
    let (path, weight) = device_and_number(text)?;
    let weight: u16 = weight.parse().map_err(|_| format!("`{weight}` is not a weight from 10 to 1000"))?;
    if weight != 0 && !(10..=1000).contains(&weight) {
        return Err(format!("`{weight}` is not a weight from 10 to 1000"));
    }
    Ok(WeightDevice { path: path.to_owned(), weight })
}

fn device_and_number(text: &str) -> Result<(&str, &str), Reason> {
    text.split_once(':')
        .filter(|(path, _)| path.starts_with("/dev/"))
        .ok_or_else(|| "write a device and a number, for example `/dev/sda:1mb`".to_owned())
}

/// `type major:minor permissions`, for example `c 42:* rmw`.
pub(crate) fn cgroup_rule(text: &str) -> Result<String, Reason> {
    let parts: Vec<&str> = text.split(' ').collect();
    let number =
        |part: &str| part == "*" || (!part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let valid = match parts.as_slice() {
        [kind, numbers, mode] => {
            matches!(*kind, "a" | "c" | "b")
                && numbers.split_once(':').is_some_and(|(major, minor)| number(major) && number(minor))
                && (1..=3).contains(&mode.len())
                && mode.chars().all(|letter| "rwm".contains(letter))
        }
        _ => false,
    };
    if valid { Ok(text.to_owned()) } else { Err("write a rule such as `c 42:* rmw`".to_owned()) }
}

const ULIMITS: [&str; 15] = [
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];

/// `name=soft[:hard]`; -1 means no bound.
pub(crate) fn ulimit(text: &str) -> Result<Ulimit, Reason> {
    let (name, bounds) =
        text.split_once('=').ok_or_else(|| "write `name=soft` or `name=soft:hard`".to_owned())?;
    if !ULIMITS.contains(&name) {
        return Err(format!("`{name}` is not one of {}", ULIMITS.join(", ")));
    }
    let number = |text: &str| text.parse::<i64>().map_err(|_| format!("`{text}` is not a whole number"));
    let (soft, hard) = match bounds.split_once(':') {
        Some((soft, hard)) => (number(soft)?, number(hard)?),
        None => (number(bounds)?, number(bounds)?),
    };
    if hard != -1 && (soft == -1 || soft > hard) {
        return Err("the soft bound is above the hard one".to_owned());
    }
    Ok(Ulimit { name: name.to_owned(), soft, hard })
}

/// Sorted by name, the last one of a name winning.
pub(crate) fn sort_ulimits(ulimits: Vec<Ulimit>) -> Vec<Ulimit> {
    let by_name: BTreeMap<String, Ulimit> =
        ulimits.into_iter().map(|ulimit| (ulimit.name.clone(), ulimit)).collect();
    by_name.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices() {
        let table = [
            ("/dev/fuse", Some("/dev/fuse /dev/fuse rwm")),
            ("/dev/a:/dev/b", Some("/dev/a /dev/b rwm")),
            ("/dev/a:r", Some("/dev/a /dev/a r")),
            ("/dev/a:/dev/b:rw", Some("/dev/a /dev/b rw")),
            ("nvidia.com/gpu=all", Some("nvidia.com/gpu=all")),
            ("/dev/a:/dev/b:x", None),
            ("/dev/a:/dev/b:rr", None),
            ("/dev/a:b", None),
            ("", None),
            ("a:b:c:d", None),
        ];
        for (text, expected) in table {
            let shown = device(text).ok().map(|read| match read {
                ReadDevice::Qualified(name) => name,
                ReadDevice::Mapping(mapping) => format!(
                    "{} {} {}",
                    mapping.path_on_host, mapping.path_in_container, mapping.cgroup_permissions
                ),
            });
            assert_eq!(shown.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn gpu_requests() {
        let table = [
            ("all", r#"{"Count":-1,"Capabilities":[["gpu"]]}"#),
            ("2", r#"{"Count":2,"Capabilities":[["gpu"]]}"#),
            ("device=GPU-1", r#"{"DeviceIDs":["GPU-1"],"Capabilities":[["gpu"]]}"#),
            ("\"device=0,1\"", r#"{"DeviceIDs":["0","1"],"Capabilities":[["gpu"]]}"#),
            (
                "driver=nvidia,count=all,\"capabilities=utility,compute\"",
                r#"{"Driver":"nvidia","Count":-1,"Capabilities":[["utility","compute","gpu"]]}"#,
            ),
            ("driver=nvidia", r#"{"Driver":"nvidia","Count":1,"Capabilities":[["gpu"]]}"#),
        ];
        for (text, expected) in table {
            assert_eq!(serde_json::to_string(&gpus(text).unwrap()).unwrap(), expected, "{text}");
        }
        for text in ["some", "all,count=2", "colour=red"] {
            assert!(gpus(text).is_err(), "{text}");
        }
    }

    #[test]
    fn rates_weights_rules_and_ulimits() {
        assert_eq!(bytes_per_second("/dev/sda:1mb").unwrap().rate, 1 << 20);
        assert_eq!(operations_per_second("/dev/sda:1000").unwrap().rate, 1000);
        assert_eq!(weight("/dev/sda:300").unwrap().weight, 300);
        for text in ["sda:1mb", "/dev/sda", "/dev/sda:fast"] {
            assert!(bytes_per_second(text).is_err() && operations_per_second(text).is_err(), "{text}");
        }
        assert!(weight("/dev/sda:5").is_err());
        for (text, valid) in
            [("c 42:* rmw", true), ("a *:* r", true), ("c 42 rmw", false), ("x 1:1 r", false)]
        {
            assert_eq!(cgroup_rule(text).is_ok(), valid, "{text}");
        }
        let table = [
            ("nofile=1024", Some((1024, 1024))),
            ("nofile=1024:2048", Some((1024, 2048))),
            ("core=-1", Some((-1, -1))),
            ("nofile=-1:5", None),
            ("nofile=9:5", None),
            ("files=1", None),
            ("nofile", None),
            ("nofile=1:2:3", None),
        ];
        for (text, expected) in table {
            assert_eq!(ulimit(text).ok().map(|read| (read.soft, read.hard)), expected, "{text}");
        }
    }
}
