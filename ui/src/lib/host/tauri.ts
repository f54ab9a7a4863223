/** The program that the window runs in, behind Tauri's calls. */
import { Channel, invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { getCurrentWebview } from '@tauri-apps/api/webview';
import type { Checkout, EventBatch, ListResult } from '../api';
import { systemOf } from './system';
import { pages } from './tauri-pages';
import type { Happened, Host } from './types';

function channel<Message>(receive: (message: Message) => void): Channel<Message> {
  const made = new Channel<Message>();
  made.onmessage = receive;
  return made;
}

/** More events come only once the page says that it has taken these: so none pile up, however fast a program writes. */
function events(id: string, happened: Happened): Channel<EventBatch> {
  return channel<EventBatch>(({ number, truncated, events }) => {
    happened(events, truncated);
    void invoke('received', { id, number });
  });
}

export async function connect(): Promise<Host> {
  const home = (await invoke<string | null>('home')) ?? undefined;
  return {
    ...pages,
    system: systemOf(navigator.userAgent),
    home,
    watchBoard: (changed) => invoke('watch_board', { channel: channel<ListResult>(changed) }),
    inspectFolder: (folder) => invoke('inspect_folder', { folder }),
    plan: (reference) => invoke('plan', { reference }),
    status: (reference) => invoke('status', { reference }),
    checkout: async (reference) => (await invoke<Checkout | null>('checkout', { reference })) ?? undefined,
    losses: (reference, removeVolumes) => invoke('losses', { reference, removeVolumes }),
    operate: (id, request, happened) => invoke('operate', { id, request, events: events(id, happened) }),
    answerConsent: (id, allow) => invoke('answer_consent', { id, allow }),
    answerSecret: (id, value, keep) => invoke('answer_secret', { id, value: value ?? null, keep }),
    cancel: (id) => invoke('cancel', { id }),
    runningOperations: () => invoke('running_operations'),
    follow: (id, happened) => invoke('follow', { id, events: events(id, happened) }),
    usable: () => invoke('usable'),
    opened: () => invoke('opened'),
    async whenOpened(there) {
      await listen('opened', there);
    },
    async whenDragged(dragged) {
      await getCurrentWebview().onDragDropEvent(({ payload }) => {
        if (payload.type === 'drop') dragged({ kind: 'drop', paths: payload.paths });
        else dragged({ kind: payload.type === 'leave' ? 'leave' : 'over' });
      });
    },
    chooseFolder: async (title) => (await invoke<string | null>('choose_folder', { title })) ?? undefined,
    showFolder: (path) => invoke('show_folder', { path }),
    openLink: (address) => invoke('open_link', { address }),
    settings: () => invoke('settings'),
    changeSetting: (key, value) => invoke('change_setting', { key, value }),
    copy: (text) => navigator.clipboard.writeText(text),
    engines: () => invoke('engines'),
    editors: () => invoke('editors'),
    openEditor: (reference) => invoke('open_editor', { reference }),
    editFile: (reference, location) => invoke('edit_file', { reference, location }),
    integration: () => invoke('integration'),
    integrate: (install) => invoke('integrate', { install }),
  };
}
