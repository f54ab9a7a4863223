/** Errors, warnings and hints exactly as the program says them, and texts that only look as if it had. */
import type { ConfigurationReport, ErrorResult } from '../../api';
import { docker, dockerFound, environment, folderReport, gone } from './parts';
import { environmentPorts, port } from './ports';
import type { Scenario } from './scenarios';
import { begin, end, failed, fails, found, OPERATION, type Beat } from './script';
import { API_SERVER, CONFIGURATION } from './scripts';

const api = environment(API_SERVER);

/** What the program says while it starts an environment, and why it cannot in the end. */
function upWith(warnings: readonly (readonly [message: string, hint?: string])[], error: ErrorResult): Beat[] {
  return [
    begin(OPERATION, 'up'),
    begin(2, 'configuration'),
    ...found({ name: 'api-server', folder: API_SERVER, configuration: CONFIGURATION, id: api.id }, docker),
    ...warnings.map(([message, hint]): Beat => ({
      after: 0,
      step: 2,
      kind: { type: 'diagnostic', severity: 'warning', message, hint, location: { path: CONFIGURATION, line: 9 } },
    })),
    end(2, 4, `${warnings.length} warnings`),
    begin(40, 'create'),
    failed(40, 300),
    fails(error),
    failed(OPERATION, 400),
  ];
}

function starting(up: Beat[]): Scenario {
  return {
    board: { environments: [gone(API_SERVER)], engines: [dockerFound] },
    folders: { [API_SERVER]: folderReport(API_SERVER) },
    opened: [{ kind: 'folder', folder: API_SERVER, byLink: false }],
    scripts: { '*': { up } },
  };
}

const configuration: ConfigurationReport = {
  origins: [],
  files: [{ path: CONFIGURATION, role: 'configuration', text: '{\n  "image": 7,\n  "waitFor": "later"\n}\n' }],
  diagnostics: [
    {
      severity: 'error',
      message: '`image` must be a string, but is a number',
      location: { path: CONFIGURATION, line: 2, column: 12, length: 1 },
      hint: 'Put it in quotes: "7"',
    },
    {
      severity: 'error',
      message: '`waitFor` must be one of "onCreateCommand", "postCreateCommand" or "postStartCommand", but is "later"',
      location: { path: CONFIGURATION, line: 3, column: 14, length: 7 },
    },
    {
      severity: 'warning',
      message:
        '`devcontainer.metadata[0].init` must be true or false, but is a string; ghcr.io/acme/base:3 says so, and it is ignored',
    },
  ],
};

/** What a configuration or a registry has made to look like the program's own. */
const markup = '<img src=x onerror="document.title=\'taken\'">';
const TRICKS = [
  `cannot read ${markup}: a: b`,
  'cancelled\nand not by you',
  `the workspace folder ${'/deep'.repeat(4000)} does not exist`,
  `\`${markup}\` must be a string, but is a number`,
] as const;

export const SAID_SCENARIOS: Readonly<Record<string, Scenario>> = {
  /** An engine refuses, after warnings of several kinds. */
  'said-failing': starting(
    upWith(
      [
        [
          "Feature 'ghcr.io/acme/go:1', which './tools' depends on, could not be processed: ghcr.io cannot be reached: no connection within 30 s",
          'Check the network connection, and HTTPS_PROXY and NO_PROXY if there is a proxy. What a lockfile names and was once fetched needs no network.',
        ],
        ['`portAttributes` is not a known property and is ignored', 'Did you mean `portsAttributes`?'],
      ],
      {
        message:
          'unix:///run/docker.sock could not start container 3f2a9c417b21: driver failed programming external connectivity: Bind for 0.0.0.0:8080 failed: port is already allocated',
        description: '',
        quotes: ['cancelled', 'no container engine answers'],
        hint: 'End the program that uses the port, or publish another one.',
      },
    ),
  ),
  'said-hostile': starting(
    upWith(
      TRICKS.map((trick) => [trick, trick] as const),
      { message: TRICKS[0], description: '', quotes: [...TRICKS], hint: TRICKS[1] },
    ),
  ),
  /** Everything that the tabs of an environment can find wrong. */
  'said-wrong': {
    board: {
      environments: [api],
      engines: [
        dockerFound,
        {
          address: 'tcp://build.example.com:2376',
          origin: 'Docker context "build"',
          local: false,
          usable: false,
          problem:
            'no encrypted connection to tcp://build.example.com:2376: its certificate was not issued by the authority in /home/ada/.docker/ca.pem',
          hint: "Put the ca.pem of the engine's authority into the folder of DOCKER_CERT_PATH, or into the Docker context.",
        },
      ],
    },
    pages: {
      configuration,
      ports: environmentPorts(
        [
          port({
            port: 80,
            state: 'blocked',
            local: null,
            reason: 'an administrator lets every user have it with `sysctl net.ipv4.ip_unprivileged_port_start=80`',
            conflict: { port: 80, holder: { kind: 'system' } },
          }),
          port({
            port: 5432,
            label: 'db',
            local: { address: '127.0.0.1', port: 5433, url: 'localhost:5433' },
            conflict: { port: 5432, holder: { kind: 'process', name: 'postgres', pid: 812 } },
          }),
        ],
        { connection: 'unreachable', problem: 'unix:///run/docker.sock did not inspect container 3f2a within 10 s' },
      ),
    },
  },
};
