import { expect, test } from 'vitest';
import type { CleanUpItem } from '../api';
import { chosenAtFirst, going, inOrder } from './space';

const item = (id: string, change: Partial<CleanUpItem> = {}): CleanUpItem => ({
  id,
  kind: 'image',
  name: id,
  engine: 'unix:///docker.sock',
  bytes: 10,
  ours: true,
  precious: false,
  ...change,
});
const items = [
  item('volume', { kind: 'volume', precious: true, bytes: null }),
  item('small', { bytes: 1 }),
  item('cache', { kind: 'buildCache', bytes: 500, ours: false }),
  item('large', { bytes: 100 }),
];

test('only what is ours and can be made again is chosen by itself', () => {
  expect([...chosenAtFirst({ items })]).toEqual(['small', 'large']);
});

test('what would go, in numbers', () => {
  expect(going(items, new Set(['small', 'large', 'volume', 'absent']))).toEqual({
    image: 2,
    buildCache: 0,
    volume: 1,
    bytes: 101,
  });
});

test('images first, the largest of them before the others', () => {
  expect(inOrder(items).map(({ id }) => id)).toEqual(['large', 'small', 'cache', 'volume']);
});
