//! What the specification's maintainers warn of. It is asked for at most every five minutes, beside everything else, and at most once a day
//! where nothing else is asked for; it is never waited for longer than a few seconds: a network that swallows everything must not hold
//! anybody up.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use wharf_registry::Client;
use wharf_spec::feature::{AskedFeature, ControlManifest};

use super::error::FeaturesError;
use crate::store::{Store, create_private_folder};

/// Where it is published.
const ADDRESS: &str = "https://containers.dev/static/devcontainer-control-manifest.json";
/// Where it is kept, in the store.
const FILE: &str = "features/control-manifest.json";
/// How long what is kept is taken for today's.
const FRESH: Duration = Duration::from_secs(5 * 60);
/// How long it counts where nothing else is asked of the network.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long it is waited for, and how long where an older one is here.
const PATIENCE: Duration = Duration::from_secs(3);
const PATIENCE_WITH_OLDER: Duration = Duration::from_secs(1);
/// More than it will ever hold.
const LARGEST: u64 = 4 * 1024 * 1024;

/// What is kept, if it is fresh.
pub(super) fn known(store: &Store) -> Option<ControlManifest> {
    younger_than(FRESH, store)
}

/// What is kept, if it is not older than a day.
pub(super) fn of_today(store: &Store) -> Option<ControlManifest> {
    younger_than(DAY, store)
}

/// What is kept, however old it is.
pub(super) fn kept(store: &Store) -> Option<ControlManifest> {
    read(&path(store))
}

fn younger_than(limit: Duration, store: &Store) -> Option<ControlManifest> {
    let path = path(store);
    let age = SystemTime::now().duration_since(std::fs::metadata(&path).ok()?.modified().ok()?);
    // A clock that was set back makes it older than it is, which costs one question.
    age.is_ok_and(|age| age < limit).then(|| read(&path))?
}

/// The first of these Features that must not be used.
pub(super) fn disallowed(control: &ControlManifest, asked: &[AskedFeature]) -> Option<FeaturesError> {
    let (feature, entry) =
        asked.iter().find_map(|feature| Some((feature, control.disallowed(&feature.user_id)?)))?;
    Some(FeaturesError::Disallowed {
        user_id: feature.user_id.clone(),
        stopped: false,
        documentation: entry.documentation_url.clone(),
    })
}

/// What is published, else what was kept; nothing if there is neither.
pub(super) async fn manifest(client: &Client, store: &Store) -> ControlManifest {
    let path = path(store);
    let patience = if path.is_file() { PATIENCE_WITH_OLDER } else { PATIENCE };
    let asked = tokio::time::timeout(patience, client.document(ADDRESS, LARGEST)).await;
    let text = match asked {
        Ok(Ok(body)) => String::from_utf8(body).ok(),
        Ok(Err(error)) => {
            tracing::debug!(%error, "the control manifest cannot be fetched");
            None
        }
        Err(_) => {
            tracing::debug!("the control manifest is not waited for any longer");
            None
        }
    };
    // Where nobody answered what was there before counts for another while.
    let kept = text.or_else(|| std::fs::read_to_string(&path).ok()).unwrap_or_else(|| "{}".to_owned());
    if let Err(error) = write(&path, &kept) {
        tracing::debug!(%error, "the control manifest cannot be kept");
    }
    ControlManifest::parse(&kept)
}

fn read(path: &std::path::Path) -> Option<ControlManifest> {
    std::fs::read_to_string(path).ok().map(|text| ControlManifest::parse(&text))
}

fn path(store: &Store) -> PathBuf {
    store.root().join(FILE)
}

/// Whole or not at all.
fn write(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    create_private_folder(folder)?;
    let mut file = tempfile::Builder::new().prefix(".writing-").tempfile_in(folder)?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use wharf_registry::{Options, Surroundings};

    use super::*;

    #[test]
    fn what_is_kept_counts_for_five_minutes() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(Some(folder.path())).unwrap();
        assert_eq!(known(&store), None);
        let text = r#"{"disallowedFeatures": [{"featureIdPrefix": "ghcr.io/a"}]}"#;
        write(&path(&store), text).unwrap();
        assert!(known(&store).unwrap().disallowed("ghcr.io/a/b").is_some());
        let file = std::fs::File::options().append(true).open(path(&store)).unwrap();
        const DAYS: u64 = 24 * 60 * 60;
        for (age, fresh, today) in
            [(4 * 60, true, true), (6 * 60, false, true), (DAYS - 60, false, true), (DAYS + 60, false, false)]
        {
            file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
            assert_eq!((known(&store).is_some(), of_today(&store).is_some()), (fresh, today), "{age}");
        }
    }

    /// What is sent vanishes, and nothing ever comes back.
    #[tokio::test]
    async fn a_network_that_swallows_everything_holds_nobody_up() {
        let hole = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = format!("http://{}", hole.local_addr().unwrap());
        let environment = move |name: &str| (name == "https_proxy").then(|| proxy.clone());
        let surroundings = Surroundings { environment: Box::leak(Box::new(environment)), home: None };
        let client = Client::new(surroundings, Options::default()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(Some(folder.path())).unwrap();
        let longer = Duration::from_secs(1);
        let begin = std::time::Instant::now();
        assert!(manifest(&client, &store).await.disallowed("ghcr.io/a/b").is_none());
        let waited = begin.elapsed();
        assert!(PATIENCE <= waited && waited < PATIENCE + longer, "{waited:?}");
        // Nobody asks again so soon; an older answer counts, and is waited for less long.
        assert!(known(&store).is_some());
        write(&path(&store), r#"{"disallowedFeatures": [{"featureIdPrefix": "ghcr.io/a"}]}"#).unwrap();
        let begin = std::time::Instant::now();
        assert!(manifest(&client, &store).await.disallowed("ghcr.io/a/b").is_some());
        let waited = begin.elapsed();
        assert!(PATIENCE_WITH_OLDER <= waited && waited < PATIENCE_WITH_OLDER + longer, "{waited:?}");
    }
}
