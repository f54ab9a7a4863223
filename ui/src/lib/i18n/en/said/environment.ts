/** What the program says of an environment on its way up. */
export const environment = {
  /** What is wrong: messages of errors, warnings and diagnostics. */
  problems: {
    'runner/src/error.rs': [
      'there is no folder to keep state in: neither HOME nor WHARF_STATE_DIR is set',
      'there is no folder for settings: neither HOME nor WHARF_CONFIG_DIR is set',
      'cannot {action} {}: {source}',
      'cannot read {}: {source}',
      'cannot write {}: {source}',
      'the workspace folder {} {problem}',
      'Dev container config ({}) not found.',
      'Filename must be devcontainer.json or .devcontainer.json ({}).',
      'the configuration has errors',
      'the secrets file {} {problem}',
      '{error} ({engine} was chosen {chosen})',
      'the keeper cannot be used: {problem}',
      'this environment is not kept',
      '{text} is no port',
      'no container engine answers',
      '{url} cannot be cloned: {problem}',
      'git cannot be started: {source}',
      'what lies in the volume cannot be written to {}: {source}',
      'the Feature {feature} could not be installed{why}',
      "Service '{service}' configured in devcontainer.json not found in Docker Compose configuration.",
      'the configuration names dockerComposeFile, and Compose is not on this computer',
      '{environment} would do {} on this computer that {} not been allowed',
      'The expected container does not exist.',
      'there is no container to start',
      'there is no folder {} and no environment named {word}',
      '{word} tells {} environments',
      'nothing is allowed to {word}: neither to the folder {} nor to an environment of that name',
      'Dev container not found.',
      'The container {container} is {state}, not running.',
      'the container ended right after its start{}',
      'the container {container} {what}',
      'wharf could not bring the environment to rest: after {turns} turns it would still {next}',
      '{}{name} failed (exit {code})',
      '{}{name} failed',
    ],
    'runner/src/engines.rs': ['{name} {} is older than {floor}, the oldest that Wharf is tested with'],
    'runner/src/act.rs': ['{missing} is to be mounted into the container, but does not exist'],
    'runner/src/environment/paths.rs': ['the configuration names no Dockerfile'],
    'runner/src/environment/read.rs': [
      'initializeCommand is not run: the workspace lies in a volume, not in a folder of this computer',
      'workspaceMount is not used: the workspace lies in a volume, which is mounted at /workspaces',
      'the path {} is not valid Unicode, so no engine can be told of it',
    ],
    'runner/src/ports.rs': ['no port is forwarded: {}', 'hooks after the wait point have not run: {}'],
    'runner/src/read_configuration.rs': ['the engine does not have the image {image} yet'],
    'runner/src/requirements.rs': [
      'the configuration needs a GPU ({}), and the engine has none to give',
      'the configuration needs {} of free storage, and the engine has {found}',
      'the configuration needs {} processors, and the engine has {found}',
      'the configuration needs {} of {name}, and the engine has {found}',
    ],
    'runner/src/secrets.rs': [
      'the configuration asks for secrets that nobody gave: {}',
      'the secret {name} could not be read: {error}',
      'the secret {name} could not be kept: {error}',
    ],
    'runner/src/session.rs': ['a state file was damaged and has been set aside as {}'],
    'runner/src/status.rs': ['has not run', 'needs consent: {}'],
    'runner/src/compose/failure.rs': ['{} cannot be started: {problem}', 'Command failed: {}'],
    'runner/src/compose/observe.rs': ['what {} answers cannot be read: {error}'],
    'runner/src/compose/volume.rs': [
      'podman-compose starts no project whose files lie in a volume',
      'the Compose project names a path outside of the volume that it lies in{}',
    ],
  },
  /** Which command of a hook. */
  commands: {
    'runner/src/error.rs': [' ({name})'],
  },
  /** How many things. */
  amounts: {
    'runner/src/error.rs': ['something', '{count} things'],
  },
  /** The verb for one thing and for many. */
  auxiliaries: {
    'runner/src/error.rs': ['has', 'have'],
  },
  /** What others have said, behind what we say. */
  words: {
    'runner/src/error.rs': [' (exit {code})', ': {words}'],
  },
  /** What is wrong with a folder, behind its name. */
  folders: {
    'runner/src/locate.rs': ['is not a folder', 'does not exist'],
    'runner/src/gallery.rs': ['is not a folder of this computer'],
  },
  /** What is wrong with a file, behind its name. */
  faults: {
    'runner/src/secrets.rs': [
      'cannot be read: {error}',
      'is no JSON object: line {line}',
      'is no JSON object',
      'has a value for {name} that is not a text',
    ],
  },
  /** How an engine was chosen. */
  chosen: {
    'runner/src/engines.rs': ['with --engine', 'for {} with `wharf engine use`', 'in your settings'],
    'runner/src/connect.rs': ['with {variable}'],
  },
  /** What became of a container, behind its name. */
  fates: {
    'runner/src/headless.rs': ['was removed'],
  },
  /** What would be done next, as a verb. */
  steps: {
    'runner/src/reconciler.rs': [
      'run initializeCommand',
      'pull the image',
      'build the image',
      'create the container',
      'start the services',
      'remove the network',
      'start the container',
      'unpause the container',
      'stop the container',
      'remove the container',
      'run the hooks',
    ],
  },
  /** What could not be done to a file, as a verb. */
  actions: {
    'runner/src/store.rs': ['read', 'write', 'remove', 'set aside', 'create the folder of'],
    'runner/src/lock.rs': ['lock'],
    'runner/src/compose/volume.rs': ['write in'],
  },
  /** What is needed of a GPU. */
  needs: {
    'plan/src/requirements.rs': ['required', 'optional', 'required, {}'],
  },
  /** What there is too little of. */
  resources: {
    'spec/src/read/groups.rs': ['memory'],
  },
  /** What a path ends in. */
  endings: {
    'runner/src/compose/volume.rs': [', ending in {name}'],
  },
  /** What can be done about it. */
  hints: {
    'runner/src/error/said.rs': [
      '{hint}`{forget}` goes back to the first engine that answers.',
      "free some space on the engine's disk: `docker system df` shows what takes it; `wharf up` then goes on",
      'the project has these services: {}',
      'repositories are cloned with the git of this computer; install it, or copy a folder with `wharf up --volume`',
      '`wharf up` brings it up and keeps it',
      'name it as 3000, 8080:80 or 5433:db:5432',
      'free some space on the disk of this computer',
      'this folder has several: {}',
      'a configuration is .devcontainer/devcontainer.json or .devcontainer.json; the smallest is { "image": "debian" }',
      'start Docker or Podman, or point DOCKER_HOST to an engine',
      '`wharf up` in a terminal asks; `wharf up --trust` allows it without asking',
      'nothing was done; `wharf up` asks again',
      '`wharf shell` opens a shell where it failed; `wharf up` runs this hook again',
      'it runs on this computer, in the workspace folder; nothing after it has run',
      '`wharf list --all` shows the environments that there are',
      '`wharf trust list` shows what is allowed',
      'name the one you mean by its folder, or by the first characters of its id',
      '`wharf up` makes it',
      '`wharf up` without --expect-existing-container creates it',
      '`wharf up` brings it up',
      'it is one JSON object: { "NAME": "value" }',
      'without a keychain, secrets come from --secrets-file, from variables of the same names, or from you',
      'the image\'s own command does not go on; leave out "overrideCommand": false, or look at `docker logs {}`',
      'set HOME or WHARF_STATE_DIR',
      'this is a fault in wharf; please report it with the output of `wharf status --json`',
      'name a folder that exists: `wharf up <folder>`',
    ],
    'runner/src/engines.rs': ['Update it: what Wharf asks for may be missing.'],
    'runner/src/doctor/cures.rs': ['Install Docker Compose; it works with Podman too.'],
    'runner/src/doctor/mod.rs': ['{fix} {}'],
    'runner/src/act.rs': ['make it, or correct the path in the configuration'],
    'runner/src/environment/read.rs': ['rename the folder'],
    'runner/src/ports.rs': ['`wharf up` runs them'],
    'runner/src/read_configuration.rs': ['what the image brings is known once the environment was started'],
    'runner/src/requirements.rs': [
      "install NVIDIA's container toolkit and describe the devices with `nvidia-ctk cdi generate`; `--gpu-availability all` asks for them anyway",
      '`docker system df` or `podman system df` shows what takes the room',
      'where the engine runs in a virtual machine, its settings give it more; what is there may do',
    ],
    'runner/src/secrets.rs': [
      'keep them with `wharf secrets set`, set them in the environment of `wharf up`, or pass --secrets-file',
    ],
    'runner/src/session.rs': ['nothing is lost: what it held is gathered again'],
    'runner/src/status.rs': ['`wharf up` tries again', '`wharf up` asks for it'],
    'runner/src/compose/failure.rs': [
      'look at the lines above: the engine or a file refuses this user',
      'stop what has the port, or publish another one in the Compose file; `wharf up` then goes on',
      'make the file that the service names in `env_file`, for example with `initializeCommand`',
      "the lines above are Compose's own; correct the Compose file, then `wharf up` goes on",
    ],
    'runner/src/compose/volume.rs': [
      "name only what lies in the workspace, or an absolute path of the engine's machine",
    ],
  },
  /** What would help, before the commands that do it. */
  cures: {
    'runner/src/doctor/cures.rs': ['Install Docker Compose; it works with Podman too.'],
  },
} as const;

