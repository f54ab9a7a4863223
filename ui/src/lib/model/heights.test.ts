import { expect, test } from 'vitest';
import { Heights } from './heights';

test('lines are one row high until it is known better', () => {
  const heights = new Heights();
  heights.grow(5);
  expect(heights.total).toBe(5);
  expect(heights.set(1, 3)).toBe(2);
  expect(heights.set(1, 3)).toBe(0);
  expect([0, 1, 2, 3, 4].map((line) => heights.before(line))).toEqual([0, 1, 4, 5, 6]);
  expect([0, 1, 2, 3, 4, 5, 6, 7].map((row) => heights.at(row))).toEqual([0, 1, 1, 1, 2, 3, 4, 4]);
  expect(heights.set(5, 2)).toBe(0);
});

test('what grows in pieces is what is made at once', () => {
  const pieces = new Heights();
  const rows = Array.from({ length: 5000 }, (_, line) => 1 + ((line * 7919) % 5));
  for (const [line, height] of rows.entries()) {
    pieces.grow(line + 1);
    pieces.set(line, height);
  }
  let sum = 0;
  for (const [line, height] of rows.entries()) {
    expect(pieces.before(line)).toBe(sum);
    expect(pieces.at(sum)).toBe(line);
    expect(pieces.at(sum + height - 1)).toBe(line);
    sum += height;
  }
  expect(pieces.total).toBe(sum);
});

test('a reset forgets the rows and keeps the count it is given', () => {
  const heights = new Heights();
  heights.grow(3000);
  heights.set(2999, 9);
  heights.reset(10);
  expect([heights.count, heights.total, heights.at(9)]).toEqual([10, 10, 9]);
});

test('nothing is at the beginning', () => {
  expect([new Heights().total, new Heights().at(3)]).toEqual([0, 0]);
});
