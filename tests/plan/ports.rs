//! What becomes of each port: declarations, what listens, a person's choices and the local ports that others have, beside one line for
//! each decision.

use proptest::prelude::*;
use serde_json::{Value, json};
use wharf_plan::ports::{
    Conflict, Holder, InsidePort, Listening, ListeningProcess, PortChoices, PortDecision, PortFacts,
    PortRules, Verdict, decide, newly_listening, only_open,
};

/// One line a decision, as a person would say it.
fn line(decision: &PortDecision) -> String {
    let conflict = |conflict: &Conflict| {
        let holder = match &conflict.holder {
            Holder::Process { name, pid } => format!("{name} {pid}"),
            Holder::Environment { name, port, .. } => format!("{name}'s {port}"),
            Holder::System => "the system".to_owned(),
            Holder::Unknown => "somebody".to_owned(),
        };
        format!(" ({} has {})", holder, conflict.port)
    };
    let verdict = match &decision.verdict {
        Verdict::Forward { address, local, conflict: with } => {
            format!("{address}:{local}{}", with.as_ref().map(conflict).unwrap_or_default())
        }
        Verdict::Wait => "waits".to_owned(),
        Verdict::Stopped => "stopped".to_owned(),
        Verdict::Ignored => "ignored".to_owned(),
        Verdict::Editor => "the editor's".to_owned(),
        Verdict::Published(local) => format!("published on {local}"),
        Verdict::Here => "here".to_owned(),
        Verdict::Blocked(with) => format!("blocked{}", conflict(with)),
        Verdict::Refused(words) => format!("refused: {words}"),
    };
    let source = format!("{:?}", decision.source).to_lowercase();
    format!("{} {source} -> {verdict}", decision.inside)
}

/// `3000`, or `3000 node /app/server.js` with the process that listens; `~3000` on loopback alone.
fn listening(text: &str) -> Listening {
    let (port, command) = text.split_once(' ').map_or((text, None), |(port, command)| (port, Some(command)));
    let process = command.map(|command| ListeningProcess {
        name: command.split(['/', ' ']).find(|part| !part.is_empty()).unwrap_or_default().to_owned(),
        pid: 7,
        command_line: command.to_owned(),
        editor: command.contains(".vscode-server").then(|| "Visual Studio Code".to_owned()),
    });
    let near = port.starts_with('~');
    Listening { port: port.trim_start_matches('~').parse().unwrap(), near, process }
}

fn holder(text: &str) -> Holder {
    match text.split_once(' ') {
        Some((name, pid)) => match pid.parse() {
            Ok(pid) => Holder::Process { name: name.to_owned(), pid },
            Err(_) => Holder::Environment {
                id: "id".to_owned(),
                name: name.to_owned(),
                port: pid[1..].parse().unwrap(),
            },
        },
        None if text == "system" => Holder::System,
        None => Holder::Unknown,
    }
}

struct Case {
    what: &'static str,
    declared: Value,
    listening: &'static [&'static str],
    choices: &'static [(&'static str, &'static str)],
    taken: &'static [(u16, &'static str)],
    refused: &'static [(&'static str, &'static str)],
    published: &'static [(u16, u16)],
    shares_network: bool,
    reachable: bool,
    expected: &'static [&'static str],
}

impl Default for Case {
    fn default() -> Case {
        Case {
            what: "",
            declared: json!({}),
            listening: &[],
            choices: &[],
            taken: &[],
            refused: &[],
            published: &[],
            shares_network: false,
            reachable: true,
            expected: &[],
        }
    }
}

impl Case {
    fn decisions(&self) -> Vec<PortDecision> {
        let rules = PortRules::new(&serde_json::from_value(self.declared.clone()).unwrap());
        let facts = PortFacts {
            reachable: self.reachable,
            listening: self.listening.iter().copied().map(listening).collect(),
            taken: self.taken.iter().map(|(port, who)| (*port, holder(who))).collect(),
            refused: self
                .refused
                .iter()
                .map(|(port, words)| (InsidePort::parse(port).unwrap(), (*words).to_owned()))
                .collect(),
            published: self.published.iter().copied().collect(),
            shares_network: self.shares_network,
        };
        let choices: PortChoices = self
            .choices
            .iter()
            .map(|(port, choice)| (InsidePort::parse(port).unwrap(), serde_json::from_str(choice).unwrap()))
            .collect();
        decide(&rules, &facts, &choices)
    }
}

