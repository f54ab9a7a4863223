/** Short messages about what is not in view. What went well goes away by itself; a failure waits until it was seen. */
export interface Toast {
  id: number;
  kind: 'done' | 'failed';
  text: string;
  /** Goes to what it is about. */
  show?: () => void;
}

/** Long enough to read it twice. */
const SHOWN_FOR = 8_000;
/** More at once nobody reads. */
const AT_ONCE = 4;

export class Toasts {
  shown = $state.raw<readonly Toast[]>([]);
  #counter = 0;
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(toast: Omit<Toast, 'id'>): void {
    this.#counter += 1;
    const id = this.#counter;
    this.shown = [...this.shown, { ...toast, id }].slice(-AT_ONCE);
    this.go(id);
  }

  dismiss(id: number): void {
    this.stay(id);
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }

  /** Somebody reads it: it stays. */
  stay(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  /** It goes away after a while, if it may. */
  go(id: number): void {
    if (this.shown.find((toast) => toast.id === id)?.kind !== 'done') return;
    this.stay(id);
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), SHOWN_FOR),
    );
  }
}
