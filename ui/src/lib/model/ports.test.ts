import { expect, test } from 'vitest';
import type { Port } from '../api';
import { conflictText, forwarded, insideOf, outsideOf, portNumber } from './ports';

const port = (change: Partial<Port> = {}): Port => ({
  port: 5432,
  source: 'declared',
  state: 'forwarded',
  notice: 'notify',
  local: { address: '127.0.0.1', port: 5433, url: 'http://localhost:5433' },
  ...change,
});

test('inside and outside', () => {
  expect([insideOf(port()), insideOf(port({ host: 'db' }))]).toEqual(['5432', 'db:5432']);
  expect(outsideOf(port())).toBe('localhost:5433');
  expect(outsideOf(port({ local: { address: '0.0.0.0', port: 80, url: '' } }))).toBe('0.0.0.0:80');
  expect(outsideOf(port({ local: null }))).toBeUndefined();
});

test('a conflict names the other side, and where the port is instead', () => {
  const taken = (holder: NonNullable<Port['conflict']>['holder'], change: Partial<Port> = {}): string | undefined =>
    conflictText(port({ conflict: { port: 5432, holder }, ...change }));
  expect(taken({ kind: 'process', name: 'postgres', pid: 812 })).toBe(
    'Port 5432 is taken by postgres (process 812). It is at 5433 instead.',
  );
  expect(taken({ kind: 'environment', id: 'x', name: 'web', port: 5432 }, { local: null })).toBe(
    'Port 5432 is taken by port 5432 of web.',
  );
  expect(conflictText(port())).toBeUndefined();
});

test.each([
  ['3000', 3000],
  [' 80 ', 80],
  ['0', undefined],
  ['65536', undefined],
  ['1e3', undefined],
  ['', undefined],
  ['-1', undefined],
])('%j typed as a port', (typed, expected) => expect(portNumber(typed)).toBe(expected));

test('what is stopped is not counted', () => {
  const states = ['forwarded', 'stopped', 'editor', 'published', 'waiting'] as const;
  expect(forwarded(states.map((state) => port({ state })))).toBe(2);
});
