//! The Dockerfile that installs Features: the reference's stages, in its words and its order, so that its cached layers serve here and
//! the other way round (inventory of the reference, section 4.5).
//!
//! A Feature is one layer after the variables that it sets, and what the configuration alone decides comes last: so another
//! configuration, or another last Feature, leaves the layers before it as they are.

use std::fmt::Write as _;

use indexmap::IndexMap;
use wharf_spec::feature::{
    BUILTIN_ENVIRONMENT_FILE as BUILT_IN, FIRST_INSTALL_SCRIPT_FILE as FIRST_SCRIPT,
    INSTALL_SCRIPT_FILE as SCRIPT,
};

use crate::quote;

/// The stage that Features are installed in: what is built.
pub(crate) const TARGET_STAGE: &str = "dev_containers_target_stage";
/// What the build reads Features from, a named context or a stage.
pub(super) const CONTENT: &str = "dev_containers_feature_content_source";
/// Names what Features are installed onto: an image, or a stage of the person's own.
pub(super) const BASE: &str = "_DEV_CONTAINERS_BASE_IMAGE";
/// The user that the image had, and has again.
pub(super) const IMAGE_USER: &str = "_DEV_CONTAINERS_IMAGE_USER";
/// Names the image that the content is in, where it is in one of its own.
pub(super) const CONTENT_IMAGE: &str = "_DEV_CONTAINERS_FEATURE_CONTENT_SOURCE";
/// Holds a line break, which no instruction can.
pub(super) const LINE_BREAK: &str = "_DEV_CONTAINERS_LINE_BREAK";
/// Where Features are installed from.
const PLACE: &str = "/tmp/dev-container-features";

/// Where the reference mounts the content.
pub(super) const MOUNTS: &str = "/tmp/build-features-src";
/// Podman leaves the folder above a mount out of the layer, and whatever writes beside it then takes its mode along: `/tmp` would be closed
/// to everybody but root. Nobody but root writes to this one.
pub(super) const MOUNTS_OF_PODMAN: &str = "/mnt/build-features-src";

/// How Features come into the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// As a named context, mounted while a Feature is installed.
    Context,
    /// As an image of their own or all that is sent, mounted while a Feature is installed.
    Mounted,
    /// The same, copied: a builder that mounts nothing keeps a copy in a layer, though no container sees it.
    Copied,
}

/// A Feature in the Dockerfile.
#[derive(Debug)]
pub(super) struct Layer<'a> {
    /// The folder that it is installed from.
    pub(super) folder: String,
    /// The folder of the content that it is in.
    pub(super) source: String,
    /// The variables that it sets, which may refer to those before it.
    pub(super) environment: &'a IndexMap<String, String>,
    /// It is of the first version, whose scripts run by themselves, before all others, and whose variables are set after all.
    pub(super) first_version: bool,
}

/// What the Dockerfile says.
#[derive(Debug)]
pub(super) struct Text<'a> {
    pub(super) way: Way,
    /// The content is all that the build is sent.
    pub(super) alone: bool,
    /// The folder below which the content is mounted: [`MOUNTS`] or [`MOUNTS_OF_PODMAN`].
    pub(super) mounts: &'a str,
    /// What continues a line and makes a character stand for itself.
    pub(super) escape: char,
    pub(super) container_user: &'a str,
    pub(super) remote_user: &'a str,
    /// The user that the image had, and has again.
    pub(super) image_user: &'a str,
    pub(super) layers: &'a [Layer<'a>],
    /// The instruction that sets the metadata label, or nothing.
    pub(super) label: &'a str,
    /// The variables of the configuration, in which a dollar is a dollar.
    pub(super) environment: &'a IndexMap<String, String>,
}

