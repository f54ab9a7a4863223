/** Ports as a keeper tells of them: of every kind, and changed as a person wants. */
import type { EnvironmentPorts, Port, PortRequest } from '../../api';
import { API_SERVER, CONFIGURATION } from './scripts';

const reference = { folder: API_SERVER, configuration: CONFIGURATION };

export const port = (change: Partial<Port> & { port: number }): Port => ({
  source: 'declared',
  listening: true,
  state: 'forwarded',
  notice: 'notify',
  local: { address: '127.0.0.1', port: change.port, url: `http://localhost:${change.port}` },
  ...change,
});

export const portList: Port[] = [
  port({ port: 3000, label: 'web', process: { name: 'node', pid: 812, commandLine: 'node server.js --port 3000' } }),
  port({
    port: 5432,
    host: 'db',
    label: 'database',
    listening: null,
    local: { address: '127.0.0.1', port: 5433, url: 'localhost:5433' },
    conflict: { port: 5432, holder: { kind: 'process', name: 'postgres', pid: 812 } },
  }),
  port({ port: 8080, label: 'admin', listening: false, state: 'waiting', notice: 'openPreview', local: null }),
  port({
    port: 9229,
    source: 'detected',
    process: { name: 'node', pid: 830, commandLine: 'node --inspect' },
    local: { address: '0.0.0.0', port: 9229, url: 'http://localhost:9229' },
  }),
  port({
    port: 443,
    source: 'asked',
    state: 'blocked',
    local: null,
    conflict: { port: 443, holder: { kind: 'system' } },
  }),
  port({
    port: 39_115,
    source: 'detected',
    state: 'editor',
    local: null,
    process: { name: 'code-server', pid: 77, commandLine: '' },
  }),
  port({ port: 6006, label: 'storybook', state: 'stopped', local: null }),
];

export function environmentPorts(list: Port[], change: Partial<EnvironmentPorts> = {}): EnvironmentPorts {
  return { id: `id-of-${API_SERVER}`, name: 'api-server', reference, connection: 'connected', ports: list, ...change };
}

/** What comes of a request. */
export function changedBy(list: readonly Port[], request: PortRequest): Port[] {
  const host = request.host || undefined;
  const same = (one: Port): boolean => one.port === request.port && (one.host ?? undefined) === host;
  const before = list.find(same) ?? { ...port({ port: request.port, host, source: 'asked' }), local: null };
  const after = ((): Port => {
    if (request.change === 'stop') return { ...before, state: 'stopped', local: null, conflict: null };
    const number = request.change === 'open' ? (request.localPort ?? request.port) : request.port;
    const address = request.change === 'open' ? (request.address ?? '127.0.0.1') : '127.0.0.1';
    const local = { address, port: number, url: `http://localhost:${number}` };
    return { ...before, state: 'forwarded', conflict: null, local };
  })();
  return list.some(same) ? list.map((one) => (same(one) ? after : one)) : [...list, after];
}
