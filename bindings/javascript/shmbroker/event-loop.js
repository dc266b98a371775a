// Messages that come or go one after the other, none of which must be waited for, would keep the event loop
// from turning: no timer would end, and no signal come. So calls that give a promise let it turn now and
// then.
import { setImmediate } from "node:timers/promises";

const LONGEST_MS = 10;
const CALLS_BETWEEN_LOOKS = 32; // a look at the clock costs as much as a call
let lastTurn = performance.now();
let calls = 0;

export function isTurnDue() {
  return ++calls % CALLS_BETWEEN_LOOKS === 0 && performance.now() - lastTurn > LONGEST_MS;
}

export async function turn() {
  await setImmediate();
  lastTurn = performance.now();
}
