//! The files beside a Feature's own that install it in a build: its options, the users, and the script that runs its script.
//!
//! They are the reference's byte by byte, because builders recognise layers by what is in them.

use super::graph::FeatureNode;
use super::options::{environment_lines, first_environment_lines, in_double_quotes, safe_name};
use crate::quote::in_single_quotes;

/// The file in a Feature's folder with its options.
pub const ENVIRONMENT_FILE: &str = "devcontainer-features.env";

/// The file in a Feature's folder that is run.
pub const INSTALL_SCRIPT_FILE: &str = "devcontainer-features-install.sh";

/// The script of an archive of the first version, which is run as it is.
pub const FIRST_INSTALL_SCRIPT_FILE: &str = "install.sh";

/// The file beside all Features' folders with the container's users.
pub const BUILTIN_ENVIRONMENT_FILE: &str = "devcontainer-features.builtin.env";

/// The text of [`BUILTIN_ENVIRONMENT_FILE`]. The build adds the users' home folders to it.
#[must_use]
pub fn builtin_environment_file(container_user: &str, remote_user: &str) -> String {
    format!("_CONTAINER_USER={}\n_REMOTE_USER={}\n", word(container_user), word(remote_user))
}

/// The text of [`ENVIRONMENT_FILE`].
#[must_use]
pub fn environment_file(node: &FeatureNode) -> String {
    environment_lines(node).join("\n")
}

/// The text of [`ENVIRONMENT_FILE`] for a Feature of the first version, which is installed from this folder: its options under names
/// that tell it from the others of its archive. One that is switched off has none, and its script then installs nothing.
#[must_use]
pub fn first_environment_file(node: &FeatureNode, folder: &str) -> String {
    let mut lines = first_environment_lines(node);
    if !lines.is_empty() {
        let name = safe_name(node.id());
        lines.push(format!("_BUILD_ARG_{name}_TARGETPATH=/usr/local/devcontainer-features/{folder}"));
    }
    lines.join("\n")
}

/// The text of [`INSTALL_SCRIPT_FILE`]: it says what is installed, and runs the Feature's script with its variables.
#[must_use]
pub fn install_script(node: &FeatureNode) -> String {
    let manifest = &node.manifest;
    let id = in_single_quotes(node.id_without_version().unwrap_or("Unknown"));
    let name = in_single_quotes(node.name().unwrap_or("Unknown"));
    let text = |value: &Option<String>| in_single_quotes(value.as_deref().unwrap_or_default());
    let description = text(&manifest.description);
    let version = text(&manifest.version);
    let documentation = text(&manifest.documentation_url);
    let lines: Vec<String> = environment_lines(node).iter().map(|line| format!("    {line}")).collect();
    let options = in_single_quotes(&lines.join("\n"));

    let mut warning = String::new();
    if manifest.deprecated {
        warning.push_str(&format!(
            "(!) WARNING: Using the deprecated Feature \"{}\". This Feature will no longer receive any further updates/support.\n",
            in_single_quotes(node.id())
        ));
    }
    if let Some(current) = manifest.renamed_to() {
        warning.push_str(&format!(
            "(!) WARNING: This feature has been renamed. Please update the reference in devcontainer.json to \"{}\".",
            in_single_quotes(current)
        ));
    }
    let warning = if warning.is_empty() { warning } else { format!("echo '{warning}'") };
    let help = if documentation.is_empty() {
        String::new()
    } else {
        format!(" Look at the documentation at {documentation} for help troubleshooting this error.")
    };
    let line = "===========================================================================";
    format!(
        "#!/bin/sh
set -e

on_exit () {{
\t[ $? -eq 0 ] && exit
\techo 'ERROR: Feature \"{name}\" ({id}) failed to install!{help}'
}}

trap on_exit EXIT

echo {line}
{warning}
echo 'Feature       : {name}'
echo 'Description   : {description}'
echo 'Id            : {id}'
echo 'Version       : {version}'
echo 'Documentation : {documentation}'
echo 'Options       :'
echo '{options}'
echo {line}

set -a
. ../{BUILTIN_ENVIRONMENT_FILE}
. ./{ENVIRONMENT_FILE}
set +a

chmod +x ./install.sh
./install.sh
"
    )
}

/// A word of a shell; as it is if a shell takes it so.
fn word(text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "_-.:@/+".contains(character);
    if text.chars().all(plain) { text.to_owned() } else { format!("\"{}\"", in_double_quotes(text)) }
}
