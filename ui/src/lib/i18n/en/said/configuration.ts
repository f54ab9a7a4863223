/** What the program says of the text of a configuration. */
export const configuration = {
  /** What is wrong: messages of errors, warnings and diagnostics. */
  problems: {
    'spec/src/document.rs': [
      'Dev container config ({}) must contain a JSON object literal.',
      'nesting is deeper than {MAXIMUM_DEPTH} levels',
      'a string cannot go on behind the end of a line',
      'expected a comma',
      "expected a colon after the property's name",
      'expected a value after the colon',
      "expected a property's name in double quotes",
      'single quotes do not make a string',
      'expected a value, but found a bare word',
      'a closing brace does not belong here',
      'a closing bracket does not belong here',
      'a colon does not belong here',
      'a comma does not belong here',
      'this does not belong here',
      'this array is never closed',
      'this object is never closed',
      'this comment is never closed',
      "the text goes on after the object's end",
      'nesting is too deep',
      '`{property}` is written twice; only this one counts',
    ],
    'spec/src/read/reader.rs': [
      '`{}` must be {expected}, but is {}',
      '`{}` must be a whole number of at least 1, but is {written}',
      '`{}` must be one of {allowed}, but is "{text}"',
      '`{}` is not a known property and is ignored',
    ],
    'spec/src/read/groups.rs': [
      '`{property}` must be a size, but is "{text}"',
      '`{property}` must be a size in a string, but is {}',
      '`{}` is not the name of an environment variable',
      '`{}` must be {EXPECTED}, but is "{text}"',
      '`{}` must be {expected}, but is {value}',
      '`{}` does not say where to mount',
      '`{}` lacks `{required}`',
      '`{}` means no port and is ignored',
      'Write a port (3000), a range (3000-3010), a host and its port (db:5432), or a regular expression for command lines without lookaround and backreferences',
    ],
    'spec/src/read.rs': ['`{property}` has no effect {why}'],
    'spec/src/metadata.rs': [
      'the label `{LABEL}` of {image} is {} and is ignored',
      'the label `{LABEL}` of {image} is not JSON and is ignored: {error}',
      '`{property}` of {image} is {} and is ignored',
      '{}; {image} says so, and it is ignored',
    ],
    'spec/src/edit.rs': ['{} is not an object'],
    'spec/src/resolve.rs': [
      'No dev container config and no workspace found.',
      'Dev container config (vscode-fileHost:{}) is missing one of "image", "dockerFile" or "dockerComposeFile" properties.',
      'No image information specified in devcontainer.json.',
    ],
    'spec/src/substitute.rs': [
      "'{variable}' in {file} can not be resolved because no environment variable name is given.",
    ],
    'spec/src/dockerfile.rs': [
      'Error parsing Dockerfile: Dockerfile contains no FROM instructions',
      'Error parsing Dockerfile: failed to parse final FROM line',
    ],
    'spec/src/compose/yaml.rs': ['the text has {length} bytes, more than the {LONGEST} that are read'],
    'spec/src/extends/mod.rs': ['`extends` must name a file, or several files in an array'],
    'spec/src/feature/reference/error.rs': [
      'Legacy feature \'{reference}\' not supported. Please check https://containers.dev/features for replacements.\nIf you were hoping to use local Features, remember to prepend your Feature name with "./". Please check https://containers.dev/implementors/features-distribution/#addendum-locally-referenced for more information.',
      "the Feature '{reference}' is not a URL: {reason}",
      "the Feature '{reference}' must end in devcontainer-feature-<id>.tgz, with an id of letters, digits, `-` and `_`",
      "the Feature '{reference}' is an absolute path, and a local Feature is named relative to its configuration",
      "the Feature '{reference}' lies at {folder}, and a local Feature must lie in {allowed}",
      "the Feature '{reference}' has the digest '{digest}', and a digest is `sha256:` and 64 hexadecimal digits",
      "the Feature '{reference}' has the version '{tag}', and a version is up to 128 letters, digits, `.`, `_` and `-`",
      "the Feature '{reference}' has the path '{path}', and a registry has <namespace>/<id> of letters, digits, `.`, `_` and `-`",
      "the Feature '{reference}' names no registry, URL or folder",
    ],
    'spec/src/feature/graph.rs': [
      '{error}{}',
      "The Feature '{}' wants to be installed after '{dependency}', which is ignored: {error}",
    ],
    'spec/src/feature/order.rs': [
      'the Features wait for each other: {}',
      "Feature '{entry}' in 'overrideFeatureInstallOrder' could not be processed.",
      "overrideFeatureInstallOrder names '{entry}', which is none of the Features that are installed",
    ],
    'spec/src/feature/options.rs': [
      "The Feature '{user_id}' does not know the option '{name}'.{meant}",
      "The option '{name}' of the Feature '{user_id}' is '{text}', and it knows {allowed}.",
      "The Feature '{user_id}' has no option 'version', so '{version}' has no effect.",
    ],
    'spec/src/feature/advisory.rs': [
      'the Feature {name} is deprecated: it will not receive any further updates',
      'the Feature {name} has been renamed: put "{current}" into devcontainer.json',
    ],
    'spec/src/feature/asked.rs': [
      "(!) WARNING: Using the deprecated '{id}' Feature. See https://github.com/devcontainers/features/tree/main/src/{current}#example-usage for the updated Feature.",
      "(!) WARNING: Using the deprecated '{name}' Feature. It is now part of the '{current}' Feature. See https://github.com/devcontainers/features/tree/main/src/{current}#options for the updated Feature.",
    ],
    'spec/src/feature/lockfile.rs': [
      'the lockfile is not JSON: {reason}',
      "the lockfile's `{property}` must be {expected}",
    ],
  },
  /** What is wrong with a lockfile, behind its name. */
  lockfiles: {
    'spec/src/feature/lockfile.rs': [
      'the lockfile is not JSON: {reason}',
      "the lockfile's `{property}` must be {expected}",
    ],
  },
  /** Who depends on a Feature. */
  dependents: {
    'spec/src/feature/graph.rs': ["; the Feature '{id}' depends on it"],
  },
  /** What was probably meant. */
  suggestions: {
    'spec/src/feature/options.rs': [" Did you mean '{name}'?"],
  },
  /** Who says something. */
  authors: {
    'spec/src/edit.rs': ['the configuration'],
  },
  /** Why a property has no effect. */
  conditions: {
    'spec/src/read.rs': [
      'with `dockerComposeFile`',
      'with `dockerComposeFile`; the Compose file says how to build',
      'without `dockerComposeFile`',
      'because a Dockerfile is given',
      'without `dockerfile`',
      'because `image` is given',
      'without `dockerFile`; use `build.context`',
    ],
  },
  /** What a value must be, and what it is. */
  forms: {
    'spec/src/read/reader.rs': [
      'a string',
      'a string or null',
      'true or false',
      'an array of strings',
      'a string or an array of strings',
      'an object',
      'an array',
      'a boolean',
      'a number',
      'null',
      'one of {allowed}',
    ],
    'spec/src/read/groups.rs': [
      'true, false, "optional" or an object',
      'a string, an array of strings or an object of these',
      'a port from 0 to 65535 or a string such as "db:5432"',
      'a port from 0 to 65535 or a string such as "8000:8010"',
      'a string or an object',
    ],
  },
  /** Values to choose from. */
  lists: {
    'spec/src/read/reader.rs': ['{} or {last}'],
  },
  /** What can be done about it. */
  hints: {
    'spec/src/document.rs': [
      'Write the configuration as one object: { "image": "debian" }',
      'A configuration is never this deep; look for a bracket that was meant to close here',
      'Write \\n where the line should end',
      'Put a comma between this value and the next',
      'Write it as "name": value',
      'Use double quotes',
      'Put text in double quotes',
      'Look before it for a missing value or an open [',
      'Look before it for a missing value or an open {',
      'Add the missing ]',
      'Add the missing }',
      'Add the missing */',
      'The first one is on line {}; remove one of them',
    ],
    'spec/src/read/reader.rs': [
      'Put it in quotes: "{value}"',
      'Write {text} without quotes',
      'Write each word as an element: ["first", "second"]',
      'Remove it to keep the default',
      'Did you mean "{name}"?',
      'Did you mean `{name}`?',
    ],
    'spec/src/read/groups.rs': [
      'Write a number of bytes, or a number with kb, mb, gb or tb, such as "8gb"',
      'Use letters, digits and underscores, and no digit first',
      'Write {port} without quotes',
      'Add target=/path/in/the/container',
      'Add it, such as {example}',
    ],
    'spec/src/resolve.rs': [
      'Name the folder with `--workspace-folder`, or the configuration with `--config`',
      'Add `image` with the name of an image, `build.dockerfile` with a Dockerfile, or `dockerComposeFile` and `service`',
      'Name a variable: {}:NAME}',
    ],
    'spec/src/extends/mod.rs': ['Name a file beside this one: "./base.json"'],
    'spec/src/feature/lockfile.rs': ['Restore the lockfile from version control, or remove it to have it written anew'],
    'spec/src/feature/order.rs': ['Remove one of them, or ask its author to drop the dependency'],
    'spec/src/feature/reference/error.rs': [
      'Use the address of the archive itself: https://host/devcontainer-feature-<id>.tgz',
      "Move the Feature into .devcontainer, and name it from the configuration's folder: ./<feature>",
      'Write a version after a colon: {bare}:1',
      'Write <registry>/<namespace>/<id>:<version>, such as ghcr.io/devcontainers/features/node:1',
    ],
  },
} as const;

