/** What can be found in the palette, and what is found. */
import { score, words } from './search';

export interface Command {
  id: string;
  /** Under which heading it stands. */
  group: 'environments' | 'here' | 'actions' | 'settings';
  title: string;
  /** What tells it from others of the same title. */
  detail?: string;
  /** More words by which it is found. */
  also?: string;
  /** Shown only to who looks for it. */
  foundOnly?: boolean;
  /** The keys that do the same. */
  keys?: string;
  act: () => void;
}

/** More than this nobody reads; one more letter finds it. */
const SHOWN = 60;
/** Of thousands of environments only the first stand before everything else. */
const ENVIRONMENTS = 8;

/** What fits a query, the best first; without a query everything in its own order, what is here before what is elsewhere. */
export function found(commands: readonly Command[], query: string): Command[] {
  const wanted = words(query);
  if (wanted.length === 0) {
    const environments = commands.filter(({ group }) => group === 'environments').slice(0, ENVIRONMENTS);
    return commands.filter(
      (command) => !command.foundOnly && (command.group !== 'environments' || environments.includes(command)),
    );
  }
  return commands
    .map((command, at) => ({ command, at, score: scoreOf(wanted, command) }))
    .filter((one): one is { command: Command; at: number; score: number } => one.score !== undefined)
    .sort((one, other) => other.score - one.score || one.at - other.at)
    .slice(0, SHOWN)
    .map(({ command }) => command);
}

/** Each word counts where it is found best: in the title before the detail, there before everything else. */
function scoreOf(wanted: readonly string[], { title, detail = '', also = '' }: Command): number | undefined {
  let sum = 0;
  for (const word of wanted) {
    const places = [score([word], title), score([word], detail), score([word], also)];
    const best = Math.max(...places.map((one, at) => (one === undefined ? -1 : one + 100 * (2 - at))));
    if (best < 0) return undefined;
    sum += best;
  }
  return sum;
}
