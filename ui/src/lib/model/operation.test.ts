import { describe, expect, test } from 'vitest';
import type { Event } from '../api';
import * as scripts from '../host/fake/scripts';
import type { Beat } from '../host/fake/script';
import { Operation } from './operation';
import { rows, runningLabel, type Row } from './rows';

/** The operation after these beats; waiting counts as nothing. */
function played(beats: readonly Beat[]): Operation {
  const operation = new Operation();
  let timestamp = 1_000_000;
  for (const beat of beats) {
    if ('wait' in beat) continue;
    timestamp += beat.after;
    const { step, parent, kind } = beat;
    operation.apply({ timestamp, workspace: scripts.API_SERVER, step, parent, environment: 'id', ...kind } as Event);
  }
  return operation;
}

/** A row as a line of text, with its parts indented below it. */
function drawn(all: readonly Row[], indent = ''): string[] {
  return all.flatMap(({ label, state, subject, detail, milliseconds, output, parts }) => [
    [
      `${indent}${label} ${state}`,
      subject ?? '-',
      detail ?? '-',
      milliseconds,
      output ? `${output.lines.length} lines` : '-',
    ].join(' | '),
    ...drawn(parts, `${indent}  `),
  ]);
}

test('what is to come is known from the beginning', () => {
  const operation = played(scripts.beginning);
  expect(drawn(rows(operation))).toEqual([
    'configuration done | - | 1 warning | 4 | -',
    'image planned | ghcr.io/acme/base:3 | - | 0 | -',
    'build planned | - | - | 0 | -',
    'container planned | - | - | 0 | -',
    'hooks planned | - | - | 0 | -',
  ]);
  expect(operation.environment?.name).toBe('api-server');
  expect(operation.environmentId).toBe('id');
  expect(operation.engine?.version).toBe('28.5.2');
  expect(operation.diagnostics.map(({ message }) => message)).toEqual(['`settings` is deprecated']);
});

test('a start from its beginning to its end', () => {
  const operation = played(scripts.upWithConsent);
  expect(drawn(rows(operation))).toEqual([
    'configuration done | - | 1 warning | 4 | -',
    'image cached | ghcr.io/acme/base:3 | present | 2 | -',
    'build done | vsc-api-server-features | 1 of 5 steps reused | 12400 | 14 lines',
    '  build cached | [base 1/5] FROM ghcr.io/acme/base:3 | - | 12 | -',
    '  build done | [2/5] RUN apt-get update | - | 2400 | -',
    '  build done | [3/5] RUN apt-get install -y git make postgresql-client | - | 6100 | -',
    '  build done | [4/5] RUN /tmp/features/node/install.sh | - | 3300 | -',
    '  build done | [5/5] COPY --chown=vscode tools /opt/tools | - | 60 | -',
    'container done | keen_lovelace | - | 300 | -',
    'setUp done | - | - | 40 | -',
    'hooks done | - | - | 2100 | -',
    '  hooks done | onCreateCommand | - | 90 | 1 lines',
    '  hooks done | postCreateCommand | - | 1950 | 5 lines',
    '    hooks done | deps | - | 1900 | -',
    '    hooks done | db | - | 900 | -',
  ]);
  expect(operation.ready?.remoteUser).toBe('vscode');
  expect(operation.consent).toBeUndefined();
});

test('a step shows what runs in it, and how far it is', () => {
  const operation = played(scripts.upWithoutEnd);
  const build = rows(operation).find(({ label }) => label === 'build');
  expect(build?.state).toBe('running');
  expect(build?.progress).toEqual({
    current: 2,
    total: 5,
    text: '[3/5] RUN apt-get install -y git make postgresql-client',
  });
  expect(runningLabel(operation)).toBe('build');
  expect(runningLabel(undefined)).toBeUndefined();
});

describe('what waits for somebody', () => {
  test('a question is there until it is answered', () => {
    const asked = scripts.upWithConsent.findIndex((beat) => 'wait' in beat);
    expect(played(scripts.upWithConsent.slice(0, asked)).consent).toBe(scripts.consent);
    expect(played(scripts.upWithConsent.slice(0, asked + 2)).consent).toBeUndefined();
  });

  test('another Wharf', () => {
    expect(played(scripts.upThatWaits).waiting).toEqual({ what: 'lock', pid: 812, command: 'wharf up' });
  });
});

