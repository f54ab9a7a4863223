import { expect, test } from 'vitest';
import {
  about,
  baseName,
  bytes,
  duration,
  moment,
  relativePath,
  shortHashes,
  shortPath,
  shortVersion,
  unveiled,
} from './format';

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_000, '1.0 s'],
  [14_949, '14.9 s'],
  [59_999, '59.9 s'],
  [65_000, '1 min 05 s'],
  [3_661_000, '1 h 01 min'],
  [-5, '0 ms'],
])('%d milliseconds', (milliseconds, expected) => expect(duration(milliseconds)).toBe(expected));

test.each([
  [400, '400 ms'],
  [9_400, '9.4 s'],
  [11_800, '12 s'],
  [48_200, '48 s'],
  [65_000, '1 min 05 s'],
])('about %d milliseconds', (milliseconds, expected) => expect(about(milliseconds)).toBe(expected));

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [34_250_000, '34.2 MB'],
  [2_000_000_000, '2.0 GB'],
])('%d bytes', (count, expected) => expect(bytes(count)).toBe(expected));

test.each([
  ['/home/ada/src/api', '/home/ada', '~/src/api'],
  ['/home/ada/src/api', '/home/ada/', '~/src/api'],
  ['/home/ada', '/home/ada', '~'],
  ['/home/adam/src', '/home/ada', '/home/adam/src'],
  ['C:\\Users\\Ada\\src', 'C:\\Users\\Ada', '~\\src'],
  ['/srv/src', undefined, '/srv/src'],
  ['/srv/src', '/', '/srv/src'],
])('%s seen from home %s', (path, home, expected) => expect(shortPath(path, home)).toBe(expected));

test.each([
  ['/src/api/.devcontainer/devcontainer.json', '/src/api', '.devcontainer/devcontainer.json'],
  ['/src/api-two/devcontainer.json', '/src/api', '/src/api-two/devcontainer.json'],
  ['/src/api', '/src/api', '/src/api'],
  ['/src/api/a', undefined, '/src/api/a'],
])('%s seen from %s', (path, folder, expected) => expect(relativePath(path, folder)).toBe(expected));

test('names of folders', () => {
  expect(baseName('/src/api/')).toBe('api');
  expect(baseName('C:\\src\\api')).toBe('api');
  expect(baseName('/')).toBe('/');
});

test('hashes are cut to what tells them apart', () => {
  const hash = '795535e56e4ed3104852cb0458562e9a4c365bc44ed9802c6c0123456789abcd';
  expect(shortHashes(`vsc-b-${hash}`)).toBe('vsc-b-795535e56e4e');
  expect(shortHashes(`sha256:${hash} present`)).toBe('sha256:795535e56e4e present');
  expect(shortHashes(hash + hash)).toBe(hash + hash);
});

test('versions', () => {
  expect(shortVersion('28.5.2')).toBe('28.5');
  expect(shortVersion('5')).toBe('5');
});

test('a moment names the day only when it is another', () => {
  const now = new Date(2026, 10, 22, 18, 30);
  expect(moment(new Date(2026, 10, 22, 9, 12), now, 'en-GB')).toBe('09:12');
  expect(moment(new Date(2026, 10, 21, 9, 12), now, 'en-GB')).toBe('21 Nov, 09:12');
  expect(moment(new Date('of no use'), now, 'en-GB')).toBe('');
  expect(moment(new Date(2025, 10, 21, 9, 12), now, 'en-GB')).toBe('21 Nov 2025, 09:12');
});

test.each([
  ['https://example.com/ä?b=日本#c', 'https://example.com/ä?b=日本#c'],
  ['a\u202egnp.exe', 'a\\u{202e}gnp.exe'],
  ['a\u200b\u0007\u2028b', 'a\\u{200b}\\u{7}\\u{2028}b'],
])('%j hides nothing', (text, shown) => expect(unveiled(text)).toBe(shown));
