//! A screen in memory, a message bus and a driver of their own, so that windows of different tests never meet.

use std::cell::OnceCell;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;
use wharf_test_support::PATIENCE;
use wharf_test_support::command::Home;
use wharf_test_support::engines::{self, DOCKER, Engine};
use wharf_test_support::git_server::GitServer;
use wharf_test_support::ports::free_port;
use wharf_test_support::socket::Socket;
use wharf_test_support::webdriver::{Window, is_ready};

use crate::pictures;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_wharf-desktop");

/// A person's desk: home, engine, screen. Everything ends, and every container of its folders goes, when it is dropped.
pub(crate) struct Desk {
    pub(crate) home: Home,
    pub(crate) engine: Engine,
    server: OnceCell<GitServer>,
    display: String,
    bus: String,
    driver_port: u16,
    // The driver ends first, and with it the window.
    programs: Vec<Child>,
}

impl Desk {
    /// A desk with a real engine.
    pub(crate) fn new() -> Self {
        let home = Home::new();
        let engine = engines::engine(DOCKER);
        let frames = frames(&home);
        std::fs::create_dir_all(&frames).unwrap();
        let (screen, display) = start(
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"])
                .arg(pictures::FOLDER_OF_THE_SCREEN)
                .arg(frames),
            "Xvfb of the package xvfb",
        );
        let (messages, bus) = start(
            Command::new("dbus-daemon").args(["--session", "--nofork", "--nopidfile", "--print-address=1"]),
            "dbus-daemon of the package dbus",
        );
        let mut desk = Self {
            home,
            engine,
            server: OnceCell::new(),
            display: format!(":{display}"),
            bus,
            driver_port: free_port(),
            programs: vec![screen, messages],
        };
        // The program that opens what a person clicks on notes what it was given.
        let browser = desk.home.write("bin/xdg-open", "#!/bin/sh\nprintf '%s' \"$1\" >\"$HOME/opened\"\n");
        std::fs::set_permissions(browser, std::fs::Permissions::from_mode(0o755)).unwrap();
        desk.start_driver();
        desk
    }

