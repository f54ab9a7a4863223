//! `wharf secrets`: what a person keeps in the keychain for environments to come.

use std::path::{Path, PathBuf};

use wharf_api as api;

use crate::error::{Error, Result};
use crate::keychain::{Account, Keychain};
use crate::locate::{absolute, nearest_with_configuration};

/// What a workspace in a volume is called as a scope: the prefix of the volume's name.
pub(crate) const VOLUME: &str = "volume:";

/// A secret that is kept, or to be.
#[derive(Debug, Clone, Default)]
pub struct KeptSecretRequest {
    /// Its name.
    pub name: String,
    /// `--folder`: the environment that it is for, and those in it; None: the one around the current directory.
    pub folder: Option<PathBuf>,
    /// `--global`: it is for every environment.
    pub everywhere: bool,
    /// Where it is kept.
    pub keychain: Keychain,
}

/// Keeps a value.
///
/// # Errors
/// When the name is no variable's, or the keychain does not take it. Nothing of the value is told.
pub async fn secrets_set(request: &KeptSecretRequest, value: &str) -> Result<api::SecretList> {
    let account = account(request)?;
    if value.is_empty() {
        let message = format!("no value was given for {}", account.name);
        let hint = "it is read from standard input: `wharf secrets set NAME < file`".to_owned();
        return Err(Error::Impossible { message, location: None, hint: Some(hint) });
    }
    request.keychain.keep(&account, value).await.map_err(Error::Keychain)?;
    Ok(api::SecretList { secrets: vec![document(&account)] })
}

/// The names of everything that is kept.
///
/// # Errors
/// When the keychain cannot be asked.
pub async fn secrets_list(keychain: &Keychain) -> Result<api::SecretList> {
    let accounts = keychain.accounts().await.map_err(Error::Keychain)?;
    Ok(api::SecretList { secrets: accounts.iter().map(document).collect() })
}

/// Forgets a value.
///
/// # Errors
/// When none is kept under that name for that folder, or the keychain does not let go of it.
pub async fn secrets_forget(request: &KeptSecretRequest) -> Result<api::SecretList> {
    let account = account(request)?;
    if !request.keychain.forget(&account).await.map_err(Error::Keychain)? {
        let whom = account.scope.as_deref().map_or_else(|| "every environment".to_owned(), str::to_owned);
        let message = format!("the keychain has no secret {} for {whom}", account.name);
        let hint = Some("`wharf secrets list` shows what it has".to_owned());
        return Err(Error::Impossible { message, location: None, hint });
    }
    Ok(api::SecretList { secrets: vec![document(&account)] })
}

fn account(request: &KeptSecretRequest) -> Result<Account> {
    let name = request.name.clone();
    if !is_variable(&name) {
        let message = format!("{name:?} is no name of a secret");
        let hint =
            "it is that of a variable: letters, digits and _, without a digit at the beginning".to_owned();
        return Err(Error::Impossible { message, location: None, hint: Some(hint) });
    }
    let scope = match &request.folder {
        _ if request.everywhere => None,
        Some(folder) if folder.to_string_lossy().starts_with(VOLUME) => Some(folder.clone()),
        Some(folder) => Some(absolute(&current_folder()?, folder)),
        None => Some(nearest_with_configuration(&current_folder()?)),
    };
    Ok(Account { name, scope: scope.as_deref().map(Path::display).map(|path| path.to_string()) })
}

fn current_folder() -> Result<PathBuf> {
    std::env::current_dir().map_err(|source| Error::Read { path: ".".into(), source })
}

/// As the schema of `secrets` has it.
fn is_variable(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    name.bytes().next().is_some_and(is_letter)
        && name.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit())
}

fn document(account: &Account) -> api::KeptSecret {
    api::KeptSecret { name: account.name.clone(), folder: account.scope.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(keychain: &Keychain, name: &str, folder: Option<&str>) -> KeptSecretRequest {
        KeptSecretRequest {
            name: name.to_owned(),
            folder: folder.map(PathBuf::from),
            everywhere: folder.is_none(),
            keychain: keychain.clone(),
        }
    }

    #[tokio::test]
    async fn secrets_are_set_listed_and_forgotten() {
        let keychain = Keychain::of(keyring_core::mock::Store::new().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("x/..");
        let here = folder.path().display().to_string();
        secrets_set(&request(&keychain, "TOKEN", below.to_str()), "tr0ub4dor").await.unwrap();
        secrets_set(&request(&keychain, "TOKEN", None), "other").await.unwrap();
        secrets_set(&request(&keychain, "KEY", Some("volume:mine")), "key").await.unwrap();
        let listed = secrets_list(&keychain).await.unwrap();
        let lines: Vec<_> =
            listed.secrets.iter().map(|one| (one.name.as_str(), one.folder.as_deref())).collect();
        assert_eq!(lines, [("KEY", Some("volume:mine")), ("TOKEN", None), ("TOKEN", Some(here.as_str()))]);
        secrets_forget(&request(&keychain, "TOKEN", Some(&here))).await.unwrap();
        let error = secrets_forget(&request(&keychain, "TOKEN", Some(&here))).await.unwrap_err();
        assert_eq!(error.message(), format!("the keychain has no secret TOKEN for {here}"));
    }

    #[tokio::test]
    async fn what_can_never_be_used_is_not_kept() {
        let keychain = Keychain::of(keyring_core::mock::Store::new().unwrap());
        for (name, value) in [("", "x"), ("1A", "x"), ("A B", "x"), ("A=B", "x"), ("Ä", "x"), ("A", "")] {
            assert!(secrets_set(&request(&keychain, name, None), value).await.is_err(), "{name:?} {value:?}");
        }
        assert_eq!(secrets_list(&keychain).await.unwrap().secrets, []);
        let none = secrets_set(&request(&Keychain::none(), "A", None), "tr0ub4dor").await.unwrap_err();
        assert!(!none.message().contains("tr0ub4dor") && none.hint().is_some(), "{none}");
    }
}
