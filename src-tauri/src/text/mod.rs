//! The few texts that this program shows itself, outside the page: the tray's menu, notifications, a dialog of the system's.
//!
//! One file for each language. A language that lacks a text does not compile; a test looks for texts that say nothing.

mod en;
mod zh;

use wharf_api::{OperationName, OperationOutcome};

use crate::preferences;

/// Every text, in one language.
pub(crate) struct Words {
    pub(crate) open: &'static str,
    pub(crate) stop: &'static str,
    pub(crate) open_folder: &'static str,
    pub(crate) show_window: &'static str,
    pub(crate) quit: &'static str,
    pub(crate) cancel: &'static str,
    /// The tray's menu has no environment to show.
    pub(crate) nothing_runs: &'static str,
    pub(crate) open_address_title: &'static str,
    pub(crate) open_address_text: &'static str,
    /// A link to Wharf came, and a person has said that links are not opened.
    pub(crate) links_are_off: &'static str,
    pub(crate) update: &'static str,
    pub(crate) update_title: &'static str,
    /// What the number of the newer version follows.
    pub(crate) update_text: &'static str,
    /// The title of a notification: what came of an operation on the environment of a name.
    pub(crate) ended: fn(OperationName, OperationOutcome, &str) -> String,
    /// The title of a notification: an environment of a name waits for an answer.
    pub(crate) asks: fn(&str) -> String,
    pub(crate) asks_text: &'static str,
    /// The title of a notification: a port, by label and number, of the environment of a name can be reached.
    pub(crate) port_opened: fn(&str, &str) -> String,
    /// The same: somebody else has the local port that was wanted.
    pub(crate) port_conflict: fn(&str, &str) -> String,
    /// Who has a local port.
    pub(crate) port_taken_by: fn(u16, &str) -> String,
    pub(crate) port_taken: fn(u16) -> String,
    pub(crate) port_reserved: fn(u16) -> String,
    /// The title of a notification: the environment of a name wanted a link opened.
    pub(crate) link_opened: fn(&str) -> String,
    pub(crate) link_not_opened: fn(&str) -> String,
}

/// The texts in the person's language: the one that was chosen, else the system's, else English.
pub(crate) fn words() -> &'static Words {
    let chosen = preferences::load().language;
    let language =
        if chosen == preferences::SYSTEM { sys_locale::get_locale().unwrap_or_default() } else { chosen };
    of(&language)
}

pub(crate) fn of(language: &str) -> &'static Words {
    let first = language.split(['-', '_', '.']).next().unwrap_or_default();
    if first.eq_ignore_ascii_case("zh") { &zh::WORDS } else { &en::WORDS }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_by_how_systems_name_them() {
        for (language, expected) in [
            ("zh-CN", zh::WORDS.quit),
            ("zh_CN.UTF-8", zh::WORDS.quit),
            ("ZH", zh::WORDS.quit),
            ("en-GB", en::WORDS.quit),
            ("de", en::WORDS.quit),
            ("", en::WORDS.quit),
        ] {
            assert_eq!(of(language).quit, expected, "{language}");
        }
    }

    #[test]
    fn every_text_says_something_and_names_what_it_is_about() {
        use OperationName::{Apply, Down, Rebuild, Start, Stop, Up};
        use OperationOutcome::{Cancelled, Done, Failed};
        for words in [&en::WORDS, &zh::WORDS] {
            let plain = [
                words.open,
                words.stop,
                words.open_folder,
                words.show_window,
                words.quit,
                words.cancel,
                words.nothing_runs,
                words.open_address_title,
                words.open_address_text,
                words.links_are_off,
                words.update,
                words.update_title,
                words.update_text,
                words.asks_text,
            ];
            assert!(plain.iter().all(|text| !text.trim().is_empty()));
            assert!((words.asks)("api-server").contains("api-server"));
            let of_ports = [
                (words.port_opened)("5432", "api-server"),
                (words.port_conflict)("5432", "api-server"),
                (words.port_taken_by)(5432, "api-server"),
            ];
            assert!(of_ports.iter().all(|text| text.contains("api-server") && text.contains("5432")));
            assert!(
                (words.port_taken)(5432).contains("5432") && (words.port_reserved)(5432).contains("5432")
            );
            let links = [(words.link_opened)("api-server"), (words.link_not_opened)("api-server")];
            assert!(links.iter().all(|text| text.contains("api-server")) && links[0] != links[1]);
            for operation in [Up, Apply, Start, Stop, Rebuild, Down] {
                let titles =
                    [Done, Cancelled, Failed].map(|outcome| (words.ended)(operation, outcome, "api-server"));
                assert!(titles.iter().all(|title| title.contains("api-server")), "{titles:?}");
                assert_ne!(titles[0], titles[2]);
            }
        }
    }
}
