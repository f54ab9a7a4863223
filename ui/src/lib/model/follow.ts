/**
 * Staying at the end of what grows until a person goes up, and again once they are back. What a person did counts at once: where it
 * has led to is only known with the event of scrolling, and by then what grows fast would be at its end again.
 */

/** As much as counts of what scrolls. */
export type Scrolling = Pick<Element, 'scrollTop' | 'scrollHeight' | 'clientHeight' | 'clientWidth'>;

const UP: ReadonlySet<string> = new Set(['ArrowUp', 'PageUp', 'Home']);

export class Follower {
  /** Where following has scrolled to. */
  #own: number | undefined;
  /** Where it stood when scrolling was heard of last. */
  #top = 0;
  /** Whether it has gone anywhere since a person left the end: before that, word of a scroll to the end is late word of following. */
  #gone = true;
  readonly #line: number;
  readonly #told: (following: boolean) => void;

  /** `line` is the height of a line, in CSS pixels: what is nearer to the end than that is at it. */
  constructor(line: number, told: (following: boolean) => void) {
    this.#line = line;
    this.#told = told;
  }

  toEnd(view: Scrolling): void {
    view.scrollTop = view.scrollHeight;
    this.#own = view.scrollTop;
  }

  turned(view: Scrolling, event: Pick<WheelEvent, 'deltaY'>): void {
    if (event.deltaY < 0) this.#leave(view);
  }

  pressed(view: Scrolling, event: Pick<KeyboardEvent, 'key'>): void {
    if (UP.has(event.key)) this.#leave(view);
  }

  /** The bar beside the lines is taken in hand. */
  grasped(view: Scrolling, event: { readonly target: unknown; readonly offsetX: number }): void {
    if (event.target === (view as unknown) && event.offsetX >= view.clientWidth) this.#leave(view);
  }

  /** It has scrolled, whoever did that. Answers where it stands. */
  scrolled(view: Scrolling): number {
    const now = view.scrollTop;
    // Word of a scroll that was not a person's says nothing of what a person wants.
    if (this.#own === undefined || Math.abs(now - this.#own) > 1) {
      const atEnd = view.scrollHeight - now - view.clientHeight < this.#line;
      this.#gone ||= !atEnd || now < this.#top;
      if (now < this.#top - 1 && !atEnd) this.#told(false);
      else if (now > this.#top && atEnd && this.#gone) this.#told(true);
    }
    this.#top = now;
    return now;
  }

  #leave(view: Scrolling): void {
    // Where all is in view there is no way up.
    if (view.scrollHeight <= view.clientHeight) return;
    this.#own = undefined;
    this.#gone = false;
    this.#told(false);
  }
}
