import { describe, expect, test } from 'vitest';
import type { EnvironmentPorts, PortRequest } from '../api';
import { environmentPorts, portList } from '../host/fake/ports';
import { PortsLook } from './ports.svelte';

const reference = { folder: '/home/ada/src/api-server' };
const change: PortRequest = { reference, port: 3000, change: 'stop' };

/** A host that tells what it is told to, and notes what it is asked. */
function host(refuses: { watch?: string; change?: string } = {}) {
  let tell: (ports: EnvironmentPorts | undefined) => void = () => {};
  const asked: PortRequest[] = [];
  let stopped = 0;
  return {
    tell: (ports: EnvironmentPorts | undefined) => tell(ports),
    asked,
    stops: () => stopped,
    refuses,
    ports: {
      async watch(_: unknown, told: (ports: EnvironmentPorts | undefined) => void) {
        if (refuses.watch) throw { message: refuses.watch, description: '' };
        tell = told;
        return () => (stopped += 1);
      },
      async change(request: PortRequest) {
        if (refuses.change) throw { message: refuses.change, description: '' };
        asked.push(request);
      },
    } as never,
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('ports that are looked at', () => {
  test('are those that were told last, and none where nothing is kept', async () => {
    const from = host();
    const look = new PortsLook(from.ports);
    expect(look.known).toBe(false);
    look.watch(reference);
    await turn();
    expect([look.known, look.ports]).toEqual([true, undefined]);
    from.tell(environmentPorts(portList));
    expect(look.ports?.ports).toHaveLength(portList.length);
    from.tell(undefined);
    expect(look.ports).toBeUndefined();
  });

  test('are not told any more once nobody looks', async () => {
    const from = host();
    const look = new PortsLook(from.ports);
    const stop = look.watch(reference);
    await turn();
    stop();
    from.tell(environmentPorts(portList));
    await turn();
    expect([look.ports, from.stops()]).toEqual([undefined, 1]);
  });

  test('that cannot be told say why', async () => {
    const look = new PortsLook(host({ watch: 'the keeper does not answer' }).ports);
    look.watch(reference);
    await turn();
    expect([look.error?.message, look.known]).toEqual(['the keeper does not answer', false]);
  });

  test('say why one was not changed, until one is', async () => {
    const from = host({ change: 'the port is taken' });
    const look = new PortsLook(from.ports);
    await look.change(change);
    expect(look.unchanged?.message).toBe('the port is taken');
    delete from.refuses.change;
    await look.change(change);
    expect([look.unchanged, from.asked]).toEqual([undefined, [change]]);
  });
});
