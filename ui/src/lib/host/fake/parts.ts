/** Pieces that scenarios are put together from. */
import type { Engine, EngineSummary, EnvironmentSummary, FolderReport } from '../../api';
import { baseName } from '../../format';

export const docker: Engine = {
  kind: 'docker',
  version: '28.5.2',
  address: 'unix:///var/run/docker.sock',
  local: true,
  rootless: false,
};

export const podman: Engine = {
  kind: 'podman',
  version: '5.8.0',
  address: 'unix:///run/user/1000/podman/podman.sock',
  local: true,
  rootless: true,
};

export const dockerFound: EngineSummary = {
  kind: 'docker',
  version: '28.5.2',
  address: docker.address,
  origin: 'the default socket',
  local: true,
  usable: true,
};

export const podmanFound: EngineSummary = {
  kind: 'podman',
  version: '5.8.0',
  address: podman.address,
  origin: 'rootless Podman',
  local: true,
  usable: true,
};

export const podmanStopped: EngineSummary = {
  address: podman.address,
  origin: 'rootless Podman',
  kind: 'podman',
  local: true,
  usable: false,
  problem: 'nobody listens',
  hint: 'Start the engine, for example with `systemctl start docker` or by opening Docker Desktop.',
};

export const dockerForbidden: EngineSummary = {
  address: docker.address,
  origin: 'the default socket',
  kind: 'docker',
  local: true,
  usable: false,
  problem: 'no permission to open it',
  hint: 'Add your user to the group that owns the socket (for Docker: `sudo usermod -aG docker $USER`, then log in again), or use a rootless engine.',
};

/** A day on which everything in the scenarios happened. */
export const TODAY = '2026-03-04T09:12:00Z';

/** An environment of Wharf's that runs; `change` says how this one is different. */
export function environment(folder: string, change: Partial<EnvironmentSummary> = {}): EnvironmentSummary {
  const name = change.name ?? baseName(folder);
  const configuration = change.configuration ?? `${folder}/.devcontainer/devcontainer.json`;
  return {
    id: `id-of-${folder}`,
    name,
    reference: { folder, configuration },
    source: { kind: 'folder', path: folder },
    configuration,
    state: 'running',
    maker: 'wharf',
    ours: true,
    engine: docker,
    container: {
      id: '4f1b0c2d9e8a'.padEnd(64, '7'),
      name: 'keen_lovelace',
      image: `vsc-${baseName(folder)}-795535e56e4ed3104852cb0458562e9a4c365bc44ed9802c6c0123456789abcd`,
      created: '2026-03-02T16:40:00Z',
      startedAt: TODAY,
    },
    lastUsed: Date.parse(TODAY) + 60_000,
    ...change,
  };
}

/** One that has no container. */
export function gone(folder: string, change: Partial<EnvironmentSummary> = {}): EnvironmentSummary {
  return environment(folder, { state: 'gone', container: undefined, ...change });
}

/** A folder with one configuration. */
export function folderReport(folder: string, change: Partial<FolderReport> = {}): FolderReport {
  return {
    folder,
    name: baseName(folder),
    configurations: [{ path: `${folder}/.devcontainer/devcontainer.json`, name: baseName(folder) }],
    diagnostics: [],
    ...change,
  };
}
