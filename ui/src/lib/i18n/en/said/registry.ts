/** What the program says of registries, and the Features, Templates and configurations that come from them. */
export const registry = {
  /** What is wrong: messages of errors, warnings and diagnostics. */
  problems: {
    'registry/src/error.rs': [
      'cannot read {}: {detail}',
      'the credential helper {program} did not give the credentials of {registry}: {detail}',
      '{host} cannot be reached: {detail}',
      '{host} has not answered for {seconds} s while {what}',
      '{what} does not exist',
      '{registry} refuses {what} ({status}): {detail}',
      '{registry} wants credentials to be shown to {realm}, which is another host',
      '{from} redirects to {to}, {why}',
      '{host} answers {status} for {what}: {detail}',
      'Digest did not match for {what}. Expected {expected}, found {found}',
      '{what} is larger than {limit} bytes',
      '{what} is not usable: {detail}',
      '{what} is not unpacked: its entry {entry} {why}',
      'cannot {action} {}: {source}',
      "Invalid cross-origin auth host '{text}'. Expected '<registry-host>=<auth-host>'.",
    ],
    'runner/src/features/error.rs': [
      "Feature '{user_id}'{} could not be processed: {error}",
      "Feature '{user_id}'{} could not be processed: {} {problem}",
      '{}: {error}',
      'Lockfile does not exist.',
      'Lockfile does not match.',
      "Cannot use the '{user_id}' Feature since it was reported to be problematic. Please remove this Feature from your configuration and rebuild any dev container using it before continuing.{}{}",
    ],
    'runner/src/features/resolve.rs': ['fetching Features ended early: {error}'],
    'runner/src/features/graph_only.rs': ["the Feature '{}' cannot be had: {problem}{}"],
    'runner/src/extended.rs': [
      'more than {MOST} configurations in registries are extended',
      '{reference} is used as it was fetched before: {error}',
      '`extends` names {reference}: {error}',
      '`extends` names {reference}, which holds no devcontainer.json',
    ],
    'runner/src/environment/layers.rs': [
      '`extends` names {reference}, which is no file of this computer',
      '`extends` must name a file relative to this one, but names {reference}',
      '`extends` names {reference}, which was not fetched yet',
      '`extends` names {reference}, which leads out of what was fetched',
      '`extends` goes round in a circle: {}',
      '`extends` is deeper than {} files: {} would be the next',
      '`extends` names {}, which is not there',
    ],
    'runner/src/templates.rs': ["no Feature can be added to the Template's {}: {error}"],
    'runner/src/templates/unpack.rs': [
      'the archive of {name} cannot be used: {why}',
      '{} is a link, and nothing is written through it',
    ],
    'runner/src/gallery.rs': [
      'the Template has changed since it was shown',
      'there is no Template named {id}',
      'this is more than a Template is asked',
    ],
    'runner/src/gallery/collection.rs': [
      'this is no collection of a registry',
      '{name} is no collection: its content is no list',
    ],
  },
  /** What a registry was asked for. */
  things: {
    'registry/src/repository.rs': ['the name {self}', 'the registry {registry}'],
    'registry/src/client/authorize.rs': ['a token for {what}', 'the answer of {}'],
    'registry/src/client/mod.rs': ['the content of {repository}', 'the tags of {repository}'],
    'registry/src/client/push.rs': ['the manifest of {repository}', 'an upload to {repository}'],
    'registry/src/client/trust.rs': ['the encryption of connections'],
  },
  /** What a registry is doing. */
  activities: {
    'registry/src/client/exchange.rs': ['connecting', 'asking for {}', 'receiving {}'],
  },
  /** Why a redirect is not followed. */
  redirects: {
    'registry/src/client/exchange.rs': [
      'and a request for a token is not sent on (--oci-auth-hardening)',
      'which is not encrypted',
      'after too many other redirects',
    ],
  },
  /** Why something is so, in the middle of a sentence. */
  causes: {
    'registry/src/client/exchange.rs': ['no reason given'],
    'registry/src/client/authorize.rs': ['there is no token in it'],
    'registry/src/client/mod.rs': ['its address does not begin with https://'],
    'registry/src/client/push.rs': ['it does not say where to upload to'],
    'registry/src/client/trust.rs': ['there is no certificate of an authority in it'],
    'registry/src/client/connector.rs': ['no connection within {} s'],
    'registry/src/cache.rs': ['it is no digest'],
    'registry/src/helper.rs': [
      "its name is not a program's",
      'no answer within {} s',
      'no reason given',
      'its answer is not understood: {error}',
    ],
    'registry/src/manifest.rs': [
      'its manifest: {error}',
      'it is of the kind {}, and nothing for dev containers ({CONFIGURATION})',
      'its manifest names no content',
      'its manifest names content by {:?}, which is no digest',
    ],
    'registry/src/repository.rs': ['it is not a host'],
    'registry/src/unpack.rs': ['it has more than {MOST_ENTRIES} entries', 'a header of it is too long'],
    'runner/src/templates/unpack.rs': [
      'a path in it is not Unicode',
      '{path} is a link, and where it leads cannot be known',
      'it holds more than {LARGEST} bytes',
      '{} leads out of the folder',
    ],
  },
  /** What is wrong with an entry of an archive, behind its name. */
  entries: {
    'registry/src/unpack.rs': [
      'has a name that is not UTF-8',
      'is a folder and something else',
      'is neither file, folder nor link',
      'has an absolute path',
      'leads out of its folder',
      'lies behind a link',
      'lies in something that is no folder',
      'is a link to nothing that can be named',
      'is a link that leads out of its folder',
      'is a second name of something that is no file before it',
    ],
  },
  /** Who depends on a Feature. */
  dependents: {
    'runner/src/features/error.rs': [", which '{id}' depends on,"],
  },
  /** What follows a sentence. */
  closings: {
    'runner/src/features/error.rs': [' The existing dev container was stopped.', ' See {url} to learn more.'],
  },
  /** What is wrong with a file, behind its name. */
  faults: {
    'runner/src/features/fetch.rs': ['is no JSON object', 'does not exist', "has no Feature '{id}'"],
    'runner/src/features/resolve.rs': ['cannot be read: {error}', 'has no content'],
  },
  /** What can be done about it. */
  hints: {
    'registry/src/error.rs': [
      "Correct or remove the file; `docker login` writes Docker's file with credentials anew.",
      'Install {program}, or remove it from "credsStore" and "credHelpers" in Docker\'s config.json.',
      "If the host's certificate comes from an authority of your company's, add that to the system's authorities, or name its file in SSL_CERT_FILE.",
      'Check the network connection, and HTTPS_PROXY and NO_PROXY if there is a proxy. What a lockfile names and was once fetched needs no network.',
      'Check the name and the version. If the repository is private, set GITHUB_TOKEN.',
      'Check the name and the version.',
      'The credentials came from {origin}. Renew them with `docker login {registry}`.',
      'Check the name. If it is private, log in with `docker login {registry}`.',
      "If that host is the registry's own, allow it with `{option}`.",
      'Tokens are asked for over HTTPS alone.',
      'Name the place that it leads to instead, if you trust it.',
      'Too much was asked of it; try again in a while.',
      'Try again in a while.',
      'What the registry gives now is not what was asked for. Try again; if it stays so, tell the publisher.',
      'Tell whoever published it, or use another version.',
      "Check the folder's owner and the space that is left.",
      'Write it as in `ghcr.io=auth.example.com`.',
    ],
    'runner/src/features/error.rs': [
      'the lockfile names this content, and the registry has it no more; `wharf upgrade` locks what the registry has now, `--no-lockfile` leaves the lockfile aside once',
      'a Feature is a folder with devcontainer-feature.json and install.sh; check the path or the version',
      '`wharf up` without --frozen-lockfile writes {}',
      '`wharf up` without --frozen-lockfile writes {} anew',
    ],
    'runner/src/extended.rs': ['Publish it as a Template is: `wharf templates publish`'],
    'runner/src/environment/layers.rs': [
      'Keep a copy beside this file and name it: "./base.json"; or name one in a registry: "ghcr.io/me/base:1"',
      'Other computers have other folders: write "./base.json"',
      '`wharf up` fetches it, and so does `wharf check --outdated`',
      'What is published may only name its own files',
      'Remove one of these',
      'Let fewer files stand below one another',
      'The path is relative to the folder of this file',
    ],
    'runner/src/templates.rs': [
      'Write <registry>/<namespace>/<id>:<version>, such as {}',
      'Apply the Template without --features, and add them by hand',
    ],
    'runner/src/templates/unpack.rs': [
      'Tell whoever published it, or use another version',
      'Put a folder in its place, or leave these files out with --omit-paths',
    ],
    'runner/src/gallery.rs': ['Look at what it would write now'],
    'runner/src/gallery/collection.rs': ['Write <registry>/<namespace>, such as ghcr.io/devcontainers/templates'],
  },
} as const;

