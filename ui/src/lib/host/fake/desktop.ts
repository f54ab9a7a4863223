/** The desktop around the window, as the fake has it: engines, and file managers that Wharf can be put into. */
import type {
  EditorList,
  EngineList,
  EngineReport,
  EngineSummary,
  ErrorResult,
  FileManager,
  IntegrationReport,
} from '../../api';
import type { Host, System } from '../types';

/** What a scenario can say about it. */
export interface Desktop {
  /** Every engine there is; without it, those of the board. */
  engines?: EngineList | ErrorResult;
  /** The editors that were found; an error is what opening one comes to. */
  editors?: EditorList | ErrorResult;
  /** Whether Wharf is in the file managers; an error is what installing it comes to. */
  integration?: IntegrationReport['places'][number]['state'] | ErrorResult;
}

type Part = Pick<Host, 'engines' | 'editors' | 'openEditor' | 'editFile' | 'integration' | 'integrate' | 'openLink'>;

const EDITORS: EditorList = {
  editors: [
    { program: 'code', name: 'Visual Studio Code', inside: true },
    { program: 'zed', name: 'Zed', inside: false },
  ],
};

const PLACES: Record<System, [FileManager, string][]> = {
  linux: [
    ['openWith', '/home/ada/.local/share/applications/dev.wharf.desktop.open-folder.desktop'],
    ['dolphin', '/home/ada/.local/share/kio/servicemenus/dev.wharf.desktop.open-folder.desktop'],
    ['nautilus', '/home/ada/.local/share/nautilus/scripts/Open with Wharf'],
    ['nemo', '/home/ada/.local/share/nemo/scripts/Open with Wharf'],
  ],
  windows: [
    ['explorerFolder', 'HKEY_CURRENT_USER\\Software\\Classes\\Directory\\shell\\dev.wharf.desktop'],
    ['explorerBackground', 'HKEY_CURRENT_USER\\Software\\Classes\\Directory\\Background\\shell\\dev.wharf.desktop'],
  ],
  macos: [['finder', '/Users/ada/Library/Services/Open with Wharf.workflow']],
};

export function desktop(
  system: System,
  scenario: Desktop,
  board: () => EngineSummary[],
  asked: (call: string, argument?: unknown) => void,
): Part {
  const { engines, editors = EDITORS, integration = 'absent' } = scenario;
  let state = typeof integration === 'string' ? integration : 'absent';

  function places(): IntegrationReport {
    const all = PLACES[system].map(([manager, path]) => ({ manager, path, state }) as const);
    return { installed: state === 'installed', places: all, changed: [] };
  }

  return {
    async engines() {
      if (engines && 'message' in engines) throw engines;
      return engines ?? { engines: board().map((engine, index) => engineReport(engine, index === 0)) };
    },
    editors: async () => ('message' in editors ? EDITORS : editors),
    async openEditor(reference) {
      asked('openEditor', reference);
      if ('message' in editors) throw editors;
    },
    async editFile(_, { path, line, column }) {
      asked('editFile', [path, line, column].join(':'));
      if ('message' in editors) throw editors;
    },
    integration: async () => places(),
    async integrate(install) {
      asked('integrate', install);
      if (typeof integration !== 'string') throw integration;
      state = install ? 'installed' : 'absent';
      return places();
    },
    async openLink(address) {
      asked('openLink', address);
    },
  };
}

function engineReport(engine: EngineSummary, used: boolean): EngineReport {
  const abilities: EngineReport['abilities'] = engine.usable ? ['localFolders', 'buildKit'] : [];
  return { ...engine, name: engine.address, used, abilities };
}
