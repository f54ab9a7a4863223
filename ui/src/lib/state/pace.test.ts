import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Pace } from './pace';

describe('changes of many at once', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('come together, and of each the last', () => {
    const pace = new Pace(2000);
    const [one, other, gone] = [{}, {}, {}];
    const seen: string[] = [];
    pace.ask(one, () => seen.push('one, early'));
    vi.advanceTimersByTime(1500);
    pace.ask(other, () => seen.push('other'));
    pace.ask(gone, () => seen.push('gone'));
    pace.ask(one, () => seen.push('one, late'));
    pace.forget(gone);
    expect(seen).toEqual([]);
    vi.advanceTimersByTime(500);
    expect(seen).toEqual(['one, late', 'other']);
    vi.advanceTimersByTime(10_000);
    expect(vi.getTimerCount()).toBe(0);
    pace.ask(one, () => seen.push('again'));
    vi.advanceTimersByTime(2000);
    expect(seen.at(-1)).toBe('again');
  });
});
