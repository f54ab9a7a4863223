//! The Linux build that needs nothing of the system it runs on.
//!
//! With musl, because a static glibc loads the system's own modules to resolve names, and those fit only the same version. rustup's target
//! is used where there is one, as everywhere in continuous integration. Where there is none, Debian's packages have what it is made of: the
//! compiler with its library's sources, musl, and the unwinder.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::elf;
use crate::cross::{self, StandardLibrary};
use crate::{agent, system};

/// What rustup's target needs beside it: a C compiler for the cryptography.
const TOOLS: [&str; 1] = ["musl-tools"];
/// What stands in for rustup's target.
const FROM_SOURCE: [&str; 5] =
    ["rustc-web", "libstd-rust-web-dev", "rust-web-src", "musl-tools", "libunwind-14-dev"];
/// Debian's unwinder.
const UNWINDER: &str = "/usr/lib/llvm-14/lib/libunwind.a";
/// The one function that the unwinder asks of glibc alone, when it complains; and the one that the allocator asks of the C compiler's own
/// library, which nothing else here needs.
const SHIM: &str = "#include <stdarg.h>
#include <stdio.h>
int __fprintf_chk(FILE *stream, int flag, const char *format, ...) {
    (void)flag;
    va_list list;
    va_start(list, format);
    int count = vfprintf(stream, format, list);
    va_end(list);
    return count;
}
int __popcountdi2(unsigned long long bits) {
    int count = 0;
    for (; bits; bits &= bits - 1) count++;
    return count;
}
";

/// The target of this computer's processor.
pub(super) fn target() -> String {
    format!("{}-unknown-linux-musl", std::env::consts::ARCH)
}

/// Tells a build of cargo's what it needs; answers the folder that it builds into.
pub(super) fn prepare(build: &mut Command, target: &str) -> Result<PathBuf> {
    // Whatever flags the caller has set are for other programs.
    build.env_remove("CARGO_ENCODED_RUSTFLAGS");
    if cross::standard_library(target)? == StandardLibrary::Installed {
        if !system::has_program("musl-gcc") {
            system::ensure_packages("linking with musl", &TOOLS)?;
        }
        build.env("RUSTFLAGS", "-C target-feature=+crt-static");
        return Ok(agent::target_folder());
    }
    if target != self::target() {
        bail!("there is no standard library for {target}; run `rustup target add {target}`");
    }
    system::ensure_packages("a build that needs no library of the system", &FROM_SOURCE)?;
    if cross::standard_library(target)? != StandardLibrary::FromSource {
        bail!("there is no standard library for {target}; run `rustup target add {target}`");
    }
    // Another compiler's results are kept apart, or each would throw away the other's.
    let folder = agent::target_folder().join("musl");
    let libraries = unwinder(&folder)?;
    // As one whole at a fixed address: musl-gcc of Debian 12 does not know static programs that can be moved.
    let flags = format!(
        "-C target-feature=+crt-static -C link-self-contained=no -C relocation-model=static -L native={}",
        libraries.display()
    );
    let linker = format!("CARGO_TARGET_{}_LINKER", target.replace('-', "_").to_uppercase());
    build
        .arg("-Zbuild-std=std,panic_abort,panic_unwind")
        .env("RUSTC", cross::COMPILER)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", &folder)
        .env(linker, "musl-gcc")
        .env("RUSTFLAGS", flags);
    Ok(folder)
}

/// The unwinder in a folder of its own, so that the linker finds no other library of glibc's there.
fn unwinder(folder: &Path) -> Result<PathBuf> {
    let libraries = folder.join("libraries");
    std::fs::create_dir_all(&libraries).with_context(|| format!("cannot make {}", libraries.display()))?;
    let library = libraries.join("libunwind.a");
    let (source, object) = (libraries.join("shim.c"), libraries.join("shim.o"));
    std::fs::copy(UNWINDER, &library).with_context(|| format!("cannot copy {UNWINDER}"))?;
    std::fs::write(&source, SHIM).with_context(|| format!("cannot write {}", source.display()))?;
    system::run(system::command("musl-gcc").args(["-O2", "-c", "-o"]).arg(&object).arg(&source))?;
    system::run(system::command("ar").arg("r").arg(&library).arg(&object))?;
    Ok(libraries)
}

/// Shows that a program is static by its segments, and by running it in a folder that holds nothing else but two files of names.
pub(super) fn prove_static(program: &Path) -> Result<()> {
    let bytes = std::fs::read(program).with_context(|| format!("cannot read {}", program.display()))?;
    let needs = elf::needs(&bytes)?;
    if needs != elf::Needs::default() {
        bail!("{} is not static: {needs:?}", program.display());
    }
    if !system::is_root() {
        println!("It is static. To see it run in an empty folder as well, run this as root");
        return Ok(());
    }
    let root = tempfile::tempdir().context("cannot make a temporary folder")?;
    std::fs::copy(program, root.path().join("wharf"))?;
    std::fs::create_dir(root.path().join("etc"))?;
    std::fs::write(root.path().join("etc/hosts"), "127.0.0.1 engine.test\n")?;
    let inside = |arguments: &[&str], engine: &str| {
        let mut command = system::command("chroot");
        // The search path is for `chroot` itself.
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command.env("HOME", "/").env("DOCKER_HOST", engine);
        command.arg(root.path()).arg("/wharf").args(arguments).output().context("chroot could not be started")
    };
    let version = inside(&["version"], "")?;
    let said = String::from_utf8_lossy(&version.stdout);
    if !version.status.success() || !said.contains(super::version()) {
        bail!("in an empty folder `wharf version` says {said:?} ({})", version.status);
    }
    std::fs::create_dir_all(root.path().join("project/.devcontainer"))?;
    std::fs::write(root.path().join("project/.devcontainer/devcontainer.json"), "{\"image\":\"none\"}")?;
    // Nobody listens on either; only the first name can be resolved.
    for (name, expected) in [("engine.test", true), ("absent.test", false)] {
        let up = ["up", "--workspace-folder", "/project"];
        let answer = inside(&up, &format!("tcp://{name}:1"))?;
        let said =
            String::from_utf8_lossy(&answer.stderr).into_owned() + &String::from_utf8_lossy(&answer.stdout);
        if said.contains("refuse") != expected {
            bail!("in an empty folder {name} is looked up wrongly: {said}");
        }
    }
    println!("It is static, runs in an empty folder, and resolves names there");
    Ok(())
}
