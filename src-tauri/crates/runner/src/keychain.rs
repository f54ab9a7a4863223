//! The system's keychain, as far as Wharf uses it: values of secrets, each under a name and the folder that it is for.
//!
//! A keychain may ask its person to unlock it on a screen that nobody looks at, or not answer at all. So every call goes to a
//! thread of its own that nobody waits for longer than a bound, and a keychain that failed is not asked again for a while.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use keyring_core::{CredentialStore, Entry, Error as KeyringError};

/// What Wharf's items are listed under, in a keychain that shows such a thing.
const SERVICE: &str = "Wharf";
/// How long a keychain may take to be there at all.
const TO_OPEN: Duration = Duration::from_secs(5);
/// How long it may take to answer: a person may have to unlock it first.
const TO_ANSWER: Duration = Duration::from_secs(30);
/// How long one that failed is left alone: longer than an operation looks for secrets, and not as long as a window stays open.
const LEFT_ALONE: Duration = Duration::from_secs(60);

/// A keychain, or none. Clones are the same one.
#[derive(Clone, Default)]
pub struct Keychain(Option<Arc<Opened>>);

struct Opened {
    open: fn() -> keyring_core::Result<Arc<CredentialStore>>,
    state: Mutex<State>,
    to_open: Duration,
    to_answer: Duration,
}

enum State {
    Untried,
    Open(Arc<CredentialStore>),
    Failed(KeychainError, Instant),
}

/// Why a keychain gives nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeychainError {
    /// There is none, or none that this program may use.
    #[error("no keychain can be used here: {reason}")]
    Absent {
        /// What the system says.
        reason: String,
    },
    /// It is there and did not answer.
    #[error("the keychain did not answer within {seconds} s")]
    Silent {
        /// How long it had.
        seconds: u64,
    },
    /// It was asked and refused, or could not.
    #[error("the keychain refused: {reason}")]
    Refused {
        /// What it said; nothing of a value.
        reason: String,
    },
}

/// What a value is kept under.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Account {
    /// The secret's name, which is that of a variable.
    pub(crate) name: String,
    /// Whom it is for; None: every environment.
    pub(crate) scope: Option<String>,
}

impl Account {
    /// As a keychain knows it: the name of a variable has no blank.
    fn user(&self) -> String {
        match &self.scope {
            Some(scope) => format!("{} {scope}", self.name),
            None => self.name.clone(),
        }
    }

    fn of_user(user: &str) -> Self {
        match user.split_once(' ') {
            Some((name, scope)) => Self { name: name.to_owned(), scope: Some(scope.to_owned()) },
            None => Self { name: user.to_owned(), scope: None },
        }
    }

    /// How near the scope is to an environment's own: the length of the folder; None where it is another's.
    fn nearness(&self, own: &str) -> Option<usize> {
        match &self.scope {
            None => Some(0),
            Some(scope) => Path::new(own).starts_with(scope).then_some(scope.len()),
        }
    }
}

/// Of all that is kept, what counts for the environment of this scope: by name, the nearest one.
pub(crate) fn nearest(accounts: Vec<Account>, own: &str) -> BTreeMap<String, Account> {
    let mut found: BTreeMap<String, (usize, Account)> = BTreeMap::new();
    for account in accounts {
        let Some(nearness) = account.nearness(own) else { continue };
        if found.get(&account.name).is_none_or(|(other, _)| *other < nearness) {
            found.insert(account.name.clone(), (nearness, account));
        }
    }
    found.into_iter().map(|(name, (_, account))| (name, account)).collect()
}

impl std::fmt::Debug for Keychain {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Keychain").field(&self.0.is_some()).finish()
    }
}

impl Keychain {
    /// No keychain: nothing is found in it, and nothing can be kept.
    #[must_use]
    pub fn none() -> Self {
        Self(None)
    }

    /// This system's: the Secret Service of a Linux desktop, the login keychain of macOS, the Credential Manager of Windows. It is
    /// not looked for before it is needed.
    #[must_use]
    pub fn of_system() -> Self {
        Self::opened_by(system::open, TO_OPEN, TO_ANSWER)
    }

    /// One that is kept by something else.
    #[must_use]
    pub fn of(store: Arc<CredentialStore>) -> Self {
        let keychain = Self::opened_by(system::open, TO_OPEN, TO_ANSWER);
        if let Some(opened) = &keychain.0 {
            *lock(&opened.state) = State::Open(store);
        }
        keychain
    }

    fn opened_by(
        open: fn() -> keyring_core::Result<Arc<CredentialStore>>,
        to_open: Duration,
        to_answer: Duration,
    ) -> Self {
        Self(Some(Arc::new(Opened { open, state: Mutex::new(State::Untried), to_open, to_answer })))
    }

    /// Whether there is none, and never will be.
    pub(crate) fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// Whether there is one that can be asked. Nothing is read, and nobody has to unlock anything.
    pub(crate) async fn is_there(&self) -> Result<(), KeychainError> {
        self.store().await.map(|_| ())
    }

