/** The one place that knows whether the window runs in the app or, against a fake, in a plain browser. */
import { isTauri } from '@tauri-apps/api/core';
import type { Host } from './host/types';

export type { OpenLog, Pages, Stop, TerminalOutput } from './host/pages';
export type { Drag, Happened, Host, System } from './host/types';

export async function connect(): Promise<Host> {
  if (__FAKE__ && !isTauri()) {
    const fake = await import('./host/fake');
    return fake.connect(new URLSearchParams(location.search));
  }
  const tauri = await import('./host/tauri');
  return tauri.connect();
}
