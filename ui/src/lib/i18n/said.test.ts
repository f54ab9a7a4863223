import { describe, expect, test } from 'vitest';
import type { TemplateSummary } from '../api';
import { HOLE, Sentences, placed } from '../sentences';
import { SPOKEN } from '.';
import { HELD, SAID } from './en/said';
import { fileText, literals, rustFiles, told } from './rust-sources.node';

const TOPICS = Object.entries(SAID).map(
  ([topic, sources]) => [topic, sources as Readonly<Record<string, readonly string[]>>] as const,
);
const SOURCES = TOPICS.flatMap(([topic, sources]) =>
  Object.entries(sources).map(([path, sentences]) => [topic, path, sentences] as const),
);
const ALL = new Set(SOURCES.flatMap(([, , sentences]) => sentences));

/** What is told, but never to the window, and why not. */
const UNSEEN: Readonly<Record<string, string>> = {
  'agent/src/frame.rs': 'a fault between the agent and wharf, which is quoted in the sentence that says so',
  'agent/src/flow.rs': 'the same',
  'agent/src/inside/connection.rs': 'the same',
  'agent/src/inside/network/mod.rs': 'the same',
  'agent/src/inside/reserve.rs': 'the same',
  'runner/src/inside/receiver.rs': 'the same',
  'agent/src/inside/network/links.rs': 'told to the program in the container that wanted to open a link',
  'agent/src/inside/network/relay.rs': "the system's words, cut",
  'agent/src/inside/launch.rs': "the reference's words, among what a command has written",
  'agent/src/inside/running.rs': 'among what a command has written',
  'runner/src/authoring/': 'publishing is done on the command line alone',
  'spec/src/authoring/': 'the same',
  'spec/src/feature/version.rs': 'the same',
  'runner/src/build.rs': 'flags of the command line',
  'runner/src/request/features.rs': 'the same',
  'runner/src/templates/arguments.rs': 'the same',
  'runner/src/secrets/kept.rs': 'secrets are listed and kept on the command line alone',
  'runner/src/features/look.rs': 'looking at Features is done on the command line alone',
  'runner/src/upgrade.rs': '`wharf upgrade` is a command alone',
  'runner/src/check/': '`wharf check` is a command alone',
  'runner/src/doctor/':
    '`wharf doctor` is a command alone; the cure that an error has for its hint is in the catalogue',
};

/** Texts that have the look of a sentence and are something else. */
const NONE: Readonly<Record<string, readonly string[]>> = {
  // What an engine answered.
  'engine/src/engine.rs': ['status {} {words}'],
  // Quoted line by line.
  'runner/src/consent.rs': [' of the Feature {feature}', ' of {path}'],
  // Results of steps, which have words of their own.
  'runner/src/hooks.rs': ['exit {}'],
  'runner/src/session.rs': ['1 warning', '{count} warnings'],
  // Put in place of another word.
  'runner/src/templates.rs': ['the Template'],
  // A fault in the loop that no plan can lead to.
  'runner/src/compose/observe.rs': ['the service is not built'],
  // A line of the keeper's own log.
  'runner/src/keeper/say.rs': [', since {}'],
};

/** What git says as it goes on stands in no program of ours, only in the tests of its reader. */
const GIT = 'runner/src/volume/git.rs';

const FOLDERS = ['spec/src/', 'plan/src/', 'engine/src/', 'registry/src/', 'runner/src/', 'agent/src/', '../src/'];
const FILES = FOLDERS.flatMap(rustFiles);

describe('what is translated is what the program says', () => {
  test.each(SOURCES)('%s in %s', (_, path, sentences) => {
    if (path.endsWith('.json') || path === GIT) {
      expect(sentences.filter((sentence) => !fileText(path).includes(`"${sentence}"`))).toEqual([]);
      return;
    }
    const texts = new Set(literals(path));
    expect(sentences.filter((sentence) => !texts.has(sentence))).toEqual([]);
  });
});

