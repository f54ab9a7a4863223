//! Texts that must have a form. The messages are the reference's where it has one, because scripts' authors search for them.

use serde_json::{Map, Value};

/// Splits `name=value`. Neither part may be empty.
pub(crate) fn id_label(text: &str) -> Result<(String, String), String> {
    split(text)
        .filter(|(_, value)| !value.is_empty())
        .ok_or_else(|| "Unmatched argument format: id-label must match <name>=<value>".to_owned())
}

/// Splits `name=value`. The value may be empty.
pub(crate) fn remote_env(text: &str) -> Result<(String, String), String> {
    split(text).ok_or_else(|| "Unmatched argument format: remote-env must match <name>=<value>".to_owned())
}

/// Splits `registry=host`, each at most with a port.
pub(crate) fn auth_host(text: &str) -> Result<(String, String), String> {
    let is_host = |text: &str| !text.is_empty() && !text.contains(['/', '=', '@', ' ']);
    split(text).filter(|(registry, host)| is_host(registry) && is_host(host)).ok_or_else(|| {
        "allow-cross-origin-auth-host must match <registry>=<auth-host>, hosts without a scheme or path"
            .to_owned()
    })
}

/// One to three numbers with dots between them.
pub(crate) fn target_version(text: &str) -> Result<String, String> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = text.split('.').collect();
    (parts.len() <= 3 && parts.iter().all(|part| is_number(part)))
        .then(|| text.to_owned())
        .ok_or_else(|| format!("Invalid version '{text}'.  Must be in the form of 'x', 'x.y', or 'x.y.z'"))
}

/// `--additional-features`.
pub(crate) fn additional_features(text: &str) -> Result<Map<String, Value>, String> {
    wharf_runner::parse_features(text)
}

fn split(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    (!name.is_empty()).then(|| (name.to_owned(), value.to_owned()))
}

/// Accepts `type=bind|volume,source=…,target=…` with an optional `,external=true|false`, in this order.
pub(crate) fn mount(text: &str) -> Result<String, String> {
    let matches = || {
        let mut fields = text.split(',');
        let kind = fields.next()?.strip_prefix("type=")?;
        let source = fields.next()?.strip_prefix("source=")?;
        let target = fields.next()?.strip_prefix("target=")?;
        let external = fields.next().map_or(Some("false"), |field| field.strip_prefix("external="))?;
        (matches!(kind, "bind" | "volume")
            && !source.is_empty()
            && !target.is_empty()
            && matches!(external, "true" | "false")
            && fields.next().is_none())
        .then_some(())
    };
    matches().map(|()| text.to_owned()).ok_or_else(|| {
        "Unmatched argument format: mount must match \
         type=<bind|volume>,source=<source>,target=<target>[,external=<true|false>]"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values() {
        let cases = [
            // text, as an id label, as a variable
            ("a=b", Some(("a", "b")), Some(("a", "b"))),
            ("a=b=c", Some(("a", "b=c")), Some(("a", "b=c"))),
            ("a=", None, Some(("a", ""))),
            ("=b", None, None),
            ("a", None, None),
            ("", None, None),
        ];
        for (text, label, variable) in cases {
            let own = |pair: Option<(&str, &str)>| pair.map(|(a, b)| (a.to_owned(), b.to_owned()));
            assert_eq!(id_label(text).ok(), own(label), "{text}");
            assert_eq!(remote_env(text).ok(), own(variable), "{text}");
        }
    }

    #[test]
    fn auth_hosts() {
        for (text, expected) in [
            ("ghcr.io=auth.example.com", true),
            ("localhost:5000=localhost:5001", true),
            ("ghcr.io=https://auth.example.com", false),
            ("ghcr.io", false),
            ("=auth.example.com", false),
            ("ghcr.io=", false),
        ] {
            assert_eq!(auth_host(text).is_ok(), expected, "{text}");
        }
    }

    #[test]
    fn mounts() {
        let cases = [
            ("type=bind,source=/a,target=/b", true),
            ("type=volume,source=a,target=/b,external=true", true),
            ("type=volume,source=a,target=/b,external=no", false),
            ("type=tmpfs,source=a,target=/b", false),
            ("source=a,type=bind,target=/b", false),
            ("type=bind,source=,target=/b", false),
            ("type=bind,source=/a,target=/b,readonly", false),
            ("type=bind,source=/a", false),
            ("", false),
        ];
        for (text, expected) in cases {
            assert_eq!(mount(text).is_ok(), expected, "{text}");
        }
    }
}
