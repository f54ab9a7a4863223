//! A person's dotfiles: a repository that is cloned into the container once, and installed.
//!
//! What happens is what the reference does (inventory, section 3.8): a marker of the same name, the same file names looked for,
//! links to the home folder where there is none of them. A failure stops nothing.

use serde::{Deserialize, Serialize};
use wharf_spec::{Hook, MergedConfig};

use crate::hooks::HookOptions;
use crate::step::HookStep;

/// The marker's file name, in the folder of the hooks' markers.
pub const MARKER: &str = ".dotfilesMarker";

/// The files that install dotfiles, in the order in which they are looked for.
const INSTALLERS: [&str; 8] = [
    "install.sh",
    "install",
    "bootstrap.sh",
    "bootstrap",
    "script/bootstrap",
    "setup.sh",
    "setup",
    "script/setup",
];

/// `$1` the repository, `$2` the target folder, `$3` the file to run or nothing, the rest the files that are looked for.
const SCRIPT: &str = r#"repository=$1 target=$2 command=$3
shift 3
case $target in
  '~' | '$HOME' | '${HOME}') target=$HOME ;;
  '~/'* | '$HOME/'* | '${HOME}/'*) target=$HOME/${target#*/} ;;
esac
case $target in
  *'$'* | '~'*) echo "$target cannot be used: of what a shell would put in, ~/ and \$HOME/ are known."; exit 126 ;;
esac
if [ ! -e "$target" ]; then
  command -v git >/dev/null 2>&1 || { echo "There is no git in the container to clone $repository with."; exit 127; }
  git clone --depth 1 -- "$repository" "$target" || exit $?
fi
cd -- "$target" || exit $?
run() {
  [ -x "$1" ] || chmod +x "$1"
  echo "Running $1"
  "$1"
}
if [ -n "$command" ]; then
  if [ -f "./$command" ]; then run "./$command"; exit $?; fi
  if [ -f "$command" ]; then run "$command"; exit $?; fi
  echo "There is no $command in $target."
  exit 126
fi
for file in "$@"; do
  if [ -e "$file" ]; then run "./$file"; exit $?; fi
done
for file in "$(pwd)"/.*; do
  case ${file##*/} in . | .. | .git | '.*') continue ;; esac
  ln -sf "$file" "$HOME" && echo "Linked ${file##*/}"
done
exit 0
"#;

/// What is installed, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dotfiles {
    /// An address, a path in the container, or `owner/repository` of GitHub.
    pub repository: String,
    /// The file to run; None: the first of the usual ones.
    pub install_command: Option<String>,
    /// Where they are cloned to; None: `~/dotfiles`.
    pub target_path: Option<String>,
}

/// Dotfiles among the hooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DotfilesStep {
    /// What is installed.
    pub dotfiles: Dotfiles,
    /// The index of the hook that runs after it; the number of hooks where none does.
    pub before: usize,
}

impl Dotfiles {
    /// The repository as git is told of it.
    #[must_use]
    pub fn address(&self) -> String {
        let text = self.repository.as_str();
        let is_path = ["/", "./", "../"].iter().any(|start| text.starts_with(start));
        if is_path || text.contains(':') { text.to_owned() } else { format!("https://github.com/{text}.git") }
    }

    /// The program that installs them, and its arguments. Relative paths begin at `folder`, which is the container's own working folder: the
    /// workspace is no place for what is a person's.
    #[must_use]
    pub fn command(&self, folder: &str) -> Vec<String> {
        let from_folder = |path: &str| format!("{}/{path}", folder.trim_end_matches('/'));
        let target = self.target_path.as_deref().unwrap_or("~/dotfiles");
        let is_relative = !target.starts_with(['/', '~', '$']);
        let target = if is_relative { from_folder(target) } else { target.to_owned() };
        let address = self.address();
        let address = if address.starts_with('.') { from_folder(&address) } else { address };
        let command = self.install_command.as_deref().unwrap_or_default();
        ["/bin/sh", "-c", SCRIPT, "dotfiles", &address, &target, command]
            .into_iter()
            .chain(INSTALLERS)
            .map(str::to_owned)
            .collect()
    }
}

/// Where the dotfiles come among the hooks: after `postCreateCommand`, and not where the hooks end before.
#[must_use]
pub fn step(merged: &MergedConfig, options: &HookOptions, hooks: &[HookStep]) -> Option<DotfilesStep> {
    let wait_for = merged.wait_for.unwrap_or_default().hook();
    let ends_before = options.skip_post_create
        || options.prebuild
        || (options.skip_non_blocking && wait_for <= Hook::PostCreate);
    let dotfiles = options.dotfiles.clone().filter(|_| !ends_before)?;
    let before = hooks.iter().filter(|step| step.hook <= Hook::PostCreate).count();
    Some(DotfilesStep { dotfiles, before })
}
