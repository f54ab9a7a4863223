import { expect, test } from 'vitest';
import { found, type Command } from './palette';

function command(title: string, change: Partial<Command> = {}): Command {
  return { id: title, group: 'actions', title, act: () => {}, ...change };
}

const commands = [
  command('web', { group: 'environments', detail: '~/src/web' }),
  command('api-server', { group: 'environments', detail: '~/src/web/api' }),
  command('Stop', { detail: 'web' }),
  command('Appearance', { group: 'settings', also: 'theme dark light' }),
];

test.each([
  ['web', ['web', 'Stop', 'api-server']],
  ['stop web', ['Stop']],
  ['dark', ['Appearance']],
  ['nothing', []],
])('%s', (query, titles) => {
  expect(found(commands, query).map(({ title }) => title)).toEqual(titles);
});

test('without a query everything is there in its order, but never thousands', () => {
  expect(found([...commands, command('Start', { foundOnly: true })], ' ')).toEqual(commands);
  const many = Array.from({ length: 5000 }, (_, at) => command(`environment ${at}`, { group: 'environments' }));
  expect(found(many, '')).toHaveLength(8);
  expect(found(many, 'environment')).toHaveLength(60);
  expect(found(many, 'environment 4999')[0]?.title).toBe('environment 4999');
});
