import { expect, test } from 'vitest';
import { clonedName, hostOf, isRepository } from './repository';

test.each([
  ['https://github.com/acme/api.git', 'api', 'github.com'],
  ['https://git.example.com:8443/acme/api/', 'api', 'git.example.com:8443'],
  ['https://ada@git.example.com/acme/api', 'api', 'git.example.com'],
  ['git@github.com:acme/api.git', 'api', 'github.com'],
  ['ssh://git@git.example.com/~ada/notes.git', 'notes', 'git.example.com'],
])('%s is a repository', (address, name, host) => {
  expect(isRepository(address)).toBe(true);
  expect(clonedName(address)).toBe(name);
  expect(hostOf(address)).toBe(host);
});

test.each([
  ['https://github.com@evil.example/acme/api', 'evil.example'],
  ['https://a@github.com@evil.example/acme/api', 'evil.example'],
  ['https://evil.example#@github.com/acme/api', 'evil.example'],
  ['https://evil.example?@github.com/acme/api', 'evil.example'],
  ['ssh://git@evil.example:22/github.com/api', 'evil.example:22'],
])('%s comes from where a program would go, not from where it seems to', (address, host) => {
  expect(hostOf(address)).toBe(host);
});

test.each([
  'acme',
  '/home/ada/src',
  '--upload-pack=evil',
  'ext::sh -c evil',
  'file:///etc',
  'https://github.com/',
  'https://-oProxyCommand=evil/x',
  'https://github.com/acme/api\u202egit',
  'https://github.com/a b',
])('%s is none', (address) => {
  expect(isRepository(address)).toBe(false);
});
