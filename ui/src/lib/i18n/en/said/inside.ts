/** What the program says of the inside of a container: its agent, its hooks, its ports. */
export const inside = {
  /** What is wrong: messages of errors, warnings and diagnostics. */
  problems: {
    'runner/src/keeper/kept.rs': ['the engine does not answer in time', 'the agent does not answer in time'],
    'runner/src/hooks.rs': ['the dotfiles could not be installed (exit {}){why}'],
    'runner/src/keychain.rs': [
      'no keychain can be used here: {reason}',
      'the keychain did not answer within {seconds} s',
      'the keychain refused: {reason}',
    ],
    'runner/src/keeper/exec.rs': ['the keeper has gone away'],
    'runner/src/keeper/shared.rs': ['its engine is being looked for; what was asked is done when it is there'],
    'runner/src/keeper/kept/ports.rs': ['port 0 is no port', "the address is none of this computer's"],
    'runner/src/inside/error.rs': [
      'this build of wharf has no agent for containers of the architecture {architecture}',
      'the container {container} has a read-only root file system and no writable volume, so the agent cannot be put into it',
      'the agent did not start in the container{}',
      'the agent and wharf do not understand each other: {what}',
      'the agent inside this wharf (version {version}) was built from other sources than wharf itself, and they do not understand each other',
      'the connection into the container ended before its work was done{}',
      'cannot connect to {host}:{port} in the container: {failure}',
      'programs in the container cannot hand over links: {reason}',
      'the container has no room for what was asked of it: {reason}',
      'unable to find user {user}: no matching entries in passwd file',
      'unable to find group {group}: no matching entries in group file',
      'the agent cannot become the user {user} in the container: {reason}',
      '{stream} cannot be used any more: {error}',
    ],
    'agent/src/inside/probe.rs': [
      'the shell {} could not be asked for the environment: {message}',
      'the shell {} took longer than {} seconds to start. Its start-up files must not wait for input. Going on without its environment',
    ],
    'agent/src/inside/ownership.rs': ['{} could not be given to the user: {error}'],
    'agent/src/inside/set_up.rs': ['{file} could not be changed for login shells: {error}'],
  },
  /** The properties of hooks. */
  hooks: {
    'spec/src/config/lifecycle.rs': [
      'initializeCommand',
      'onCreateCommand',
      'updateContentCommand',
      'postCreateCommand',
      'postStartCommand',
      'postAttachCommand',
    ],
  },
  /** What others have said, behind what we say. */
  words: {
    'runner/src/hooks.rs': [': {}'],
    'runner/src/inside/error.rs': [': {said}'],
  },
  /** What became of a container, behind its name. */
  fates: {
    'runner/src/hooks.rs': [
      'was removed by somebody else meanwhile',
      'is being removed by somebody else',
      'is {state} now, and ran when the hooks began',
    ],
  },
  /** What could not be done to a file, as a verb. */
  actions: {
    'runner/src/keeper/server.rs': ['keep', 'listen on'],
    'runner/src/keeper/place.rs': ['use'],
  },
  /** Why something is so, in the middle of a sentence. */
  causes: {
    'runner/src/keychain.rs': [
      'this program was told to use none',
      'it broke off',
      'the value is no text',
      'the value is longer than it keeps ({most})',
      'there are several values under this name',
    ],
    'runner/src/keeper/client.rs': [
      "the one that runs has an administrator's rights, and takes nothing from this program; end it as administrator with `wharf keeper --leave`",
      'one of wharf {version} runs, which this one does not understand',
      'it does not begin',
      'it has gone away',
    ],
    'runner/src/keeper/server.rs': ['it ended too often'],
    'agent/src/network.rs': [
      'connection refused',
      'nobody answered in time',
      'the name is not known in the container',
      'there are too many connections already',
    ],
    'agent/src/inside/identity.rs': ['the agent runs as user {own}, which cannot become {}'],
  },
  /** The streams of a program. */
  streams: {
    'runner/src/inside/exec.rs': ['standard input', 'standard output', 'standard error'],
  },
  /** What can be done about it. */
  hints: {
    'runner/src/inside/error.rs': [
      'Run `cargo xtask agent`, then build wharf again; a released wharf has the agents inside.',
      'Run `cargo xtask agent`, then build wharf again; a released wharf has the agents that fit it.',
      'Mount a volume somewhere in the container, or leave out `--read-only` in runArgs.',
      'End something that runs in the container, or allow it more processes (--pids-limit in `runArgs`).',
      'Look whether the container still runs, and what its log says.',
      'The container may have been stopped or removed. Run the command again to go on from there.',
      'Name a user in remoteUser or containerUser that the image has; {user} is none it can use.',
      'Name a group that the image has; {group} is none of them.',
      "Name a service of the environment's Compose project, or an address; {host} is neither.",
    ],
    'runner/src/hooks.rs': [
      'the environment goes on without them, and the next `up` tries again; `--log-level debug` shows all they wrote',
    ],
  },
  /** Why a port is as it is. */
  reasons: {
    'runner/src/keeper/report.rs': [
      'a server of {editor}',
      'an editor forwards it',
      'published by the engine',
      "on this computer's own network",
      'this computer does not listen there: {words}',
      'an administrator lets every user have it with `sysctl net.ipv4.ip_unprivileged_port_start={port}`',
      "the system's administrator can allow it",
    ],
  },
} as const;

/** Which parts of these are sentences of the program themselves. */
export const held = {
  'the dotfiles could not be installed (exit {}){why}': { why: 'words' },
  'no keychain can be used here: {reason}': { reason: 'causes?' },
  'the keychain refused: {reason}': { reason: 'causes?' },
  'the agent did not start in the container{}': { 0: 'words' },
  'the connection into the container ended before its work was done{}': { 0: 'words' },
  'cannot connect to {host}:{port} in the container: {failure}': { failure: 'causes?' },
  'the agent cannot become the user {user} in the container: {reason}': { reason: 'causes?' },
  '{stream} cannot be used any more: {error}': { stream: 'streams' },
} as const;
