/**
 * Reads sentences with parts in them. A text is one of them only as a whole, and only where that is certain: whether its parts can be
 * told apart in one way alone. What others have written can be in it, so that no text may cost much time, however it is made.
 */
export type Sources = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
/** What the parts of a sentence are: sentences of a topic, with a question mark where they can be anything else, or a `word`. */
export type Held = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface Hole {
  /** As in the sentence; its place among those without a name, where it has none. */
  name: string;
  /** What is never in it, which tells it from the words behind it: an address or a number has no blank. */
  never: RegExp | undefined;
  /** What it is a sentence of. */
  topic: string | undefined;
  /** Whether it can be anything else. */
  isOpen: boolean;
}

interface Form {
  said: string;
  /** What stands before, between and behind the parts: one more than there are parts. */
  literals: readonly string[];
  holes: readonly Hole[];
}

/** A sentence that was recognised, with its parts in order. */
export interface Reading {
  said: string;
  holes: readonly Hole[];
  parts: readonly string[];
}

/** What else is known of a text: which sentences it can be, and what a part of it must be. */
export interface Known {
  among?: readonly string[];
  fits?: (name: string, part: string) => boolean;
}

/** `{}`, `{name}` and `{name:?}`. */
export const HOLE = /\{(\w*)(?::[?#\w]*\?)?\}/g;
/** No sentence of ours is longer, unless somebody has made one of its parts so. */
export const LONGEST = 4000;
/** How many ends of parts are tried for one text: enough for every sentence, and few for whoever wants to keep us busy. */
const MOST_TRIED = 4000;
/** From how many ways to tell the parts apart on nobody looks whether they come to the same. */
const MOST_READINGS = 4;

/** Parts that hold no blank, whatever sentence they are in. */
const WORDS = new Set([
  'architecture',
  'code',
  'container',
  'count',
  'engine',
  'exec',
  'from',
  'host',
  'image',
  'limit',
  'line',
  'network',
  'port',
  'realm',
  'registry',
  'seconds',
  'short',
  'status',
  'to',
  'version',
]);
const BLANK = /\s/;
/** What is never in the parts of some sentences, so that what stands behind these is none of theirs. */
const NEVER: Readonly<Record<string, RegExp>> = { activities: BLANK, calls: BLANK, credentials: /: /, things: BLANK };
/** What may be left out. */
const OPTIONAL = new Set([
  'buildSteps',
  'choices',
  'closings',
  'commands',
  'dependents',
  'endings',
  'hints',
  'more',
  'suggestions',
  'tried',
  'words',
]);
/** What may also be somebody's name, of one word. */
const NAMED = new Set(['things']);

/** A text that would have to be tried in too many ways. */
class TooMuch extends Error {}

export class Sentences {
  readonly #sources: Sources;
  readonly #held: Held;
  readonly #topics = new Map<string, ReturnType<typeof index>>();

  constructor(sources: Sources, held: Held) {
    this.#sources = sources;
    this.#held = held;
  }

  /** Every way to read a text as a sentence about something; none where it is too long or too tangled for that. */
  read(topic: string, text: string, known: Known = {}): readonly Reading[] {
    if (text.length > LONGEST) return [];
    try {
      return this.#read(topic, text, { left: MOST_TRIED }, known);
    } catch (problem) {
      if (problem instanceof TooMuch) return [];
      throw problem;
    }
  }

  #read(topic: string, text: string, budget: { left: number }, known: Known = {}): readonly Reading[] {
    const { exact, begun, others } = this.#topic(topic);
    const isPossible = ({ said }: Form): boolean => known.among?.includes(said) ?? true;
    const itself = exact.get(text);
    if (itself && isPossible(itself)) return [{ said: text, holes: [], parts: [] }];
    const found: { form: Form; readings: Reading[] }[] = [];
    for (const form of [...(begun.get(text.charAt(0)) ?? []), ...others].filter(isPossible)) {
      const accepts = (hole: Hole, part: string): boolean =>
        this.#accepts(hole, part, text, budget) && (known.fits?.(hole.name, part) ?? true);
      const readings: Reading[] = [];
      for (const parts of splits(form, text, accepts, budget)) {
        if (!isConsistent(form, parts)) continue;
        readings.push({ said: form.said, holes: form.holes, parts });
        if (readings.length === MOST_READINGS) throw new TooMuch();
      }
      if (readings.length > 0) found.push({ form, readings });
    }
    const special = found.filter(
      ({ form }) => !found.some((other) => other.form !== form && isFuller(other.form, form)),
    );
    return special.flatMap(({ readings }) => readings);
  }

  #accepts({ never, topic, isOpen }: Hole, part: string, whole: string, budget: { left: number }): boolean {
    if (never && (part === '' || never.test(part))) return false;
    // A sentence cannot hold itself.
    if (topic !== undefined && part.length === whole.length) return false;
    if (topic === undefined || isOpen) return true;
    if (part === '') return OPTIONAL.has(topic);
    return (NAMED.has(topic) && !BLANK.test(part)) || this.#read(topic, part.trimEnd(), budget).length > 0;
  }

  #topic(topic: string): ReturnType<typeof index> {
    const indexed = this.#topics.get(topic) ?? index(topic, this.#sources[topic] ?? {}, this.#held);
    this.#topics.set(topic, indexed);
    return indexed;
  }
}

