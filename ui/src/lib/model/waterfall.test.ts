import { describe, expect, test } from 'vitest';
import type { StartRecord, TimedStep } from '../api';
import { history } from '../host/fake/alive';
import { Operation } from './operation';
import { rows, type Row } from './rows';
import { change, cold, counterparts, elapsed, span } from './waterfall';

const [last, before] = history as [StartRecord, StartRecord];
const rowsOf = (record: StartRecord): Row[] => rows(Operation.of(record));
const row = (all: readonly Row[], name: Row['name']): Row => {
  const found = all.find((one) => one.name === name);
  if (!found) throw new Error(name);
  return found;
};

test('a record becomes the rows of a start that was watched', () => {
  const build = row(rowsOf(last), 'build');
  expect(build.state).toBe('done');
  expect(build.startedAt).toBe(last.startedAt + 15);
  expect(build.parts.map(({ state }) => state)).toEqual(['cached', 'cached', 'done', 'done', 'done']);
  expect(build.logged).toEqual({ step: 30, lines: 183 });
  expect(build.parts[2]?.logged).toEqual({ step: 33, lines: 118 });
  expect(build.parts[0]?.logged).toBeUndefined();
  expect(cold(build)).toEqual({ done: 3, all: 5 });
});

describe('where a step lies', () => {
  const all = rowsOf(last);
  const scale = { origin: last.startedAt, whole: last.milliseconds };

  test('one after the other, from the beginning to the end', () => {
    const [first, end] = [span(row(all, 'configuration'), scale, 0), span(row(all, 'hooks'), scale, 0)];
    expect(first?.from).toBe(0);
    expect(end?.to).toBe(1);
    const [build, create] = [span(row(all, 'build'), scale, 0), span(row(all, 'create'), scale, 0)];
    expect(create?.from).toBeCloseTo(build?.to ?? 0);
  });

  test('what runs ends now, what is to come is nowhere, and nothing is outside', () => {
    const build = { ...row(all, 'build'), state: 'running' as const, endedAt: undefined };
    const now = last.startedAt + last.milliseconds / 2;
    expect(span(build, scale, now)?.to).toBeCloseTo(0.5);
    expect(elapsed(build, now)).toBe(now - (build.startedAt ?? 0));
    expect(span(build, { ...scale, whole: 10 }, now)).toEqual({ from: 1, to: 1 });
    expect(span({ ...build, state: 'planned' }, scale, now)).toBeUndefined();
    expect(span({ ...build, startedAt: undefined }, scale, now)).toBeUndefined();
  });
});

describe('the start before', () => {
  test('each row finds the one that did the same', () => {
    const [now, then] = [rowsOf(last), rowsOf(before)];
    const found = counterparts(now, then);
    const hook = row(now, 'hooks').parts[1];
    expect(found.get(hook?.key ?? 0)?.milliseconds).toBe(3610);
    expect(found.size).toBe(now.flatMap((one) => [one, ...one.parts]).length);
  });

  test('a step of a build is the same behind another number', () => {
    const vertex = (id: number, subject: string): TimedStep => ({
      id,
      parent: 30,
      name: 'vertex',
      subject,
      begin: 0,
      milliseconds: id,
      outcome: 'done',
      lines: 0,
    });
    const build = (...vertices: TimedStep[]): Row[] =>
      rowsOf({ ...last, steps: [...last.steps.filter(({ parent }) => parent !== 30), ...vertices] });
    const now = build(vertex(41, '[2/4] RUN new'), vertex(42, '[3/4] RUN make'), vertex(43, '[base 1/2] RUN make'));
    const found = counterparts(now, build(vertex(51, '[2/3] RUN make'), vertex(52, '[base 1/1] RUN make')));
    const parts = row(now, 'build').parts;
    expect(parts.map(({ key }) => found.get(key)?.milliseconds)).toEqual([undefined, 51, 52]);
  });

  test.each([
    [1000, undefined, undefined],
    [1000, 1100, undefined],
    [1000, 1300, -300],
    [10_000, 9500, undefined],
    [10_000, 8000, 2000],
    [100, 400, -300],
  ])('%d ms after %s ms is a change of %s', (now, then, expected) => expect(change(now, then)).toBe(expected));
});
