//! What an operating system knows about the terminal; one small module for each kind.

#[cfg(any(windows, test))]
mod shown;
#[cfg(any(windows, test))]
mod typed;
#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as platform;

use std::time::Duration;

use tokio::sync::mpsc;
use wharf_runner::{CancellationToken, ExecControl};

/// How long a command inside has to take a signal.
const MOMENT: Duration = Duration::from_millis(300);

/// Hands something to the command inside. Who ends a program before it has begun to listen means all of it.
async fn deliver(sender: &mpsc::Sender<ExecControl>, control: ExecControl, cancel: &CancellationToken) {
    let is_signal = matches!(control, ExecControl::Signal(_));
    let taken = sender.try_send(control).is_ok() && {
        tokio::time::sleep(MOMENT).await;
        sender.capacity() == sender.max_capacity()
    };
    if is_signal && !taken && !sender.is_closed() {
        cancel.cancel();
    }
}

pub(crate) use platform::{
    Hidden, Input, Raw, control, errors, input, interrupts, output, size, understands_escapes,
};

/// Whether the locale says that Unicode can be shown; `variable` looks up a variable that is set and not empty.
pub(crate) fn shows_unicode(variable: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(&variable);
    match locale {
        Some(locale) => {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        }
        None => platform::shows_unicode(variable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_decides() {
        for (variables, expected) in [
            (&[("LANG", "en_GB.UTF-8")][..], true),
            (&[("LANG", "C.utf8")], true),
            (&[("LANG", "C")], false),
            (&[("LANG", "en_GB.UTF-8"), ("LC_ALL", "C")], false),
            (&[("LANG", "C"), ("LC_CTYPE", "C.UTF-8")], true),
        ] {
            let variable = |name: &str| {
                variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(shows_unicode(variable), expected, "{variables:?}");
        }
    }
}