/** The sentences of a topic: those without parts, those that begin with a letter, and the others. */
function index(topic: string, sources: Sources[string], held: Held) {
  const exact = new Map<string, Form>();
  const begun = new Map<string, Form[]>();
  const others: Form[] = [];
  for (const said of new Set(Object.values(sources).flat())) {
    const form = formOf(said, topic, held[said] ?? {});
    const [first = ''] = form.literals;
    if (form.holes.length === 0) exact.set(said, form);
    else if (first === '') others.push(form);
    else begun.set(first.charAt(0), [...(begun.get(first.charAt(0)) ?? []), form]);
  }
  return { exact, begun, others };
}

function formOf(said: string, topic: string, held: Held[string]): Form {
  const pieces = said.split(HOLE);
  const names = placed(pieces.filter((_, at) => at % 2 === 1));
  const holes = names.map((name): Hole => {
    const holds = Object.hasOwn(held, name) ? held[name] : undefined;
    const isWord = holds === 'word' || (holds === undefined && WORDS.has(name));
    if (isWord) return { name, never: BLANK, topic: undefined, isOpen: true };
    const isOpen = holds?.endsWith('?') ?? true;
    return { name, never: holds === undefined ? NEVER[topic] : undefined, topic: holds?.replace(/\?$/, ''), isOpen };
  });
  return { said, literals: pieces.filter((_, at) => at % 2 === 0), holes };
}

/** Names of parts, where those without one are called by their place. */
export function placed(names: readonly string[]): string[] {
  let unnamed = 0;
  return names.map((name) => name || String(unnamed++));
}

/** Every way to tell the parts of a text apart. */
function* splits(
  form: Form,
  text: string,
  accepts: (hole: Hole, part: string) => boolean,
  budget: { left: number },
): Generator<readonly string[]> {
  const { literals, holes } = form;
  const [first = ''] = literals;
  const ending = literals.at(-1) ?? '';
  if (!text.startsWith(first) || !text.endsWith(ending)) return;
  if (!literals.every((literal) => text.includes(literal))) return;
  const last = text.length - ending.length;
  function* from(at: number, start: number): Generator<readonly string[]> {
    const hole = holes[at];
    if (!hole) return yield [];
    const isLast = at === holes.length - 1;
    const next = literals[at + 1] ?? '';
    let end = isLast ? last : text.indexOf(next, start);
    while (end >= start && end <= last) {
      if (budget.left-- <= 0) throw new TooMuch();
      const part = text.slice(start, end);
      if (accepts(hole, part)) for (const rest of from(at + 1, end + next.length)) yield [part, ...rest];
      // What follows can be nothing, which is found at the end of the text again and again.
      if (isLast || end === last) return;
      end = text.indexOf(next, end + 1);
    }
  }
  yield* from(0, first.length);
}

/** Whether parts of one name are the same. */
function isConsistent({ holes }: Form, parts: readonly string[]): boolean {
  return holes.every(({ name }, at) => parts[holes.findIndex((other) => other.name === name)] === parts[at]);
}

/** Whether a sentence is the other with more said in it: `{call}: {words} (status {status})` and `{call}: {words}`. */
function isFuller(form: Form, other: Form): boolean {
  const isOne = (said: string, as: Form): boolean => {
    for (const _ of splits(as, said, () => true, { left: MOST_TRIED })) return true;
    return false;
  };
  return isOne(form.said, other) && !isOne(other.said, form);
}
