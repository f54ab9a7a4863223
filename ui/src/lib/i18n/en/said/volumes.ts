/** What the program says of workspaces in volumes. */
export const volumes = {
  /** What is wrong: messages of errors, warnings and diagnostics. */
  problems: {
    'runner/src/volume/content.rs': ['{} is a link that leads out of the volume'],
    'runner/src/volume/fill.rs': ['not copied, since you may not read it: {}{more}'],
    'runner/src/volume/losses.rs': [
      'it could not be copied to look into it: {source}',
      'it could not be read: {error}',
      'git cannot read it: {why}',
    ],
    'runner/src/volume/open.rs': [
      'the engine has no volume {name}',
      'nothing has been cloned from {} on this engine',
      '{} has been cloned more than once: {}',
      'the volume {} does not say which workspace it holds',
    ],
    'runner/src/volume/prepare.rs': [
      'the copy from before is opened: what has changed in {} since is not in it',
      '{folder} is no folder in the repository',
      'not every submodule could be cloned: {}',
    ],
    'runner/src/volume/unpack.rs': ['it holds more than {} MB'],
  },
  /** What could not be done to a file, as a verb. */
  actions: {
    'runner/src/volume/room.rs': ['make a folder in'],
  },
  /** Why something is so, in the middle of a sentence. */
  causes: {
    'runner/src/volume/prepare.rs': [
      '{branch:?} cannot be the name of a branch',
      'it has no folder {}',
      'git gave no reason',
      'it asks who you are, and git has no answer',
      'it has no branch or tag {branch}',
      'there is no such repository, or it is not shown to you',
      'its host is not known',
      'its host is not one that ssh trusts',
      'its host does not answer as it should',
      'the disk of this computer is full',
      'git may not use this way to reach it',
      'git failed',
    ],
    'runner/src/volume/repository.rs': [
      'this kind of address starts a program on this computer',
      'this is no address of a repository',
      'it lies on this computer',
      '{scheme}:// is not a way to reach a repository',
    ],
  },
  /** How many were left out. */
  more: {
    'runner/src/volume/fill.rs': [' and {more} more'],
  },
  /** What can be done about it. */
  hints: {
    'runner/src/volume/content.rs': ['put the file itself in its place'],
    'runner/src/volume/fill.rs': ['make it readable and copy again, or go without it'],
    'runner/src/volume/open.rs': [
      '`wharf list` shows what there is; `wharf up <url>` clones a repository into one',
      '`wharf up {}` clones it',
      'name the one that is meant',
      'only volumes made by `wharf up <url>`, `wharf up --volume` or Visual Studio Code can be opened',
    ],
    'runner/src/volume/prepare.rs': [
      'to copy again, remove it first: `wharf down {} --volumes`',
      'name it from the top of the repository, such as `server/api`',
      '`git submodule update --init` in the environment tries again',
      'log in so that `git ls-remote` of it works, with a credential helper or an ssh key; wharf uses the same',
      '`git ls-remote` shows what it has',
      'look whether the address is right; a private one needs a login that git knows',
      'look whether the address is right',
      'connect to it once with `ssh`, which shows its key and asks',
      'look at the network connection and its proxy',
      'a clone needs room here until it is in the volume; --depth 1 needs less',
    ],
    'runner/src/volume/repository.rs': [
      'an address looks like https://host/path/name.git or user@host:path/name.git',
      '`wharf up --volume <folder>` copies a folder into a volume',
    ],
  },
  /** What brings a workspace into its volume, as it goes on. */
  progress: {
    'runner/src/volume/fill.rs': ['{} files and folders'],
    'runner/src/volume/git.rs': ['Receiving objects', 'Resolving deltas', 'Updating files'],
  },
} as const;

/** Which parts of these are sentences of the program themselves. */
export const held = {
  'not copied, since you may not read it: {}{more}': { more: 'more' },
  'not every submodule could be cloned: {}': { 0: 'causes?' },
} as const;
