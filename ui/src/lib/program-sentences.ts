/**
 * Sentences of the program in the language of the window. On the wire they are text with parts of somebody's configuration in it, so a
 * sentence is one of ours only where the program alone fills the place it stands in, and only as a whole. Its parts stay as they are,
 * but for those that are sentences of the program again, such as a cause.
 */
import type { Difference, ErrorResult, TemplateSummary, Touch } from './api';
import { spoken } from './i18n';
import type { SAID, Spoken, Topic } from './i18n/en/said';
import { layerName } from './program-words';
import { HOLE, LONGEST, Sentences, placed, type Known, type Reading } from './sentences';

/** How a part is shown. */
type Show = (name: string, part: string) => string;

/** How many texts are remembered: those of a page are drawn again whenever anything near them changes. */
const MOST_REMEMBERED = 1000;

interface Speaker {
  sentences: Sentences;
  words: Spoken['said'];
  remembered: Map<string, string>;
}

const speakers = new WeakMap<Spoken, Speaker>();

function speakerOf(language: Spoken): Speaker {
  const known = speakers.get(language);
  if (known) return known;
  const { SAID, HELD, said } = language;
  const made: Speaker = { sentences: new Sentences(SAID, HELD), words: said, remembered: new Map() };
  speakers.set(language, made);
  return made;
}

/** A sentence about something; as the program says it where it is none of those known, or can be read in two ways. */
function sentence(topic: Topic, said: string, known?: Known, show?: Show): string {
  const language = spoken();
  if (!language) return said;
  const speaker = speakerOf(language);
  if (known || show) return translated(speaker, topic, said, known, show);
  const key = `${topic}\n${said}`;
  const remembered = speaker.remembered.get(key);
  if (remembered !== undefined) return remembered;
  const words = translated(speaker, topic, said);
  if (speaker.remembered.size >= MOST_REMEMBERED) speaker.remembered.clear();
  // What is too long to be one of them is found out as fast again.
  if (said.length <= LONGEST) speaker.remembered.set(key, words);
  return words;
}

function translated(speaker: Speaker, topic: Topic, said: string, known?: Known, show?: Show): string {
  const readings = new Set(
    speaker.sentences.read(topic, said, known).map((reading) => told(speaker, topic, reading, show)),
  );
  const [only] = readings;
  return only !== undefined && readings.size === 1 ? only : said;
}

/** A sentence that was read, with its parts in the places that the language has for them. */
function told(speaker: Speaker, topic: Topic, { said, holes, parts }: Reading, show?: Show): string {
  const pieces = (speaker.words[topic][said] ?? said).split(HOLE);
  const names = placed(pieces.filter((_, at) => at % 2 === 1));
  let words = pieces[0] ?? '';
  names.forEach((name, at) => {
    const place = holes.findIndex((hole) => hole.name === name);
    const part = parts[place] ?? '';
    const held = holes[place]?.topic as Topic | undefined;
    const own = held === undefined ? part : translated(speaker, held, part.trimEnd());
    const behind = pieces[at * 2 + 2] ?? '';
    const shown = show?.(name, own) ?? own;
    words = held === undefined ? words + shown + behind : joined(joined(words, shown), behind);
  });
  return words;
}

/** Around a part in words of the language, a space stands between a Chinese character and a Latin letter or a digit. */
function joined(before: string, after: string): string {
  const isApart = /\p{Script=Han}\n[\p{Script=Latin}\d`]|[\p{Script=Latin}\d`]\n\p{Script=Han}/u;
  return isApart.test(`${before.slice(-1)}\n${after.slice(0, 1)}`) ? `${before} ${after}` : before + after;
}

type Of<Sources> = {
  [Path in keyof Sources]: Sources[Path] extends readonly (infer Said)[] ? Said : never;
}[keyof Sources];
type Effects = Of<(typeof SAID)['effects']>;
type Subjects = Of<(typeof SAID)['subjects']>;

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
  return words === thing ? subject : words + (mode && sentence('subjects', mode));
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
  return sentence('differences', effect, { fits: (_, part) => part === layer }, (_, part) => layerName(part));
}

/** Why a port is as it is. */
export function reasonOfPort(said: string): string {
  return sentence('reasons', said);
}

/** What is wrong: the message of an error, a warning or a diagnostic. */
export function problemWords(said: string): string {
  return sentence('problems', said);
}

/** What can be done about it. */
export function hintWords(said: string): string {
  return sentence('hints', said);
}

/** An error as it is shown. Its quotes are the words of others. */
export function errorWords(error: ErrorResult): ErrorResult {
  const { message, hint } = error;
  return { ...error, message: problemWords(message), hint: hint == null ? hint : hintWords(hint) };
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
