//! What a configuration says about ports.

use indexmap::IndexMap;
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use wharf_spec::{ForwardPort, MergedConfig, OnAutoForward, PortAttributes, PortProtocol};

use super::InsidePort;

/// What a compiled expression of a configuration may take.
const EXPRESSION_BYTES: usize = 256 * 1024;
/// Most of a command line that expressions look at.
const COMMAND_LINE_BYTES: usize = 4096;

/// What the merged configuration says about ports, as it says it: small, plain, and kept beside the environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DeclaredPorts {
    /// `forwardPorts`.
    pub forward: Vec<ForwardPort>,
    /// `portsAttributes`.
    pub attributes: IndexMap<String, PortAttributes>,
    /// `otherPortsAttributes`.
    pub other: Option<PortAttributes>,
}

impl DeclaredPorts {
    /// What `configuration` says.
    #[must_use]
    pub fn of(configuration: &MergedConfig) -> DeclaredPorts {
        DeclaredPorts {
            forward: configuration.forward_ports.clone(),
            attributes: configuration.ports_attributes.clone(),
            other: configuration.other_ports_attributes.clone(),
        }
    }
}

/// The same, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct PortRules {
    declared: Vec<InsidePort>,
    rules: Vec<(Key, PortAttributes)>,
    other: Option<PortAttributes>,
    unusable: Vec<String>,
}

/// How one port is presented and treated, with every default put in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attributes {
    /// The name shown for it.
    pub label: Option<String>,
    /// The scheme of its address, if the configuration says one.
    pub protocol: Option<PortProtocol>,
    /// What happens when something starts to listen on it.
    pub notice: OnAutoForward,
    /// No other local port will do.
    pub require_local_port: bool,
    /// A person would give it more rights if it needs them.
    pub elevate_if_needed: bool,
}

/// What a key of `portsAttributes` stands for.
#[derive(Debug, Clone)]
enum Key {
    Port(InsidePort),
    Range(u16, u16),
    Command(Regex),
}

impl PortRules {
    /// Reads the keys. What cannot be read is left out, and [`PortRules::unusable`] names it.
    #[must_use]
    pub fn new(declared: &DeclaredPorts) -> PortRules {
        let mut unusable = Vec::new();
        let mut ports: Vec<InsidePort> = Vec::new();
        for port in &declared.forward {
            let named = match port {
                ForwardPort::Port(port) => InsidePort::parse(&port.to_string()),
                ForwardPort::HostPort(text) => InsidePort::parse(text),
            };
            match (named, port) {
                (Some(named), _) if ports.contains(&named) => {}
                (Some(named), _) => ports.push(named),
                (None, ForwardPort::Port(port)) => unusable.push(port.to_string()),
                (None, ForwardPort::HostPort(text)) => unusable.push(text.clone()),
            }
        }
        let mut rules = Vec::new();
        for (text, attributes) in &declared.attributes {
            match Key::parse(text) {
                Some(key) => rules.push((key, attributes.clone())),
                None => unusable.push(text.clone()),
            }
        }
        // An exact port is more than a range, and a range is more than a guess at a command line. Within a kind the first one counts.
        rules.sort_by_key(|(key, _)| key.rank());
        PortRules { declared: ports, rules, other: declared.other.clone(), unusable }
    }

    /// The ports of `forwardPorts`, each once.
    #[must_use]
    pub fn declared(&self) -> &[InsidePort] {
        &self.declared
    }

    /// Entries and keys that mean no port.
    #[must_use]
    pub fn unusable(&self) -> &[String] {
        &self.unusable
    }

    /// How a port is treated; `command_line` is that of the process which listens on it.
    #[must_use]
    pub fn attributes(&self, port: &InsidePort, command_line: Option<&str>) -> Attributes {
        let matching = self.rules.iter().find(|(key, _)| key.matches(port, command_line));
        let found = matching.map(|(_, attributes)| attributes).or(self.other.as_ref());
        let found = found.cloned().unwrap_or_default();
        Attributes {
            label: found.label.filter(|label| !label.trim().is_empty()),
            protocol: found.protocol,
            notice: found.on_auto_forward.unwrap_or_default(),
            require_local_port: found.require_local_port.unwrap_or(false),
            elevate_if_needed: found.elevate_if_needed.unwrap_or(false),
        }
    }
}