impl Text<'_> {
    /// What goes before the person's own Dockerfile.
    pub(super) fn arguments(&self) -> String {
        let mut text = format!("ARG {BASE}=scratch\n");
        if self.has_image() {
            let _ = writeln!(text, "ARG {CONTENT_IMAGE}=placeholder");
        }
        text
    }

    /// What goes after it.
    pub(super) fn stages(&self) -> String {
        let content =
            if self.has_image() { format!("FROM ${CONTENT_IMAGE} AS {CONTENT}") } else { String::new() };
        let from = self.from("--from=", " ");
        let built_in = self.source(BUILT_IN);
        let (first, second): (Vec<_>, Vec<_>) = self.layers.iter().partition(|layer| layer.first_version);
        let layers: String = first.iter().chain(&second).map(|layer| self.layer(layer)).collect();
        let of_first: Vec<String> =
            first.iter().map(|layer| self.variables(layer.environment, false)).collect();
        let of_first = of_first.join("\n");
        let line_break = if self.has_line_break() { format!("ARG {LINE_BREAK}\n\n") } else { String::new() };
        let environment = self.variables(self.environment, true);
        let (normalized, first_steps) = match self.way {
            Way::Context => (
                format!(
                    "FROM ${BASE} AS dev_containers_feature_content_normalize\n\
                     USER root\n\
                     COPY {from}{built_in} /tmp/build-features/\n\
                     RUN chmod -R 0755 /tmp/build-features/\n\n"
                ),
                format!(
                    "RUN mkdir -p {PLACE}\n\
                     COPY --from=dev_containers_feature_content_normalize /tmp/build-features/ {PLACE}\n\n"
                ),
            ),
            // No layers of the reference's serve here, and each step costs: the content has its rights already.
            Way::Mounted | Way::Copied => (String::new(), format!("COPY {from}{built_in} {PLACE}/\n\n")),
        };
        let user = match self.plain_user() {
            Some(user) => format!("USER {user}"),
            None => format!("ARG {IMAGE_USER}=root\nUSER ${IMAGE_USER}"),
        };
        format!(
            "\n{content}\n\n\
             {normalized}\
             FROM ${BASE} AS {TARGET_STAGE}\n\n\
             USER root\n\n\
             {line_break}\
             {first_steps}\
             {homes}{layers}\n{of_first}\n\n\
             {user}\n\n\
             {label}\n\n\
             {environment}\n",
            homes = self.homes(),
            label = self.label,
        )
    }

    /// The image's user where it can be written as it is, which saves a step; an argument of the build holds any other.
    pub(super) fn plain_user(&self) -> Option<&str> {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_.:-".contains(letter);
        let user = Some(self.image_user).filter(|_| self.way != Way::Context);
        user.filter(|user| !user.is_empty() && !user.starts_with('-') && user.chars().all(is_plain))
    }

    /// Whether a variable holds a line break, so that the build has to be given one.
    pub(super) fn has_line_break(&self) -> bool {
        let features = self.layers.iter().map(|layer| layer.environment);
        features.chain([self.environment]).flat_map(IndexMap::values).any(|value| value.contains('\n'))
    }

    /// Whether the content is in an image of its own.
    fn has_image(&self) -> bool {
        self.way != Way::Context && !self.alone
    }

    /// Where the content is, between these words; nothing where it is all that the build is sent.
    fn from(&self, before: &str, after: &str) -> String {
        if self.alone { String::new() } else { format!("{before}{CONTENT}{after}") }
    }

    fn source(&self, name: &str) -> String {
        if self.has_image() { format!("{}/{name}", crate::build::IN_IMAGE) } else { name.to_owned() }
    }

    /// The homes of both users, looked up in the image itself.
    fn homes(&self) -> String {
        let end = self.escape;
        let home = |name: &str, user: &str, more: &str| {
            format!("echo \"{name}=$({} | cut -d: -f6)\" >> {PLACE}/{BUILT_IN}{more}\n", account(user))
        };
        let more = format!(" && {end}");
        format!(
            "RUN {end}\n{}{}\n",
            home("_CONTAINER_USER_HOME", self.container_user, &more),
            home("_REMOTE_USER_HOME", self.remote_user, "")
        )
    }

    fn layer(&self, layer: &Layer<'_>) -> String {
        let end = self.escape;
        let source = self.source(&layer.source);
        let folder = &layer.folder;
        let mounts = self.mounts;
        let (variables, script) = match layer.first_version {
            true => (String::new(), FIRST_SCRIPT),
            false => (self.variables(layer.environment, false), SCRIPT),
        };
        let install = format!(
            "chmod -R 0755 {PLACE}/{folder} {end}\n \
             && cd {PLACE}/{folder} {end}\n \
             && chmod +x ./{script} {end}\n \
             && ./{script} {end}\n \
             && rm -rf {PLACE}/{folder}"
        );
        match self.way {
            Way::Context | Way::Mounted => format!(
                "{variables}\n\
                 RUN --mount=type=bind,{from}source={source},target={mounts}/{folder} {end}\n    \
                 cp -ar {mounts}/{folder} {PLACE} {end}\n \
                 && {install}\n\n",
                from = self.from("from=", ","),
            ),
            Way::Copied => format!(
                "{variables}\n\
                 COPY --chown=root:root {from}{source} {PLACE}/{folder}\n\
                 RUN {install}\n\n",
                from = self.from("--from=", " "),
            ),
        }
    }

    fn variables(&self, variables: &IndexMap<String, String>, literally: bool) -> String {
        let line = |(name, value): (&String, &String)| {
            format!("ENV {name}=\"{}\"", quote::dockerfile_value(value, self.escape, literally, LINE_BREAK))
        };
        variables.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// A shell's words that print a user's line of the accounts, the user being told by name or number.
fn account(user: &str) -> String {
    let expression = quote::extended_expression(user);
    format!(
        " (command -v getent >/dev/null 2>&1 && getent passwd {} || grep -E {} /etc/passwd || true)",
        quote::shell_quoted(user),
        quote::shell_quoted(&format!("^{expression}|^[^:]*:[^:]*:{expression}:")),
    )
}
