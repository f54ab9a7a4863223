/** The Rust sources of the program, read by the tests that hold the catalogues to them: what is text there, and what is said to a person. */
import { readFileSync, readdirSync } from 'node:fs';

const CRATES = new URL('../../../../src-tauri/crates/', import.meta.url);

interface Literal {
  text: string;
  /** Where it begins and ends, quotes included. */
  start: number;
  end: number;
}

interface Source {
  /** The program without its tests and comments, and with blanks in place of what is text, so that it can be searched. */
  code: string;
  literals: readonly Literal[];
}

const read = new Map<string, Source>();

export function fileText(path: string): string {
  return readFileSync(new URL(path, CRATES), 'utf8');
}

/** Every source of a folder that is part of the program. */
export function rustFiles(folder: string): string[] {
  const names = readdirSync(new URL(folder, CRATES), { recursive: true, encoding: 'utf8' });
  const sources = names.map((name) => name.replaceAll('\\', '/')).filter((name) => name.endsWith('.rs'));
  return sources.filter((name) => !/(^|\/)tests(\/|\.rs$)/.test(name)).map((name) => folder + name);
}

/** A literal of any kind, a character, or a comment. */
const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|\bb?r(#*)"([\s\S]*?)"\1|'(?:\\(?:u\{\w+\}|x\w\w|.)|[^\\'\n])'|"((?:[^"\\]|\\[\s\S])*)"/g;

function source(path: string): Source {
  const known = read.get(path);
  if (known) return known;
  const [program = ''] = fileText(path).split(/#\[cfg\((?:all\()?test\b[^\n]*\]\s*(?:#\[[^\n]*\]\s*)*mod/);
  const literals: Literal[] = [];
  const code = program.replaceAll(TOKEN, (token, _, raw?: string, quoted?: string, start = 0) => {
    const text = raw ?? (quoted === undefined ? undefined : unescaped(quoted));
    if (text !== undefined) literals.push({ text, start, end: Number(start) + token.length });
    return text === undefined ? ' '.repeat(token.length) : `"${' '.repeat(Math.max(0, token.length - 2))}"`;
  });
  const made = { code, literals };
  read.set(path, made);
  return made;
}

function unescaped(text: string): string {
  const joined = text.replaceAll(/\\\n\s*/g, '');
  const single: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0' };
  return joined.replaceAll(/\\(?:u\{(\w+)\}|([\s\S]))/g, (_, code?: string, letter = '') =>
    code ? String.fromCodePoint(Number.parseInt(code, 16)) : (single[letter] ?? letter),
  );
}

/** Every text of a source; braces that a format has twice are one. */
export function literals(path: string): string[] {
  const texts = source(path).literals.map(({ text }) => text);
  return [...texts, ...texts.map(formatted), ...calls(path)];
}

function formatted(text: string): string {
  return text.replaceAll('{{', '{').replaceAll('}}', '}');
}

/** What an engine is asked about a container or an image, which is put together from a verb and its object. */
function calls(path: string): string[] {
  const { code, literals } = source(path);
  return [...code.matchAll(/\bCall::(container|image)\(/g)].flatMap(({ 0: begin, 1: object, index }) => {
    const verb = literals.find(({ start }) => start === index + begin.length)?.text;
    return verb === undefined ? [] : [`${verb} ${object} {${object === 'image' ? 'image' : 'short'}}`];
  });
}

/** What tells a person something: errors, hints, and whatever is given the names that this program has for such texts. */
const TELLS = [
  /#\[error\(/g,
  /\bfn (?:hint|summary|headline|sentence|explain|dotfiles_warning)\b[^{;]*\{/g,
  /\b(?:message|hint|problem|reason|detail|why): /g,
  /\blet (?:message|hint|problem|reason|detail|why)\b[^=;]*=\s*/g,
  /\b(?:warn|wrong|refuse|refused|failed|unusable|unusual|malformed|invalid|not_expressible|impossible|unending)\(/g,
  /\bErr\(\s*(?:format!\(\s*)?(?=")/g,
];

/** Words that something is looked through for are somebody else's. */
const LOOKED_FOR = /\b(?:contains|starts_with|ends_with|replacen|expect)\(\s*$/;

/** The texts of a source that are told to a person. */
export function told(path: string): string[] {
  const { code, literals } = source(path);
  const found = new Set<string>();
  for (const tells of TELLS)
    for (const match of code.matchAll(tells)) {
      const begin = match.index + match[0].length;
      const end = endOf(code, begin);
      for (const { text, start } of literals)
        if (start >= begin && start < end && !LOOKED_FOR.test(code.slice(0, start))) found.add(formatted(text));
    }
  return [...found].filter(isSentence);
}

/** Where an expression ends: at its comma or semicolon, or with what it stands in. */
function endOf(code: string, begin: number): number {
  // Within brackets that were just opened everything counts.
  const whole = /[({[]\s*$/.test(code.slice(0, begin));
  let depth = 0;
  for (let at = begin; at < code.length; at++) {
    const letter = code.charAt(at);
    if ('([{'.includes(letter)) depth++;
    if (')]}'.includes(letter) && --depth < 0) return at;
    if (!whole && depth === 0 && ',;'.includes(letter)) return at;
  }
  return code.length;
}

/** Words beside its parts, several of them. */
function isSentence(text: string): boolean {
  const own = text.replaceAll(/\{[^{}\s]*\}/g, '…').replaceAll(/`[^`]*`|--?[\w=-]+/g, '…');
  return /\p{Ll}{2}/u.test(own) && /\S\s\S/.test(own.trim());
}