impl Key {
    fn parse(text: &str) -> Option<Key> {
        if let Some(port) = InsidePort::parse(text) {
            return Some(Key::Port(port));
        }
        if let Some((from, to)) = text.split_once('-')
            && let (Ok(from), Ok(to)) = (from.trim().parse::<u16>(), to.trim().parse::<u16>())
        {
            return (from <= to).then_some(Key::Range(from, to));
        }
        let expression = RegexBuilder::new(text).size_limit(EXPRESSION_BYTES).build();
        expression.ok().filter(|_| !text.is_empty()).map(Key::Command)
    }

    /// In the order in which they count.
    fn rank(&self) -> u8 {
        match self {
            Key::Port(InsidePort { host: Some(_), .. }) => 0,
            Key::Port(_) => 1,
            Key::Range(..) => 2,
            Key::Command(_) => 3,
        }
    }

    fn matches(&self, port: &InsidePort, command_line: Option<&str>) -> bool {
        match self {
            // A number means that port wherever it is; with a host it means that host's alone.
            Key::Port(key) => key.port == port.port && (key.host.is_none() || key.host == port.host),
            Key::Range(from, to) => (*from..=*to).contains(&port.port),
            Key::Command(expression) => command_line.is_some_and(|line| {
                let end =
                    (0..=line.len().min(COMMAND_LINE_BYTES)).rev().find(|end| line.is_char_boundary(*end));
                expression.is_match(&line[..end.unwrap_or(0)])
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rules(declared: serde_json::Value) -> PortRules {
        PortRules::new(&serde_json::from_value(declared).unwrap())
    }

    #[test]
    fn declared_ports_come_once_and_in_order() {
        let rules =
            rules(json!({ "forward": [3000, "db:5432", "localhost:3000", 0, "db:x", 80, "db:5432"] }));
        let ports: Vec<_> = rules.declared().iter().map(ToString::to_string).collect();
        assert_eq!(ports, ["3000", "db:5432", "80"]);
        assert_eq!(rules.unusable(), ["0", "db:x"]);
    }

    #[test]
    fn the_closest_key_counts() {
        let rules = rules(json!({
            "attributes": {
                ".+/server\\.js": { "label": "server" },
                "^python": { "label": "python" },
                "3000-3010": { "label": "range" },
                "3005-4000": { "label": "later range" },
                "3001": { "label": "exact" },
                "db:3001": { "label": "database" },
                "(": { "label": "broken" },
                "9-3": { "label": "backwards" },
                "": { "label": "nothing" },
            },
            "other": { "label": "other", "onAutoForward": "silent" },
        }));
        let cases: [(&str, Option<&str>, &str); 10] = [
            ("3001", None, "exact"),
            ("db:3001", None, "database"),
            ("cache:3001", None, "exact"),
            ("3000", Some("node /app/server.js"), "range"),
            ("3007", None, "range"),
            ("3500", None, "later range"),
            ("8080", Some("node /app/server.js"), "server"),
            ("8080", Some("python3 -m http.server"), "python"),
            ("8080", Some("a python"), "other"),
            ("8080", None, "other"),
        ];
        for (port, command, label) in cases {
            let found = rules.attributes(&InsidePort::parse(port).unwrap(), command);
            assert_eq!(found.label.as_deref(), Some(label), "{port} {command:?}");
        }
        assert_eq!(rules.unusable(), ["(", "9-3", ""]);
    }

    #[test]
    fn defaults_and_every_value() {
        let plain = rules(json!({})).attributes(&InsidePort::own(1), None);
        assert_eq!(plain, Attributes::default());
        assert_eq!(plain.notice, OnAutoForward::Notify);
        for (word, value) in OnAutoForward::VALUES {
            let rules = rules(json!({ "attributes": { "1": {
                "onAutoForward": word, "protocol": "https", "requireLocalPort": true, "elevateIfNeeded": true, "label": " ",
            } } }));
            let expected = Attributes {
                label: None,
                protocol: Some(PortProtocol::Https),
                notice: value,
                require_local_port: true,
                elevate_if_needed: true,
            };
            assert_eq!(rules.attributes(&InsidePort::own(1), None), expected);
        }
    }

    #[test]
    fn an_expression_cannot_take_memory_or_time() {
        let rules = rules(
            json!({ "attributes": { "(a{1,1000}){1,1000}": { "label": "huge" }, "(a+)+$": { "label": "slow" } } }),
        );
        assert_eq!(rules.unusable().len(), 1);
        let line = "a".repeat(1 << 20) + "b";
        assert_eq!(rules.attributes(&InsidePort::own(1), Some(&line)).label.as_deref(), Some("slow"));
    }
}
