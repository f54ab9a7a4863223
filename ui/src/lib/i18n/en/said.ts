/**
 * Sentences that the program says, under the source that says them: what is written in `{}` there is put in here too. In English they
 * are the program's own, so that this is what other languages translate and what a test holds to the sources.
 */
import * as application from './said/app';
import * as changes from './said/changes';
import * as configuration from './said/configuration';
import * as consent from './said/consent';
import * as engine from './said/engine';
import * as environment from './said/environment';
import * as inside from './said/inside';
import * as options from './said/options';
import * as registry from './said/registry';
import * as templates from './said/templates';
import * as volumes from './said/volumes';

type Sources = Readonly<Record<string, readonly string[]>>;
type Room = Readonly<Record<string, Sources>>;
type All<Union> = (Union extends unknown ? (_: Union) => void : never) extends (_: infer Whole) => void ? Whole : never;

/** One out of several rooms, topic by topic. */
export function together<Rooms extends Readonly<Record<string, object>>[]>(...rooms: Rooms): All<Rooms[number]> {
  const whole: Record<string, object> = {};
  for (const [topic, content] of rooms.flatMap((room) => Object.entries(room)))
    whole[topic] = { ...whole[topic], ...content };
  return whole as All<Rooms[number]>;
}

/** By what is spoken of: a sentence is looked for only among those that can stand in its place. */
export const SAID = together(
  consent.consent,
  changes.changes,
  engine.engine,
  options.options,
  configuration.configuration,
  registry.registry,
  environment.environment,
  inside.inside,
  volumes.volumes,
  application.app,
  templates.templates,
);
export type Topic = keyof typeof SAID;

/**
 * Parts of sentences that are sentences of a topic themselves, by their names, or by their places where they have none. A question mark
 * says that they can be somebody else's words as well, and `word` that they are somebody else's and have no blank in them.
 */
export const HELD: Readonly<Record<string, Readonly<Record<string, string>>>> = together(
  engine.held,
  options.held,
  configuration.held,
  registry.held,
  environment.held,
  inside.held,
  volumes.held,
  application.held,
);

type Told<From extends Sources> = { [Path in keyof From]: From[Path][number] }[keyof From];

/** For what the program says of something, the same in a language, with the same parts in it. */
export type Words<Of extends Room> = { readonly [Topic in keyof Of]: Readonly<Record<Told<Of[Topic]>, string>> };

/** The same for all of it. */
export type Said = Readonly<Record<Topic, Readonly<Record<string, string>>>>;

/** All that a language needs to say what the program says. */
export interface Spoken {
  SAID: typeof SAID;
  HELD: typeof HELD;
  said: Said;
}
