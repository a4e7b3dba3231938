/** Passes at the same time: each begins when no other one is the writer. */
import { NocturneError } from '../kernel/error.js';
import { livePasses } from '../workspace/pass-lock.js';
import type { PassEnvironment, PassReport } from './types.js';

/** How often a pass that waits for its turn asks. */
const TURN_MS = 100;

/** Waits for passes of this process only: one of another process is an error, as ever. */
export async function inTurn(
  env: PassEnvironment,
  pass: (env: PassEnvironment) => Promise<PassReport>,
): Promise<PassReport> {
  const { root, clock } = env.workspace;
  const isOurs = (): boolean =>
    livePasses(root, clock).some(({ isWriter, pid }) => isWriter && pid === process.pid);
  for (;;) {
    while (isOurs() && !env.signal.aborted) await env.wait(TURN_MS, env.signal);
    try {
      return await pass(env);
    } catch (error) {
      const isRetried = error instanceof NocturneError && error.code === 'LOCKED' && isOurs();
      if (!isRetried || env.signal.aborted) throw error;
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
