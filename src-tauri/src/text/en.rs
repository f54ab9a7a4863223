//! English.

use wharf_api::{OperationName, OperationOutcome};

use super::Words;

pub(super) const WORDS: Words = Words {
    open: "Open",
    stop: "Stop",
    open_folder: "Open folder…",
    show_window: "Show window",
    quit: "Quit Wharf",
    cancel: "Cancel",
    nothing_runs: "No environment is running",
    open_address_title: "Open this address?",
    open_address_text: "Something inside an environment, or a page about one, leads to another computer:",
    links_are_off: "A link to Wharf was not followed: links are turned off in the settings.",
    update: "Install and restart",
    update_title: "There is a newer Wharf",
    update_text: "Install it and start it in the place of this one? It is version",
    ended: |operation, outcome, name| match outcome {
        OperationOutcome::Done => match operation {
            OperationName::Stop => format!("{name} is stopped"),
            OperationName::Down => format!("{name} is deleted"),
            _ => format!("{name} is running"),
        },
        OperationOutcome::Cancelled => format!("{name}: cancelled"),
        OperationOutcome::Failed => match operation {
            OperationName::Stop => format!("{name} could not be stopped"),
            OperationName::Down => format!("{name} could not be deleted"),
            _ => format!("{name} could not be started"),
        },
    },
    asks: |name| format!("{name} needs your answer"),
    asks_text: "It would do something on this computer that was not allowed yet.",
    port_opened: |port, name| format!("Port {port} of {name} can be reached"),
    port_conflict: |port, name| format!("Port {port} of {name} has a conflict"),
    port_taken_by: |port, holder| format!("{port} is taken by {holder}"),
    port_taken: |port| format!("{port} is taken by another program"),
    port_reserved: |port| format!("{port} is reserved by the system"),
    link_opened: |name| format!("{name} opened a link"),
    link_not_opened: |name| format!("A link of {name} was not opened"),
};
