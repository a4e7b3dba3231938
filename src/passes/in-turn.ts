/** Passes at the same time: each begins when no other one is the writer. */
import { NocturneError } from '../kernel/error.js';
import { livePasses } from '../workspace/pass-lock.js';
import type { PassReport } from './pass-facts.js';
import type { PassEnvironment } from './types.js';

/** How often a pass that waits for its turn asks. */
const TURN_MS = 100;

/** By workspace: ends when the last pass that began here is past T0. */
const entering = new Map<string, Promise<void>>();

/**
 * Waits for passes of this process only: one of another process is an error, as ever. Two passes
 * are never in T0 at the same time, so that only one of them recovers what a crashed pass left.
 */
export async function inTurn<T extends PassReport | undefined>(
  env: PassEnvironment,
  pass: (env: PassEnvironment) => Promise<T>,
): Promise<T> {
  const { root, clock } = env.workspace;
  const isOurs = (): boolean =>
    livePasses(root, clock).some(({ isWriter, pid }) => isWriter && pid === process.pid);
  for (;;) {
    const before = entering.get(root);
    let entered = (): void => undefined;
    entering.set(root, new Promise((resolve) => (entered = resolve)));
    await before;
    try {
      while (isOurs() && !env.signal.aborted) await env.wait(TURN_MS, env.signal);
      return await pass({ ...env, entered });
    } catch (error) {
      // A pass that works in its copy may have become the writer again in this moment.
      const isRetried = error instanceof NocturneError && error.code === 'LOCKED' && isOurs();
      if (!isRetried || env.signal.aborted) throw error;
    } finally {
      entered();
    }
  }
}

/** The environments of passes at the same time: each line begins with the number of its pass. */
export function lanesOf(env: PassEnvironment, lanes: number): readonly PassEnvironment[] {
  if (lanes === 1) return [env];
  return Array.from({ length: lanes }, (_, i) => ({
    ...env,
    say: (line: string) => env.say(`${i + 1} | ${line}`),
  }));
}
