/** Questions of other nodes to the agents of this one: offered to passes, followed, answered. */
import { setTimeout as pause } from 'node:timers/promises';
import { withoutSecrets } from '../../../governance/guard/secrets.js';
import { messageOf } from '../../../kernel/error.js';
import { plural } from '../../../kernel/words.js';
import { cancelPasses, livePasses } from '../../../workspace/pass-lock.js';
import type { Workspace } from '../../../workspace/types.js';
import { GUEST } from '../work/guest-project.js';
import {
  type Ask,
  askName,
  type AskResult,
  type HeardOutput,
  readAnswered,
  readAsk,
  readHeard,
  writeAnswered,
  writeAsk,
} from './ask-store.js';
import { CallError, membersOf } from './call.js';
import type { CallHandler, Taken } from './taken-calls.js';

const LOOK_MS = 200;
/** One that works has begun by then, or is at work on something else. */
const BEGINS_MS = 5_000;
const LONGEST_OBJECTIVE = 64 * 1024;
const NOT_DONE = { outcome: 'broken', runId: '', summary: '', report: '', minutes: 0 } as const;

export const askCalls: CallHandler = {
  resumes: true,
  refusal: ({ node, from }) =>
    node.may(from, 'call')
      ? undefined
      : `${from} may not ask the agents here; the word in MESH.md is call`,
  async carryOut(taken) {
    const ask = offered(taken);
    const { state, root } = taken.node.workspace;
    try {
      const result = await followed(taken, ask.name);
      if (result.outcome !== 'proved') throw new CallError('failed', result.why);
      const { report, summary, runId, minutes } = result;
      return { report, summary, runId, minutes };
    } catch (error) {
      // What this node does not finish because it ends goes on, and the asker asks again.
      if (error instanceof CallError && error.code === 'unknown') throw error;
      if (readAnswered(state, ask.name) === undefined)
        writeAnswered(state, ask.name, { ...NOT_DONE, why: messageOf(error) });
      const runId = readAsk(state, ask.name)?.runId;
      if (runId !== undefined) cancelPasses(root, new Set([runId]));
      throw error;
    }
  },
};

/** A question that was here before this node started again is the same one. */
function offered({ node, from, key, body, totalMs }: Taken): Ask {
  const { objective, agent = '' } = membersOf(body);
  const { state, clock, snapshot } = node.workspace;
  if (typeof objective !== 'string' || objective.trim() === '' || typeof agent !== 'string')
    throw new CallError('malformed', 'an objective was expected');
  if (objective.length > LONGEST_OBJECTIVE)
    throw new CallError('too-large', `the objective has ${objective.length} characters`);
  const view = snapshot();
  if (view.record('DISPATCH', GUEST) === undefined)
    throw new CallError('not-found', `there is no project ${GUEST} here`);
  if (agent !== '' && view.record('RUNNER', agent) === undefined)
    throw new CallError('not-found', `there is no agent ${agent.slice(0, 80)} here`);
  const name = askName(from, key);
  const known = readAsk(state, name);
  if (known !== undefined) return known;
  const ask = { name, from, objective, agent, until: clock.now().getTime() + totalMs };
  writeAsk(state, ask);
  return ask;
}

/** @throws CallError as its signal says. */
async function followed({ node, signal, emit }: Taken, name: string): Promise<AskResult> {
  const { state } = node.workspace;
  let [told, why, bytes, rest] = ['', '', 0, ''];
  const since = performance.now();
  for (;;) {
    const heard = readHeard(state, name);
    const result = readAnswered(state, name);
    const doing = readAsk(state, name)?.runId;
    const now = doing === undefined ? 'waiting' : 'working';
    if (now !== told) emit({ state: now, runId: doing });
    told = now;
    const isLate = now === 'waiting' && performance.now() - since >= BEGINS_MS;
    const late = isLate ? whyWaiting(node.workspace) : why;
    if (late !== why) emit({ why: late });
    why = late;
    const { text, left } = linesIn(heard, { bytes, rest, isLast: result !== undefined });
    if (text !== '') emit({ text });
    [bytes, rest] = [heard?.bytes ?? bytes, left];
    if (result !== undefined) return result;
    await pause(LOOK_MS, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
}

function whyWaiting({ root, clock }: Workspace): string {
  const passes = livePasses(root, clock).length;
  return passes > 0
    ? `${plural(passes, 'pass already runs', 'passes already run')} there`
    : 'no pass has begun there; nocturne mesh work there, or its schedule, begins one';
}

/** Only whole lines: half of a credential would not be recognised. */
function linesIn(
  heard: HeardOutput | undefined,
  { bytes, rest, isLast }: { readonly bytes: number; readonly rest: string; isLast: boolean },
): { readonly text: string; readonly left: string } {
  const fresh = Math.max(0, (heard?.bytes ?? bytes) - bytes);
  const tail = Buffer.from(heard?.tail ?? '');
  const added = rest + tail.subarray(Math.max(0, tail.length - fresh)).toString('utf8');
  const end = isLast ? added.length : added.lastIndexOf('\n') + 1;
  return { text: withoutSecrets(added.slice(0, end)), left: added.slice(end) };
}
