import type { System } from './types';

/** The operating system that a web view says it runs on. */
export function systemOf(userAgent: string): System {
  if (/Mac OS X|Macintosh/.test(userAgent)) return 'macos';
  return /Windows/.test(userAgent) ? 'windows' : 'linux';
}
