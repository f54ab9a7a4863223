import { expect, test } from 'vitest';
import { added, area, path, peak, scaleFor, SHOWN, type Point } from './curve';

test('points go when they are out of view, but for the one before the edge', () => {
  let points: Point[] = [];
  for (let at = 0; at <= SHOWN + 5000; at += 1000) points = added(points, { at, value: at });
  expect(points[0]?.at).toBe(4000);
  expect(points).toHaveLength(SHOWN / 1000 + 2);
  expect(peak(points)).toBe(SHOWN + 5000);
});

test.each([
  [0, 1, 1],
  [0.93, 1, 2],
  [3.7, 1, 5],
  [6, 1, 10],
  [734_003_200, 1, 1_000_000_000],
])('%d, at least %d, stands on a scale of %d', (highest, least, expected) =>
  expect(scaleFor(highest, least)).toBe(expected),
);

test('a path goes from left to right and never above its box', () => {
  const points = [
    { at: 0, value: 0 },
    { at: SHOWN / 2, value: 5 },
    { at: SHOWN, value: 40 },
  ];
  expect(path(points, SHOWN, 10, 100, 20)).toBe('M0.0 20.0L50.0 10.0L100.0 0.0');
  expect(area(points, SHOWN, 10, 100, 20)).toBe('M0.0 20.0L50.0 10.0L100.0 0.0L100.0 20L0.0 20Z');
  expect(area([], SHOWN, 10, 100, 20)).toBe('');
});
