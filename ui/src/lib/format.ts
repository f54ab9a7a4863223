/** Times, sizes and paths as a person reads them; in the same words as the command line. */

export function duration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 1) return `${Math.max(0, Math.floor(milliseconds))} ms`;
  if (seconds < 60) return `${seconds}.${Math.floor((milliseconds % 1000) / 100)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
}

/** A duration that is a guess: no finer than a second, where it takes some. */
export function about(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds >= 10 && seconds < 60 ? `${seconds} s` : duration(milliseconds);
}

/** A difference of times with its sign; the minus is as wide as the plus. */
export function signed(milliseconds: number): string {
  return `${milliseconds < 0 ? '\u2212' : '+'}${duration(Math.abs(milliseconds))}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

/** Decimal units, as the engines count. */
export function bytes(count: number): string {
  for (const [unit, size] of [
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const) {
    if (count >= size) return `${(Math.floor(count / (size / 10)) / 10).toFixed(1)} ${unit}`;
  }
  return `${count} B`;
}

/** A path below the home folder as a person writes it. */
export function shortPath(path: string, home: string | undefined): string {
  if (!home || home.length < 2) return path;
  const root = home.replace(/[\\/]$/, '');
  if (path === root) return '~';
  const next = path.charAt(root.length);
  return path.startsWith(root) && (next === '/' || next === '\\') ? `~${path.slice(root.length)}` : path;
}

/** A path of a file as seen from the folder that holds it. */
export function relativePath(path: string, folder: string | null | undefined): string {
  const root = folder?.replace(/[\\/]$/, '');
  if (!root || !path.startsWith(root)) return path;
  return /^[\\/]./.test(path.slice(root.length)) ? path.slice(root.length + 1) : path;
}

export function baseName(path: string): string {
  const parts = path.split(/[\\/]/).filter((part) => part !== '');
  return parts.at(-1) ?? path;
}

/** What hides or turns the letters around it, as its number, so that a person sees all there is. */
export function unveiled(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (letter) => {
    const number = letter.codePointAt(0) ?? 0;
    return `\\u{${number.toString(16)}}`;
  });
}

/** The digits of a hash that tell it apart; names that hold a hash keep the rest. */
export function shortHashes(text: string): string {
  return text.replace(/(?<![0-9a-f])([0-9a-f]{12})[0-9a-f]{52}(?![0-9a-f])/gi, '$1');
}

/** A version's first two numbers. */
export function shortVersion(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** The time of day today, otherwise the date as well; nothing for what is no time. */
export function moment(time: Date, now: Date, locale?: string): string {
  if (Number.isNaN(time.getTime())) return '';
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(time);
  if (time.toDateString() === now.toDateString()) return clock;
  const year = time.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' as const };
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', ...year }).format(time);
  return `${day}, ${clock}`;
}
