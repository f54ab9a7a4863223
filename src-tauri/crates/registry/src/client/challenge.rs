//! What a registry wants to see before it answers: its `WWW-Authenticate` headers.

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;

/// One way of showing who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// Name and password with every question.
    Basic,
    /// A token, which another server hands out.
    Bearer {
        /// Where it is asked for.
        realm: String,
        /// For which service.
        service: Option<String>,
        /// And for what.
        scope: Option<String>,
    },
}

/// The way that a registry offers, a token before a password; None when it offers neither.
pub(crate) fn challenge(headers: &HeaderMap) -> Option<Challenge> {
    let texts = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    let found: Vec<Challenge> = texts.flat_map(read).collect();
    let bearer = found.iter().find(|one| matches!(one, Challenge::Bearer { .. }));
    bearer.or(found.first()).cloned()
}

/// All challenges of one header. Schemes that are not known are passed over.
fn read(text: &str) -> Vec<Challenge> {
    let mut challenges = Vec::new();
    let mut scheme = String::new();
    let mut parameters: Vec<(String, String)> = Vec::new();
    for (word, value) in words(text) {
        match value {
            Some(value) => parameters.push((word.to_ascii_lowercase(), value)),
            None => {
                challenges.extend(made(&scheme, &parameters));
                scheme = word;
                parameters.clear();
            }
        }
    }
    challenges.extend(made(&scheme, &parameters));
    challenges
}

fn made(scheme: &str, parameters: &[(String, String)]) -> Option<Challenge> {
    let parameter =
        |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    match scheme.to_ascii_lowercase().as_str() {
        "basic" => Some(Challenge::Basic),
        "bearer" => Some(Challenge::Bearer {
            realm: parameter("realm")?,
            service: parameter("service"),
            scope: parameter("scope"),
        }),
        _ => None,
    }
}

/// Schemes (without a value) and parameters (with one), in their order.
fn words(text: &str) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    let mut characters = text.chars().peekable();
    loop {
        while characters.next_if(|character| *character == ',' || character.is_whitespace()).is_some() {}
        let mut word = String::new();
        while let Some(character) =
            characters.next_if(|character| !matches!(character, ',' | '=') && !character.is_whitespace())
        {
            word.push(character);
        }
        let value = characters.next_if_eq(&'=').map(|_| value(&mut characters));
        if word.is_empty() && value.is_none() {
            return found;
        }
        found.push((word, value));
    }
}

fn value(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut value = String::new();
    if characters.next_if_eq(&'"').is_some() {
        while let Some(character) = characters.next() {
            match character {
                '"' => break,
                '\\' => value.extend(characters.next()),
                character => value.push(character),
            }
        }
    } else {
        while let Some(character) =
            characters.next_if(|character| *character != ',' && !character.is_whitespace())
        {
            value.push(character);
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(challenge: Option<Challenge>) -> String {
        match challenge {
            None => "none".to_owned(),
            Some(Challenge::Basic) => "basic".to_owned(),
            Some(Challenge::Bearer { realm, service, scope }) => {
                format!("{realm} {} {}", service.as_deref().unwrap_or("-"), scope.as_deref().unwrap_or("-"))
            }
        }
    }

    #[test]
    fn headers_are_read_as_registries_write_them() {
        let cases: [(&[&str], &str); 12] = [
            (&[], "none"),
            (&["Basic realm=\"x\""], "basic"),
            (&["basic"], "basic"),
            (
                &[
                    "Bearer realm=\"https://ghcr.io/token\",service=\"ghcr.io\",scope=\"repository:a/b:pull,push\"",
                ],
                "https://ghcr.io/token ghcr.io repository:a/b:pull,push",
            ),
            (&["Bearer realm=\"https://r/t\", service=\"s\""], "https://r/t s -"),
            (&["bearer Realm=https://r/t,service=s"], "https://r/t s -"),
            (&["Bearer realm=\"a\\\"b\""], "a\"b - -"),
            (&["Bearer service=\"s\""], "none"),
            (&["Negotiate", "Basic realm=\"x\""], "basic"),
            (&["Basic realm=\"x\", Bearer realm=\"https://r/t\""], "https://r/t - -"),
            (&["Digest realm=\"x\""], "none"),
            (&["=,=,\"", ",,,"], "none"),
        ];
        for (headers, expected) in cases {
            let mut map = HeaderMap::new();
            for header in headers {
                map.append(WWW_AUTHENTICATE, header.parse().unwrap());
            }
            assert_eq!(told(challenge(&map)), expected, "{headers:?}");
        }
    }
}
