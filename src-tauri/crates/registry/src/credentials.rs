//! The credentials that a person's tools already hold for a registry.

use std::path::PathBuf;

use wharf_spec::ImageReference;

use crate::auth_file::AuthFile;
use crate::error::Error;
use crate::helper;

/// What Docker Hub is called in Docker's files.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";

/// Credentials for one registry.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Credentials {
    /// The registry as the file or the helper keys it.
    pub server: String,
    /// User name; empty with an identity token.
    pub username: String,
    /// Password or access token; empty with an identity token.
    pub password: String,
    /// A token that stands for a user.
    pub identity_token: Option<String>,
    /// Where they were found, for a person to look: a file, or a helper and the file that names it.
    pub origin: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Secrets stay out of logs.
        formatter
            .debug_struct("Credentials")
            .field("server", &self.server)
            .field("username", &self.username)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// Where credentials are looked for.
#[derive(Clone)]
pub struct Surroundings<'a> {
    /// A variable of the environment.
    pub environment: &'a (dyn Fn(&str) -> Option<String> + Send + Sync),
    /// The user's home folder.
    pub home: Option<PathBuf>,
}

impl std::fmt::Debug for Surroundings<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Surroundings").field("home", &self.home).finish_non_exhaustive()
    }
}

impl Surroundings<'_> {
    /// A variable of the environment that is set to something.
    pub(crate) fn set(&self, name: &str) -> Option<String> {
        (self.environment)(name).filter(|value| !value.is_empty())
    }
}

/// The credentials for pulling an image: from `DOCKER_AUTH_CONFIG`, Docker's `config.json` and its helpers, then Podman's
/// `auth.json`. None when there are none, which is what public images need.
///
/// # Errors
/// When a file is damaged, or the helper that keeps the credentials cannot be run.
pub async fn credentials_for(
    image: &str,
    surroundings: &Surroundings<'_>,
) -> Result<Option<Credentials>, Error> {
    let image = ImageReference::parse(image);
    look(&keys(image.registry, &image.path), surroundings).await
}

/// The same for a registry's host alone, `docker.io` or `ghcr.io` for example.
///
/// # Errors
/// As [`credentials_for`].
pub async fn credentials_for_registry(
    registry: &str,
    surroundings: &Surroundings<'_>,
) -> Result<Option<Credentials>, Error> {
    look(&keys(registry, ""), surroundings).await
}

/// The keys under which credentials may stand, the most exact one first.
pub(crate) fn keys(registry: &str, path: &str) -> Vec<String> {
    let mut keys = Vec::new();
    // Podman's file may speak of one repository or of a part of the path before it.
    let mut path = path;
    while !path.is_empty() {
        keys.push(format!("{registry}/{path}"));
        path = path.rsplit_once('/').map_or("", |(before, _)| before);
    }
    if matches!(registry, "docker.io" | "index.docker.io" | "registry-1.docker.io") {
        keys.extend([DOCKER_HUB_KEY.to_owned(), "docker.io".to_owned(), "index.docker.io".to_owned()]);
    } else {
        keys.push(registry.to_owned());
    }
    keys
}

/// The files in which Docker and Podman keep credentials, Docker's first.
pub(crate) fn files(surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
    let set = |name: &str| surroundings.set(name);
    let in_home = |path: &str| surroundings.home.as_ref().map(|home| home.join(path));
    let docker = set("DOCKER_CONFIG").map(PathBuf::from).or_else(|| in_home(".docker"));
    let mut files: Vec<PathBuf> = docker.map(|folder| folder.join("config.json")).into_iter().collect();
    if let Some(file) = set("REGISTRY_AUTH_FILE") {
        files.push(PathBuf::from(file));
    } else {
        let runtime = set("XDG_RUNTIME_DIR").map(|folder| PathBuf::from(folder).join("containers/auth.json"));
        let config = set("XDG_CONFIG_HOME")
            .map(|folder| PathBuf::from(folder).join("containers/auth.json"))
            .or_else(|| in_home(".config/containers/auth.json"));
        files.extend(runtime.into_iter().chain(config));
    }
    files
}

