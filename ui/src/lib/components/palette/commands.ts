/** Everything that the palette can do, from what the window knows. */
import type { EnvironmentSummary } from '../../api';
import { shortPath } from '../../format';
import { LANGUAGES, NAMES, text, type Language } from '../../i18n';
import { actions } from '../../model/environment';
import type { Command } from '../../model/palette';
import type { App } from '../../state/app.svelte';
import { SECTIONS } from '../../state/settings.svelte';
import { TABS } from '../../state/tabs.svelte';

const THEMES = ['system', 'light', 'dark'] as const;

export function commands(app: App): Command[] {
  const selected = app.selected;
  return [
    ...(selected ? [...doable(app, selected), ...pages(app, selected)] : []),
    ...app.listed.map((environment) => opening(app, environment)),
    ...general(app),
    // What is shown can be found by its title; what is elsewhere by the environment's name as well.
    ...app.listed
      .filter((environment) => environment !== selected)
      .flatMap((environment) => doable(app, environment))
      .map((command) => ({ ...command, group: 'environments' as const, foundOnly: true })),
    ...settings(app),
  ];
}

function opening(app: App, environment: EnvironmentSummary): Command {
  const { reference, container } = environment;
  return {
    id: `open ${environment.id}`,
    group: 'environments',
    title: environment.name,
    detail: reference.folder ? shortPath(reference.folder, app.host.home) : (reference.volume ?? container?.name),
    also: text.mark[app.markOf(environment)],
    act: () => app.select(environment.id),
  };
}

function doable(app: App, environment: EnvironmentSummary): Command[] {
  const can = actions(environment, app.markOf(environment), false);
  const command = (verb: string, title: string, act: () => void): Command => ({
    id: `${verb} ${environment.id}`,
    group: 'here',
    title,
    detail: environment.name,
    // Who works in English all day types its verbs in any language.
    also: verb,
    act: () => {
      app.select(environment.id);
      act();
    },
  });
  const { start } = can;
  const { folder } = environment.reference;
  const editor = app.editorFor(environment);
  return [
    ...(start ? [command('start', text.action.start, () => void app.run(start, environment.reference))] : []),
    ...(can.stop ? [command('stop', text.action.stop, () => (app.question = { kind: 'stop', environment }))] : []),
    ...(editor
      ? [command('edit', text.action.openIn(editor.name), () => void app.openEditor(environment.reference))]
      : []),
    ...(can.restart
      ? [command('restart', text.action.restartMore, () => (app.question = { kind: 'restart', environment }))]
      : []),
    ...(can.rebuild
      ? [command('rebuild', text.action.rebuildMore, () => (app.question = { kind: 'rebuild', environment }))]
      : []),
    ...(can.remove
      ? [command('delete', text.action.deleteMore, () => (app.question = { kind: 'delete', environment }))]
      : []),
    ...(folder ? [command('folder', text.action.showFolder, () => void app.showFolder(folder))] : []),
  ];
}

function general(app: App): Command[] {
  const key = app.commandKey;
  const action = (id: string, title: string, act: () => void, keys?: string): Command => ({
    id,
    group: 'actions',
    title,
    also: id,
    keys,
    act,
  });
  return [
    action('open folder', text.openFolder, () => void app.chooseFolder(), `${key}O`),
    action('clone', text.create.clone, () => app.create('clone')),
    action('template', text.create.template, () => app.create('template')),
    action('new', text.create.title, () => app.create(), `${key}N`),
    action('board', text.board.title, () => app.goHome(), `${key}B`),
    action('keys', text.keyList.title, () => (app.question = { kind: 'keys' }), '?'),
  ];
}

function settings(app: App): Command[] {
  const { settings: chosen } = app;
  return [
    ...SECTIONS.map((section): Command => ({
      id: `settings ${section}`,
      group: 'settings',
      title: text.settings.section[section],
      detail: text.settings.title,
      also: text.settings.found[section],
      act: () => app.showSettings(section),
    })),
    ...THEMES.map((theme): Command => ({
      id: `theme ${theme}`,
      group: 'settings',
      title: text.settings.appearance.theme[theme],
      detail: text.settings.appearance.themeLabel,
      act: () => void chosen.change('appearance.theme', theme),
    })),
    ...(Object.keys(LANGUAGES) as Language[]).map((language): Command => ({
      id: `language ${language}`,
      group: 'settings',
      title: NAMES[language],
      detail: text.settings.appearance.languageLabel,
      also: 'language 语言',
      act: () => void chosen.change('appearance.language', language),
    })),
  ];
}

function pages(app: App, environment: EnvironmentSummary): Command[] {
  return TABS.map((tab, at) => ({
    id: `tab ${tab}`,
    group: 'here',
    title: text.palette.tab(text.tabs[tab]),
    detail: environment.name,
    keys: `${app.commandKey}${at + 1}`,
    act: () => {
      app.select(environment.id);
      app.tabs.show(environment.id, tab);
    },
  }));
}
