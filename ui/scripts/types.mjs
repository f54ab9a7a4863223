/**
 * TypeScript types of what the window asks and is told, made from the project's schema of it.
 *
 * The schema is made from Rust types and uses few of the words that one can have; a word that this file does not know
 * is an error, so that no type says less than its schema. `npm run types` writes the file, a test fails when it is stale.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';

const SCHEMA = new URL('../../schemas/app.schema.json', import.meta.url);
export const TARGET = new URL('../src/lib/api/generated.ts', import.meta.url);

const HEAD = "/* Made by `npm run types` from the project's schema of the window. Do not edit. */\n\n";

/** Words that bear no type of their own. */
const SILENT = new Set(['description', 'format', 'minimum', 'maximum', 'title', 'default']);

export async function types() {
  const { $defs: definitions } = JSON.parse(await readFile(SCHEMA, 'utf8'));
  const names = Object.keys(definitions).sort();
  const code = names.map((name) => `${comment(definitions[name])}export type ${name} = ${type(definitions[name])};\n`);
  return format(HEAD + code.join('\n'), { parser: 'typescript', printWidth: 120, singleQuote: true });
}

function type(schema) {
  if (schema === true) return 'unknown';
  const {
    properties,
    required,
    additionalProperties,
    oneOf,
    anyOf,
    allOf,
    $ref,
    const: constant,
    enum: values,
    items,
    ...rest
  } = schema;
  const { type: kinds, ...others } = rest;
  const strange = Object.keys(others).filter((word) => !SILENT.has(word));
  if (strange.length > 0) throw new Error(`a word that types.mjs does not know: ${strange.join(', ')}`);

  const parts = [];
  if ($ref) parts.push($ref.replace('#/$defs/', ''));
  if (constant !== undefined) parts.push(JSON.stringify(constant));
  if (values) parts.push(union(values.map((value) => JSON.stringify(value))));
  if (properties) parts.push(object(properties, new Set(required)));
  for (const choice of [oneOf, anyOf]) if (choice) parts.push(union(choice.map(type)));
  if (allOf) parts.push(...allOf.map(type));
  if (parts.length === 0) parts.push(plain(kinds, items, additionalProperties));
  return parts.length === 1 ? parts[0] : parts.map((part) => `(${part})`).join(' & ');
}

function object(properties, required) {
  const fields = Object.entries(properties).map(
    ([name, schema]) => `${comment(schema)}${JSON.stringify(name)}${required.has(name) ? '' : '?'}: ${type(schema)};`,
  );
  return `{\n${fields.join('\n')}\n}`;
}

function plain(kinds, items, additionalProperties) {
  if (kinds === undefined) return 'unknown';
  return union([kinds].flat().map((kind) => simple(kind, items, additionalProperties)));
}

function simple(kind, items, additionalProperties) {
  switch (kind) {
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `(${type(items ?? true)})[]`;
    case 'object':
      return `Record<string, ${type(additionalProperties || true)}>`;
    case 'string':
    case 'boolean':
    case 'null':
      return kind;
    default:
      throw new Error(`a type that types.mjs does not know: ${kind}`);
  }
}

function union(members) {
  return members.map((member) => `(${member})`).join(' | ');
}

function comment(schema) {
  const choices = (schema.oneOf ?? []).filter((choice) => choice.const !== undefined && choice.description);
  const lines = [
    ...(schema.description ?? '').split('\n'),
    ...choices.map((choice) => `- \`${choice.const}\`: ${choice.description.replaceAll('\n', ' ')}`),
  ].filter((line) => line !== '');
  return lines.length === 0 ? '' : `/** ${lines.map((line) => line.replaceAll('*/', '* /')).join('\n * ')} */\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(TARGET, await types());
}
