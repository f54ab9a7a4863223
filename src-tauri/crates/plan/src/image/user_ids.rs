//! The image with the remote user's ids changed to those of the person (inventory of the reference, section 7.5).

use indexmap::IndexMap;
use serde::Serialize;
use wharf_spec::MergedConfig;

use super::{PlannedBuild, names, user_of};
use crate::build::BuildSpec;
use crate::facts::ImageFacts;
use crate::state::{Blocker, FactQuery, Observed, Running};

/// What an account of an image becomes, so that its user owns what the host's user owns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserIds {
    /// The user's name.
    pub user: String,
    /// The ids it has.
    pub old: (u32, u32),
    /// The ids it gets.
    pub new: (u32, u32),
    /// The home folder, whose files follow.
    pub home: String,
}

/// Which ids `user` gets from the host's; None if nothing changes. Another user's id is never taken, and a group's neither:
/// the user then keeps its group (inventory 7.5).
#[must_use]
pub fn user_ids(passwd: &str, group: &str, user: &str, host: (u32, u32)) -> Option<UserIds> {
    // The name ends up in an expression for `sed`, and these are all that account tools allow.
    let plain = user.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    if !plain || user.is_empty() || user == "root" || user.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let accounts =
        || passwd.lines().map(|line| line.split(':').collect::<Vec<_>>()).filter(|fields| fields.len() >= 6);
    let number = |text: &str| text.parse::<u32>().ok();
    let own = accounts().find(|fields| fields[0] == user)?;
    let old = (number(own[2])?, number(own[3])?);
    let is_taken = || accounts().any(|fields| fields[0] != user && number(fields[2]) == Some(host.0));
    if old == host || (old.0 != host.0 && is_taken()) {
        return None;
    }
    let taken = group
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .any(|fields| fields.len() >= 3 && number(fields[2]) == Some(host.1) && host.1 != old.1);
    let new = (host.0, if taken { old.1 } else { host.1 });
    (new != old).then(|| UserIds { user: user.to_owned(), old, new, home: own[5].to_owned() })
}

/// The build of the same image with the host's ids; None if nothing would change.
///
/// # Errors
/// The image's accounts are not known yet.
pub fn user_ids_build(
    wanted: &Running,
    merged: &MergedConfig,
    name: &str,
    facts: &ImageFacts,
    observed: &Observed,
) -> Result<Option<PlannedBuild>, Blocker> {
    let Some(default) = wanted.update_uid_default else { return Ok(None) };
    let (Some(uid), Some(gid)) = (observed.host.uid, observed.host.gid) else { return Ok(None) };
    let enabled = match merged.update_remote_user_uid {
        Some(said) => said,
        None => default,
    };
    let user = user_to_change(wanted, merged, facts);
    // Root's files belong to root on both sides, and no image user can become root.
    if !enabled
        || uid == 0
        || user.is_empty()
        || user == "root"
        || user.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Ok(None);
    }
    // The accounts of an image that is only assumed, in a plan, cannot be looked at.
    if facts.id.starts_with(crate::assume::ASSUMED) {
        return Ok(None);
    }
    let Some(accounts) = observed.accounts.get(&facts.id) else {
        let query = FactQuery::Accounts { image: name.to_owned(), id: facts.id.clone() };
        return Err(Blocker::Fact { query });
    };
    let Some(ids) = user_ids(&accounts.passwd, &accounts.group, &user, (uid, gid)) else { return Ok(None) };
    let args = [("BASE_IMAGE", name.to_owned()), ("IMAGE_USER", user_of(facts).to_owned())];
    let spec = BuildSpec {
        dockerfile: user_ids_dockerfile(&ids),
        dockerfile_name: "Dockerfile".to_owned(),
        tags: vec![names::with_user_ids(wanted, name)],
        args: args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<IndexMap<_, _>>(),
        platforms: crate::platform::asked(wanted, observed)
            .or_else(|| foreign(facts, observed))
            .into_iter()
            .collect(),
        ..BuildSpec::default()
    };
    Ok(Some(PlannedBuild::new(spec, &[&facts.id])))
}

/// The image's platform where it is not the engine's own: a builder that is not told takes the image for one that is not there.
fn foreign(facts: &ImageFacts, observed: &Observed) -> Option<String> {
    let (own, other) = (&observed.engine.architecture, &facts.architecture);
    (!own.is_empty() && !other.is_empty() && own != other).then(|| facts.platform())
}

/// `remoteUser`, else the user that the container runs as: that of `runArgs`, else `containerUser`, else the image's. A service's own
/// user, which stands here as an argument, gives way to `containerUser`.
fn user_to_change(wanted: &Running, merged: &MergedConfig, facts: &ImageFacts) -> String {
    let of_arguments = crate::container::user_of_run_args(&wanted.configuration.config.run_args);
    let of_container = merged.container_user.clone().filter(|user| !user.is_empty());
    let of_container = match wanted.build.service_user {
        Some(_) => of_container.or(of_arguments),
        None => of_arguments.or(of_container),
    };
    let user = merged.remote_user.clone().or(of_container);
    let user = user.unwrap_or_else(|| user_of(facts).to_owned());
    user.split(':').next().unwrap_or_default().to_owned()
}

/// In exec form, so that nothing but the shell reads the line; the image's user comes in as an argument for the same reason.
fn user_ids_dockerfile(ids: &UserIds) -> String {
    let UserIds { user, old, new, home } = ids;
    let pattern = user.replace('.', "[.]");
    let mut commands = vec![format!(
        "sed -i -e 's/^\\({pattern}:[^:]*\\):{}:{}:/\\1:{}:{}:/' /etc/passwd",
        old.0, old.1, new.0, new.1
    )];
    if old.1 != new.1 {
        commands.push(format!("sed -i -e 's/^\\([^:]*:[^:]*\\):{}:/\\1:{}:/' /etc/group", old.1, new.1));
    }
    if home.starts_with('/') && home != "/" {
        commands.push(format!("chown -R {}:{} {}", new.0, new.1, crate::quote::shell(home)));
    }
    let line = serde_json::Value::from(commands.join(" && ")).to_string();
    format!(
        "ARG BASE_IMAGE\nFROM $BASE_IMAGE\nUSER root\nRUN [\"/bin/sh\", \"-c\", {line}]\nARG IMAGE_USER\nUSER $IMAGE_USER\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_the_host_without_taking_anybody_s() {
        const PASSWD: &str = "root:x:0:0::/root:/bin/sh\ndev:x:1000:1000::/home/dev:/bin/sh\nother:x:1001:1001::/o:/bin/sh\ntwin:x:1001:1001::/t:/bin/sh\n";
        const GROUP: &str = "root:x:0:\ndev:x:1000:\nother:x:1001:\nmany:x:4321:\n";
        type Ids = (u32, u32);
        let cases: [(&str, Ids, Option<Ids>); 10] = [
            ("dev", (1000, 1000), None),
            ("dev", (2000, 2000), Some((2000, 2000))),
            ("dev", (1001, 2000), None),
            ("dev", (2000, 4321), Some((2000, 1000))),
            ("dev", (1000, 4321), None),
            ("root", (2000, 2000), None),
            ("1000", (2000, 2000), None),
            ("nobody", (2000, 2000), None),
            ("d/v", (2000, 2000), None),
            // Whose number is shared already takes it from nobody.
            ("twin", (1001, 2000), Some((1001, 2000))),
        ];
        for (user, host, expected) in cases {
            let found = user_ids(PASSWD, GROUP, user, host);
            assert_eq!(found.map(|ids| ids.new), expected, "{user} {host:?}");
        }
    }
}
