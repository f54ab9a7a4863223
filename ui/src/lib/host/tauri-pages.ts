/** The calls of `Pages`, behind Tauri's. */
import { Channel, invoke } from '@tauri-apps/api/core';
import type { EnvironmentPorts, LogState, ResourceSample, TerminalBatch, TerminalEnd } from '../api';
import type { Pages, Stop } from './pages';

let counter = 0;

/** A name that no page before or beside this one has used. */
function name(): string {
  counter += 1;
  return `${Date.now()}-${counter}`;
}

function channel<Message>(receive: (message: Message) => void): Channel<Message> {
  const made = new Channel<Message>();
  made.onmessage = receive;
  return made;
}

function bytes(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Begins to watch, and answers how to end it. */
async function watch<Message>(
  command: string,
  argument: Record<string, unknown>,
  receive: (message: Message) => void,
): Promise<Stop> {
  const id = name();
  let stopped = false;
  await invoke(command, {
    id,
    ...argument,
    channel: channel<Message>((message) => {
      if (!stopped) receive(message);
    }),
  });
  return () => {
    stopped = true;
    void invoke('stop_watching', { id });
  };
}

export const pages: Pages = {
  ports: {
    watch: (reference, changed) =>
      watch<EnvironmentPorts | null>('watch_ports', { reference }, (ports) => changed(ports ?? undefined)),
    change: (request) => invoke('change_port', { request }),
  },

  history: (reference) => invoke('history', { reference }),

  async openLog(request, changed) {
    const id = name();
    let closed = false;
    const states = channel<LogState>((state) => {
      if (closed) return;
      changed(state);
      void invoke('log_received', { id, number: state.number });
    });
    await invoke('open_log', { id, request, channel: states });
    return {
      page: (from, count) => invoke('log_page', { id, from, count }),
      filter: (filter) => invoke('filter_log', { id, filter }),
      search: (text) => invoke('search_log', { id, text }),
      export: async (title) => (await invoke('export_log', { id, title })) ?? undefined,
      close() {
        closed = true;
        void invoke('close_log', { id });
      },
    };
  },

  terminals: () => invoke('terminals'),
  openTerminal: (request) => invoke('open_terminal', { request }),
  readTerminal(id, wrote) {
    const output = channel<TerminalBatch>(async ({ number, replayed, truncated, data }) => {
      await wrote({ bytes: bytes(data), replayed, truncated });
      void invoke('terminal_received', { id, number });
    });
    return invoke<TerminalEnd>('read_terminal', { id, output });
  },
  writeTerminal: (id, text) => invoke('write_terminal', { id, text }),
  resizeTerminal: (id, size) => invoke('resize_terminal', { id, size }),
  closeTerminal: (id) => invoke('close_terminal', { id }),

  configuration: (reference) => invoke('configuration', { reference }),
  watchConfiguration: (reference, changed) => watch('watch_configuration', { reference }, changed),

  watchResources: (reference, measured) => watch<ResourceSample>('watch_resources', { reference }, measured),
  space: () => invoke('space'),
  cleanUpPlan: () => invoke('clean_up_plan'),
  cleanUp: (items) => invoke('clean_up', { items }),

  templates: () => invoke('templates'),
  templateCollection: (collection) => invoke('template_collection', { collection }),
  featureCollection: (collection) => invoke('feature_collection', { collection }),
  previewTemplate: (request) => invoke('preview_template', { request }),
  applyTemplate: (request, digest) => invoke('apply_template', { request, digest }),
};
