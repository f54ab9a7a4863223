//! Who commands run as.

use rustix::process::getuid;
use wharf_agent::message::{AgentMessage, Context, End, HostMessage, Refusal};

use crate::kit::{Agent, EXCHANGE, STANDARD, System};

#[test]
fn a_command_has_its_users_ids_and_groups() {
    let system = System::new();
    let user = system.user();
    let line = "echo $(id -u) $(id -g) $(id -G | tr ' ' '\\n' | sort -n); umask; grep -c . /proc/self/status > /dev/null && echo readable";
    let cases: &[(&str, &[&str], &str)] = if getuid().is_root() {
        &[
            ("guest", &[], "4711 4712 4242 4712"),
            ("4711", &[], "4711 4712 4242 4712"),
            ("guest:other", &[], "4711 4343 4343"),
            ("guest:99", &["4242"], "4711 99 99 4242"),
            ("guest", &["other"], "4711 4712 4242 4343 4712"),
            ("12345", &[], "12345 0 0"),
        ]
    } else {
        &[]
    };
    for (name, group_add, expected) in cases {
        let mut request = system.shell(line);
        request.context = Context {
            user: Some((*name).to_owned()),
            group_add: group_add.iter().map(|&name| name.to_owned()).collect(),
            working_dir: Some("/".into()),
            ..Context::default()
        };
        let (end, log) = Agent::start(&system).exec(request);
        let expected = format!("{expected}\n0022\nreadable\n");
        assert_eq!((end, log.text(STANDARD)), (End::Code(0), expected), "{name} {group_add:?}");
    }
    // Whoever runs the agent can always be that user.
    let mut request = system.shell("id -u");
    request.context.user = None;
    let (end, log) = Agent::start(&system).exec(request);
    assert_eq!((end, log.text(STANDARD)), (End::Code(0), format!("{}\n", getuid().as_raw())));
    let (end, log) = Agent::start(&system).exec(system.shell("id -u"));
    assert_eq!((end, log.text(STANDARD)), (End::Code(0), format!("{}\n", user.uid)));
}

#[test]
fn a_command_of_a_user_has_no_capability_left() {
    if !getuid().is_root() {
        return;
    }
    let system = System::new();
    let (_, log) = Agent::start(&system).exec(system.shell("grep -E '^Cap(Prm|Eff|Amb)' /proc/self/status"));
    let none = "0000000000000000";
    assert_eq!(log.text(STANDARD), format!("CapPrm:\t{none}\nCapEff:\t{none}\nCapAmb:\t{none}\n"));
}

#[test]
fn strangers_are_refused() {
    let system = System::new();
    let cases = [
        ("nobody-here", Refusal::UnknownUser { user: "nobody-here".into() }),
        ("guest:nogroup-here", Refusal::UnknownGroup { group: "nogroup-here".into() }),
    ];
    for (user, expected) in cases {
        let mut agent = Agent::start(&system);
        let mut request = system.shell("true");
        request.context.user = Some(user.into());
        agent.tell(EXCHANGE, &HostMessage::Exec(request));
        let (message, _) = agent.until(|message| matches!(message, AgentMessage::Refused(_)));
        assert_eq!(message, AgentMessage::Refused(expected));
    }
}
