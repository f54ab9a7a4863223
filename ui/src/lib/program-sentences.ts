/**
 * Sentences of the program in the language of the window. On the wire they are text with parts of somebody's configuration in it, so a
 * sentence is one of ours only where the program alone fills the place it stands in, and only as a whole. Its parts stay as they are.
 */
import type { Difference, TemplateSummary } from './api';
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

/** What else is known of a part: what it must be, and how it is shown. */
interface Known {
  fits: (name: string, part: string) => boolean;
  shown: (name: string, part: string) => string;
}

const NOTHING: Known = { fits: () => true, shown: (_, part) => part };
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
function sentence(topic: Topic, said: string, { fits, shown } = NOTHING): string {
  const words: Parts = text.said[topic];
  if (!said.includes('{') && Object.hasOwn(words, said)) return words[said] ?? said;
  const readings = formsOf(topic).flatMap(({ said: known, names, least, most }) => {
    const found = [least, most].map((pattern) => pattern.exec(said)?.slice(1));
    const read = found.filter((parts) => parts?.every((part, at) => fits(names[at] ?? '', part)));
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
  return sentence('problems', said);
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
