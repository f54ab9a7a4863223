//! What a notification says: of what has ended, what asks, and what is new of ports and links. Only words are made here; whether anybody
//! looks at the window is for others to know.

use wharf_api::{LinkOutcome, OperationOutcome, Port, PortConflict, PortHolder};
use wharf_runner::{PortNews, PortNewsKind, Told};

use crate::preferences::Preferences;
use crate::text::Words;

/// Its title, and the line below.
pub(crate) type Notice = (String, String);

/// What is told of an operation, if the person wants it.
pub(crate) fn of_operation(told: &Told, preferences: &Preferences, words: &Words) -> Option<Notice> {
    match told {
        Told::Asks { name } => {
            preferences.tell_questions.then(|| ((words.asks)(name), words.asks_text.to_owned()))
        }
        Told::Ended { operation, name, outcome, problem } => {
            let wanted = match outcome {
                OperationOutcome::Done => preferences.tell_finished,
                OperationOutcome::Failed => preferences.tell_failed,
                // The person has just done it.
                OperationOutcome::Cancelled => false,
            };
            wanted.then(|| ((words.ended)(*operation, *outcome, name), problem.clone().unwrap_or_default()))
        }
    }
}

/// What is told of ports and links, if the person wants it.
pub(crate) fn of_ports(news: &PortNews, preferences: &Preferences, words: &Words) -> Option<Notice> {
    if !preferences.tell_ports {
        return None;
    }
    let name = news.environment.as_str();
    Some(match &news.kind {
        PortNewsKind::Opened(port) => {
            let place = port.local.as_ref().map(|local| local.url.clone()).unwrap_or_default();
            let conflict = port.conflict.as_ref().map(|conflict| taken(conflict, words));
            let lines: Vec<String> = [Some(place), conflict].into_iter().flatten().collect();
            ((words.port_opened)(&called(port), name), lines.join("\n"))
        }
        PortNewsKind::Conflict(port) => {
            let conflict = port.conflict.as_ref().map(|conflict| taken(conflict, words)).unwrap_or_default();
            ((words.port_conflict)(&called(port), name), conflict)
        }
        PortNewsKind::Link { url, outcome } => {
            let title = match outcome {
                LinkOutcome::Opened => words.link_opened,
                LinkOutcome::HeldBack | LinkOutcome::Refused | LinkOutcome::Failed => words.link_not_opened,
            };
            (title(name), url.clone())
        }
    })
}

/// A port as a person knows it: by its label and number.
fn called(port: &Port) -> String {
    let number = port.inside();
    match &port.label {
        Some(label) => format!("{label} ({number})"),
        None => number,
    }
}

/// Who has the local port.
fn taken(conflict: &PortConflict, words: &Words) -> String {
    match &conflict.holder {
        PortHolder::Process { name, .. } | PortHolder::Environment { name, .. } => {
            (words.port_taken_by)(conflict.port, name)
        }
        PortHolder::System => (words.port_reserved)(conflict.port),
        PortHolder::Unknown => (words.port_taken)(conflict.port),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use wharf_api::{OperationName, Settings};

    use super::*;
    use crate::text::of;

    fn preferences(settings: Value) -> Preferences {
        Preferences::from(&serde_json::from_value::<Settings>(settings).unwrap())
    }

    fn ended(outcome: OperationOutcome) -> Told {
        Told::Ended {
            operation: OperationName::Up,
            name: "api".to_owned(),
            outcome,
            problem: Some("postCreateCommand failed (exit 127)".to_owned()),
        }
    }

    #[test]
    fn operations_are_told_as_the_person_wants_them() {
        let asks = Told::Asks { name: "api".to_owned() };
        let (done, failed, cancelled) = (
            ended(OperationOutcome::Done),
            ended(OperationOutcome::Failed),
            ended(OperationOutcome::Cancelled),
        );
        let cases: [(Value, [bool; 4]); 4] = [
            (json!({}), [true, true, true, false]),
            (json!({ "notifications": { "questions": false } }), [false, true, true, false]),
            (json!({ "notifications": { "finished": false } }), [true, false, true, false]),
            (json!({ "notifications": { "failed": false } }), [true, true, false, false]),
        ];
        for (settings, expected) in cases {
            let wanted = preferences(settings.clone());
            let told = [&asks, &done, &failed, &cancelled]
                .map(|told| of_operation(told, &wanted, of("en")).is_some());
            assert_eq!(told, expected, "{settings}");
        }
        let (title, line) = of_operation(&failed, &preferences(json!({})), of("en")).unwrap();
        assert_eq!(title, "api could not be started");
        assert_eq!(line, "postCreateCommand failed (exit 127)");
    }

    #[test]
    fn ports_and_links_are_told_with_where_they_are_and_who_stands_in_the_way() {
        let port = |more: Value| {
            let mut port = json!({
                "port": 5432, "label": "database", "source": "declared", "state": "forwarded", "notice": "notify",
            });
            port.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
            Box::new(serde_json::from_value::<Port>(port).unwrap())
        };
        let taken = |holder: Value| json!({ "conflict": { "port": 5432, "holder": holder } });
        let local = json!({ "local": { "address": "127.0.0.1", "port": 5433, "url": "localhost:5433" } });
        let process = json!({ "kind": "process", "name": "postgres", "pid": 812 });
        let both = {
            let mut both = taken(process);
            both["local"] = local["local"].clone();
            both
        };
        let link = |outcome| PortNewsKind::Link { url: "http://localhost:3000/".to_owned(), outcome };
        let cases = [
            (
                PortNewsKind::Opened(port(local)),
                "Port database (5432) of api can be reached",
                "localhost:5433",
            ),
            (
                PortNewsKind::Opened(port(both)),
                "Port database (5432) of api can be reached",
                "localhost:5433\n5432 is taken by postgres",
            ),
            (
                PortNewsKind::Conflict(port(taken(json!({ "kind": "system" })))),
                "Port database (5432) of api has a conflict",
                "5432 is reserved by the system",
            ),
            (
                PortNewsKind::Conflict(port(taken(json!({ "kind": "unknown" })))),
                "Port database (5432) of api has a conflict",
                "5432 is taken by another program",
            ),
            (link(LinkOutcome::Opened), "api opened a link", "http://localhost:3000/"),
            (link(LinkOutcome::HeldBack), "A link of api was not opened", "http://localhost:3000/"),
        ];
        for (kind, title, line) in cases {
            let news = PortNews { environment: "api".to_owned(), kind };
            let wanted = preferences(json!({}));
            let told = of_ports(&news, &wanted, of("en"));
            assert_eq!(told, Some((title.to_owned(), line.to_owned())));
            assert!(of_ports(&news, &wanted, of("zh-CN")).is_some_and(|(title, _)| title.contains("api")));
            assert_eq!(
                of_ports(&news, &preferences(json!({ "notifications": { "ports": false } })), of("en")),
                None
            );
        }
    }
}