    fn start_driver(&mut self) {
        let driver = engines::home().unwrap().join("tauri-driver/bin/tauri-driver");
        assert!(
            driver.is_file(),
            "there is no tauri-driver; run `cargo xtask test --only app`, which installs it"
        );
        let mut command = self.command(driver.to_str().unwrap());
        let native_port = free_port();
        command.args(["--port", &self.driver_port.to_string(), "--native-port", &native_port.to_string()]);
        let said = File::create(self.driver_log()).unwrap();
        command.stdin(Stdio::null()).stdout(said.try_clone().unwrap()).stderr(said);
        self.programs.push(command.spawn().unwrap());
        // The driver hands everything on to the web view's own, which it has only just started.
        let end = Instant::now() + PATIENCE;
        while !is_ready(self.driver_port) {
            assert!(Instant::now() < end, "the driver does not answer; it says:\n{}", self.driver_says());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn driver_log(&self) -> PathBuf {
        self.home.path().join("tauri-driver.log")
    }

    /// What the driver, and the web view's own below it, have written.
    fn driver_says(&self) -> String {
        std::fs::read_to_string(self.driver_log()).unwrap_or_default()
    }

    /// A program at this desk: its home, its screen, its engine, its browser.
    pub(crate) fn command(&self, program: &str) -> Command {
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let ours = std::iter::once(self.home.path().join("bin")).chain(std::env::split_paths(&paths));
        self.home
            .run(program)
            .variable("PATH", std::env::join_paths(ours).unwrap())
            .variable("DISPLAY", &self.display)
            .variable("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .variable("DOCKER_HOST", self.engine.docker_host())
            // No card to draw with, no service for screen readers to wait for.
            .variable("LIBGL_ALWAYS_SOFTWARE", "1")
            .variable("NO_AT_BRIDGE", "1")
            // As for a person: what is up has its ports forwarded, and ends with this desk.
            .variable("WHARF_NO_KEEPER", "")
            .command()
    }

    /// Opens the window. The home is where it is started.
    pub(crate) fn open(&self, arguments: &[&str]) -> Window {
        let opened = Window::open(self.driver_port, PROGRAM, arguments);
        let window =
            opened.unwrap_or_else(|error| panic!("{error}; the driver says:\n{}", self.driver_says()));
        window.wait_for("[data-testid=window]");
        window
    }

    /// A folder with a configuration, below the home.
    pub(crate) fn folder(&self, name: &str, configuration: &str) -> PathBuf {
        self.home.write(&format!("{name}/.devcontainer.json"), configuration);
        self.home.path().join(name)
    }

    /// Keeps a picture of what the screen shows, for a person to look at.
    pub(crate) fn picture(&self, window: &Window, name: &str) {
        window.painted();
        pictures::keep(&frames(&self.home), name);
    }

    /// The address that the browser was given last.
    pub(crate) fn opened(&self) -> Option<String> {
        std::fs::read_to_string(self.home.path().join("opened")).ok().filter(|text| !text.is_empty())
    }

    /// Presses a key in a dialog of the system's own, which no driver of web views reaches, once it is shown.
    pub(crate) fn press(&self, dialog: &str, key: &str) {
        let end = Instant::now() + PATIENCE;
        let found = loop {
            let mut search = self.command("xdotool");
            let output = search.args(["search", "--onlyvisible", "--name", dialog]).output();
            let said = output.expect("there is no xdotool; `cargo xtask test --only app` installs it").stdout;
            let said = String::from_utf8_lossy(&said);
            if let Some(window) = said.lines().next() {
                break window.to_owned();
            }
            assert!(Instant::now() < end, "no dialog {dialog:?} is shown");
            std::thread::sleep(Duration::from_millis(50));
        };
        // Nobody manages windows here, so that a new one has the keys only once it is given them.
        let mut press = self.command("xdotool");
        let pressed = press.args(["windowfocus", "--sync", &found, "key", key]).status().unwrap();
        assert!(pressed.success(), "{key} cannot be pressed in {dialog:?}");
    }

    /// What is said in notifications from now on, line by line, whether a desktop shows them or not.
    pub(crate) fn notifications(&self) -> Receiver<String> {
        let mut monitor = self.command("dbus-monitor");
        monitor.args(["--session", "interface=org.freedesktop.Notifications,member=Notify"]);
        let mut monitor = monitor.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(monitor.stdout.take().unwrap()).lines().map_while(Result::ok);
        // It gives up its own name when it begins to hear what others say.
        assert!(lines.any(|line| line.contains("NameLost")), "dbus-monitor hears nothing");
        let (sender, heard) = channel();
        std::thread::spawn(move || {
            // It ends with the bus, and the lines with it.
            lines.try_for_each(|line| sender.send(line)).ok();
            let _ = monitor.wait();
        });
        heard
    }

    /// A server of repositories, which this desk's containers may be clones from.
    pub(crate) fn server(&self) -> &GitServer {
        self.server.get_or_init(GitServer::start)
    }

    pub(crate) fn socket(&self) -> Socket {
        Socket::new(&self.engine.socket)
    }

    /// The containers of folders below this home and of clones from its server, in any state.
    pub(crate) fn containers(&self) -> Vec<Value> {
        let all = self.socket().get("/containers/json?all=true").unwrap().json();
        all.as_array().into_iter().flatten().filter(|container| self.has(container)).cloned().collect()
    }

    fn has(&self, container: &Value) -> bool {
        let home = self.home.path().display().to_string();
        let served = self.server.get().map(|server| server.url(""));
        let served = served.as_deref().and_then(|url| url.strip_suffix(".git"));
        let label = |name: &str| container["Labels"][name].as_str();
        label("devcontainer.local_folder").is_some_and(|folder| folder.starts_with(&home))
            || served.zip(label("vsch.local.repository")).is_some_and(|(server, url)| url.starts_with(server))
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // What keeps this home's environments in the background is to end with it, too.
        let _ = self.command(PROGRAM).args(["keeper", "--leave"]).stdin(Stdio::null()).status();
        for program in self.programs.iter_mut().rev() {
            // In order, so that the driver ends what it has started.
            let _ = Command::new("kill").arg(program.id().to_string()).status();
            let _ = program.wait();
        }
        let containers = self.socket().remove_containers(|container| self.has(container));
        let mounts =
            containers.iter().flat_map(|container| container["Mounts"].as_array().into_iter().flatten());
        let volumes: Vec<_> = mounts.filter_map(|mount| mount["Name"].as_str()).collect();
        for volume in volumes {
            let _ = self.socket().request("DELETE", &format!("/volumes/{volume}"), None);
        }
    }
}

/// Where the screen of a home keeps what it shows.
fn frames(home: &Home) -> PathBuf {
    home.path().join("screen")
}

/// The environment that is shown, in a state.
pub(crate) fn environment(state: &str) -> String {
    format!("[data-testid=environment][data-state={state}]")
}

/// Starts a program that says on its first line where it listens.
fn start(command: &mut Command, what: &str) -> (Child, String) {
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = spawned.unwrap_or_else(|error| panic!("{what} does not start: {error}"));
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let line = line.trim().to_owned();
    assert!(!line.is_empty(), "{what} does not say where it listens");
    (child, line)
}
