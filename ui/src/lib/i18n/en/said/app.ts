/** What the program says of the window itself: settings, links, terminals, logs. */
export const app = {
  /** What is wrong: messages of errors, warnings and diagnostics. */
  problems: {
    'runner/src/configuration.rs': ['it is no file', 'it is too long to be shown'],
    'runner/src/editor.rs': [
      '{} opens folders of this computer, and this environment has none',
      '{} is no file of this configuration',
      '{} is not there any more',
    ],
    'runner/src/editor/known.rs': ['the editor {chosen} is not on the search path', 'no editor was found'],
    'runner/src/known.rs': ['this names no environment'],
    'runner/src/link.rs': ['A link to Wharf was not followed: {problem}.', 'this address is not opened: {problem}'],
    'runner/src/log_view.rs': ['this log is not open any more'],
    'runner/src/log_view/matcher.rs': [
      'a text to look for has at most {LONGEST} bytes',
      'this is no regular expression: {}',
    ],
    'runner/src/operations.rs': [
      'an operation named {id} runs already',
      'the operation {id} asks for no consent',
      'this is no value that a variable can have',
      'the operation {id} asks for no secret',
      'there is no operation named {id}',
      'this is no repository that can be cloned',
    ],
    'runner/src/settings.rs': [
      'there is no setting named {name}',
      '{name} is an object of settings',
      '{name} is no setting that this Wharf knows',
      '{} cannot be changed: {problem}',
    ],
    'runner/src/settings/keys.rs': ['{} is {}'],
    'runner/src/space.rs': [
      'at most {MOST_ITEMS} things can be removed at once',
      'it is in use again, or gone already',
    ],
    'runner/src/terminals.rs': [
      'this is no command that can be run',
      'too many terminals are open: close one first',
      'this is more than can be pasted at once',
      'the program in the terminal does not read what is typed',
      'this terminal was closed',
      'no terminal has this size',
    ],
    '../src/desktop.rs': [
      '{} does not start: {error}',
      'there is no {} to show',
      '{value} is none of the editors that were found; another one can be named in the settings file',
    ],
    'runner/src/integration/files.rs': ["{} is there already, and not Wharf's"],
    'runner/src/integration/mod.rs': ['there is no home folder to find file managers in'],
  },
  /** What could not be done to a file, as a verb. */
  actions: {
    'runner/src/watch.rs': ['watch'],
    'runner/src/log_view/view.rs': ['keep a log in'],
  },
  /** Why something is so, in the middle of a sentence. */
  causes: {
    'runner/src/link.rs': [
      'it is longer than any that Wharf would make',
      'it has control characters in it',
      'it cannot be read',
      "it is none of Wharf's",
      'the only thing that a link can ask for is to open something',
      'it has parts that mean nothing here',
      'it must name one folder or one url, and nothing else',
      "the folder's name cannot be read",
      'the folder is on another computer',
      'the folder must be named from the root',
      "the folder's name leads elsewhere than it seems to",
      'the address cannot be read',
      'the address is none of a repository',
      'the address is none of a repository on a network',
      'the address has a name or a password in it',
      'it is too long',
      'only http and https are',
      'it has a name or a password in it',
      'it names no host',
    ],
  },
  /** What a setting must be. */
  values: {
    'runner/src/settings/keys.rs': ['a text', 'true or false', 'a number from {least} to {most}', '{} or {last}'],
  },
  /** What can be done about it. */
  hints: {
    'runner/src/editor.rs': ['choose an editor that works inside the container: {}'],
    'runner/src/editor/known.rs': [
      'name another one in the settings: `wharf settings set integration.editor <program>`',
      'name yours in the settings: `wharf settings set integration.editor <program>`',
    ],
    'runner/src/known.rs': ['environments are named as the list names them'],
    'runner/src/operations.rs': ['Write its address, such as https://github.com/owner/repository'],
    'runner/src/settings.rs': [
      'did you mean {meant}?',
      '`wharf settings list` shows every setting',
      'It counts as not written.',
      'Did you mean {meant}?',
      'correct it by hand, or remove the file',
    ],
    'runner/src/integration/files.rs': ['move it away and try again'],
    'runner/src/integration/mod.rs': ['set HOME'],
  },
} as const;

/** Which parts of these are sentences of the program themselves. */
export const held = {
  'A link to Wharf was not followed: {problem}.': { problem: 'causes?' },
  'this address is not opened: {problem}': { problem: 'causes?' },
  '{} cannot be changed: {problem}': { problem: 'problems?' },
  '{} is {}': { 1: 'values' },
} as const;
