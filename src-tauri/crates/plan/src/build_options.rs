//! Options of `docker build`, as `build.options` holds them, read into what the engine is asked to build.
//!
//! The table holds what `docker build` knows with BuildKit and without (docker/cli 28, buildx), and `podman build`'s own options
//! by name only: Podman's service is asked in Docker's words.

use std::collections::BTreeMap;
use std::path::PathBuf;

use wharf_spec::ImageReference;

use crate::build::{
    BuildSecret, BuildSpec, BuildSsh, BuildUlimit, CacheSource, NamedContext, SecretSource, host_path,
};
use crate::error::Error;
use crate::facts::EngineKind;
use crate::flags::{self, Argument, Flag, Given, Owner, Table, Takes};
use crate::run_args::{bytes, bytes_or_unlimited, extra_host, fields, integer, key_value, ulimit};
use crate::state::Observed;

static TABLE: Table<Draft> =
    Table { command: "docker build", positional: "build context", parts: &[COMMON, CLIENT, PODMAN] };

/// What is read so far.
struct Draft {
    spec: BuildSpec,
    folder: String,
    environment: BTreeMap<String, String>,
}

/// Adds what `options` ask for to a build.
///
/// # Errors
/// The first option that is unknown, has no valid value, or cannot be said to this engine.
pub fn apply(spec: &mut BuildSpec, options: &[String], observed: &Observed) -> Result<(), Error> {
    if options.is_empty() {
        return Ok(());
    }
    let arguments = Argument::list("build.options", options);
    let mut draft = Draft {
        spec: std::mem::take(spec),
        folder: observed.host.folder.clone(),
        environment: observed.host.environment.clone(),
    };
    for (flag, given) in flags::read(&TABLE, &arguments)? {
        if flag.owner == Owner::Podman && observed.engine.kind != EngineKind::Podman {
            return Err(Error::PodmanOnly { flag: given.flag, property: given.property.to_owned() });
        }
        (flag.effect)(&mut draft, &given)?;
        if !observed.engine.buildkit
            && let [flag, ..] = draft.spec.needs_buildkit().as_slice()
        {
            let reason = "it needs BuildKit, which this engine does not offer".to_owned();
            return Err(Error::NotExpressible {
                flag: (*flag).to_owned(),
                property: given.property.to_owned(),
                reason,
            });
        }
    }
    *spec = draft.spec;
    Ok(())
}

/// The same for a service of a Compose project, which has to be built by builders without BuildKit too: as with Compose, those are not
/// told where caches go, which stages ignore them, or that the host's network may be used, which they never refuse.
///
/// # Errors
/// As [`apply`].
pub(crate) fn apply_of_service(
    spec: &mut BuildSpec,
    options: &[String],
    observed: &Observed,
) -> Result<(), Error> {
    let buildkit = observed.engine.buildkit && !spec.classic;
    let is_dispensable = |option: &String| {
        ["--cache-to=", "--no-cache-filter="].iter().any(|flag| option.starts_with(flag))
            || option == "--allow=network.host"
    };
    let told: Vec<String> =
        options.iter().filter(|option| buildkit || !is_dispensable(option)).cloned().collect();
    apply(spec, &told, observed)
}

/// The long names of all options: those that both engines' programs know, and those that only Podman's knows.
#[must_use]
pub fn names() -> (Vec<&'static str>, Vec<&'static str>) {
    let of = |owner| TABLE.flags().filter(|flag| flag.owner == owner).map(|flag| flag.name).collect();
    (of(Owner::Both), of(Owner::Podman))
}

/// Every option with its value and place: what consent looks at.
///
/// # Errors
/// As [`apply`], as far as it concerns the form of the list.
pub fn options(arguments: &[Argument]) -> Result<Vec<(&'static str, String, &str)>, Error> {
    Ok(flags::read(&TABLE, arguments)?
        .into_iter()
        .map(|(flag, given)| (flag.name, given.value, given.property))
        .collect())
}

/// The platform that the options ask for.
pub(crate) fn platform(options: &[String]) -> Option<String> {
    let arguments = Argument::list("build.options", options);
    let options = self::options(&arguments).ok()?.into_iter().rev();
    options.into_iter().find(|(flag, ..)| *flag == "platform").map(|(_, value, _)| value)
}

