//! `cargo xtask engines up`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use wharf_test_support::engines::{Engine, FILE, Inventory, home};
use wharf_test_support::socket::Socket;

use super::definition::{Definition, ENGINES};
use super::network::{self, Tools};
use super::{process, self_test, unpacked};
use crate::images::{self, Selection};
use crate::{debootstrap, plugins, system};

/// Starts those of the engines that do not answer.
pub(super) fn run(names: &[String], selection: Selection) -> Result<()> {
    let engines = Definition::chosen(names)?;
    let home = home()?;
    let inventory = Inventory::read().unwrap_or_default();
    let missing: Vec<_> = engines
        .iter()
        .copied()
        .filter(|engine| !inventory.engine(engine.name).is_some_and(is_usable))
        .collect();
    if missing.is_empty()
        && engines.iter().all(|engine| holds_images(engine, &home, selection))
        && (selection == Selection::Debian
            || unpacked::ALL.iter().all(|unpacked| unpacked.is_there(&home)) && plugins::are_there(&home))
    {
        println!("Running already: {}", list(&engines));
        return Ok(());
    }
    let mut arguments = vec!["engines", "up"];
    arguments.extend((selection == Selection::Debian).then_some("--only-debian"));
    arguments.extend(names.iter().map(String::as_str));
    if system::repeat_as_root("Starting engines in their own namespaces", &arguments)? {
        return Ok(());
    }
    let _lock = lock(&home)?;
    let begin = Instant::now();
    println!("Engines: {}, with everything they need below {}", list(&engines), home.display());
    system::ensure_packages("Debian systems in folders", debootstrap::packages())?;
    make_folders(&engines, &home, selection)?;
    if selection == Selection::All {
        unpacked::ALL.iter().try_for_each(|unpacked| unpacked.ensure(&home))?;
        plugins::ensure(&home)?;
    }
    for engine in engines {
        bring_up(engine, &home, selection)
            .with_context(|| format!("{} could not be started", engine.name))?;
    }
    println!(
        "Ready after {:.0} s. `cargo xtask engines down` stops them and leaves nothing running.",
        begin.elapsed().as_secs_f32()
    );
    Ok(())
}

/// Makes the archive of images, and starts nothing.
pub(super) fn make_images(selection: Selection) -> Result<()> {
    let home = home()?;
    let _lock = lock(&home)?;
    system::ensure_packages("a Debian system in a folder", debootstrap::packages())?;
    make_folders(&[], &home, selection)
}

fn list(engines: &[&Definition]) -> String {
    engines.iter().map(|engine| engine.name).collect::<Vec<_>>().join(", ")
}

/// One xtask at a time changes engines; another one waits here. The lock ends with the process.
pub(super) fn lock(home: &Path) -> Result<File> {
    std::fs::create_dir_all(home.join("share")).with_context(|| format!("cannot make {}", home.display()))?;
    let path = home.join("lock");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    if file.try_lock().is_err() {
        println!("Waiting for another `cargo xtask engines` to end");
        file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
    }
    Ok(file)
}

/// Makes the Debian systems and the image archive, at the same time where they do not need each other.
fn make_folders(engines: &[&Definition], home: &Path, selection: Selection) -> Result<()> {
    let mut roots: Vec<(&Definition, PathBuf)> = Vec::new();
    for engine in engines {
        let root = engine.root(home);
        if !engine.release.is_made(&root) && !roots.iter().any(|(_, other)| *other == root) {
            roots.push((engine, root));
        }
    }
    for (_, root) in &roots {
        stop_users_of(root, home)?;
    }
    std::fs::create_dir_all(home.join("roots"))?;
    std::fs::create_dir_all(home.join("images"))?;
    let debian = images::debian_folder(home);
    std::thread::scope(|scope| {
        let mut jobs: Vec<_> = roots
            .iter()
            .map(|(engine, root)| {
                scope.spawn(move || {
                    timed(&format!("Debian {} with its engines", engine.release.suite), || {
                        engine.release.make(root)
                    })
                })
            })
            .collect();
        if !images::archive(home, selection).is_made() && !images::DEBIAN_RECIPE.is_made(&debian) {
            jobs.push(
                scope.spawn(|| {
                    timed("Debian bookworm for the images", || images::DEBIAN_RECIPE.make(&debian))
                }),
            );
        }
        jobs.into_iter()
            .try_for_each(|job| job.join().map_err(|_| anyhow!("making a Debian system panicked"))?)
    })?;
    if !images::archive(home, selection).is_made() {
        let busybox = engines.first().map(|engine| engine.root(home).join("bin/busybox"));
        timed("the archive of base images", || images::make(home, selection, busybox.as_deref()))?;
    }
    Ok(())
}

/// An engine that still runs from a root which is to be made anew would lose it under its feet.
fn stop_users_of(root: &Path, home: &Path) -> Result<()> {
    let inventory = Inventory::read().unwrap_or_default();
    for engine in ENGINES.iter().filter(|engine| engine.root(home) == root) {
        if let Some(record) = inventory.engine(engine.name)
            && process::is_alive(record.process)
        {
            println!("Stopping {}, whose Debian is made anew", engine.name);
            process::stop(record.process)?;
        }
    }
    Ok(())
}

