/**
 * Sentences of the program in the language of the window. On the wire they are text with parts of somebody's configuration in it, so a
 * sentence is one of ours only where the program alone fills the place it stands in, and only as a whole. Its parts stay as they are.
 */
import type { Difference, TemplateSummary, Touch } from './api';
import { text } from './i18n';
import { SAID } from './i18n/en/said';
import { layerName } from './program-words';

export type Topic = keyof typeof SAID;
type Parts = Readonly<Record<string, string>>;

interface Form {
  said: string;
  names: readonly string[];
  /** The whole sentence, with as little and with as much as can be in the first of its parts. */
  least: RegExp;
  most: RegExp;
}

/** What else is known of a sentence: which ones it can be, what a part of it must be, and how that is shown. */
interface Known {
  among?: readonly string[];
  fits?: (name: string, part: string) => boolean;
  shown?: (name: string, part: string) => string;
}

const HOLE = /\{(\w*)\}/g;
/** An engine's address has no blank in it, which tells it from the words behind it. */
const KINDS: Parts = { engine: '\\S+' };

const forms = new Map<Topic, readonly Form[]>();

function formsOf(topic: Topic): readonly Form[] {
  const known = forms.get(topic);
  if (known) return known;
  const sentences: readonly string[] = Object.values(SAID[topic] as Readonly<Record<string, readonly string[]>>).flat();
  const made = [...new Set(sentences)].map(formOf);
  forms.set(topic, made);
  return made;
}

function formOf(said: string): Form {
  const pieces = said.split(HOLE);
  const pattern = (amount: string): RegExp => {
    const parts = pieces.map((piece, at) => (at % 2 === 0 ? escaped(piece) : `(${KINDS[piece] ?? '.*'}${amount})`));
    return new RegExp(`^${parts.join('')}$`, 's');
  };
  return { said, names: pieces.filter((_, at) => at % 2 === 1), least: pattern('?'), most: pattern('') };
}

function escaped(words: string): string {
  return words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** A sentence about something; as the program says it where it is none of those known, or can be read in two ways. */
function sentence(topic: Topic, said: string, { among, fits, shown = (_, part) => part }: Known = {}): string {
  const words: Parts = text.said[topic];
  const possible = formsOf(topic).filter((form) => among?.includes(form.said) ?? true);
  if (possible.some((form) => form.names.length === 0 && form.said === said)) return words[said] ?? said;
  const readings = possible.flatMap(({ said: known, names, least, most }) => {
    const found = [least, most].map((pattern) => pattern.exec(said)?.slice(1));
    const read = found.filter((parts) => parts?.every((part, at) => fits?.(names[at] ?? '', part) ?? true));
    return read.map((parts = []) =>
      (words[known] ?? said).replace(HOLE, (hole, name: string) => {
        const part = parts[names.indexOf(name)];
        return part === undefined ? hole : shown(name, part);
      }),
    );
  });
  const [first] = readings;
  return first !== undefined && readings.every((reading) => reading === first) ? first : said;
}

type Effects = keyof typeof text.said.effects;
type Subjects = keyof typeof text.said.subjects;

/** Which words the program has for the thing itself, by what it says of it: only beside that can they not be somebody's own text. */
const SUBJECTS: Partial<Record<Effects, readonly Subjects[]>> = {
  "The container can use every GPU of the engine's machine.": ['all GPUs'],
  'The container can use these GPUs.': ['GPUs: {value}'],
  'The container can use these devices, such as GPUs.': ["devices of the engine's machine for the service {}"],
  'Other computers in the network can reach them.': ['all exposed ports'],
  'Every variable of the host goes into the container.': ['all of your environment'],
  'Commands of the configuration, its image and its Features can read it in the container.': [
    '{name} from your environment',
    '{name} from your keychain',
  ],
  "What this property can reach on the engine's machine cannot be told from here.": ['{key} of the service {}'],
  "Whoever can use an engine's socket can do anything on the engine's machine.": [
    '{path} at {target}',
    "the engine's socket for the service {}",
  ],
  'The container can read it.': ['{path} at {target}'],
  'The container can read and change it.': ['{path} at {target}'],
};
const READ_ONLY: Subjects = ' (read-only)';
/** Where a link leads stands behind the path, and cannot be told from a path that says so of itself. */
const LEADS_TO = ' (leads to ';

/** The thing itself: the command, the folder, the device. */
export function subjectOfTouch({ subject, effect }: Pick<Touch, 'subject' | 'effect'>): string {
  const among = Object.hasOwn(SUBJECTS, effect ?? '') ? SUBJECTS[effect as Effects] : undefined;
  if (!among) return subject;
  // What can only be read is always said to be so; beside any other effect the same words are a part of the target.
  const read: Effects = 'The container can read it.';
  const mode = effect === read && subject.endsWith(READ_ONLY) ? READ_ONLY : '';
  const thing = mode ? subject.slice(0, -mode.length) : subject;
  const words = sentence('subjects', thing, { among, fits: (_, part) => !part.includes(LEADS_TO) });
  return words === thing ? subject : words + (mode && text.said.subjects[mode]);
}

/** What a touch amounts to. */
export function effectOfTouch(said: string): string {
  return sentence('effects', said);
}

/** A file whose content is allowed with a touch. */
export function detailOfTouch(said: string): string {
  return sentence('details', said);
}

/** What a person should know of a configuration, without a decision. */
export function tellWords(said: string): string {
  return sentence('tells', said);
}

/** What a difference means. The layer in it is known, so that no instruction of a Dockerfile is taken for words behind it. */
export function effectOfDifference({ effect, layer }: Difference): string | undefined {
  if (effect == null) return undefined;
  return sentence('differences', effect, { fits: (_, part) => part === layer, shown: (_, part) => layerName(part) });
}

/** Why a port is as it is. */
export function reasonOfPort(said: string): string {
  return sentence('reasons', said);
}

/** Why something could not be looked at. */
export function problemWords(said: string): string {
  return sentence('problems', said, {
    fits: (name, part) => name !== 'call' || Object.hasOwn(text.said.calls, part),
    shown: (name, part) => {
      if (name === 'call') return sentence('calls', part);
      return name === 'problem' ? sentence('encryption', part) : part;
    },
  });
}

/** What can be done about an engine. */
export function hintOfEngine(said: string): string {
  return sentence('hints', said);
}

/** How far a workspace is in its volume. */
export function progressWords(said: string): string {
  return sentence('progress', said);
}

/** What a Template does not fit. */
export function warningOfTemplate(said: string): string {
  return sentence('warnings', said);
}

/** A Template as it is shown: those of a registry are in the words of their publishers, whatever these are. */
export function templateWords(template: TemplateSummary): TemplateSummary {
  if (!template.reference.startsWith('builtin/')) return template;
  const words = (said: string): string => sentence('templates', said);
  const about = (said: string | null | undefined) => (said == null ? said : words(said));
  return {
    ...template,
    name: words(template.name),
    description: about(template.description),
    options: template.options.map((option) => ({ ...option, description: about(option.description) })),
  };
}