/// What a context of this name (`--build-context`) puts in the place of the image of this name.
pub(crate) fn context_named(options: &[String], image: &str) -> Option<String> {
    let arguments = Argument::list("build.options", options);
    let options = self::options(&arguments).ok()?.into_iter().rev();
    let image = ImageReference::parse(image);
    options.filter(|(flag, ..)| *flag == "build-context").find_map(|(_, value, _)| {
        let (name, place) = value.split_once('=')?;
        ImageReference::parse(name).means_the_same(&image).then(|| place.to_owned())
    })
}

type Effect = fn(&mut Draft, &Given<'_>) -> Result<(), Error>;

const fn value(name: &'static str, effect: Effect) -> Flag<Draft> {
    Flag { name, short: None, takes: Takes::Value, owner: Owner::Both, effect }
}

const fn value_short(name: &'static str, short: char, effect: Effect) -> Flag<Draft> {
    Flag { name, short: Some(short), takes: Takes::Value, owner: Owner::Both, effect }
}

const fn switch(name: &'static str, effect: Effect) -> Flag<Draft> {
    Flag { name, short: None, takes: Takes::Switch, owner: Owner::Both, effect }
}

/// An option of `podman build`, which its service does not take in Docker's words.
const fn podman(name: &'static str, takes: Takes) -> Flag<Draft> {
    Flag {
        name,
        short: None,
        takes,
        owner: Owner::Podman,
        effect: |_, given| {
            Err(given.not_expressible("Podman's service is asked in Docker's words, which have none for it"))
        },
    }
}

fn read<T>(read: Result<T, String>, given: &Given<'_>) -> Result<T, Error> {
    read.map_err(|reason| given.invalid(reason))
}

/// What the build is made from and how.
static COMMON: &[Flag<Draft>] = &[
    value("add-host", |draft, given| {
        draft.spec.extra_hosts.push(read(extra_host(&given.value), given)?);
        Ok(())
    }),
    value("allow", |draft, given| {
        draft.spec.entitlements.extend(given.value.split(',').map(str::to_owned));
        Ok(())
    }),
    value("build-arg", |draft, given| {
        let value = match given.value.split_once('=') {
            Some((name, value)) => Some((name.to_owned(), value.to_owned())),
            // A bare name takes the host's value, and says nothing where there is none.
            None => draft.environment.get(&given.value).map(|value| (given.value.clone(), value.clone())),
        };
        draft.spec.args.extend(value);
        Ok(())
    }),
    value("build-context", |draft, given| {
        let Some((name, place)) =
            given.value.split_once('=').filter(|(name, place)| !name.is_empty() && !place.is_empty())
        else {
            return Err(given.invalid("write `name=folder`, or `name=docker-image://image`"));
        };
        let context = if place.contains("://") {
            NamedContext::Source(place.to_owned())
        } else {
            NamedContext::Folder(host_file(draft, place))
        };
        draft.spec.named_contexts.insert(name.to_owned(), context);
        Ok(())
    }),
    value("cache-from", |draft, given| {
        // Ignored together with `--no-cache`, as the configuration's own sources are.
        if !draft.spec.no_cache {
            let cache = read(CacheSource::parse(&given.value), given)?.seen_from(&draft.folder);
            draft.spec.cache_from.push(cache);
        }
        Ok(())
    }),
    value("cache-to", |draft, given| {
        let cache = read(CacheSource::parse(&given.value), given)?.seen_from(&draft.folder);
        draft.spec.cache_to.push(cache);
        Ok(())
    }),
    value("cgroup-parent", |draft, given| {
        draft.spec.cgroup_parent = Some(given.value.clone());
        Ok(())
    }),
    value("cpu-period", |draft, given| {
        draft.spec.cpu_period = Some(read(integer(&given.value), given)?);
        Ok(())
    }),
    value("cpu-quota", |draft, given| {
        draft.spec.cpu_quota = Some(read(integer(&given.value), given)?);
        Ok(())
    }),
    value_short("cpu-shares", 'c', |draft, given| {
        draft.spec.cpu_shares = Some(read(integer(&given.value), given)?);
        Ok(())
    }),
    value("cpuset-cpus", |draft, given| {
        draft.spec.cpuset_cpus = Some(given.value.clone());
        Ok(())
    }),
    value("cpuset-mems", |draft, given| {
        draft.spec.cpuset_mems = Some(given.value.clone());
        Ok(())
    }),
    switch("force-rm", |draft, given| {
        draft.spec.force_remove = given.is_on();
        Ok(())
    }),
    value("isolation", |draft, given| {
        draft.spec.isolation = Some(given.value.clone());
        Ok(())
    }),
    value("label", |draft, given| {
        draft.spec.labels.extend([key_value(&given.value)]);
        Ok(())
    }),
    value_short("memory", 'm', |draft, given| {
        draft.spec.memory = Some(read(bytes(&given.value), given)?);
        Ok(())
    }),
    value("memory-swap", |draft, given| {
        draft.spec.memory_swap = Some(read(bytes_or_unlimited(&given.value), given)?);
        Ok(())
    }),
    value("network", |draft, given| {
        draft.spec.network = Some(given.value.clone());
        Ok(())
    }),
    switch("no-cache", |draft, given| {
        draft.spec.no_cache = given.is_on();
        Ok(())
    }),
    value("no-cache-filter", |draft, given| {
        draft.spec.no_cache_filter.extend(given.value.split(',').map(str::to_owned));
        Ok(())
    }),
    value("platform", |draft, given| {
        if given.value.contains(',') {
            return Err(given.not_expressible("an environment is built for one platform"));
        }
        draft.spec.platforms = vec![given.value.clone()];
        Ok(())
    }),
    switch("pull", |draft, given| {
        draft.spec.pull = given.is_on();
        Ok(())
    }),
    switch("rm", |draft, given| {
        draft.spec.remove_intermediate = Some(given.is_on());
        Ok(())
    }),
    value("secret", |draft, given| {
        let secret = secret(draft, given)?;
        draft.spec.secrets.push(secret);
        Ok(())
    }),
    value("security-opt", |draft, given| {
        draft.spec.security_opt.push(given.value.clone());
        Ok(())
    }),
    value("shm-size", |draft, given| {
        draft.spec.shm_size = Some(read(bytes(&given.value), given)?);
        Ok(())
    }),
    switch("squash", |draft, given| {
        draft.spec.squash = given.is_on();
        Ok(())
    }),
    value("ssh", |draft, given| {
        let (id, paths) = given.value.split_once('=').unwrap_or((&given.value, ""));
        let paths =
            paths.split(',').filter(|path| !path.is_empty()).map(|path| host_file(draft, path)).collect();
        draft.spec.ssh.push(BuildSsh { id: id.to_owned(), paths });
        Ok(())
    }),
    value_short("tag", 't', |draft, given| {
        draft.spec.tags.push(given.value.clone());
        Ok(())
    }),
    value("ulimit", |draft, given| {
        let limit = read(ulimit(&given.value), given)?;
        draft.spec.ulimits.push(BuildUlimit { name: limit.name, soft: limit.soft, hard: limit.hard });
        Ok(())
    }),
];

const ELSEWHERE: &str = "the image stays on the engine";

/// What concerns the program that would have asked, or belongs to another property.
static CLIENT: &[Flag<Draft>] = &[
    value_short("file", 'f', |_, given| {
        Err(given.not_expressible("name the Dockerfile in `build.dockerfile`"))
    }),
    value("target", |_, given| Err(given.not_expressible("name the stage in `build.target`"))),
    // How progress is shown, and what loading into the engine means, is settled here.
    value("progress", |_, _| Ok(())),
    switch("load", |_, _| Ok(())),
    switch("compress", |_, _| Ok(())),
    switch("disable-content-trust", |_, _| Ok(())),
    Flag { name: "quiet", short: Some('q'), takes: Takes::Switch, owner: Owner::Both, effect: |_, _| Ok(()) },
    Flag { name: "debug", short: Some('D'), takes: Takes::Switch, owner: Owner::Both, effect: |_, _| Ok(()) },
    value("provenance", attestation),
    value("sbom", attestation),
    value("attest", attestation),
    value("annotation", |_, given| Err(given.not_expressible(ELSEWHERE))),
    value("builder", |_, given| Err(given.not_expressible("the engine itself builds"))),
    value("call", |_, given| Err(given.not_expressible("it makes no image"))),
    switch("check", |_, given| Err(given.not_expressible("it makes no image"))),
    value("iidfile", |_, given| Err(given.not_expressible("the image's id is part of Wharf's own answer"))),
    value("metadata-file", |_, given| {
        Err(given.not_expressible("the image's id is part of Wharf's own answer"))
    }),
    value_short("output", 'o', |_, given| Err(given.not_expressible(ELSEWHERE))),
    switch("push", |_, given| Err(given.not_expressible(ELSEWHERE))),
    switch("help", |_, given| Err(given.not_expressible("it only prints a text"))),
];

/// The options of `podman build` beside these.
static PODMAN: &[Flag<Draft>] = &[
    podman("all-platforms", Takes::Switch),
    podman("arch", Takes::Value),
    podman("authfile", Takes::Value),
    podman("cap-add", Takes::Value),
    podman("cap-drop", Takes::Value),
    podman("cert-dir", Takes::Value),
    podman("cgroupns", Takes::Value),
    podman("cpp-flag", Takes::Value),
    podman("creds", Takes::Value),
    podman("decryption-key", Takes::Value),
    podman("device", Takes::Value),
    podman("dns", Takes::Value),
    podman("dns-option", Takes::Value),
    podman("dns-search", Takes::Value),
    podman("env", Takes::Value),
    podman("format", Takes::Value),
    podman("from", Takes::Value),
    podman("group-add", Takes::Value),
    podman("hooks-dir", Takes::Value),
    podman("http-proxy", Takes::Switch),
    podman("identity-label", Takes::Switch),
    podman("ignorefile", Takes::Value),
    podman("ipc", Takes::Value),
    podman("jobs", Takes::Value),
    podman("layer-label", Takes::Value),
    podman("layers", Takes::Switch),
    podman("logfile", Takes::Value),
    podman("manifest", Takes::Value),
    podman("no-hostname", Takes::Switch),
    podman("no-hosts", Takes::Switch),
    podman("omit-history", Takes::Switch),
    podman("os", Takes::Value),
    podman("os-feature", Takes::Value),
    podman("os-version", Takes::Value),
    podman("pid", Takes::Value),
    podman("retry", Takes::Value),
    podman("retry-delay", Takes::Value),
    podman("runtime", Takes::Value),
    podman("runtime-flag", Takes::Value),
    podman("sign-by", Takes::Value),
    podman("skip-unused-stages", Takes::Switch),
    podman("squash-all", Takes::Switch),
    podman("timestamp", Takes::Value),
    podman("tls-verify", Takes::Switch),
    podman("unsetenv", Takes::Value),
    podman("unsetlabel", Takes::Value),
    podman("userns", Takes::Value),
    podman("userns-gid-map", Takes::Value),
    podman("userns-uid-map", Takes::Value),
    podman("uts", Takes::Value),
    podman("variant", Takes::Value),
    podman("volume", Takes::Value),
];

/// Attestations travel only to a registry, so turning them off is already done.
fn attestation(_: &mut Draft, given: &Given<'_>) -> Result<(), Error> {
    match given.value.as_str() {
        "false" | "disabled=true" => Ok(()),
        value if value.contains("disabled=true") => Ok(()),
        _ => Err(given.not_expressible("attestations travel only to a registry")),
    }
}

fn host_file(draft: &Draft, path: &str) -> PathBuf {
    host_path(&draft.folder, path)
}

/// `id=name[,src=path|env=NAME]`.
fn secret(draft: &Draft, given: &Given<'_>) -> Result<BuildSecret, Error> {
    let (mut id, mut file, mut variable, mut kind) = (None, None, None, None);
    for field in read(fields(&given.value), given)? {
        match field.split_once('=') {
            Some(("id", value)) => id = Some(value.to_owned()),
            Some(("src" | "source", value)) => file = Some(value.to_owned()),
            Some(("env", value)) => variable = Some(value.to_owned()),
            Some(("type", value @ ("file" | "env"))) => kind = Some(value.to_owned()),
            _ => return Err(given.invalid(format!("`{field}` is not a field of a secret"))),
        }
    }
    // With `type=env` the source is a variable's name.
    if kind.as_deref() == Some("env") && variable.is_none() {
        variable = file.take();
    }
    let Some(id) = id.filter(|id| !id.is_empty()) else {
        return Err(given.invalid("add the id that the Dockerfile names: `id=…`"));
    };
    let source = match (file, variable) {
        (Some(_), Some(_)) => {
            return Err(given.invalid("a secret comes from a file or from a variable, not from both"));
        }
        (Some(path), None) => SecretSource::File(host_file(draft, &path)),
        (None, Some(name)) => SecretSource::Variable(name),
        (None, None) => SecretSource::Named(id.clone()),
    };
    Ok(BuildSecret { id, source })
}
