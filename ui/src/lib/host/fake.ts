/** A backend for a plain browser: it plays scenarios that are data. `?scenario=many` picks one, `&speed=0` makes it instant. */
import type { Checkout, ErrorResult, FolderReport, ListResult, Opened, OperationRequest } from '../api';
import { setLanguage, type Language } from '../i18n';
import { configurationChanges } from '../model/changes';
import { sameReference } from '../model/environment';
import { desktop } from './fake/desktop';
import { after } from './fake/outcome';
import { pages, type PagesOutside } from './fake/pages';
import { FRAME_SCENARIOS } from './fake/frame-scenarios';
import { SAID_SCENARIOS } from './fake/said-scenarios';
import { gone } from './fake/parts';
import { Player } from './fake/player';
import { SCENARIOS, type Scenario } from './fake/scenarios';
import { FakeSettings } from './fake/settings';
import { statusOf } from './fake/status';
import { systemOf } from './system';
import type { Drag, Host } from './types';

const ALL: Readonly<Record<string, Scenario>> = { ...SCENARIOS, ...FRAME_SCENARIOS, ...SAID_SCENARIOS };

/** What a test can do from outside, and what the window has asked for so far. */
export interface Outside extends PagesOutside {
  calls: { call: string; argument: unknown }[];
  drag(drag: Drag): void;
  handOver(opened: Opened): void;
  show(board: ListResult): void;
  /** Git has something else in every folder, or no repository. */
  checkOut(next: Checkout | undefined): void;
  /** As if the person had chosen this language. */
  speak(language: Language): void;
}

function refuse(error: ErrorResult): never {
  // Tauri refuses with what the command returned, which is no Error.
  throw error;
}

export function connect(parameters: URLSearchParams): Host {
  const scenario: Scenario = ALL[parameters.get('scenario') ?? 'many'] ?? refuse(unknownScenario());
  const speed = Number(parameters.get('speed') ?? 1);
  let board = scenario.board;
  let changed: (board: ListResult) => void = () => {};
  let opened: () => void = () => {};
  let dragged: (drag: Drag) => void = () => {};
  let checkedOut: Checkout | undefined = { branch: 'main' };
  let handedOver = scenario.opened ?? [];
  const players = new Map<string, Player>();
  const calls: Outside['calls'] = [];

  function show(next: ListResult): void {
    board = next;
    changed(board);
  }

  function play(id: string, request: OperationRequest): Player {
    const environment = board.environments.find(({ reference }) => sameReference(reference, request.reference));
    const scripts = (environment && scenario.scripts?.[environment.id]) ?? scenario.scripts?.['*'] ?? {};
    const environmentId = environment?.id ?? `id-of-${request.reference.folder}`;
    const player = new Player(request, environmentId, scripts[request.operation] ?? [], speed);
    players.set(id, player);
    void player.ended.then((result) => {
      players.delete(id);
      show(after(board, environmentId, request, result));
    });
    return player;
  }

  function ask<Answer extends object>(
    call: string,
    argument: unknown,
    answers: Record<string, Answer | ErrorResult>,
    key: string,
  ) {
    calls.push({ call, argument });
    const answer = answers[key];
    if (answer === undefined) return Promise.reject(notThere(key));
    return isError(answer) ? Promise.reject(answer) : Promise.resolve(answer);
  }

  function idOf(reference: OperationRequest['reference']): string {
    return board.environments.find((one) => sameReference(one.reference, reference))?.id ?? '';
  }

  const open = pages(scenario.pages ?? {}, (call, argument) => calls.push({ call, argument }));
  for (const request of scenario.running ?? []) play(`running-${players.size}`, request);
  window.fake = {
    ...open.outside,
    calls,
    show,
    checkOut: (next) => (checkedOut = next),
    drag: (drag) => dragged(drag),
    speak: setLanguage,
    handOver(next) {
      handedOver = [...handedOver, next];
      opened();
    },
  };

  const settings = new FakeSettings(scenario.settings);
  const system = scenario.system ?? systemOf(navigator.userAgent);
  const asked = (call: string, argument?: unknown): void => void calls.push({ call, argument });
  return {
    async settings() {
      asked('settings');
      return settings.read();
    },
    async changeSetting(key, value) {
      calls.push({ call: 'changeSetting', argument: { key, value } });
      return settings.change(key, value);
    },
    ...open.pages,
    ...desktop(system, scenario, () => board.engines, asked),
    system,
    home: '/home/ada',
    async watchBoard(receive) {
      if (scenario.silent) return new Promise(() => {});
      if (scenario.broken) refuse(scenario.broken);
      changed = receive;
      receive(board);
    },
    inspectFolder: (folder) => ask<FolderReport>('inspectFolder', folder, scenario.folders ?? {}, folder),
    plan: (reference) =>
      ask('plan', reference, scenario.plans ?? {}, idOf(reference)).catch((error) => {
        if (isError(scenario.plans?.[idOf(reference)] ?? {})) refuse(error);
        return { environment: { name: '', folder: '' }, steps: [], differences: [] };
      }),
    status: (reference) => {
      const environment = board.environments.find((one) => sameReference(one.reference, reference));
      const plan = scenario.plans?.[idOf(reference)];
      const changes = plan && !isError(plan) ? configurationChanges(plan) : [];
      const answer = scenario.status ?? statusOf(environment ?? gone(reference.folder ?? ''), changes);
      return ask('status', reference, { '': answer }, '');
    },
    async checkout(reference) {
      asked('checkout', reference);
      return reference.folder == null || reference.volume ? undefined : checkedOut;
    },
    async losses(reference, removeVolumes) {
      const found = await ask('losses', reference, scenario.losses ?? {}, idOf(reference));
      if (removeVolumes) return { ...found, lostVolumes: found.keptVolumes, keptVolumes: [] };
      return { ...found, repositories: [] };
    },
    operate(id, request, happened) {
      calls.push({ call: 'operate', argument: request });
      return play(id, request).follow(happened);
    },
    async answerConsent(id, allow) {
      calls.push({ call: 'answerConsent', argument: allow });
      players.get(id)?.answer(allow);
    },
    async answerSecret(id, value, keep) {
      calls.push({ call: 'answerSecret', argument: { value, keep } });
      players.get(id)?.answerSecret();
    },
    async cancel(id) {
      calls.push({ call: 'cancel', argument: id });
      players.get(id)?.cancel();
    },
    runningOperations: async () => [...players].map(([id, { request, startedAt }]) => ({ id, request, startedAt })),
    follow: (id, happened) => players.get(id)?.follow(happened) ?? Promise.reject(notThere(id)),
    async usable() {
      calls.push({ call: 'usable', argument: undefined });
    },
    async opened() {
      const taken = handedOver;
      handedOver = [];
      return taken;
    },
    async whenOpened(there) {
      opened = there;
    },
    async whenDragged(receive) {
      dragged = receive;
    },
    async chooseFolder(title) {
      calls.push({ call: 'chooseFolder', argument: title });
      return scenario.chosen;
    },
    async showFolder(path) {
      calls.push({ call: 'showFolder', argument: path });
    },
    async copy(text) {
      calls.push({ call: 'copy', argument: text });
    },
  };
}

function isError(answer: object): answer is ErrorResult {
  return 'message' in answer;
}

function notThere(what: string): ErrorResult {
  return { message: `The fake knows nothing of ${what}`, description: '' };
}

function unknownScenario(): ErrorResult {
  return { message: `There are these scenarios: ${Object.keys(ALL).join(', ')}`, description: '' };
}
