/**
 * Words of the program that are a few, in the language of the window: parts of an environment that differ, results of steps, what a
 * machine must have. On the wire they are text, so whatever is none of these is shown as the program says it.
 */
import { text } from './i18n';
import { PARTS } from './model/changes';

/** What differs, and whether that is a property as somebody has written it. */
export function subjectName(subject: string): { name: string; isProperty: boolean } {
  const [, what = subject, service] = /^(.+) of the service (.+)$/s.exec(subject) ?? [];
  const name = partOf(what);
  if (name === undefined) return { name: subject, isProperty: true };
  return { name: service === undefined ? name : text.program.ofService(name, service), isProperty: false };
}

function partOf(subject: string): string | undefined {
  const { part } = text.program;
  if (subject === 'Dockerfile') return part.dockerfile;
  if (subject === 'build context') return part.context;
  if (PARTS.has(subject)) return part[subject as 'container' | 'hooks' | 'image'];
  const [, kind, name = ''] = /^(image|Feature|Compose file) (.+)$/s.exec(subject) ?? [];
  if (kind === 'image') return text.consent.image(name);
  if (kind === 'Feature') return text.consent.feature(name);
  return kind && part.composeFile(name);
}

/** What a container does, as the sides of a difference say it. */
export function stateWord(state: unknown): string {
  return known(text.agreement.states, String(state)) ?? String(state);
}

/** From where on an image is built again: `line 3: RUN make`. */
export function layerName(layer: string): string {
  const [, line, instruction = ''] = /^line (\d+): (.*)$/s.exec(layer) ?? [];
  return line ? text.program.line(Number(line), instruction) : layer;
}

/** What came of a step: `2 warnings`. */
export function detailWords(detail: string): string {
  if (detail === 'present') return text.program.present;
  const [, count, what] = /^(\d+) (warning|Feature)s?$/.exec(detail) ?? [];
  if (count) return what === 'warning' ? text.attention.warnings(Number(count)) : text.program.features(Number(count));
  const [, code] = /^exit (-?\d+)$/.exec(detail) ?? [];
  return code ? text.program.exit(Number(code)) : detail;
}

/** What a machine must have: `hostRequirements.memory`. */
export function requirementName(property: string): string {
  return known(text.program.requirement, property.replace(/^hostRequirements\./, '')) ?? property;
}

/** How much of it: `4 GB`, `required, 8 cores and 4 GB`. */
export function requirementAmount(amount: string): string {
  const { gpu } = text.program;
  const word = known(gpu, amount);
  if (word !== undefined) return word;
  const [, cores, memory] = /^required, (?:(\d+) cores)?(?: and )?(.+)?$/.exec(amount) ?? [];
  if (!cores && !memory) return amount;
  return [gpu.required, cores && text.program.cores(Number(cores)), memory].filter(Boolean).join(', ');
}

/** Where an engine was found: `Docker context "work"`. */
export function originWords(origin: string): string {
  const { origin: origins, context, connection } = text.program;
  const word = known(origins, origin);
  if (word !== undefined) return word;
  const [, kind, name = '', variable = ''] =
    /^(Docker context|Podman connection) "(.*)"( \([A-Z_]+\))?$/s.exec(origin) ?? [];
  if (!kind) return origin;
  return `${kind === 'Docker context' ? context(name) : connection(name)}${variable}`;
}

function known(words: Readonly<Record<string, string>>, word: string): string | undefined {
  return Object.hasOwn(words, word) ? words[word] : undefined;
}
