/** The living meter, if it still answers. One that hangs is ended, so that another can begin. */
import { request } from 'node:http';
import { NocturneError } from '../../kernel/error.js';
import { lifeOf } from '../../workspace/process-identity.js';
import { type LiveMeter, liveMeter, withdrawMeter } from './live-meter.js';

/** Long, because a loaded machine is slow, and a call that runs is worth waiting for. */
const PATIENCE: Patience = { answerMs: 10_000, attempts: 3 };
const END_MS = 5_000;
const LOOK_MS = 25;

export type Patience = { readonly answerMs: number; readonly attempts: number };

/**
 * `undefined`: none listens. @throws NocturneError `CONFIG` if it hangs, and belongs to the owner.
 */
export async function answeringMeter(
  state: string,
  { answerMs, attempts }: Patience = PATIENCE,
): Promise<LiveMeter | undefined> {
  const living = liveMeter(state);
  if (living === undefined) return undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (!(await isSilent(living, answerMs))) return living;
    // It may have ended, or another pass may have replaced it.
    if (liveMeter(state)?.pid !== living.pid) return liveMeter(state);
  }
  if (living.isReplaceable !== true)
    throw new NocturneError(
      'CONFIG',
      `the meter, process ${living.pid}, does not answer, and no pass started it`,
      { hint: 'restart nocturne serve, nocturne schedule or nocturne meter, whichever runs it' },
    );
  await end(living);
  if (liveMeter(state)?.pid === living.pid) withdrawMeter(state);
  return liveMeter(state);
}

/** Any answer will do, and a refused connection is that of one that begins or ends. */
function isSilent({ port }: LiveMeter, answerMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, path: '/', timeout: answerMs }, (response) => {
      response.resume();
      resolve(false);
    });
    asked.on('timeout', () => {
      resolve(true);
      asked.destroy();
    });
    asked.on('error', () => resolve(false));
    asked.end();
  });
}

/** What it had reserved counts in full. Only a process that is surely the meter is ended. */
async function end(meter: LiveMeter): Promise<void> {
  if (lifeOf(meter) !== 'alive' || meter.started === '') return;
  process.kill(meter.pid, 'SIGKILL');
  for (let waited = 0; lifeOf(meter) === 'alive' && waited < END_MS; waited += LOOK_MS)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