/** Which parts of these are sentences of the program themselves. */
export const held = {
  'cannot {action} {}: {source}': { action: 'actions' },
  'the workspace folder {} {problem}': { problem: 'folders' },
  'the secrets file {} {problem}': { problem: 'faults' },
  '{error} ({engine} was chosen {chosen})': { error: 'problems?', chosen: 'chosen' },
  'the keeper cannot be used: {problem}': { problem: 'causes?' },
  '{url} cannot be cloned: {problem}': { problem: 'causes?' },
  'the Feature {feature} could not be installed{why}': { why: 'words' },
  '{environment} would do {} on this computer that {} not been allowed': { 0: 'amounts', 1: 'auxiliaries' },
  'the container ended right after its start{}': { 0: 'words' },
  'the container {container} {what}': { what: 'fates' },
  'wharf could not bring the environment to rest: after {turns} turns it would still {next}': { next: 'steps?' },
  '{}{name} failed (exit {code})': { 0: 'hooks', name: 'commands' },
  '{}{name} failed': { 0: 'hooks', name: 'commands' },
  'no port is forwarded: {}': { 0: 'problems?' },
  'hooks after the wait point have not run: {}': { 0: 'problems?' },
  'the configuration needs a GPU ({}), and the engine has none to give': { 0: 'needs?' },
  'the configuration needs {} of {name}, and the engine has {found}': { name: 'resources?' },
  'the secret {name} could not be read: {error}': { error: 'problems?' },
  'the secret {name} could not be kept: {error}': { error: 'problems?' },
  'what {} answers cannot be read: {error}': { error: 'problems?' },
  'the Compose project names a path outside of the volume that it lies in{}': { 0: 'endings' },
  '{hint}`{forget}` goes back to the first engine that answers.': { hint: 'hints' },
  '{fix} {}': { fix: 'cures' },
} as const;
