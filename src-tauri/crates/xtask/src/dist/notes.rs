//! `cargo xtask dist notes`: what a release says of itself.

use anyhow::{Context, Result, bail};

use crate::system;

/// Arguments of `cargo xtask dist notes`.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The tag: `v` and the version.
    #[arg(long)]
    tag: String,
}

pub(super) fn run(arguments: &Args) -> Result<()> {
    let version = super::version();
    if arguments.tag != format!("v{version}") {
        bail!("the tag {} is not that of version {version}, which Cargo.toml gives", arguments.tag);
    }
    let path = system::clone_root().join("CHANGELOG.md");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let section = section(&text, version).with_context(|| {
        format!("CHANGELOG.md has no section `## {version}`; give `Unreleased` that name")
    })?;
    println!("{section}");
    Ok(())
}

/// The text below a version's heading, which may go on after the number with a date.
fn section(changelog: &str, version: &str) -> Option<String> {
    let mut lines = changelog.lines().skip_while(|line| {
        line.strip_prefix("## ").and_then(|heading| heading.split_whitespace().next()) != Some(version)
    });
    lines.next()?;
    let text: Vec<&str> = lines.take_while(|line| !line.starts_with("## ")).collect();
    let text = text.join("\n").trim().to_owned();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_section_of_a_version() {
        let text = "# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2026-12-01\n\n### Added\n\n- More.\n\n## 0.1.0\n\n- First.\n";
        let cases = [
            ("0.2.0", Some("### Added\n\n- More.")),
            ("0.1.0", Some("- First.")),
            ("0.2", None),
            ("Unreleased", None),
        ];
        for (version, expected) in cases {
            assert_eq!(super::section(text, version).as_deref(), expected, "{version}");
        }
    }
}
