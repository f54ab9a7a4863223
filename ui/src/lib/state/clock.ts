/** The time, for what shows how long something has been going on. It ticks only while somebody looks. */
import { createSubscriber } from 'svelte/reactivity';

const TICK = 100;

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, TICK);
  return () => clearInterval(timer);
});

export function now(): number {
  subscribe();
  return Date.now();
}
