/** Short descriptions of things that the wire names by parts. */
import type { Engine, EngineSummary, Origin } from './api';
import { relativePath, shortVersion } from './format';
import { text } from './i18n';

/** An engine as a person calls it: `Docker 28.5`. */
export function engineName(engine: Engine | EngineSummary): string {
  const kind = engine.kind ? text.engine.kind[engine.kind] : text.engine.unnamed;
  return engine.version ? `${kind} ${shortVersion(engine.version)}` : kind;
}

/** The same, with what tells two of one make apart. */
export function engineInFull(engine: Engine): string {
  const notes = [engine.local ? '' : text.engine.remote, engine.rootless ? text.engine.rootless : ''].filter(Boolean);
  return notes.length > 0 ? `${engineName(engine)} (${notes.join(', ')})` : engineName(engine);
}

/** Who asks for something: `initializeCommand, .devcontainer/devcontainer.json:9`. */
export function originText(origin: Origin, folder: string | undefined): string {
  const { property, feature, image, location } = origin;
  return [
    property,
    feature ? text.consent.feature(feature) : '',
    image ? text.consent.image(image) : '',
    location ? place(location.path, location.line, folder) : '',
  ]
    .filter(Boolean)
    .join(', ');
}

/** A place in a file: `.devcontainer/devcontainer.json:14:24`. */
export function place(
  path: string,
  line: number | null | undefined,
  folder: string | undefined,
  column?: number | null,
): string {
  return [relativePath(path, folder), line, column].filter((part) => part != null).join(':');
}
