/** What a row of the list of steps says beside its label. */
import { bytes, shortHashes } from './format';
import { text } from './i18n';
import type { Row } from './model/rows';
import { progressWords } from './program-sentences';
import { detailWords } from './program-words';

export function body(row: Row): string {
  const said = row.state === 'running' ? doing(row) : done(row);
  return shortHashes(said.filter(Boolean).join(' · '));
}

/** What the row of a hook, a command or a step of a build is called inside its row. */
export function partName(row: Row): string {
  const subject = row.subject ?? text.steps.label[row.label];
  return row.name === 'hook' ? subject.replace(/Command$/, '') : subject;
}

function doing(row: Row): string[] {
  const running = row.parts.filter((part) => part.state === 'running').map(partName);
  const said = [amount(row), running.length > 0 ? running.join(', ') : progressOf(row)];
  return said.some(Boolean) ? said : [row.subject ?? ''];
}

/** What a build or a registry says as it goes on is theirs. */
function progressOf({ label, progress }: Row): string {
  const said = progress?.text ?? '';
  return label === 'workspace' ? progressWords(said) : said;
}

function done(row: Row): string[] {
  if (row.name === 'hooks') {
    const ran = row.parts.filter(({ name, state }) => name === 'hook' && state !== 'skipped').map(partName);
    return ran.length > 0 ? ran : [row.state === 'planned' ? '' : text.steps.noHooks];
  }
  return [row.subject ?? '', detailWords(row.detail ?? '')];
}

function amount(row: Row): string {
  const { current, total } = row.progress ?? {};
  if (current === undefined) return counted(row);
  if (row.inBytes) return total === undefined ? bytes(current) : text.steps.amount(bytes(current), bytes(total));
  return total === undefined ? '' : text.steps.partsDone(current, total);
}

/** How many steps of a build are done. */
function counted(row: Row): string {
  const steps = row.parts.filter((part) => part.name === 'vertex');
  const ended = steps.filter((part) => part.state !== 'running' && part.state !== 'planned');
  return steps.length > 0 ? text.steps.partsDone(ended.length, steps.length) : '';
}
