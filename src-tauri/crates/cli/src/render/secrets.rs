//! Names of secrets in the keychain.

use wharf_api::{KeptSecret, SecretList};

use super::Theme;
use crate::text::{FAINT, Line, STRONG};

/// Everything that is kept, for people.
pub(crate) fn secret_list(list: &SecretList, _: &Theme) -> Vec<Line> {
    if list.secrets.is_empty() {
        return vec![Line::new().text("The keychain has no secret for an environment.")];
    }
    let widest = list.secrets.iter().map(|one| one.name.chars().count()).max().unwrap_or_default();
    let lines = list.secrets.iter();
    lines.map(|one| Line::new().add(STRONG, &one.name).pad_to(widest + 2).add(FAINT, whom(one))).collect()
}

/// What has been done to some of them.
pub(crate) fn secrets_done(what: &str, list: &SecretList) -> Vec<Line> {
    let lines = list.secrets.iter();
    lines.map(|one| Line::new().add(STRONG, &one.name).text(format!(" {what} {}", whom(one)))).collect()
}

fn whom(secret: &KeptSecret) -> String {
    match &secret.folder {
        Some(folder) => format!("for {folder}"),
        None => "for every environment".to_owned(),
    }
}
