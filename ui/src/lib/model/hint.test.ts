import { expect, test } from 'vitest';
import { hintParts } from './hint';

test.each([
  ['Look at its owner.', 'words(Look at its owner.)'],
  ['`wharf upgrade` writes it', 'command(wharf upgrade) words( writes it)'],
  [
    'Start it, with `systemctl start docker` or `podman machine start`.',
    'words(Start it, with ) command(systemctl start docker) words( or ) command(podman machine start) words(.)',
  ],
  ['move it to `customizations.vscode.settings`', 'words(move it to ) code(customizations.vscode.settings)'],
  ['such as `name:12`, or ` `', 'words(such as ) code(name:12) words(, or ) code( )'],
  ['`wharf secrets set NAME < file`', 'command(wharf secrets set NAME < file)'],
  ['one ` alone', 'words(one ` alone)'],
  ['one ` here\nand ` there', 'words(one ` here\nand ` there)'],
  ['nothing in `` here', 'words(nothing in `` here)'],
  ['', ''],
])('%j', (hint, expected) => {
  const drawn = hintParts(hint).map(({ kind, text }) => `${kind}(${text})`);
  expect(drawn.join(' ')).toBe(expected);
});