test.each([
  [scripts.upWithFailedHook, scripts.hookError, ['hooks failed', '  hooks failed', '    hooks failed']],
  [scripts.upWithFailedBuild, scripts.buildError, ['build failed', '  build failed']],
])('a failure is found in its row and in what is inside it', (beats, error, failed) => {
  const operation = played(beats);
  const lines = drawn(rows(operation)).map((line) => line.split(' | ')[0]);
  expect(lines.filter((line) => line?.endsWith(' failed'))).toEqual(failed);
  expect(operation.error).toEqual(error);
});

test('a failure is shown in rows that are not shown otherwise', () => {
  const event = (step: number, kind: object): Event => ({ timestamp: 1, workspace: '/w', step, ...kind }) as Event;
  const operation = new Operation();
  for (const one of [
    event(1, { type: 'stepStarted', name: 'up' }),
    event(2, { type: 'stepStarted', name: 'engine', parent: 1 }),
    event(2, { type: 'stepFinished', outcome: 'failed', milliseconds: 3 }),
  ]) {
    operation.apply(one);
  }
  expect(drawn(rows(operation))).toEqual(['engine failed | - | - | 3 | -']);
});

test('events of steps that nobody has heard of change nothing', () => {
  const operation = new Operation();
  const event = { timestamp: 1, workspace: '/w', step: 9 } as const;
  operation.apply({ ...event, type: 'stepOutput', stream: 'stdout', text: 'x' });
  operation.apply({ ...event, type: 'stepProgress', current: 1 });
  operation.apply({ ...event, type: 'stepFinished', outcome: 'done', milliseconds: 1 });
  expect(rows(operation)).toEqual([]);
});

test('a step that a build comes back to is one part, and is named once above its lines', () => {
  const event = (step: number, kind: object): Event => ({ timestamp: step, workspace: '/w', step, ...kind }) as Event;
  const operation = new Operation();
  const vertex = { type: 'stepStarted', name: 'vertex', subject: '[1/2] FROM base', parent: 2 };
  for (const one of [
    event(1, { type: 'stepStarted', name: 'up' }),
    event(2, { type: 'stepStarted', name: 'build', parent: 1 }),
    event(3, vertex),
    event(3, { type: 'stepFinished', outcome: 'done', milliseconds: 20 }),
    event(4, vertex),
    event(4, { type: 'stepFinished', outcome: 'cached', milliseconds: 1 }),
  ]) {
    operation.apply(one);
  }
  expect(drawn(rows(operation))).toEqual([
    'build running | - | - | 0 | 1 lines',
    '  build done | [1/2] FROM base | - | 21 | -',
  ]);
});

test('neighbours of one label share a row only while one of them has written', () => {
  const event = (step: number, kind: object): Event => ({ timestamp: step, workspace: '/w', step, ...kind }) as Event;
  const pulled: Event[] = [
    event(1, { type: 'stepStarted', name: 'up' }),
    event(2, { type: 'stepStarted', name: 'image', subject: 'base', parent: 1 }),
    event(2, { type: 'stepFinished', outcome: 'done', milliseconds: 5 }),
    event(3, { type: 'stepStarted', name: 'pull', subject: 'base', parent: 1 }),
    event(3, { type: 'stepProgress', current: 10, total: 100 }),
  ];
  const operation = new Operation();
  pulled.forEach((one) => operation.apply(one));
  expect(rows(operation).map(({ state, inBytes, progress }) => [state, inBytes, progress?.current])).toEqual([
    ['running', true, 10],
  ]);
  operation.apply(event(2, { type: 'stepOutput', stream: 'stdout', text: 'looked\n' }));
  operation.apply(event(3, { type: 'stepOutput', stream: 'stdout', text: 'pulled\n' }));
  expect(drawn(rows(operation))).toEqual([
    'image done | base | - | 5 | 1 lines',
    'image running | base | - | 0 | 1 lines',
  ]);
});
