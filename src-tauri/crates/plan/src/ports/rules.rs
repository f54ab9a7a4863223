//! What a configuration says about ports.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use wharf_spec::{
    ForwardPort, InsidePort, MergedConfig, OnAutoForward, PortAttributes, PortKey, PortProtocol,
};

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
    rules: Vec<(PortKey, PortAttributes)>,
    other: Option<PortAttributes>,
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

impl PortRules {
    /// Reads the entries and keys. What means no port is left out; whoever reads the configuration has warned of it.
    #[must_use]
    pub fn new(declared: &DeclaredPorts) -> PortRules {
        let mut ports: Vec<InsidePort> = Vec::new();
        for port in declared.forward.iter().filter_map(ForwardPort::inside) {
            if !ports.contains(&port) {
                ports.push(port);
            }
        }
        let keys = declared.attributes.iter();
        let mut rules: Vec<_> =
            keys.filter_map(|(text, attributes)| Some((PortKey::parse(text)?, attributes.clone()))).collect();
        // An exact port is more than a range, and a range is more than a guess at a command line. Within a kind the first one counts.
        rules.sort_by_key(|(key, _)| key.rank());
        PortRules { declared: ports, rules, other: declared.other.clone() }
    }

    /// The ports of `forwardPorts`, each once.
    #[must_use]
    pub fn declared(&self) -> &[InsidePort] {
        &self.declared
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
}
