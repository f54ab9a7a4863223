//! Embeds the agents that `cargo xtask agent` has built, or that `WHARF_AGENT_DIR` holds. Without any the build goes on with a warning, and
//! the program says so when it needs one.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest, Sha256};

/// The architectures of containers that an agent can be built for, as the compiler names them.
const ARCHITECTURES: [&str; 2] = ["x86_64", "aarch64"];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=WHARF_AGENT_DIR");
    println!("cargo::rerun-if-env-changed=CARGO_TARGET_DIR");
    let place = place();
    // Cargo watches what exists; a missing folder would make it run this anew at each build.
    fs::create_dir_all(&place)?;
    println!("cargo::rerun-if-changed={}", place.display());

    let mut entries = String::new();
    for architecture in ARCHITECTURES {
        let program = place.join(architecture).join("wharf-agent");
        let Ok(bytes) = fs::read(&program) else { continue };
        println!("cargo::rerun-if-changed={}", program.display());
        // A short hash is enough to tell one build from another.
        let hash: String = Sha256::digest(&bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let copy =
            PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join(format!("agent-{architecture}"));
        fs::write(&copy, &bytes)?;
        let copy = copy.display().to_string();
        let _ = writeln!(
            entries,
            "    Agent {{ architecture: {architecture:?}, hash: {hash:?}, program: include_bytes!({copy:?}) }},"
        );
    }
    if entries.is_empty() {
        println!(
            "cargo::warning=without any agent: nothing can be run inside containers; `cargo xtask agent` builds it"
        );
    }
    let embedded = Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join("agents.rs");
    fs::write(embedded, format!("&[\n{entries}]\n"))
}

/// Where `cargo xtask agent` puts them, one folder for each architecture.
fn place() -> PathBuf {
    if let Some(folder) = env::var_os("WHARF_AGENT_DIR") {
        return folder.into();
    }
    let target = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from).unwrap_or_else(|| {
        let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
        manifest.ancestors().nth(3).unwrap_or(&manifest).join("target")
    });
    target.join("agents")
}
