/** What a port is called, and what stands in its way, in words. */
import type { Port, PortConflict } from '../api';
import { text } from '../i18n';

/** The number inside, with the service that has it: `3000`, `db:5432`. */
export function insideOf({ host, port }: Port): string {
  return host ? `${host}:${port}` : String(port);
}

/** What tells a port from the others of its environment. */
export function keyOf({ host, port }: Port): string {
  return `${host ?? ''}:${port}`;
}

/** Where it is on this computer, as a person writes it. */
export function outsideOf({ local }: Port): string | undefined {
  if (!local) return undefined;
  return `${isLoopback(local.address) ? 'localhost' : local.address}:${local.port}`;
}

export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || address.startsWith('127.');
}

/** Who has the port that was wanted, and where it is instead. */
export function conflictText(port: Port): string | undefined {
  const { conflict, local } = port;
  if (!conflict) return undefined;
  const taken = text.ports.conflict(conflict.port, holderText(conflict));
  return local ? text.sentences(taken, text.ports.instead(local.port)) : taken;
}

function holderText({ holder }: PortConflict): string {
  switch (holder.kind) {
    case 'process':
      return text.ports.holder.process(holder.name, holder.pid);
    case 'environment':
      return text.ports.holder.environment(holder.name, holder.port);
    case 'system':
      return text.ports.holder.system;
    case 'unknown':
      return text.ports.holder.unknown;
  }
}

/** A port as a person types it; nothing for what is none. */
export function portNumber(typed: string): number | undefined {
  const number = Number(typed.trim());
  return /^\d+$/.test(typed.trim()) && number >= 1 && number <= 65_535 ? number : undefined;
}

/** How many can be reached on this computer. */
export function forwarded(ports: readonly Port[]): number {
  return ports.filter(({ state }) => state === 'forwarded' || state === 'published').length;
}
