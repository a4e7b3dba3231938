/**
 * Passes for units whose agents have ended while another pass was the writer: what all of them did
 * is judged and recorded in one commit. Then each ends for itself.
 */
import { type Finished, firstStep, runSteps, runTogether } from '../run-steps.js';
import { takeTurn } from '../take-turn.js';
import type { Done, PassEnvironment, Worked } from '../types.js';
import { t5Grade } from '../worker/t5-grade.js';
import { t5Reconcile } from '../worker/t5-reconcile.js';
import { t6State } from '../worker/t6-state.js';
import { t7Learn } from '../worker/t7-learn.js';
import { t8Modules } from '../worker/t8-modules.js';

const JUDGE = firstStep(t5Reconcile).next(t5Grade).next(t6State).next(t7Learn);
const AFTERWARDS = firstStep(t8Modules);

type Ended = Finished<Done>;
type Member = {
  readonly env: PassEnvironment;
  readonly stage: Worked;
  /** Up to T9. */
  readonly settle: (ended: Ended) => Promise<void>;
  readonly fail: (error: unknown) => void;
};

/** By workspace: the passes of this process that wait for their turn. */
const waiting = new Map<string, Member[]>();

export function settleTogether<Report>(
  env: PassEnvironment,
  stage: Worked,
  finish: (ended: Ended) => Promise<Report>,
): Promise<Report> {
  return new Promise((resolve, reject) => {
    const settle = async (ended: Ended): Promise<void> => resolve(await finish(ended));
    const member = { env, stage, settle, fail: reject };
    const { root } = env.workspace;
    const others = waiting.get(root);
    if (others !== undefined) others.push(member);
    else {
      waiting.set(root, [member]);
      void lead(root);
    }
  });
}

async function lead(root: string): Promise<void> {
  for (;;) {
    const [leader] = waiting.get(root) ?? [];
    if (leader === undefined) break;
    try {
      await takeTurn(leader.env, leader.stage);
    } catch (error) {
      waiting.get(root)?.shift();
      leader.fail(error);
      continue;
    }
    const members = waiting.get(root) ?? [];
    waiting.delete(root);
    await settleAll(members);
    return;
  }
  waiting.delete(root);
}

/** The first of them is the writer until all have ended. */
async function settleAll(members: readonly Member[]): Promise<void> {
  const ended = await runTogether(
    JUDGE,
    members.map(({ env, stage }) => ({ env, start: stage })),
  ).catch((error: unknown) => members.map(() => ({ kind: 'lost' as const, error })));
  const all = members.map((member, i) => ({ member, end: ended[i] }));
  for (const { member, end } of all.toReversed()) {
    if (end === undefined || end.kind === 'lost') member.fail(end?.error);
    else await close(member, end);
  }
}

async function close({ env, settle, fail }: Member, ended: Ended): Promise<void> {
  try {
    await settle(ended.kind === 'halted' ? ended : await runSteps(AFTERWARDS, env, ended.stage));
  } catch (error) {
    fail(error);
  }
}
