/** The colours of a terminal, from those of the window. */
import type { ITheme } from '@xterm/xterm';

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

export function theme(element: Element): ITheme {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const sixteen: Record<string, string> = {};
  for (const [at, name] of NAMES.entries()) {
    sixteen[name] = colour(`t${at}`);
    sixteen[`bright${name[0]?.toUpperCase()}${name.slice(1)}`] = colour(`t${at}`);
  }
  return {
    ...sixteen,
    background: colour('sunken'),
    foreground: colour('ink'),
    cursor: colour('accent'),
    cursorAccent: colour('sunken'),
    selectionBackground: colour('selected'),
    selectionInactiveBackground: colour('hover'),
    scrollbarSliderBackground: `${colour('line-strong')}66`,
    scrollbarSliderHoverBackground: `${colour('line-strong')}99`,
    scrollbarSliderActiveBackground: colour('line-strong'),
  };
}