fn timed(what: &str, job: impl FnOnce() -> Result<()>) -> Result<()> {
    let begin = Instant::now();
    println!("  making {what}");
    job()?;
    println!("  made {what} in {:.0} s", begin.elapsed().as_secs_f32());
    Ok(())
}

/// Starts one engine unless it answers, gives it the images, tests it and writes it down.
fn bring_up(engine: &'static Definition, home: &Path, selection: Selection) -> Result<()> {
    let inventory = Inventory::read().unwrap_or_default();
    let stale = inventory.engine(engine.name);
    if stale.is_some_and(|record| is_usable(record) && process::is_alive(record.process)) {
        return load_images(engine, home, selection);
    }
    let begin = Instant::now();
    let root = engine.root(home);
    let tools = Tools { root: &root };
    if let Some(stale) = stale {
        process::stop(stale.process)?;
    }
    network::Before::note(home, &tools)?;
    network::prepare(engine, &tools)?;
    let shared = shared_folders(home, stale.map_or(&[], |record| &record.shared));
    let process = process::start(engine, home, &shared)?;
    let socket = Socket::new(&engine.socket(home));
    let version = self_test::send(&socket, "GET", "/version", None)?.json();
    let version = version["Version"].as_str().unwrap_or("unknown").to_owned();
    let record = Engine {
        name: engine.name.to_owned(),
        kind: engine.kind,
        version,
        socket: engine.socket(home),
        process,
        shared,
    };
    println!("  {} {} answers after {:.1} s", engine.name, record.version, begin.elapsed().as_secs_f32());
    // Written down before the rest, so that `down` finds it whatever happens next.
    write_down(home, record, selection)?;
    load_images(engine, home, selection)?;
    self_test::check(&socket, home, selection.smallest()).context("the engine's self-test failed")?;
    give_to_caller(home, &engine.socket(home))
}

/// Whether a running engine serves this clone: it answers, and the folder it sees at the clone's path is the clone. Another clone, or one
/// that was made anew at the same path, is not what it sees.
fn is_usable(engine: &Engine) -> bool {
    let clone = system::clone_root();
    engine.answers()
        && engine.shared.iter().any(|folder| clone.starts_with(folder))
        && process::sees(engine.process, &clone)
}

/// What the engine will see at the same path as this machine: the folder for tests, temporary folders, the clone, and what it saw before.
fn shared_folders(home: &Path, before: &[PathBuf]) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = vec![home.join("share"), PathBuf::from("/tmp")];
    for folder in before.iter().cloned().chain([system::clone_root()]) {
        if folder.is_dir() && !folders.iter().any(|other| folder.starts_with(other)) {
            folders.push(folder);
        }
    }
    folders
}

/// Whether the engine holds the images, as this version makes them. The archive of all images has Debian in it too.
fn holds_images(engine: &Definition, home: &Path, selection: Selection) -> bool {
    let noted = std::fs::read_to_string(images_note(engine, home)).unwrap_or_default();
    let socket = Socket::new(&engine.socket(home));
    [selection, Selection::All].iter().any(|held| images::archive(home, *held).stamp == noted)
        && selection.names().all(|name| images::is_held(&socket, name))
}

fn images_note(engine: &Definition, home: &Path) -> PathBuf {
    engine.folder(home).join("images")
}

/// Loads the archive of images unless this engine holds them already.
fn load_images(engine: &Definition, home: &Path, selection: Selection) -> Result<()> {
    if holds_images(engine, home, selection) {
        return Ok(());
    }
    let archive = images::archive(home, selection);
    let begin = Instant::now();
    archive.load(&Socket::new(&engine.socket(home)))?;
    let note = images_note(engine, home);
    std::fs::write(&note, &archive.stamp).with_context(|| format!("cannot write {}", note.display()))?;
    println!("  {} holds the base images after {:.1} s", engine.name, begin.elapsed().as_secs_f32());
    Ok(())
}

/// Adds the engine to the record that tests read; written whole or not at all.
fn write_down(home: &Path, engine: Engine, selection: Selection) -> Result<()> {
    let mut inventory = Inventory::read().unwrap_or_default();
    inventory.engines.retain(|other| other.name != engine.name);
    inventory.engines.push(engine);
    for name in
        selection.names().filter(|name| !inventory.images.iter().any(|held| held == name)).collect::<Vec<_>>()
    {
        inventory.images.push(name.to_owned());
    }
    save(home, &inventory)
}

/// Writes the record.
pub(super) fn save(home: &Path, inventory: &Inventory) -> Result<()> {
    let path = home.join(FILE);
    let partial = path.with_extension("partial");
    std::fs::write(&partial, serde_json::to_vec_pretty(inventory)?)
        .and_then(|()| std::fs::rename(&partial, &path))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Through sudo, the socket and the shared folder belong to the person who asked.
fn give_to_caller(home: &Path, socket: &Path) -> Result<()> {
    let (Ok(user), Ok(group)) = (std::env::var("SUDO_UID"), std::env::var("SUDO_GID")) else { return Ok(()) };
    let owner = format!("{user}:{group}");
    system::run(system::command("chown").arg(owner).args([home, &home.join("share"), socket]))
}
