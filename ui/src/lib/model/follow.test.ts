import { describe, expect, test } from 'vitest';
import { Follower, type Scrolling } from './follow';

const LINE = 18;

/** What scrolls as a browser's element does: it never stands beyond its end. */
class View implements Scrolling {
  clientHeight = 180;
  clientWidth = 500;
  #top = 0;

  constructor(public scrollHeight: number) {}

  get scrollTop(): number {
    return this.#top;
  }

  set scrollTop(top: number) {
    this.#top = Math.max(0, Math.min(top, this.scrollHeight - this.clientHeight));
  }
}

function followed(height = 1800) {
  const view = new View(height);
  let following = true;
  const follower = new Follower(LINE, (next) => (following = next));
  follower.toEnd(view);
  follower.scrolled(view);
  return {
    view,
    follower,
    following: () => following,
    /** It grows, and what shows it follows if that is wanted. The event of scrolling comes with the next frame. */
    grow(lines = 100) {
      view.scrollHeight += lines * LINE;
      if (following) follower.toEnd(view);
    },
  };
}

describe('a person who goes up', () => {
  const ways: [string, (one: ReturnType<typeof followed>) => void][] = [
    ['by the wheel', ({ view, follower }) => follower.turned(view, { deltaY: -3 })],
    ['by a key', ({ view, follower }) => follower.pressed(view, { key: 'PageUp' })],
    ['by the bar', ({ view, follower }) => follower.grasped(view, { target: view, offsetX: 505 })],
  ];
  test.each(ways)('leaves the end at once, however fast it grows: %s', (_, go) => {
    const one = followed();
    go(one);
    one.grow();
    one.view.scrollTop -= 3;
    one.follower.scrolled(one.view);
    expect(one.following()).toBe(false);
    const stood = one.view.scrollTop;
    one.grow();
    expect(one.view.scrollTop).toBe(stood);
  });

  test('does not follow again by late word of what following has done', () => {
    const one = followed();
    one.grow();
    one.follower.turned(one.view, { deltaY: -3 });
    // The event of the scroll to the end comes only now, and then that of the wheel.
    one.follower.scrolled(one.view);
    expect(one.following()).toBe(false);
    one.view.scrollTop -= 3;
    one.follower.scrolled(one.view);
    expect(one.following()).toBe(false);
    one.view.scrollTop += 3;
    one.follower.scrolled(one.view);
    expect(one.following()).toBe(true);
  });

  test('follows again once they are back at the end', () => {
    const one = followed();
    one.follower.turned(one.view, { deltaY: -3 });
    one.view.scrollTop = 0;
    one.follower.scrolled(one.view);
    one.view.scrollTop = one.view.scrollHeight;
    one.follower.scrolled(one.view);
    expect(one.following()).toBe(true);
  });

  test('by a way that says nothing before it has scrolled is heard of then', () => {
    const one = followed();
    one.view.scrollTop = 40;
    one.follower.scrolled(one.view);
    expect(one.following()).toBe(false);
  });
});

describe('what is no way up', () => {
  test.each([
    ['growth', (one: ReturnType<typeof followed>) => one.grow()],
    ['word of an older scroll', (one: ReturnType<typeof followed>) => (one.view.scrollHeight += 500)],
    ['going down', (one: ReturnType<typeof followed>) => one.follower.turned(one.view, { deltaY: 3 })],
    ['another key', (one: ReturnType<typeof followed>) => one.follower.pressed(one.view, { key: 'a' })],
    [
      'a click on a line',
      (one: ReturnType<typeof followed>) => one.follower.grasped(one.view, { target: one.view, offsetX: 20 }),
    ],
  ])('%s leaves the end as it is', (_, happen) => {
    const one = followed();
    happen(one);
    one.follower.scrolled(one.view);
    expect(one.following()).toBe(true);
  });

  test('turning the wheel where all is in view', () => {
    const one = followed(100);
    one.follower.turned(one.view, { deltaY: -3 });
    expect(one.following()).toBe(true);
  });
});
