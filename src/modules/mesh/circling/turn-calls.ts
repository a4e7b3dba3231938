/**
 * One turn of a circle on this node, by a judge of its owner. Texts come and go through the object
 * store; the call names them by SHA-256.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { CallError } from '../calls/call.js';
import type { CallHandler, Taken } from '../calls/taken-calls.js';
import { type JudgeServing, judgeForPeer, mayCall } from '../review/peer-judge.js';
import { speechPrompt } from '../table/speech-prompt.js';
import { MeshRefusal } from '../wire/refusal.js';
import { fetchSent, sendTo } from '../work/sent-objects.js';
import { ROLES, TURN_TIERS } from './circle.js';
import { turnPrompt } from './turn-prompt.js';

const AGAIN_MS = 1_000;
const SHA = /^[0-9a-f]{64}$/;

export const TURN = z.strictObject({
  session: z.string().max(80),
  place: z.string().max(40),
  /** Of a circle, or at a table. */
  role: z.enum([...ROLES, 'speaker', 'chair']),
  sections: z
    .array(
      z.strictObject({ heading: z.string().max(80), sha256: z.string().regex(SHA).nullable() }),
    )
    .max(20),
  handsIn: z.array(z.string().max(40)).max(4),
  remark: z.string().max(4_000),
  problem: z.string().max(500),
});
export type TurnBody = z.infer<typeof TURN>;
const COUNT = z.number().nonnegative().optional();
/** `sha256`: of what it said. Tokens and cost are what the runner reports. */
export const TURN_ANSWER = z.object({
  sha256: z.string().regex(SHA),
  model: z.string().max(100),
  tokensIn: COUNT,
  tokensOut: COUNT,
  cost: COUNT,
});

export function turnCalls(serving: JudgeServing): CallHandler {
  // A turn changes nothing here, so it is begun again after a restart.
  return {
    refusal: mayCall,
    resumes: true,
    onlySays: true,
    carryOut: (taken) => takeTurn(serving, taken),
  };
}

/** @throws CallError */
export async function takeTurn(
  serving: JudgeServing,
  taken: Taken,
): Promise<z.infer<typeof TURN_ANSWER>> {
  const read = TURN.safeParse(taken.body);
  if (!read.success) throw new CallError('malformed', 'a turn of a circle was expected');
  const { node } = taken;
  const texts = read.data.sections.map(async ({ heading, sha256 }) => ({
    heading,
    sha256: sha256 ?? '',
    text: sha256 === null ? undefined : await untilItWorks(taken, () => fetchSent(node, sha256)),
  }));
  const { place, role, handsIn, remark, problem } = read.data;
  const sections = await Promise.all(texts);
  const prompt =
    role === 'speaker' || role === 'chair'
      ? speechPrompt(role, sections)
      : turnPrompt({ place, role, sections, handsIn, remark, problem });
  const asked = { tiers: TURN_TIERS, calls: 1 };
  const { value, model, usage } = await judgeForPeer(serving, taken, asked, (panel) =>
    panel.say(prompt),
  );
  if (value.kind === 'failed') throw new CallError('failed', value.why);
  const sha256 = await untilItWorks(taken, () => sendTo(node, taken.from, value.whole));
  return { sha256, model, ...usage };
}

/** What was paid for is not lost with the connection. */
async function untilItWorks<T>({ signal }: Taken, act: () => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await act();
    } catch (error) {
      if (signal.aborted || error instanceof MeshRefusal) throw error;
      await pause(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
}