    /// Everything that Wharf keeps; no value is read.
    pub(crate) async fn accounts(&self) -> Result<Vec<Account>, KeychainError> {
        if self.0.is_none() {
            return Ok(Vec::new());
        }
        self.ask(|store| {
            let entries = store.search(&system::search(SERVICE))?;
            let users = entries.iter().filter_map(Entry::get_specifiers);
            let own = users.filter(|(service, _)| service == SERVICE);
            let mut accounts: Vec<_> = own.map(|(_, user)| Account::of_user(&user)).collect();
            accounts.sort();
            accounts.dedup();
            Ok(accounts)
        })
        .await
    }

    /// The value under an account, if there is one.
    pub(crate) async fn value(&self, account: &Account) -> Result<Option<String>, KeychainError> {
        let user = account.user();
        self.ask(move |store| match store.build(SERVICE, &user, None)?.get_secret() {
            Ok(value) => {
                String::from_utf8(value).map(Some).map_err(|_| KeyringError::BadEncoding(Vec::new()))
            }
            Err(KeyringError::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    /// Keeps a value, instead of the one that was kept before.
    pub(crate) async fn keep(&self, account: &Account, value: &str) -> Result<(), KeychainError> {
        let (user, value) = (account.user(), value.to_owned());
        self.ask(move |store| store.build(SERVICE, &user, None)?.set_secret(value.as_bytes())).await
    }

    /// Forgets a value; false if there was none.
    pub(crate) async fn forget(&self, account: &Account) -> Result<bool, KeychainError> {
        let user = account.user();
        self.ask(move |store| match store.build(SERVICE, &user, None)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(KeyringError::NoEntry) => Ok(false),
            Err(error) => Err(error),
        })
        .await
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&CredentialStore) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T, KeychainError> {
        let store = self.store().await?;
        let Some(opened) = &self.0 else { return Err(nothing_here()) };
        let answer = within(opened.to_answer, move || question(&*store)).await;
        if let Err(error @ KeychainError::Silent { .. }) = &answer {
            *lock(&opened.state) = State::Failed(error.clone(), Instant::now());
        }
        answer
    }

    /// The store behind it, looked for until it is found.
    async fn store(&self) -> Result<Arc<CredentialStore>, KeychainError> {
        let Some(opened) = &self.0 else { return Err(nothing_here()) };
        match &*lock(&opened.state) {
            State::Open(store) => return Ok(Arc::clone(store)),
            State::Failed(error, at) if at.elapsed() < LEFT_ALONE => return Err(error.clone()),
            State::Untried | State::Failed(..) => {}
        }
        let found = within(opened.to_open, opened.open).await.map_err(|error| match error {
            KeychainError::Refused { reason } => KeychainError::Absent { reason },
            other => other,
        });
        *lock(&opened.state) = match &found {
            Ok(store) => State::Open(Arc::clone(store)),
            Err(error) => State::Failed(error.clone(), Instant::now()),
        };
        found
    }
}

fn nothing_here() -> KeychainError {
    KeychainError::Absent { reason: "this program was told to use none".to_owned() }
}

/// Runs something on a thread of its own, which is left behind if it takes too long: nothing could end it.
async fn within<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> keyring_core::Result<T> + Send + 'static,
) -> Result<T, KeychainError> {
    let (done, answer) = tokio::sync::oneshot::channel();
    let thread = std::thread::Builder::new().name("keychain".to_owned()).spawn(move || {
        // Nobody waits for it any more where this fails.
        let _ = done.send(work());
    });
    if let Err(error) = thread {
        return Err(KeychainError::Refused { reason: error.to_string() });
    }
    match tokio::time::timeout(patience, answer).await {
        Ok(Ok(answer)) => answer.map_err(|error| KeychainError::Refused { reason: words(&error) }),
        Ok(Err(_)) => Err(KeychainError::Refused { reason: "it broke off".to_owned() }),
        Err(_) => Err(KeychainError::Silent { seconds: patience.as_secs() }),
    }
}

/// What a keychain said, without the bytes of a value, which some of its errors carry.
fn words(error: &KeyringError) -> String {
    match error {
        KeyringError::PlatformFailure(inner) | KeyringError::NoStorageAccess(inner) => inner.to_string(),
        KeyringError::BadEncoding(_) | KeyringError::BadDataFormat(..) => "the value is no text".to_owned(),
        KeyringError::TooLong(_, most) => format!("the value is longer than it keeps ({most})"),
        KeyringError::Ambiguous(_) => "there are several values under this name".to_owned(),
        other => other.to_string(),
    }
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What differs between the systems' keychains.
mod system {
    use super::{Arc, CredentialStore, HashMap};

    #[cfg(target_os = "linux")]
    pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
        Ok(zbus_secret_service_keyring_store::Store::new()?)
    }

    #[cfg(target_os = "macos")]
    pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
        Ok(apple_native_keyring_store::keychain::Store::new()?)
    }

    #[cfg(windows)]
    pub(super) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
        Ok(windows_native_keyring_store::Store::new()?)
    }

