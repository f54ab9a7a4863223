/** What cloning a repository does, up to where it fails or goes on for as long as one looks; and hooks that want secrets. */
import { OPERATION, begin, end, failed, fails, planned, progress, wantsSecret, wrote, type Beat } from './script';

const URL = 'https://github.com/acme/api.git';
const CLONE = 2;

const folder = '/home/ada/src/api-server';
const environment = {
  name: 'api-server',
  folder,
  configuration: `${folder}/.devcontainer/devcontainer.json`,
};

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

/** Hooks that want a secret with a page about it, and one of which nothing is known. */
export const upWithSecrets: Beat[] = [
  begin(OPERATION, 'up'),
  begin(2, 'configuration'),
  end(2, 4),
  begin(3, 'hooks'),
  ...wantsSecret(3, {
    environment,
    name: 'NPM_TOKEN',
    description: 'For packages that only people of the company see.',
    documentationUrl: 'https://example.com/tokens',
    canBeKept: true,
  }),
  ...wantsSecret(3, { environment, name: 'SENTRY_DSN', canBeKept: false }),
  end(3, 20),
  end(OPERATION, 30),
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
