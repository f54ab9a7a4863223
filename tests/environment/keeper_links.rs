//! Links that are opened on this computer: those that a program inside asks for, and the addresses of ports that the configuration wants seen.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use wharf_test_support::engines;

use crate::kept::{Kept, free_port, get, kill, processes, serve};
use crate::kit::wait_until;

#[test]
fn links_from_inside_are_opened_here_and_nothing_else_is() {
    let mut kept = Kept::new(engines::engine(engines::DOCKER), "");
    let opened = kept.takes_links();
    let holder = TcpListener::bind((Ipv4Addr::LOCALHOST, kept.port)).unwrap();
    kept.up();
    kept.answers();
    let open = |link: &str| {
        let line = format!("exec \"$BROWSER\" '{link}'");
        kept.wharf("exec", &["sh", "-c", &line]).end()
    };
    open("file:///etc/passwd");
    open("vscode://extension");
    let inside = format!("http://localhost:{}/a?b=c", kept.port);
    let answer = open(&inside);
    assert_eq!(answer.code, Some(0), "{answer}");
    let expected = format!("http://localhost:{}/a?b=c\n", kept.local().unwrap());
    wait_until("the link is opened", || read(&opened) == expected);
    drop(holder);
}

/// What was opened so far, a link a line.
fn read(opened: &Path) -> String {
    std::fs::read_to_string(opened).unwrap_or_default()
}

/// `openBrowser` each time that something begins to listen, `openBrowserOnce` the first time, and nothing that only notifies.
#[test]
fn a_browser_is_opened_as_the_attributes_say() {
    let mut kept = Kept::new(engines::engine(engines::DOCKER), "");
    let opened = kept.takes_links();
    let [each, once, told] = [free_port(), free_port(), free_port()];
    kept.place.configure(&format!(
        r#"{{ "image": "busybox", "portsAttributes": {{
            "{each}": {{ "onAutoForward": "openBrowser", "protocol": "https" }},
            "{once}": {{ "onAutoForward": "openBrowserOnce" }} }} }}"#
    ));
    let container = kept.up();
    let times = |link: &str| read(&opened).lines().filter(|line| *line == link).count();
    let [each_link, once_link] = [format!("https://localhost:{each}"), format!("http://localhost:{once}")];
    let begins = |port: u16| {
        let served = kept.wharf("exec", &["sh", "-c", &serve(port)]).end();
        assert_eq!(served.code, Some(0), "{served}");
        wait_until("it is reached", || get(port).is_ok_and(|text| text.ends_with("hello")));
    };
    let ends = |port: u16| {
        processes(&container, &format!("127.0.0.1:{port}")).into_iter().for_each(kill);
        let listens =
            || kept.ports()["environments"][0]["ports"].to_string().contains(&format!("\"port\":{port},"));
        wait_until("its end is seen", || !listens());
    };
    [told, once, each].into_iter().for_each(begins);
    wait_until("both are opened", || times(&each_link) == 1 && times(&once_link) == 1);
    [told, once, each].into_iter().for_each(ends);
    // The last one that begins is the last one that is opened.
    [told, once, each].into_iter().for_each(begins);
    wait_until("it is opened again", || times(&each_link) == 2);
    assert_eq!(times(&once_link), 1);
    assert_eq!(read(&opened).lines().count(), 3, "{}", read(&opened));
}
