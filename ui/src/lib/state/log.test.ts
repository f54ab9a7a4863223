import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LogEntry, LogFilter, LogPage, LogRequest, LogState } from '../api';
import type { Host } from '../host';
import { LogLook, PAGE } from './log.svelte';

const line = (number: number): LogEntry => ({ source: 'container', stream: 'stdout', text: `line ${number}` });

/** A log of which every page is asked for by hand. */
function log(isAbsent = false): {
  look: LogLook;
  asked: number[];
  told: (state: Partial<LogState>) => void;
  refuse: (yes: boolean) => void;
  /** The filters that it was opened with, and how it comes back. */
  opened: (LogFilter | undefined)[];
  come: () => void;
} {
  const asked: number[] = [];
  const opened: (LogFilter | undefined)[] = [];
  let absent = isAbsent;
  let changed: (state: LogState) => void = () => {};
  let refused = false;
  let latest: LogState = { number: 0, filter: 1, first: 0, end: 0, counts: [], complete: true, following: true };
  const host = {
    openLog: async ({ filter }: LogRequest, told: (state: LogState) => void) => {
      changed = told;
      opened.push(filter);
      if (absent) throw { message: 'away', description: '' };
      return {
        async filter(next: LogFilter) {
          if (next.text?.text === '(') throw { message: 'wrong', description: '' };
        },
        async page(from: number, count: number): Promise<LogPage> {
          asked.push(from);
          if (refused) throw { message: 'gone', description: '' };
          const first = Math.max(from, latest.first);
          const lines = Array.from({ length: Math.max(0, Math.min(latest.end, from + count) - first) }, (_, at) =>
            line(first + at),
          );
          return { filter: latest.filter, from: first, lines };
        },
        close() {},
      };
    },
  } as unknown as Host;
  return {
    look: new LogLook(host, { reference: {}, filter: { sources: [] } }),
    asked,
    opened,
    come() {
      absent = false;
    },
    told(state) {
      latest = { ...latest, ...state, number: latest.number + 1 };
      changed(latest);
    },
    refuse(yes) {
      refused = yes;
    },
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1000);

test('only pages that are looked at are asked for', async () => {
  const { look, asked, told } = log();
  told({ end: 100_000 });
  await settled();
  expect([look.first, look.end, asked.length]).toEqual([0, 100_000, 0]);
  look.want(50_000, 50_040);
  await settled();
  expect(asked).toEqual([Math.floor(50_000 / PAGE) * PAGE]);
  expect(look.at(50_000)?.text).toBe('line 50000');
  expect(look.at(10)).toBeUndefined();
});

test('whoever looks at the end sees no gap when it moves', async () => {
  const { look, told } = log();
  told({ end: 1000 });
  await settled();
  look.want(960, 1000);
  await settled();
  told({ end: 5000 });
  for (let turn = 0; turn < 100; turn += 1) {
    await vi.advanceTimersByTimeAsync(10);
    expect(look.at(look.end - 1)).toBeDefined();
  }
  expect(look.end).toBe(5000);
});

test('a page that has grown is asked for again, one that is whole is not', async () => {
  const { look, asked, told } = log();
  told({ end: PAGE + 10 });
  await settled();
  look.want(0, PAGE + 10);
  await settled();
  expect(asked).toEqual([0, PAGE]);
  told({ end: PAGE + 20 });
  await settled();
  expect(asked).toEqual([0, PAGE, PAGE]);
  expect(look.at(PAGE + 19)?.text).toBe(`line ${PAGE + 19}`);
});

test('another filter means other lines', async () => {
  const { look, told } = log();
  told({ end: 100 });
  await settled();
  look.want(0, 40);
  await settled();
  told({ filter: 2, end: 0 });
  await settled();
  expect([look.end, look.at(0)]).toEqual([0, undefined]);
});

test('lines that had to go leave the others in their place', async () => {
  const { look, told } = log();
  told({ first: 30, end: 100 });
  await settled();
  look.want(30, 60);
  await settled();
  expect([look.at(29), look.at(30)?.text]).toEqual([undefined, 'line 30']);
});

test('a refused page is not asked for again and again', async () => {
  const { look, asked, told, refuse } = log();
  refuse(true);
  told({ end: 100 });
  await settled();
  look.want(0, 40);
  await settled();
  expect([asked.length, look.error?.message]).toEqual([1, 'gone']);
  refuse(false);
  told({ end: 110 });
  await settled();
  expect(look.at(0)?.text).toBe('line 0');
});

test('a log that could not be opened is opened again, as it was last filtered', async () => {
  const { look, told, opened, come } = log(true);
  await settled();
  expect([look.error?.message, look.state]).toEqual(['away', undefined]);
  const filter: LogFilter = { sources: ['build'] };
  await look.filter(filter);
  expect(look.refused).toBeUndefined();
  come();
  look.again();
  told({ end: 20 });
  await settled();
  look.want(0, 20);
  await settled();
  expect([look.error, look.at(3)?.text]).toEqual([undefined, 'line 3']);
  expect(opened).toEqual([{ sources: [] }, filter]);
});

test('what a log is asked for and refuses is no failure of the log', async () => {
  const { look, told } = log();
  told({ end: 20 });
  await settled();
  await look.filter({ sources: [], text: { text: '(', regex: true, caseSensitive: false } });
  expect(look.error).toBeUndefined();
  expect(look.refused).toMatchObject({ ask: 'filter', error: { message: 'wrong' } });
  await look.filter({ sources: [] });
  expect(look.refused).toBeUndefined();
});

test('of a log that is read from end to end only some pages are kept', async () => {
  const { look, told } = log();
  told({ end: 100 * PAGE });
  await settled();
  for (let page = 0; page < 100; page += 1) {
    look.want(page * PAGE, page * PAGE + 40);
    await settled();
  }
  const kept = Array.from({ length: 100 }, (_, page) => look.at(page * PAGE)).filter(Boolean).length;
  expect(kept).toBeLessThan(60);
  expect(look.at(99 * PAGE)).toBeDefined();
});
