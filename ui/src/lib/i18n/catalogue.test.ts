import { readdirSync, readFileSync } from 'node:fs';
import { parse, type AST } from 'svelte/compiler';
import { describe, expect, test } from 'vitest';
import { LANGUAGES } from '.';
import { preferred } from './language.svelte';

/** What is the same in every language: the name of the program, and keys. */
const SAME = /\b(Wharf|Enter|Esc|Ctrl|Tab|Shift|Alt)\b/g;
const SPOKEN = new Set(['title', 'aria-label', 'placeholder', 'alt', 'label', 'aria-description']);
/** The beginning of a sentence. */
const PROSE = /^\p{Lu}[\p{Ll}’']+,? \p{L}/u;
/** What is run, chosen by or drawn with is no text. */
const SILENT = new Set(['CallExpression', 'ArrowFunctionExpression', 'StyleDirective', 'AttachTag', 'BindDirective']);

type Node = { type: string; [key: string]: unknown };

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Texts of a component that no catalogue knows. */
function literals(source: string): string[] {
  const found: string[] = [];
  const note = (text: string): void => {
    const words = text.trim();
    if (/\p{L}{2}/u.test(words.replaceAll(SAME, ''))) found.push(words);
  };
  const walk = (node: Node, spoken: boolean): void => {
    if (node.type === 'Text' && spoken) note(String(node['data']));
    if (node.type === 'Literal' && typeof node['value'] === 'string' && spoken) note(node['value']);
    if (node.type === 'TemplateElement' && spoken) note((node['value'] as { raw: string }).raw);
    const inside = node.type === 'Attribute' ? SPOKEN.has(String(node['name'])) : spoken && !SILENT.has(node.type);
    for (const [key, value] of Object.entries(node)) {
      const looked = ['test', 'key', 'tag', 'property', 'declaration', 'metadata'].includes(key);
      for (const child of Array.isArray(value) ? value : [value]) {
        if (isNode(child)) walk(child, inside && !looked);
      }
    }
  };
  walk(parse(source, { modern: true }).fragment as AST.Fragment & Node, true);
  return found;
}

/** Sentences in a script. */
function sentences(source: string): string[] {
  const script = /<script lang="ts">([\s\S]*?)<\/script>/.exec(source)?.[1] ?? '';
  const code = script.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  return [...code.matchAll(/'([^'\n]*)'|`([^`]*)`/g)]
    .map(([, plain, template]) => plain ?? template ?? '')
    .filter((text) => PROSE.test(text));
}

const folder = new URL('../components/', import.meta.url);
const components = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.svelte'),
);

describe('every text of a component comes from the catalogue', () => {
  test.each(components)('%s', (name) => {
    const source = readFileSync(new URL(name, folder), 'utf8');
    expect([...literals(source), ...sentences(source)]).toEqual([]);
  });
});

test('a text that is written down is found', () => {
  expect(literals('<p title="Say it">Hello {name}</p>')).toEqual(['Say it', 'Hello']);
  expect(literals('<button aria-label={open ? "Close it" : text.open}>{"More"}</button>')).toEqual([
    'Close it',
    'More',
  ]);
  expect(literals('<p class="row wide" data-state={on ? "open" : "shut"}>{text.title}</p>')).toEqual([]);
  expect(sentences('<script lang="ts">const said = \'Nothing was found\';</script>')).toEqual(['Nothing was found']);
});

/** The shape of a catalogue: its keys, and how many arguments each text takes. */
function shape(texts: object, path = ''): string[] {
  return Object.entries(texts).flatMap(([key, text]) => {
    const here = `${path}${key}`;
    return typeof text === 'object' && text !== null ? shape(text, `${here}.`) : [here];
  });
}

test('every language has the same texts, and none is empty', () => {
  const values = (texts: object): unknown[] =>
    Object.values(texts).flatMap((text) => (typeof text === 'object' && text !== null ? values(text) : [text]));
  for (const catalogue of Object.values(LANGUAGES)) {
    expect(shape(catalogue).sort()).toEqual(shape(LANGUAGES.en).sort());
    expect(values(catalogue)).not.toContain('');
  }
});

test.each([
  [['zh-CN'], 'zh-CN'],
  [['zh-Hant-TW', 'en'], 'zh-CN'],
  [['fr', 'en-GB'], 'en'],
  [['fr'], 'en'],
  [[], 'en'],
])('of %j the window speaks %s', (wanted, spoken) => {
  expect(preferred(wanted)).toBe(spoken);
});