async fn look(keys: &[String], surroundings: &Surroundings<'_>) -> Result<Option<Credentials>, Error> {
    if let Some(text) = surroundings.set("DOCKER_AUTH_CONFIG") {
        let file = AuthFile::parse(&text)
            .map_err(|detail| Error::File { path: PathBuf::from("DOCKER_AUTH_CONFIG"), detail })?;
        if let Some(found) = file.credentials(keys) {
            return Ok(Some(Credentials { origin: "DOCKER_AUTH_CONFIG".to_owned(), ..found }));
        }
    }
    for path in files(surroundings) {
        let Some(file) = AuthFile::read(&path)? else { continue };
        if let Some(name) = file.helper(keys) {
            // Helpers know a registry by its host, and Docker Hub by its old URL.
            let server = keys.iter().find(|key| key.as_str() == DOCKER_HUB_KEY).or_else(|| keys.last());
            if let Some(server) = server
                && let Some(found) = helper::ask(name, server, surroundings.set("PATH").as_deref()).await?
            {
                let origin = format!("docker-credential-{name}, which {} names", path.display());
                return Ok(Some(Credentials { origin, ..found }));
            }
        }
        if let Some(found) = file.credentials(keys) {
            return Ok(Some(Credentials { origin: path.display().to_string(), ..found }));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::path::Path;

    async fn look_in(
        home: &Path,
        variables: &[(&str, String)],
        image: &str,
    ) -> Result<Option<Credentials>, Error> {
        let variables: HashMap<String, String> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let environment = move |name: &str| variables.get(name).cloned();
        let surroundings = Surroundings { environment: &environment, home: Some(home.to_owned()) };
        credentials_for(image, &surroundings).await
    }

    fn write(home: &Path, path: &str, text: &str) {
        let path = home.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn told(found: Option<Credentials>) -> String {
        found.map_or_else(
            || "none".to_owned(),
            |found| match found.identity_token {
                Some(token) => format!("token {token} for {}", found.server),
                None => format!("{}:{} for {}", found.username, found.password, found.server),
            },
        )
    }

    #[tokio::test]
    async fn docker_s_file_is_read_in_all_its_forms() {
        // "dTpw" is u:p, "dTpwOng=" is u:p:x.
        let cases = [
            (r#"{}"#, "ghcr.io/a/b", "none"),
            (r#"{"auths":{"ghcr.io":{"auth":"dTpw"}}}"#, "ghcr.io/a/b:1", "u:p for ghcr.io"),
            (r#"{"auths":{"ghcr.io":{"auth":"dTpwOng"}}}"#, "ghcr.io/a/b", "u:p:x for ghcr.io"),
            (
                r#"{"auths":{"https://ghcr.io/v2/":{"auth":"dTpw"}}}"#,
                "ghcr.io/a",
                "u:p for https://ghcr.io/v2/",
            ),
            (
                r#"{"auths":{"https://index.docker.io/v1/":{"auth":"dTpw"}}}"#,
                "debian",
                "u:p for https://index.docker.io/v1/",
            ),
            (
                r#"{"auths":{"docker.io":{"auth":"dTpw"}}}"#,
                "docker.io/library/debian:12",
                "u:p for docker.io",
            ),
            (
                r#"{"auths":{"r:5000":{"username":"u","password":"p"}}}"#,
                "r:5000/a@sha256:0",
                "u:p for r:5000",
            ),
            (r#"{"auths":{"x.io":{"identitytoken":"t"}}}"#, "x.io/a", "token t for x.io"),
            (r#"{"auths":{"x.io":{}}}"#, "x.io/a", "none"),
            (r#"{"auths":{"x.io":{"auth":"no base64!"}}}"#, "x.io/a", "none"),
            (r#"{"auths":null,"credHelpers":null}"#, "x.io/a", "none"),
            (
                r#"{"auths":{"x.io":{"auth":"dTpw"},"x.io/a/b":{"auth":"dTpwOng="}}}"#,
                "x.io/a/b/c:1",
                "u:p:x for x.io/a/b",
            ),
        ];
        for (text, image, expected) in cases {
            let home = tempfile::tempdir().unwrap();
            write(home.path(), ".docker/config.json", text);
            assert_eq!(told(look_in(home.path(), &[], image).await.unwrap()), expected, "{text} {image}");
        }
    }

    #[tokio::test]
    async fn the_places_are_looked_at_in_order() {
        let home = tempfile::tempdir().unwrap();
        let path = |path: &str| home.path().join(path).display().to_string();
        let entry = |user: &str| format!(r#"{{"auths":{{"x.io":{{"username":"{user}","password":"p"}}}}}}"#);
        let mut variables: Vec<(&str, String)> = Vec::new();
        let mut expect = vec!["none".to_owned()];
        write(home.path(), ".config/containers/auth.json", &entry("podman"));
        expect.push("podman:p for x.io".to_owned());
        assert_eq!(told(look_in(home.path(), &variables, "x.io/a").await.unwrap()), expect[1]);
        write(home.path(), "run/containers/auth.json", &entry("runtime"));
        variables.push(("XDG_RUNTIME_DIR", path("run")));
        assert_eq!(told(look_in(home.path(), &variables, "x.io/a").await.unwrap()), "runtime:p for x.io");
        write(home.path(), "named.json", &entry("named"));
        variables.push(("REGISTRY_AUTH_FILE", path("named.json")));
        assert_eq!(told(look_in(home.path(), &variables, "x.io/a").await.unwrap()), "named:p for x.io");
        write(home.path(), ".docker/config.json", &entry("docker"));
        assert_eq!(told(look_in(home.path(), &variables, "x.io/a").await.unwrap()), "docker:p for x.io");
        write(home.path(), "other/config.json", &entry("other"));
        variables.push(("DOCKER_CONFIG", path("other")));
        assert_eq!(told(look_in(home.path(), &variables, "x.io/a").await.unwrap()), "other:p for x.io");
        let found = look_in(home.path(), &variables, "x.io/a").await.unwrap().unwrap();
        assert_eq!(found.origin, path("other/config.json"));
        variables.push(("DOCKER_AUTH_CONFIG", entry("variable")));
        let found = look_in(home.path(), &variables, "x.io/a").await.unwrap();
        assert_eq!(found.as_ref().map(|found| found.origin.as_str()), Some("DOCKER_AUTH_CONFIG"));
        assert_eq!(told(found), "variable:p for x.io");
    }

    #[tokio::test]
    async fn damaged_files_and_missing_helpers_are_errors() {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), ".docker/config.json", "{");
        let error = look_in(home.path(), &[], "x.io/a").await.unwrap_err();
        assert!(matches!(&error, Error::File { path, .. } if path.ends_with("config.json")), "{error}");
        for name in ["wharf-test-absent", "../evil"] {
            write(home.path(), ".docker/config.json", &format!(r#"{{"credsStore":"{name}"}}"#));
            let error = look_in(home.path(), &[], "x.io/a").await.unwrap_err();
            assert!(matches!(&error, Error::Helper { registry, .. } if registry == "x.io"), "{error}");
            assert!(error.hint().contains("credsStore"));
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn helpers_are_asked_in_their_own_words() {
        use std::os::unix::fs::PermissionsExt as _;
        let script = r#"#!/bin/sh
[ "$1" = get ] || exit 9
case "$(cat)" in
https://index.docker.io/v1/) echo '{"ServerURL":"x","Username":"hub","Secret":"s"}' ;;
token.io) echo '{"Username":"<token>","Secret":"t"}' ;;
garbage.io) echo 'no document' ;;
locked.io) echo 'the keychain is locked' >&2; exit 1 ;;
*) echo 'credentials not found in native keychain'; exit 1 ;;
esac
"#;
        let home = tempfile::tempdir().unwrap();
        for name in ["all", "one"] {
            let program = home.path().join(format!("docker-credential-{name}"));
            let script = if name == "one" { script.replace("hub", "own") } else { script.to_owned() };
            std::fs::write(&program, script).unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let variables = [("PATH", format!("{}:/usr/bin:/bin", home.path().display()))];
        let all = r#"{"credsStore":"all","auths":{"file.io":{"auth":"dTpw"}}}"#;
        let one = r#"{"credHelpers":{"docker.io":"one"}}"#;
        for (config, image, expected) in [
            (all, "debian", "hub:s for https://index.docker.io/v1/"),
            (one, "debian", "own:s for https://index.docker.io/v1/"),
            (one, "token.io/a", "none"),
            (all, "token.io/a", "token t for token.io"),
            // What the helper does not keep may stand in the file.
            (all, "file.io/a", "u:p for file.io"),
            (all, "other.io/a", "none"),
        ] {
            write(home.path(), ".docker/config.json", config);
            assert_eq!(
                told(look_in(home.path(), &variables, image).await.unwrap()),
                expected,
                "{config} {image}"
            );
        }
        write(home.path(), ".docker/config.json", all);
        let found = look_in(home.path(), &variables, "debian").await.unwrap().unwrap();
        let config = home.path().join(".docker/config.json");
        assert_eq!(found.origin, format!("docker-credential-all, which {} names", config.display()));
        for (image, words) in [("garbage.io/a", "not understood"), ("locked.io/a", "the keychain is locked")]
        {
            let error = look_in(home.path(), &variables, image).await.unwrap_err();
            assert!(error.to_string().contains(words), "{error}");
        }
    }
}
