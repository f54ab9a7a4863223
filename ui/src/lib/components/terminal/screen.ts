/** A terminal on the page: xterm.js with what a person expects of one, connected to a program's output and input. */
import { FitAddon } from '@xterm/addon-fit';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import type { TerminalSize } from '../../api';
import { unveiled } from '../../format';
import type { System } from '../../host';
import type { TerminalOutput } from '../../host/pages';
import { defineConstructedStyle } from './constructed-style';
import { theme } from './theme';

export interface Wishes {
  system: System;
  label: string;
  /** What is said of a link that is pointed at. */
  linkHint: (address: string) => string;
  screenReader: boolean;
  typed: (text: string) => void;
  resized: (size: TerminalSize) => void;
  copy: (text: string) => void;
  openLink: (address: string) => void;
}

export interface Screen {
  /** Done when it is on the screen, so that a program that is too fast waits. */
  write(output: TerminalOutput): Promise<void>;
  /** Says something that no program has written. */
  say(text: string): void;
  focus(): void;
  clear(): void;
  selection(): string;
  /** As if typed, but so that programs can tell it from that. */
  paste(text: string): void;
  readAloud(on: boolean): void;
  size(): TerminalSize;
  dispose(): void;
}

/** Lines that can be scrolled back to. The program keeps as much for a page that is loaded anew. */
const SCROLLBACK = 10_000;

/** Characters of an address that are shown where it is pointed at. */
const LONGEST_SHOWN = 300;

export function screen(place: HTMLElement, wishes: Wishes): Screen {
  defineConstructedStyle();
  const apple = wishes.system === 'macos';
  const terminal = new Terminal({
    allowProposedApi: true,
    cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    fontFamily: getComputedStyle(place).getPropertyValue('--mono'),
    fontSize: 13,
    lineHeight: 1.2,
    scrollback: SCROLLBACK,
    // Programs choose colours for a ground that they do not know.
    minimumContrastRatio: 4.5,
    macOptionIsMeta: true,
    rightClickSelectsWord: apple,
    screenReaderMode: wishes.screenReader,
    theme: theme(place),
    linkHandler: { activate: (event, address) => follow(event, address), hover, leave, allowNonHttpProtocols: false },
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = '11';
  terminal.loadAddon(new WebLinksAddon((event, address) => follow(event, address), { hover, leave }));

  /** What a program writes can look like anything, so a link is only followed on purpose. */
  function follow(event: MouseEvent, address: string): void {
    if ((apple ? event.metaKey : event.ctrlKey) && /^https?:\/\//i.test(address)) wishes.openLink(address);
  }

  /** What is written on a link says nothing about where it leads. */
  function hover(_: MouseEvent, address: string): void {
    const whole = unveiled(address);
    place.title = wishes.linkHint(whole.length > LONGEST_SHOWN ? `${whole.slice(0, LONGEST_SHOWN)}…` : whole);
  }

  function leave(): void {
    place.title = '';
  }

  /** Where it was written before this page came, questions in it were answered then. */
  let replaying = 0;
  terminal.onData((text) => {
    if (replaying === 0) wishes.typed(text);
  });
  terminal.onBinary((text) => {
    if (replaying === 0) wishes.typed(text);
  });
  terminal.attachCustomKeyEventHandler((event) => keys(event));
  terminal.open(place);
  terminal.textarea?.setAttribute('aria-label', wishes.label);
  fit.fit();

  let told = '';
  const tell = (): void => {
    const size = `${terminal.cols} ${terminal.rows}`;
    if (size === told) return;
    told = size;
    wishes.resized({ columns: terminal.cols, rows: terminal.rows });
  };
  tell();
  const observer = new ResizeObserver(() => {
    // A place that is not shown has no size, and a program should not hear of that.
    if (place.clientWidth === 0 || place.clientHeight === 0) return;
    fit.fit();
    tell();
  });
  observer.observe(place);

  const dark = matchMedia('(prefers-color-scheme: dark)');
  const coloured = (): void => {
    terminal.options.theme = theme(place);
  };
  dark.addEventListener('change', coloured);
  const themed = new MutationObserver(coloured);
  themed.observe(document.documentElement, { attributes: true, attributeFilter: ['class', 'data-theme', 'style'] });

  /** Keys that are the window's stay the window's; copying is a key that no program gets. */
  function keys(event: KeyboardEvent): boolean {
    const command = apple ? event.metaKey : event.ctrlKey;
    if (event.type === 'keydown' && !apple && event.ctrlKey && event.shiftKey && event.code === 'KeyC') {
      event.preventDefault();
      if (terminal.hasSelection()) wishes.copy(terminal.getSelection());
      return false;
    }
    // What is pasted comes as an event of its own.
    if (!apple && event.ctrlKey && event.shiftKey && event.code === 'KeyV') return false;
    return !(command && /^[1-9]$/.test(event.key)) && !(apple && event.metaKey);
  }

  return {
    async write({ bytes, replayed, truncated }) {
      if (truncated) terminal.reset();
      if (replayed) replaying += 1;
      await new Promise<void>((done) => terminal.write(bytes, done));
      if (replayed) replaying -= 1;
    },
    say: (text) => terminal.write(`\r\n\u001b[2m${text}\u001b[22m\r\n`),
    focus: () => terminal.focus(),
    clear: () => terminal.clear(),
    selection: () => terminal.getSelection(),
    paste: (text) => terminal.paste(text),
    readAloud(on) {
      terminal.options.screenReaderMode = on;
    },
    size: () => ({ columns: terminal.cols, rows: terminal.rows }),
    dispose() {
      observer.disconnect();
      themed.disconnect();
      dark.removeEventListener('change', coloured);
      terminal.dispose();
    },
  };
}
