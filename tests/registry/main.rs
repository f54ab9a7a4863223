//! The client of registries against registries: one of the test's own that misbehaves in every way, and a real one.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test speaks by failing"
)]

mod answers;
mod authorization;
mod encryption;
mod fetching;
mod pushing;
mod server;
mod unpacking;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use wharf_registry::{Client, Options, Patience, Surroundings};

/// Waits for nobody for long, and for everybody on a machine that does other things too.
fn patience() -> Patience {
    Patience {
        connect: Duration::from_secs(2),
        idle: Duration::from_secs(2),
        pause: Duration::from_millis(10),
        longest_pause: Duration::from_millis(50),
    }
}

/// A person's surroundings, which are nobody else's.
fn surroundings(variables: &[(&str, &str)], home: Option<PathBuf>) -> Surroundings<'static> {
    let variables: HashMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    // As long as the process, which ends with the test.
    let environment = Box::leak(Box::new(move |name: &str| variables.get(name).cloned()));
    Surroundings { environment, home }
}

/// A client that knows nobody.
fn client() -> Client {
    client_with(&[], None, Options::default())
}

fn client_with(variables: &[(&str, &str)], home: Option<&Path>, options: Options) -> Client {
    let options = Options { patience: patience(), ..options };
    Client::new(surroundings(variables, home.map(Path::to_owned)), options).unwrap()
}

/// A manifest of something for dev containers.
fn manifest(content: &str) -> String {
    format!(
        r#"{{"schemaVersion":2,"config":{{"mediaType":"application/vnd.devcontainers","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2}},"layers":[{{"mediaType":"application/vnd.devcontainers.layer.v1+tar","digest":"{content}","size":1}}]}}"#
    )
}