/** Which parts of these are sentences of the program themselves. */
export const held = {
  'cannot read {}: {detail}': { detail: 'causes?' },
  'the credential helper {program} did not give the credentials of {registry}: {detail}': { detail: 'causes?' },
  '{host} cannot be reached: {detail}': { detail: 'causes?' },
  '{host} has not answered for {seconds} s while {what}': { what: 'activities' },
  '{what} does not exist': { what: 'things' },
  '{registry} refuses {what} ({status}): {detail}': { what: 'things', detail: 'causes?' },
  '{from} redirects to {to}, {why}': { why: 'redirects' },
  '{host} answers {status} for {what}: {detail}': { what: 'things', detail: 'causes?' },
  'Digest did not match for {what}. Expected {expected}, found {found}': { what: 'things' },
  '{what} is larger than {limit} bytes': { what: 'things' },
  '{what} is not usable: {detail}': { what: 'things', detail: 'causes?' },
  '{what} is not unpacked: its entry {entry} {why}': { what: 'things', why: 'entries?' },
  'cannot {action} {}: {source}': { action: 'actions' },
  "Feature '{user_id}'{} could not be processed: {error}": { 0: 'dependents', error: 'problems?' },
  "Feature '{user_id}'{} could not be processed: {} {problem}": { 0: 'dependents', problem: 'faults' },
  '{}: {error}': { error: 'lockfiles' },
  "Cannot use the '{user_id}' Feature since it was reported to be problematic. Please remove this Feature from your configuration and rebuild any dev container using it before continuing.{}{}":
    { 0: 'closings', 1: 'closings' },
  "the Feature '{}' cannot be had: {problem}{}": { problem: 'problems?', 1: 'dependents' },
  '{reference} is used as it was fetched before: {error}': { error: 'problems?' },
  '`extends` names {reference}: {error}': { error: 'problems?' },
  "no Feature can be added to the Template's {}: {error}": { error: 'problems?' },
  'the archive of {name} cannot be used: {why}': { why: 'causes?' },
  'asking for {}': { 0: 'things' },
  'receiving {}': { 0: 'things' },
} as const;
