//! `cargo xtask dist installers`: the checksums of a release, and scripts that install from it and accept nothing else.
//!
//! A script carries the checksums of the release that it belongs to, so that whoever has the script has to trust nothing beside it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::system;

/// Arguments of `cargo xtask dist installers`.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The folder with all packages; `dist` below cargo's target folder without it.
    #[arg(long)]
    out: Option<PathBuf>,
    /// The address below which the packages will be found, without a slash at its end.
    #[arg(long)]
    address: String,
}

const CHECKSUMS: &str = "SHA256SUMS";
/// The scripts, by the name under which they are released.
const SCRIPTS: [(&str, &str); 2] =
    [("install.sh", include_str!("install.sh")), ("install.ps1", include_str!("install.ps1"))];

pub(super) fn run(arguments: &Args) -> Result<()> {
    let out = super::folder(arguments.out.as_deref())?;
    let files = packages(&out)?;
    if !files.iter().any(|name| name.starts_with("wharf-")) {
        bail!("{} holds no package; make some with `cargo xtask dist cli`", out.display());
    }
    let checksums: String = files
        .iter()
        .map(|name| Ok(format!("{}  {name}\n", checksum(&out.join(name))?)))
        .collect::<Result<Vec<_>>>()?
        .concat();
    write(&out.join(CHECKSUMS), &checksums)?;
    for (name, template) in SCRIPTS {
        write(&out.join(name), &filled(template, &arguments.address, &checksums)?)?;
    }
    print!("{checksums}");
    Ok(())
}

/// Every file that is released, in order; what is made from them left out.
fn packages(out: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(out).with_context(|| format!("cannot read {}", out.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let made = name == CHECKSUMS || SCRIPTS.iter().any(|(script, _)| *script == name);
        if entry.file_type()?.is_file() && !made {
            files.push(name);
        }
    }
    files.sort();
    Ok(files)
}

fn checksum(path: &Path) -> Result<String> {
    let mut program = if system::has_program("sha256sum") {
        system::command("sha256sum")
    } else {
        let mut shasum = system::command("shasum");
        shasum.args(["-a", "256"]);
        shasum
    };
    // From standard input, because a name with special characters would be told in another form.
    let file = std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let output = program.stdin(file).output().context("neither sha256sum nor shasum could be started")?;
    let said = String::from_utf8_lossy(&output.stdout);
    match said.split_whitespace().next() {
        Some(sum) if output.status.success() && sum.len() == 64 => Ok(sum.to_owned()),
        _ => bail!("the checksum of {} could not be made: {said:?}", path.display()),
    }
}

/// A script with what it knows of its release. Nothing of that may end a quotation in a shell.
fn filled(template: &str, address: &str, checksums: &str) -> Result<String> {
    let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~:/ \n".contains(c));
    if !is_plain(address) || !is_plain(checksums) || address.ends_with('/') {
        bail!(
            "an address or a name of a package has characters that a script cannot hold: {address} {checksums}"
        );
    }
    let text = template
        .replace("@VERSION@", super::version())
        .replace("@ADDRESS@", address)
        .replace("@CHECKSUMS@", checksums.trim_end());
    Ok(text)
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::{SCRIPTS, filled};

    #[test]
    fn scripts_are_filled_wholly_and_with_nothing_that_acts() {
        for (name, template) in SCRIPTS {
            let text =
                filled(template, "https://host/releases/v1", "ab  wharf-1-x86_64-linux.tar.gz\n").unwrap();
            for mark in ["@VERSION@", "@ADDRESS@", "@CHECKSUMS@"] {
                assert!(template.contains(mark) && !text.contains(mark), "{name} {mark}");
            }
        }
        for address in ["https://host/'; true '", "https://host/$(true)", "https://host/"] {
            assert!(filled("", address, "").is_err(), "{address}");
        }
    }
}