#[test]
fn every_port_has_its_verdict() {
    let cases = [
        Case {
            what: "declared ports come first and in their order, whether or not anything listens",
            declared: json!({ "forward": [3000, "db:5432"] }),
            listening: &["9229", "80", "3000"],
            expected: &[
                "3000 declared -> 127.0.0.1:3000",
                "db:5432 declared -> 127.0.0.1:5432",
                "80 detected -> 127.0.0.1:80",
                "9229 detected -> 127.0.0.1:9229",
            ],
            ..Case::default()
        },
        Case {
            what: "nothing is forwarded before the inside can be reached",
            declared: json!({ "forward": [3000] }),
            reachable: false,
            taken: &[(3000, "postgres 812")],
            expected: &["3000 declared -> waits"],
            ..Case::default()
        },
        Case {
            what: "a conflict names the holder, and the next free port is taken that nobody else would have",
            declared: json!({ "forward": [5432, 5433] }),
            taken: &[(5432, "postgres 812"), (5434, "other :22")],
            expected: &[
                "5432 declared -> 127.0.0.1:5435 (postgres 812 has 5432)",
                "5433 declared -> 127.0.0.1:5433",
            ],
            ..Case::default()
        },
        Case {
            what: "a port that was chosen before stays, also when the other one is free again",
            declared: json!({ "forward": [5432, 5433] }),
            choices: &[("5432", r#"{"local":5440}"#)],
            expected: &["5432 declared -> 127.0.0.1:5440", "5433 declared -> 127.0.0.1:5433"],
            ..Case::default()
        },
        Case {
            what: "unless somebody else has it now",
            declared: json!({ "forward": [5432] }),
            choices: &[("5432", r#"{"local":5440}"#)],
            taken: &[(5432, "postgres 812"), (5440, "other :9")],
            expected: &["5432 declared -> 127.0.0.1:5433 (postgres 812 has 5432)"],
            ..Case::default()
        },
        Case {
            what: "two ports of the same number never share a local one",
            declared: json!({ "forward": ["db:80", "cache:80", 80] }),
            expected: &[
                "db:80 declared -> 127.0.0.1:80",
                "cache:80 declared -> 127.0.0.1:8080 (somebody has 80)",
                "80 declared -> 127.0.0.1:8081 (somebody has 80)",
            ],
            ..Case::default()
        },
        Case {
            what: "a port that this user may not have is found where people look for it",
            declared: json!({ "forward": [80, 443, 22] }),
            taken: &[(80, "system"), (443, "nginx 9"), (22, "unknown"), (8080, "java 5")],
            expected: &[
                "80 declared -> 127.0.0.1:8081 (the system has 80)",
                "443 declared -> 127.0.0.1:8443 (nginx 9 has 443)",
                "22 declared -> 127.0.0.1:8022 (somebody has 22)",
            ],
            ..Case::default()
        },
        Case {
            what: "requireLocalPort takes its own or none",
            declared: json!({
                "forward": [3000, 3001, "db:3001"],
                "attributes": { "3000-3001": { "requireLocalPort": true } },
            }),
            taken: &[(3000, "node 9")],
            choices: &[("3000", r#"{"local":4000}"#)],
            expected: &[
                "3000 declared -> blocked (node 9 has 3000)",
                "3001 declared -> 127.0.0.1:3001",
                "db:3001 declared -> blocked (somebody has 3001)",
            ],
            ..Case::default()
        },
        Case {
            what: "ignore leaves what is detected alone, and what is declared is wanted all the same",
            declared: json!({
                "forward": [1000],
                "attributes": { "1000": { "onAutoForward": "ignore" }, "node.*inspect": { "onAutoForward": "ignore" } },
                "other": { "onAutoForward": "silent" },
            }),
            listening: &["1000", "9229 node --inspect", "3000 node server.js"],
            expected: &[
                "1000 declared -> 127.0.0.1:1000",
                "3000 detected -> 127.0.0.1:3000",
                "9229 detected -> ignored",
            ],
            ..Case::default()
        },
        Case {
            what: "a person's word comes before the configuration's",
            declared: json!({ "forward": [1000], "other": { "onAutoForward": "ignore" } }),
            listening: &["3000", "4000"],
            choices: &[
                ("1000", r#"{"asked":{"asked":"stop"}}"#),
                ("3000", r#"{"asked":{"asked":"open","localPort":8080,"address":null}}"#),
                ("cache:11211", r#"{"asked":{"asked":"open","localPort":null,"address":"0.0.0.0"}}"#),
            ],
            expected: &[
                "1000 declared -> stopped",
                "3000 asked -> 127.0.0.1:8080",
                "4000 detected -> ignored",
                "cache:11211 asked -> 0.0.0.0:11211",
            ],
            ..Case::default()
        },
        Case {
            what: "a local port that a person named is that one or none",
            declared: json!({ "forward": [1000] }),
            choices: &[(
                "1000",
                r#"{"asked":{"asked":"open","localPort":8080,"address":null},"local":9000}"#,
            )],
            taken: &[(8080, "java 5")],
            expected: &["1000 declared -> blocked (java 5 has 8080)"],
            ..Case::default()
        },
        Case {
            what: "an editor keeps its own server and what it forwards itself",
            declared: json!({ "forward": [3000, 4000] }),
            listening: &["3000 node app.js", "40123 /root/.vscode-server/bin/abc/node server-main.js"],
            taken: &[(3000, "Code 77"), (4000, "decoder 5")],
            expected: &[
                "3000 declared -> the editor's",
                "4000 declared -> 127.0.0.1:4001 (decoder 5 has 4000)",
                "40123 detected -> the editor's",
            ],
            ..Case::default()
        },
        Case {
            what: "ports of a container with this computer's own network are here, and nobody gets in their way",
            declared: json!({ "forward": [3000, "db:5432"], "attributes": { "4000": { "requireLocalPort": true }, "9000": { "onAutoForward": "ignore" } } }),
            listening: &[
                "4000 node a.js",
                "~5000 node b.js",
                "8000 /root/.vscode-server/x",
                "9000 node c.js",
            ],
            choices: &[
                ("5000", r#"{"asked":{"asked":"open","localPort":8080,"address":null}}"#),
                ("6000", r#"{"asked":{"asked":"open","localPort":null,"address":null}}"#),
                ("7000", r#"{"asked":{"asked":"open","localPort":7000,"address":null}}"#),
            ],
            taken: &[(4000, "node 9"), (5000, "node 10")],
            shares_network: true,
            expected: &[
                "3000 declared -> here",
                "db:5432 declared -> 127.0.0.1:5432",
                "4000 detected -> here",
                "5000 asked -> 127.0.0.1:8080",
                "6000 asked -> here",
                "7000 asked -> here",
                "8000 detected -> the editor's",
                "9000 detected -> ignored",
            ],
            ..Case::default()
        },
        Case {
            what: "while nothing runs they are nowhere",
            declared: json!({ "forward": [3000] }),
            shares_network: true,
            reachable: false,
            expected: &["3000 declared -> waits"],
            ..Case::default()
        },
        Case {
            what: "what listens on loopback alone is not reached where the engine publishes it",
            declared: json!({ "forward": [3000] }),
            listening: &["~3000", "~4000", "4000", "~5000"],
            taken: &[(3000, "docker-proxy 7")],
            published: &[(3000, 3000), (4000, 4000), (5000, 15000)],
            expected: &[
                "3000 declared -> 127.0.0.1:3001 (docker-proxy 7 has 3000)",
                "4000 detected -> published on 4000",
                "5000 detected -> 127.0.0.1:5000",
            ],
            ..Case::default()
        },
        Case {
            what: "what the engine publishes needs no forward, unless a person asks for one",
            listening: &["3000", "4000"],
            published: &[(3000, 3000), (4000, 14000)],
            choices: &[("4000", r#"{"asked":{"asked":"open","localPort":null,"address":null}}"#)],
            expected: &["3000 detected -> published on 3000", "4000 asked -> 127.0.0.1:4000"],
            ..Case::default()
        },
        Case {
            what: "an address that is none of this computer's is no better on another port",
            declared: json!({ "forward": [1000, "db:5432", 2000] }),
            choices: &[
                ("1000", r#"{"asked":{"asked":"open","localPort":null,"address":"192.0.2.1"},"local":1000}"#),
                ("db:5432", r#"{"asked":{"asked":"stop"}}"#),
            ],
            refused: &[("1000", "no such address"), ("db:5432", "no such address")],
            expected: &[
                "1000 declared -> refused: no such address",
                "db:5432 declared -> stopped",
                "2000 declared -> 127.0.0.1:2000",
            ],
            ..Case::default()
        },
        Case {
            what: "the last port goes on with the first ones",
            declared: json!({ "forward": [65535] }),
            taken: &[(65535, "x 1"), (1024, "y 2")],
            expected: &["65535 declared -> 127.0.0.1:1025 (x 1 has 65535)"],
            ..Case::default()
        },
    ];
    for case in cases {
        let lines: Vec<_> = case.decisions().iter().map(line).collect();
        assert_eq!(lines, case.expected, "{}", case.what);
    }
}

/// What an editor has on this computer may go unseen; what its server does inside is told.
#[test]
fn what_is_held_up_by_this_computer_is_tried_again() {
    let case = Case {
        declared: json!({
            "forward": [1000, 2000, 3000, "db:4000", 5000, 6000],
            "attributes": { "1000": { "requireLocalPort": true }, "7000": { "onAutoForward": "ignore" } },
        }),
        listening: &["5001 /root/.vscode-server/bin/abc/node server-main.js", "7000", "8000"],
        choices: &[
            ("3000", r#"{"asked":{"asked":"stop"}}"#),
            ("db:4000", r#"{"asked":{"asked":"open","localPort":null,"address":"192.0.2.1"}}"#),
        ],
        taken: &[(1000, "node 9"), (2000, "node 9"), (5000, "code 5")],
        refused: &[("db:4000", "no such address")],
        published: &[(8000, 8000)],
        ..Case::default()
    };
    let decisions = case.decisions();
    let held_up: Vec<_> = decisions.iter().filter(|decision| decision.is_held_up_here()).map(line).collect();
    let expected = [
        "1000 declared -> blocked (node 9 has 1000)",
        "db:4000 declared -> refused: no such address",
        "5000 declared -> the editor's",
    ];
    assert_eq!(held_up, expected);
    assert_eq!(decisions.len(), 9);
}

#[test]
fn what_does_not_listen_is_not_forwarded() {
    let case =
        Case { declared: json!({ "forward": [1000, 2000] }), taken: &[(1000, "node 9")], ..Case::default() };
    let mut decisions = case.decisions();
    let open: Vec<_> = decisions.iter().filter_map(PortDecision::forward).take(1).collect();
    only_open(&mut decisions, &open);
    let lines: Vec<_> = decisions.iter().map(line).collect();
    let expected =
        ["1000 declared -> 127.0.0.1:9000 (node 9 has 1000)", "2000 declared -> blocked (somebody has 2000)"];
    assert_eq!(lines, expected);
}

#[test]
fn a_person_is_told_of_what_begins_to_listen() {
    let at = |listening: &'static [&'static str]| {
        Case {
            declared: json!({ "forward": [1], "attributes": { "9": { "onAutoForward": "ignore" } } }),
            listening,
            ..Case::default()
        }
        .decisions()
    };
    let told = |before: &[PortDecision], now: &[PortDecision]| -> Vec<u16> {
        newly_listening(before, now).iter().map(|decision| decision.inside.port).collect()
    };
    assert_eq!(told(&[], &at(&["1", "2", "9"])), [1, 2]);
    assert_eq!(told(&at(&["2"]), &at(&["1", "2"])), [1]);
    assert_eq!(told(&at(&["1", "2"]), &at(&["2"])), [0; 0]);
    assert_eq!(told(&at(&[]), &at(&[])), [0; 0]);
}

#[test]
fn a_program_that_listens_on_thousands_does_not_fill_this_computer() {
    let many: Vec<_> = (1..5000).map(|port| Listening { port, near: false, process: None }).collect();
    let facts = PortFacts { reachable: true, listening: many, ..PortFacts::default() };
    assert_eq!(decide(&PortRules::default(), &facts, &PortChoices::new()).len(), 100);
}

proptest! {
    /// Whatever is declared, listens and is taken: no local port is given twice or away from its holder, and who decides again with what
    /// was chosen gets the same.
    #[test]
    fn local_ports_are_given_once_and_stay(
        declared in proptest::collection::vec(1_u16..40, 0..8),
        listening in proptest::collection::vec(1_u16..40, 0..8),
        taken in proptest::collection::btree_set(1_u16..60, 0..30),
        required in 1_u16..40,
    ) {
        let rules = PortRules::new(&serde_json::from_value(json!({
            "forward": declared, "attributes": { (required.to_string()): { "requireLocalPort": true } },
        })).unwrap());
        let facts = PortFacts {
            reachable: true,
            listening: listening.into_iter().map(|port| Listening { port, near: false, process: None }).collect(),
            taken: taken.iter().map(|port| (*port, Holder::Unknown)).collect(),
            ..PortFacts::default()
        };
        let first = decide(&rules, &facts, &PortChoices::new());
        let mut locals: Vec<_> = first.iter().filter_map(PortDecision::forward).map(|forward| forward.local).collect();
        prop_assert!(locals.iter().all(|local| !taken.contains(local)));
        let all = locals.len();
        locals.sort_unstable();
        locals.dedup();
        prop_assert_eq!(locals.len(), all);
        let chosen: PortChoices = first.iter().filter_map(PortDecision::forward).map(|forward| {
            (forward.inside, wharf_plan::ports::PortChoice { local: Some(forward.local), ..Default::default() })
        }).collect();
        let forwards = |decisions: &[PortDecision]| -> Vec<_> { decisions.iter().map(PortDecision::forward).collect() };
        prop_assert_eq!(forwards(&decide(&rules, &facts, &chosen)), forwards(&first));
    }
}