/** Which parts of these are sentences of the program themselves. */
export const held = {
  '`{}` must be {expected}, but is {}': { expected: 'forms', 1: 'forms' },
  '`{}` must be a whole number of at least 1, but is {written}': { written: 'forms?' },
  '`{}` must be one of {allowed}, but is "{text}"': { allowed: 'lists?' },
  '`{property}` must be a size in a string, but is {}': { 0: 'forms' },
  '`{}` must be {EXPECTED}, but is "{text}"': { EXPECTED: 'forms' },
  '`{}` must be {expected}, but is {value}': { expected: 'forms', value: 'word' },
  '`{property}` has no effect {why}': { why: 'conditions' },
  'the label `{LABEL}` of {image} is {} and is ignored': { 0: 'forms' },
  '`{property}` of {image} is {} and is ignored': { 0: 'forms' },
  '{}; {image} says so, and it is ignored': { 0: 'problems?' },
  '{} is not an object': { 0: 'authors?' },
  '{error}{}': { error: 'problems?', 0: 'dependents' },
  "The Feature '{}' wants to be installed after '{dependency}', which is ignored: {error}": { error: 'problems?' },
  "The Feature '{user_id}' does not know the option '{name}'.{meant}": { meant: 'suggestions' },
  "the lockfile's `{property}` must be {expected}": { expected: 'forms' },
  'one of {allowed}': { allowed: 'lists?' },
} as const;