    /// What finds the items of a service. The Credential Manager searches by pattern alone and is asked for all of them: names, no
    /// values.
    pub(super) fn search(service: &'static str) -> HashMap<&'static str, &'static str> {
        if cfg!(windows) { HashMap::new() } else { HashMap::from([("service", service)]) }
    }
}

#[cfg(test)]
mod tests {
    use keyring_core::api::CredentialStoreApi as _;

    use super::*;

    fn account(name: &str, scope: Option<&str>) -> Account {
        Account { name: name.to_owned(), scope: scope.map(str::to_owned) }
    }

    #[test]
    fn the_nearest_folder_counts() {
        let accounts = || {
            vec![
                account("A", None),
                account("A", Some("/src")),
                account("A", Some("/src/api")),
                account("B", None),
                account("C", Some("/src/apiary")),
                account("D", Some("volume:mine")),
                account("E", Some("/home/me/with blank")),
            ]
        };
        for (own, expected) in [
            ("/src/api", "A /src/api, B"),
            ("/src/api/deep", "A /src/api, B"),
            ("/src/web", "A /src, B"),
            ("/else", "A, B"),
            ("volume:mine", "A, B, D volume:mine"),
            ("volume:mine2", "A, B"),
            ("/home/me/with blank", "A, B, E /home/me/with blank"),
        ] {
            let found: Vec<_> = nearest(accounts(), own).values().map(Account::user).collect();
            assert_eq!(found.join(", "), expected, "{own}");
        }
        for account in accounts() {
            assert_eq!(Account::of_user(&account.user()), account);
        }
    }

    #[tokio::test]
    async fn what_is_kept_is_found_and_forgotten() {
        let store = keyring_core::mock::Store::new().unwrap();
        store.build("another program", "A", None).unwrap().set_secret(b"no business of ours").unwrap();
        let keychain = Keychain::of(store);
        let (here, everywhere) = (account("A", Some("/src")), account("A", None));
        assert_eq!(keychain.accounts().await, Ok(vec![]));
        assert_eq!(keychain.value(&here).await, Ok(None));
        keychain.keep(&here, "tr0ub4dor").await.unwrap();
        keychain.keep(&everywhere, "line\nline").await.unwrap();
        keychain.keep(&here, "other").await.unwrap();
        assert_eq!(keychain.accounts().await, Ok(vec![everywhere.clone(), here.clone()]));
        assert_eq!(keychain.value(&here).await, Ok(Some("other".to_owned())));
        assert_eq!(keychain.value(&everywhere).await, Ok(Some("line\nline".to_owned())));
        assert_eq!(keychain.forget(&here).await, Ok(true));
        assert_eq!(keychain.forget(&here).await, Ok(false));
        assert_eq!(keychain.value(&here).await, Ok(None));
    }

    #[tokio::test]
    async fn without_a_keychain_nothing_is_there() {
        let none = Keychain::none();
        assert_eq!(none.accounts().await, Ok(vec![]));
        assert!(matches!(none.keep(&account("A", None), "x").await, Err(KeychainError::Absent { .. })));
        let absent = || Err(KeyringError::PlatformFailure("no bus".into()));
        let absent = Keychain::opened_by(absent, TO_OPEN, TO_ANSWER);
        let expected = KeychainError::Absent { reason: "no bus".to_owned() };
        assert_eq!(absent.is_there().await, Err(expected.clone()));
        assert_eq!(absent.accounts().await, Err(expected));
    }

    /// Does not come back before its thread is released, which is never.
    fn never() -> keyring_core::Result<Arc<CredentialStore>> {
        loop {
            std::thread::park();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_does_not_answer_is_asked_once() {
        let silent = Keychain::opened_by(never, TO_OPEN, TO_ANSWER);
        let begin = tokio::time::Instant::now();
        let expected = KeychainError::Silent { seconds: 5 };
        assert_eq!(silent.accounts().await, Err(expected.clone()));
        assert_eq!(begin.elapsed(), TO_OPEN, "as long as it had");
        assert_eq!(silent.value(&account("A", None)).await, Err(expected));
        assert_eq!(begin.elapsed(), TO_OPEN, "and no longer");
    }

    #[tokio::test]
    async fn nothing_of_a_value_is_in_an_error() {
        let store = keyring_core::mock::Store::new().unwrap();
        store.build(SERVICE, "A", None).unwrap().set_secret(b"\xfftr0ub4dor").unwrap();
        let error = Keychain::of(store).value(&account("A", None)).await.unwrap_err();
        assert_eq!(error, KeychainError::Refused { reason: "the value is no text".to_owned() });
    }
}
