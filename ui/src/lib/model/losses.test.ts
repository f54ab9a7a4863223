import { expect, test } from 'vitest';
import type { Losses } from '../api';
import { environment } from '../host/fake/parts';
import { ofRemoving, ofStopping } from './losses';

const folder = environment('/home/ada/api');
const volume = environment('', { reference: { volume: 'work' } });
const home = '/home/ada';
const nothing: Losses = { containers: [], lostVolumes: [], keptVolumes: [], repositories: [] };
const container = { id: 'c', name: 'api-1', changedBytes: 212_400_000 };

test('stopping takes what runs and nothing else', () => {
  const losses = { ...nothing, containers: [container], keptVolumes: ['db'] };
  expect(ofStopping({ losses, environment: folder, home })).toEqual({
    lost: ['What runs inside is ended'],
    kept: ['Container api-1 and its files', 'Volume db', 'Your files in ~/api'],
  });
});

test('removing takes the container, and says how much is in it', () => {
  const losses = { ...nothing, containers: [container, { id: 'd', name: 'db-1' }], keptVolumes: ['db'] };
  expect(ofRemoving({ losses, environment: folder, home })).toEqual({
    lost: ['Container api-1, with 212.4 MB changed in it', 'Container db-1 and what was changed in it'],
    kept: ['Volume db', 'Your files in ~/api'],
  });
});

test('a repository that could not be looked into is not passed over', () => {
  const unseen = {
    folder: '/w/api',
    uncommittedFiles: 0,
    unpushedCommits: 0,
    unpushedBranches: [],
    stashes: 0,
    unknown: 'git is not there',
  };
  const losses = { ...nothing, lostVolumes: ['work'], repositories: [unseen] };
  expect(ofRemoving({ losses, environment: volume, home }).lost).toEqual([
    'Volume work',
    'Everything in /w/api may be nowhere else: it could not be looked into (git is not there)',
  ]);
});

test('work that is only in a volume is counted', () => {
  const repository = {
    folder: '/w/api',
    uncommittedFiles: 1,
    unpushedCommits: 2,
    unpushedBranches: ['a', 'b'],
    stashes: 3,
  };
  const clean = { folder: '/w/b', uncommittedFiles: 0, unpushedCommits: 0, unpushedBranches: [], stashes: 0 };
  const losses = { ...nothing, lostVolumes: ['work'], repositories: [repository, clean] };
  expect(ofRemoving({ losses, environment: volume, home })).toEqual({
    lost: ['Volume work', 'In /w/api: 1 file that is not committed, 2 commits not pushed (a, b) and 3 stashes'],
    kept: [],
  });
});
