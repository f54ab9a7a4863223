//! The log while a container writes as fast as a program in a loop does: how long the page keeps a person waiting for its next frame.
//!
//! The window is steered through its driver, as tests do it. What is measured is the time from one frame of the page to the next, told by
//! the page itself, so it holds everything: the engine, this program and the web view share the processors as they do for a person.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;
use wharf_test_support::PATIENCE;
use wharf_test_support::engines::{self, Engine};
use wharf_test_support::images::BUSYBOX;
use wharf_test_support::ports::free_port;
use wharf_test_support::socket::Socket;
use wharf_test_support::webdriver::{Window, is_ready};

use super::Surroundings;

/// Lines that are written, in steps of so many, with a pause after each that makes them last some ten seconds.
const LINES: u64 = 200_000;
const STEP: u64 = 1_000;
const PAUSE: &str = "0.045";
/// The name of the environment's folder.
const NAME: &str = "flood";
/// Where the window shows how many lines there are.
const LOG: &str = "[data-testid=log-lines]";
/// What we hold ourselves to, in milliseconds.
pub(super) const FRAME_BOUND: f64 = 100.0;

/// Notes every frame from the first line to the last, and keeps a promise of what came of it.
const WATCH: &str = "
const [selector, wanted, done] = arguments;
window.flooded = new Promise((resolve) => {
  const frames = [];
  let before, began;
  const look = (now) => {
    const lines = Number(document.querySelector(selector)?.dataset.lines ?? 0);
    if (lines > 0) {
      began ??= now;
      if (before !== undefined) frames.push(now - before);
    }
    before = now;
    if (lines >= wanted) resolve({ frames, milliseconds: now - began });
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
});
done();";
const WAIT: &str = "window.flooded.then(arguments[0]);";

/// What one flood showed.
pub(super) struct Flood {
    /// From the first line that was shown to the last.
    pub(super) seconds: f64,
    /// The longest frame, and that which only one in a hundred exceeds, in milliseconds.
    pub(super) longest: f64,
    pub(super) usual: f64,
}

/// Lets the window show the log of a container that floods it. `driver` is what steers the window.
pub(super) fn run(
    program: &Path,
    driver: &Path,
    engine: &Engine,
    surroundings: &Surroundings<'_>,
) -> Result<Flood> {
    let folder = surroundings.home.join(NAME);
    let container = Container::make(engine, &folder)?;
    let (port, native_port) = (free_port(), free_port());
    let said =
        File::create(surroundings.home.join("driver.log")).context("no file for what the driver says")?;
    let mut command = surroundings.command(driver);
    command.args(["--port", &port.to_string(), "--native-port", &native_port.to_string()]);
    command.env("DOCKER_HOST", engine.docker_host());
    command.stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said);
    let driver = Driver(command.spawn().context("the driver does not start")?);
    let end = Instant::now() + PATIENCE;
    while !is_ready(port) {
        if Instant::now() > end {
            bail!("the driver does not answer");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let window = Window::open(port, &program.to_string_lossy(), &[&folder.to_string_lossy()])
        .map_err(anyhow::Error::msg)?;
    // The page that the folder opens may come after the click.
    window.wait("the log", || {
        window.click("[data-testid=tab][data-tab=logs]");
        window.shows("[data-testid=panel][data-tab=logs]").then_some(())
    });
    window.run(WATCH, &[json!(LOG), json!(LINES)]).map_err(anyhow::Error::msg)?;
    container.start()?;
    let told = window.run(WAIT, &[]).map_err(anyhow::Error::msg)?;
    drop((window, driver));
    let frames = told["frames"].as_array().context("the page tells no frames")?;
    let mut frames: Vec<f64> = frames.iter().filter_map(serde_json::Value::as_f64).collect();
    frames.sort_by(f64::total_cmp);
    let of = |part: f64| frames.get(((frames.len() - 1) as f64 * part) as usize).copied().unwrap_or(f64::NAN);
    Ok(Flood {
        seconds: told["milliseconds"].as_f64().unwrap_or(f64::NAN) / 1000.0,
        longest: of(1.0),
        usual: of(0.99),
    })
}

/// An environment that writes as soon as it is started. It goes when this is dropped.
struct Container {
    socket: Socket,
    id: String,
}

impl Container {
    fn make(engine: &Engine, folder: &Path) -> Result<Self> {
        let configuration = folder.join(".devcontainer.json");
        std::fs::create_dir_all(folder).context("no folder for the environment")?;
        std::fs::write(&configuration, json!({ "image": BUSYBOX }).to_string())?;
        let write = format!(
            "BEGIN {{ for (i = 1; i <= {LINES}; i++) {{ \
             printf \"\\033[32mGET\\033[0m /orders/%d \\033[1m200\\033[0m in %d ms, read from the cache\\n\", i, i % 97; \
             if (i % {STEP} == 0) {{ fflush(); system(\"sleep {PAUSE}\") }} }} fflush(); system(\"sleep 86400\") }}"
        );
        let body = json!({
            "Image": BUSYBOX,
            "Cmd": ["awk", write],
            "Labels": { "devcontainer.local_folder": folder, "devcontainer.config_file": configuration },
            "HostConfig": { "Init": true },
        });
        let socket = Socket::new(&engine.socket);
        let made = socket.request("POST", "/containers/create", Some(&body))?;
        match made.json()["Id"].as_str() {
            Some(id) => Ok(Self { socket, id: id.to_owned() }),
            None => bail!("the engine makes no container: {}", made.text()),
        }
    }

    fn start(&self) -> Result<()> {
        let started = self.socket.request("POST", &format!("/containers/{}/start", self.id), None)?;
        if started.is_success() {
            Ok(())
        } else {
            bail!("the engine starts no container: {}", started.text())
        }
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = self.socket.request("DELETE", &format!("/containers/{}?force=true&v=true", self.id), None);
    }
}

/// The program that steers the window. It ends in order, so that it ends what it has started.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

/// Where the program that steers the window is, which is installed if need be.
pub(super) fn driver() -> Result<std::path::PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    crate::app::prepare_driver(Path::new(&cargo))?;
    Ok(engines::home()?.join("tauri-driver/bin/tauri-driver"))
}