describe('no error and no hint is left out', () => {
  const seen = FILES.filter((path) => !Object.keys(UNSEEN).some((place) => path.startsWith(place)));
  test.each(seen)('%s', (path) => {
    expect(told(path).filter((sentence) => !ALL.has(sentence) && !NONE[path]?.includes(sentence))).toEqual([]);
  });

  test('but what is named here, and still there', () => {
    expect(Object.keys(UNSEEN).filter((place) => !FILES.some((path) => path.startsWith(place)))).toEqual([]);
    for (const [path, texts] of Object.entries(NONE)) expect(told(path)).toEqual(expect.arrayContaining([...texts]));
  });

  test('what tells is found in whatever way it is written', () => {
    expect(told('engine/src/error.rs')).toEqual(
      expect.arrayContaining([
        'the Docker context {name:?} cannot be used: {reason}',
        'Correct or remove the line.',
        'Log in with `docker login {registry}` or `podman login {registry}`, then try again.',
      ]),
    );
    expect(told('runner/src/session.rs')).toContain('a state file was damaged and has been set aside as {}');
    expect(told('spec/src/document.rs')).toContain('Write it as "name": value');
    expect(told('plan/src/run_args/mounts.rs')).toContain('`{key}` is not a field of a mount');
  });
});

describe('nothing that a person agrees to is left out, nor of a difference, nor of a Template', () => {
  const isWhole = (words: string): boolean => /^\p{Lu}.* .*\.$/su.test(words);
  const places = [...FILES.filter((path) => path.startsWith('plan/src/consent')), ...Object.keys(SAID.differences)];
  test.each(places.filter((path) => path.startsWith('plan/')))('%s', (path) => {
    const unnamed = (said: string): string => said.replaceAll(HOLE, '{}');
    const known = new Set([...ALL].map(unnamed));
    expect(literals(path).filter((words) => isWhole(words) && !known.has(unnamed(words)))).toEqual([]);
  });

  /** What is said of a Template or of one of its options, in the file that describes it. */
  test.each(Object.entries(SAID.templates))('%s', (path, known: readonly string[]) => {
    const { description, options } = JSON.parse(fileText(path)) as TemplateSummary;
    const said = [description, ...Object.values(options).map((option) => option.description)].flatMap(
      (one) => one ?? [],
    );
    expect(said.filter((one) => !known.includes(one))).toEqual([]);
  });
});

const names = (said: string): string[] => placed([...said.matchAll(HOLE)].map(([, name = '']) => name)).sort();

test('a part that is a sentence itself is there, and so is what it is a sentence of', () => {
  for (const [said, parts] of Object.entries(HELD)) {
    expect(ALL).toContain(said);
    for (const [name, topic] of Object.entries(parts)) {
      expect(names(said), said).toContain(name);
      expect(['word', ...Object.keys(SAID)], said).toContain(topic.replace('?', ''));
    }
  }
});

/** A sentence with parts in it, each as it can be. */
function example(said: string, open: string, seen: readonly string[] = []): string {
  const found = placed([...said.matchAll(HOLE)].map(([, name = '']) => name));
  let at = 0;
  return said.replaceAll(HOLE, () => {
    const holds = HELD[said]?.[found[at++] ?? ''];
    if (holds === undefined || holds === 'word' || holds.endsWith('?')) return open;
    const sources = SAID[holds as keyof typeof SAID] as Readonly<Record<string, readonly string[]>>;
    const [part = ''] = Object.values(sources)
      .flat()
      .filter((one) => !seen.includes(one));
    return example(part, open, [...seen, said]);
  });
}

describe.each(Object.keys(SPOKEN) as (keyof typeof SPOKEN)[])('in %s', (language) => {
  test('every sentence has words, with the same parts', async () => {
    const { said } = (await SPOKEN[language]?.()) ?? { said: undefined };
    for (const [topic, sources] of TOPICS)
      for (const sentence of new Set(Object.values(sources).flat())) {
        const words = (said?.[topic as keyof typeof SAID] ?? {})[sentence] ?? '';
        expect(words, sentence).not.toBe('');
        expect(names(words), sentence).toEqual(names(sentence));
      }
  });

  // Sentences that can be taken for each other would never be shown in it.
  test.each(TOPICS.map(([topic]) => topic))('every sentence of the topic %s is told from the others', async (topic) => {
    const { said } = (await SPOKEN[language]?.()) ?? { said: undefined };
    const words = said?.[topic as keyof typeof SAID] ?? {};
    const sentences = new Sentences(SAID, HELD);
    for (const sentence of ALL) {
      if (words[sentence] === undefined) continue;
      const text = example(sentence, '7');
      const readings = sentences.read(topic, text);
      const translations = new Set(readings.map((reading) => words[reading.said]?.replaceAll(HOLE, '{}')));
      expect([...translations], text).toHaveLength(1);
    }
  });
});
