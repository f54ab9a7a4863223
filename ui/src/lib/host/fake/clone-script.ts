/** What cloning a repository into a volume does, up to where it fails or goes on for as long as one looks. */
import { OPERATION, begin, end, failed, fails, planned, progress, wrote, type Beat } from './script';

const URL = 'https://github.com/acme/api.git';
const CLONE = 2;

const cloning: Beat[] = [
  begin(OPERATION, 'up'),
  begin(CLONE, 'clone', URL),
  planned(3, 'configuration'),
  planned(4, 'image'),
  planned(5, 'create'),
  wrote(CLONE, "Cloning into 'api'...\n"),
  wrote(CLONE, 'remote: Enumerating objects: 48211, done.\n', 300),
  progress(CLONE, 42, 100, 'Receiving objects', 600),
];

export function clone(ends: 'failed' | 'for ever'): Beat[] {
  if (ends === 'for ever') return [...cloning, { wait: 'for ever' }];
  return [
    ...cloning,
    wrote(CLONE, 'fatal: could not read Username: terminal prompts disabled\n'),
    failed(CLONE, 900),
    fails({
      message: `git could not clone ${URL}`,
      description: '',
      quotes: ['fatal: could not read Username: terminal prompts disabled'],
      hint: 'Sign in with git on this computer, then try again.',
    }),
    end(OPERATION, 900, undefined, 'failed'),
  ];
}
